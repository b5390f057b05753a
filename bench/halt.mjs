/**
 * Halt → last opening byte, from the command (E26): all pairs of a shard trade without a pause, then `crossbook halt --scope all`.
 * The venues' own wire log has the times. `node bench/halt.mjs [--pairs 20] [--trials 5]` after `npm run setup`; prints, asserts nothing.
 */
import { createRequire } from 'node:module'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'

const require = createRequire(import.meta.url)
require('../test/stores/typescript-hook.cjs')
const { Rig } = require('../test/e2e/faults/rig.ts')

const { values } = parseArgs({ options: { pairs: { type: 'string', default: '20' }, trials: { type: 'string', default: '5' } } })
const pairs = Array.from({ length: Number(values.pairs) }, (_, i) => `p${i}`)
const trials = Number(values.trials)

/** One contract a trade, so that a box outlives its trades; nothing but the halt stops the next. */
const LIMITS = {
  max_contracts_per_trade: "'1'",
  first_contracts: "'1'",
  next_contracts: "'1'",
  max_openings_per_minute: '10000',
  max_open_trades: values.pairs,
  max_unpaired_first_legs: values.pairs,
  max_unpaired_premium_total: "'1000.00'",
  cool_down_ms: '0',
  max_contracts_per_market: "'100000'",
  max_contracts_per_event: "'100000'",
}
/** The order port stops at 240 orders a minute, which a loaded trial nears in some seconds. */
const LOADED_MS = 4_000
const QUIET_MS = 3_000
const MINUTE_MS = 60_000
/** Kalshi answers this late, so that trades overlap. */
const ANSWER_MS = 400
const DEPTH = 5_000
const LOOK_MS = 2

/** E18: a trade leases five messages of a gateway. Twenty at once need an account with more than the usual 100 market data lines, and a higher tier. */
const GRANTS = { usageTier: 'premier', messagesPerSecond: 200 }
const configDir = fs.mkdtempSync(path.join(os.tmpdir(), 'crossbook-config-'))
fs.cpSync('config', configDir, { recursive: true })
const venuesFile = path.join(configDir, 'venues.yaml')
const venues = fs.readFileSync(venuesFile, 'utf8')
fs.writeFileSync(venuesFile, venues.replace(/messages_per_second: \d+/, `messages_per_second: ${GRANTS.messagesPerSecond}`))
process.env.CROSSBOOK_CONFIG = configDir

const rig = new Rig(pairs, LIMITS, GRANTS)
/** When the local halt file is there: what the order port looks at before each opening write. */
async function appeared() {
  const file = path.join(rig.stack.dataDir, 'halt.json')
  while (!fs.existsSync(file)) await pause(LOOK_MS)
  return Date.now()
}
const openings = () => rig.wire.openingTimes()

async function trial(n) {
  await rig.command('resume', 'all')
  const began = Date.now()
  let inFlight = 0
  while (Date.now() - began < LOADED_MS) {
    for (const pair of pairs) await rig.touch(pair)
    const status = await rig.stack.streaming()
    inFlight = Math.max(inFlight, status?.counters.inFlight ?? 0)
  }
  const spawned = Date.now()
  const [report, written] = await Promise.all([rig.stack.ask('halt', '--scope', 'all', '--reason', 'bench'), appeared()])
  const until = Date.now() + QUIET_MS
  while (Date.now() < until) for (const pair of pairs) await rig.touch(pair)
  await rig.wire.look()
  const { halts } = await rig.stack.ask('status')
  const at = halts.find(({ scope }) => scope === 'all').atMs
  const seen = openings().filter((ms) => ms >= began)
  const last = Math.max(...seen)
  const row = {
    ...{ trial: n, inFlight, openings: seen.length },
    sinceFile: last - written,
    sinceProcess: last - spawned,
    fileAfterProcess: written - spawned,
    sinceStamp: last - at,
    effectiveInMs: report.effectiveInMs,
  }
  process.stdout.write(`${JSON.stringify(row)}\n`)
  await pause(Math.max(0, MINUTE_MS - (Date.now() - began))) // a new minute for the order port
  return row
}

try {
  await rig.up()
  await rig.kalshi('fault', { name: 'delay', ms: ANSWER_MS, method: 'POST', once: false })
  await rig.command('halt', 'all')
  for (const pair of pairs) await rig.offer(pair, DEPTH)
  const rows = []
  for (let n = 1; n <= trials; n++) rows.push(await trial(n))
  const worst = (field) => Math.max(...rows.map((row) => row[field]))
  const line = `worst of ${trials} under up to ${worst('inFlight')} concurrent trades: last opening byte ${worst('sinceProcess')} ms after the command's process was started (${worst('sinceFile')} ms after its file was written, which takes up to ${worst('fileAfterProcess')} ms; ${worst('sinceStamp')} ms after the ledger's time stamp)`
  process.stdout.write(`${line} (must: 250 ms from the command)\n`)
} finally {
  await rig.down()
  fs.rmSync(configDir, { recursive: true, force: true })
}
