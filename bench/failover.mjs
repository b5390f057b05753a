/**
 * How long a takeover takes (E19): two streaming processes on one shard, the holder of the lease struck while its first leg is under way.
 *   kill    kill -9
 *   freeze  SIGSTOP, for good: the stack ends it once its lease is another's
 *   cut     the database refuses its renewals for ten seconds: it lives until the stack ends it, and its lease does not
 * From the logs of both processes, the ledger and the venues' own wire log. `node bench/failover.mjs [--trials 5] [--cases kill,freeze,cut]` after
 * `npm run setup`; ends with 1 when a must is missed. Must: kill → leg resolved 5 s at most; freeze → successor at work 5 s after the lease is taken at most; no byte late, no
 * id sent twice. The worst trial is judged, so other work on the machine shows.
 */
import { createRequire } from 'node:module'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'

const require = createRequire(import.meta.url)
require('../test/stores/typescript-hook.cjs')
const { Rig } = require('../test/e2e/faults/rig.ts')
const { asOwner } = require('../src/stores/migrate.ts')
const { Client } = require('pg')

const { values } = parseArgs({
  options: { trials: { type: 'string', default: '5' }, cases: { type: 'string', default: 'kill,freeze,cut' } },
})
const trials = Number(values.trials)
const cases = values.cases.split(',')
/** Of each trial: the pair whose trade is struck, and one that stands there for the first new opening. */
const pairs = cases.flatMap((name) => Array.from({ length: trials }, (_, n) => [`${name}${n}`, `${name}${n}x`]).flat())

/** Long enough for a takeover, short enough for a bench. */
const CUT_MS = 10_000
/** Kalshi answers this late: the order is accepted, and nobody here has heard of it. */
const ANSWER_MS = 2_000
/** The absence of an order that never came is proven after 38 s; here all are accepted. */
const LIMIT_MS = 90_000
const LOOK_MS = 20
/** E19, for the leg of a process that was killed, and for the first opening after a lease that a frozen one has lost. */
const MUST_MS = 5_000

const LIMITS = { max_contracts_per_event: "'100000'", max_open_trades: '10' }
const rig = new Rig(pairs, LIMITS, undefined, undefined, ['--standby'])

/** What both processes have logged: their own lines, and the worker's. */
function lines() {
  const folder = path.join(rig.stack.dataDir, 'logs')
  const files = ['streaming.log', 'standby.log'].map((name) => path.join(folder, name)).filter((file) => fs.existsSync(file))
  return files.flatMap((file) => fs.readFileSync(file, 'utf8').split('\n').flatMap(lineOf))
}
function lineOf(text) {
  if (text.startsWith('{"level"')) return [JSON.parse(text)]
  const worker = /^(\S+Z) .*state: 'RUNNING'/.exec(text) ?? /^(\S+Z) \[INFO\] (Worker state changed)/.exec(text)
  return worker ? [{ time: Date.parse(worker[1]), msg: text.includes('RUNNING') ? 'the worker runs' : '' }] : []
}
const sinceMs = (atMs, says, of = () => true) => lines().find((line) => line.time >= atMs && line.msg === says && of(line))
const holder = () =>
  lines()
    .filter(({ msg }) => msg === 'the lease is ours')
    .toSorted((a, b) => b.time - a.time)[0]

/** A trigger on the lease, because a renewal takes two milliseconds: connections that are ended now and then let one through. */
async function cut(pid) {
  const client = new Client({ connectionString: asOwner(rig.stack.endpoints().databaseUrl) })
  client.on('error', () => undefined) // the stack may end first
  await client.connect()
  await client.query(
    "create function refuse_renewal() returns trigger language plpgsql as $$ begin raise exception 'cut off by the bench'; end $$",
  )
  await client.query(
    `create trigger cut_off before insert on lease for each row when (split_part(new.holder, ':', 2) = '${Number(pid)}') execute function refuse_renewal()`,
  )
  void pause(CUT_MS)
    .then(() => client.query('drop function refuse_renewal cascade'))
    .finally(() => client.end())
}
const STRIKES = {
  kill: async (pid) => process.kill(pid, 'SIGKILL'),
  freeze: async (pid) => process.kill(pid, 'SIGSTOP'),
  cut,
}

async function until(what, holds) {
  const late = Date.now() + LIMIT_MS
  for (;;) {
    const found = await holds()
    if (found) return found
    if (Date.now() > late) throw new Error(`not within ${LIMIT_MS} ms: ${what}`)
    await pause(LOOK_MS)
  }
}

async function trial(name, n) {
  await rig.kalshi('fault', { name: 'delay', ms: ANSWER_MS, method: 'POST', ticker: rig.listing(`${name}${n}`).ticker })
  const tradeId = await rig.taken(`${name}${n}`)
  const { pid } = holder()
  const atMs = Date.now()
  await STRIKES[name](pid)
  await rig.offer(`${name}${n}x`)
  const lease = await until('the lease to be taken', () => sinceMs(atMs, 'the lease is ours', (line) => line.pid !== pid))
  const worker = await until('the worker to run', () => sinceMs(atMs, 'the worker runs'))
  // one that is cut off lives, and hears of its order by itself
  const isKnown = () => sinceMs(atMs, 'an unknown order is known again', ({ order }) => order === `cb-${tradeId}-a1`)
  const leg = name === 'cut' ? null : await until('the leg to be known', isKnown)
  const resolved = await until('everything to be resolved', () =>
    sinceMs(lease.time, 'everything of the predecessor is resolved: openings begin'),
  )
  const openedMs = await until('a new opening', async () => {
    await rig.touch(`${name}${n}x`)
    await pause(200)
    await rig.wire.look()
    return rig.wire.openingTimes().find((ms) => ms > atMs)
  })
  const { endedAt } = await rig.ended(tradeId, LIMIT_MS)
  // the one that was struck may be back before the lease has run out
  await until('both processes to be there again', () => sinceMs(atMs, 'standing by: another process holds the lease'))
  await until('the second trade to end', async () => (await rig.trades()).every(({ outcome }) => outcome !== null))
  const row = {
    ...{ case: name, lease: lease.time - atMs, worker: worker.time - atMs, leg: leg && leg.time - atMs, ended: endedAt - atMs },
    ...{ resolved: resolved.time - atMs, opening: openedMs - atMs },
  }
  process.stdout.write(`${JSON.stringify(row)}\n`)
  return row
}

const COLUMNS = ['lease', 'worker', 'leg', 'ended', 'resolved', 'opening']
function table(rows) {
  const head = `${'struck by'.padEnd(10)}${COLUMNS.map((each) => each.padStart(16)).join('')}   median (worst), ms after the strike`
  const body = cases.map((name) => {
    const of = rows.filter((row) => row.case === name)
    const cell = (column) => {
      const sorted = of.map((row) => row[column]).toSorted((a, b) => a - b)
      return (sorted[0] === null ? '–' : `${sorted[Math.floor(sorted.length / 2)]} (${sorted.at(-1)})`).padStart(16)
    }
    return `${name.padEnd(10)}${COLUMNS.map(cell).join('')}`
  })
  return [head, ...body].join('\n')
}

/** What each trial missed, a sentence each. */
const missedBy = ({ case: name, leg, lease, opening }) => [
  ...(name === 'kill' && leg > MUST_MS ? [`kill: the leg was known after ${leg} ms`] : []),
  ...(name === 'freeze' && opening - lease > MUST_MS ? [`freeze: at work ${opening - lease} ms after the lease`] : []),
]

try {
  await rig.up()
  await until('the standby', () => sinceMs(0, 'standing by: another process holds the lease'))
  const rows = []
  for (const name of cases) for (let n = 0; n < trials; n++) rows.push(await trial(name, n))
  await rig.wire.look()
  const late = await rig.wire.sentLate()
  const twice = rig.wire.sentTwice()
  process.stdout.write(`${table(rows)}\nlate bytes: ${late.length}, ids sent twice: ${twice.length}\n`)
  const missed = rows.flatMap(missedBy)
  for (const each of missed) process.stdout.write(`MISSED (must ${MUST_MS} ms): ${each}\n`)
  process.exitCode = missed.length + late.length + twice.length === 0 ? 0 : 1
} finally {
  await rig.down()
}
