/**
 * Ten thousand trades through one streaming process, on the real servers and both simulated venues: what they leave behind.
 * `node bench/volume.mjs [--trades 10000] [--warm-up 1000] [--pairs 40] [--collections] [--kinds] [--survivors]` after `npm run setup`.
 * Ends with 1 when the heap of the main thread has grown or shrunk by more than a tenth.
 * The heap is read after forced garbage collections, before and after: the least of some moments, because a look at the accounts holds every fill of a
 * quarter of an hour while it lasts. The warm-up fills what keeps the last 500 or 1,000 of something. `--collections` also names what grew,
 * `--kinds` how many of each kind of object and text there are more of, `--survivors` what was made in the measured part and is still alive, by the functions that made it.
 */
import { createRequire } from 'node:module'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Inspector } from './volume/inspector.mjs'

const require = createRequire(import.meta.url)
require('../test/stores/typescript-hook.cjs')
const { Rig } = require('../test/e2e/faults/rig.ts')
const { Client } = require('pg')

const { values } = parseArgs({
  options: {
    trades: { type: 'string', default: '10000' },
    'warm-up': { type: 'string', default: '1000' },
    pairs: { type: 'string', default: '40' },
    collections: { type: 'boolean', default: false },
    kinds: { type: 'boolean', default: false },
    survivors: { type: 'boolean', default: false },
  },
})
const [trades, warmUp, pairCount] = [values.trades, values['warm-up'], values.pairs].map(Number)
const pairs = Array.from({ length: pairCount }, (_, i) => `p${i}`)

/** One contract a trade; nothing but the machine bounds how many there are. */
const MANY = "'100000000'"
const LIMITS = {
  max_contracts_per_trade: "'1'",
  first_contracts: "'1'",
  next_contracts: "'1'",
  max_openings_per_minute: '100000',
  max_openings_per_day: '1000000',
  max_contracts_per_day: MANY,
  max_contracts_per_market: MANY,
  max_contracts_per_event: MANY,
  max_open_trades: values.pairs,
  max_unpaired_first_legs: values.pairs,
  max_unpaired_premium_total: "'1000.00'",
  max_consecutive_losses: '1000000',
  max_daily_loss: "'1000000.00'",
  max_weekly_loss: "'7000000.00'",
  cool_down_ms: '0',
}
/** Twenty trades a second would need no more than this of either venue's account. */
const GRANTS = { usageTier: 'prime', messagesPerSecond: 500 }
const ORDERS_PER_MINUTE = 6_000
const CASH = '10000000.0000'
const TOUCH_EVERY_MS = 1_000
const REPORT_EVERY_MS = 10_000
/** Tasks, timers and buffers of the last trades are gone by then. */
const SETTLED_MS = 5_000
const SURVIVORS_SHOWN = 30
const KINDS_SHOWN = 40
/** Two collections and their pauses take half a second: some of these moments lie between two looks at the accounts. */
const MOMENTS = 12
/** Everything stands still for so long: something is wrong, and the log says what. */
const STUCK_MS = 120_000

/** The accounts hold enough for all boxes at once; the order port lets more through than a desk would. */
function deep(folder) {
  const file = path.join(folder, 'scenario.json')
  const scenario = JSON.parse(fs.readFileSync(file, 'utf8'))
  for (const account of scenario.kalshi.accounts) account.balance_dollars = CASH
  for (const account of scenario.ibkr.accounts) account.cash = CASH
  fs.writeFileSync(file, JSON.stringify(scenario))
  const config = fs.mkdtempSync(path.join(os.tmpdir(), 'crossbook-config-'))
  fs.cpSync('config', config, { recursive: true })
  const venues = path.join(config, 'venues.yaml')
  const text = fs.readFileSync(venues, 'utf8').replace(/messages_per_second: \d+/, `messages_per_second: ${GRANTS.messagesPerSecond}`)
  fs.writeFileSync(venues, `${text}orders_per_minute: ${ORDERS_PER_MINUTE}\n`)
  // the inspector listens where it finds room, and only when it is asked
  return { CROSSBOOK_CONFIG: config, NODE_OPTIONS: '--inspect-port=0' }
}

const rig = new Rig(pairs, LIMITS, GRANTS, deep)
const say = (line) => process.stdout.write(`${line}\n`)
const mb = (bytes) => (bytes / 1_048_576).toFixed(1)

/** One contract more at both displayed prices of every pair: each is looked at again, and no quote is one that nobody has touched for a minute. */
const touchAll = () => rig.stack.post(pairs.flatMap(touched))
function touched(pair) {
  const { ticker, yesConId } = rig.listing(pair)
  return [
    { venue: 'ibkr', type: 'external_order', con_id: yesConId, price: '0.50', size: 1 },
    { venue: 'kalshi', type: 'external_order', ticker, side: 'ask', price: '0.40', count: '1' },
  ]
}

async function ended(database) {
  const { rows } = await database.query('select count(*)::int as n from trade where ended_ms is not null and outcome is distinct from $1', [
    'refused',
  ])
  return rows[0].n
}

/** Until so many trades have ended; a line now and then. */
async function until(database, count, inspector) {
  let [done, since, last] = [await ended(database), Date.now(), { done: 0, atMs: Date.now() }]
  last = { done, atMs: Date.now() }
  while (done < count) {
    await touchAll()
    await pause(TOUCH_EVERY_MS)
    const now = await ended(database)
    if (now > done) since = Date.now()
    done = now
    if (Date.now() - since > STUCK_MS) throw new Error(`no trade has ended for ${STUCK_MS / 1000} s: see ${rig.stack.dataDir}/logs`)
    if (Date.now() - last.atMs < REPORT_EVERY_MS && done < count) continue
    const { rss, delayMs } = await inspector.look()
    const rate = ((done - last.done) * 1000) / (Date.now() - last.atMs)
    say(
      `${String(done).padStart(6)} trades, ${rate.toFixed(1)} a second, RSS ${mb(rss)} MB, loop delay p50 ${delayMs.p50} p99 ${delayMs.p99} max ${delayMs.max} ms`,
    )
    last = { done, atMs: Date.now() }
  }
  return done
}

async function measured(database, inspector) {
  await rig.command('halt', 'all')
  await rig.stack.until('no trade in flight', STUCK_MS, async () => (await rig.stack.streaming()).counters.inFlight === 0)
  await pause(SETTLED_MS)
  let heap = await inspector.heap()
  for (let n = 1; n < MOMENTS; n++) {
    const next = await inspector.heap()
    if (next.heapUsed < heap.heapUsed) heap = next
  }
  const collections = values.collections ? await inspector.collections() : []
  const kinds = values.kinds ? await inspector.kinds() : new Map()
  const { rows } = await database.query('select pg_database_size(current_database())::float8 as bytes')
  const status = await rig.stack.streaming()
  return { ...heap, collections, kinds, postgres: rows[0].bytes, trades: await ended(database), counters: status.counters, disk: diskOf() }
}

function diskOf() {
  const folders = fs.readdirSync(rig.stack.dataDir, { withFileTypes: true })
  const named = folders.map(({ name }) => [
    name,
    Number(
      execFileSync('du', ['-sb', path.join(rig.stack.dataDir, name)])
        .toString()
        .split('\t')[0],
    ),
  ])
  return Object.fromEntries(named)
}

const HEAP_MUST = 0.1
const percent = (before, after) => `${(((after - before) / before) * 100).toFixed(1)} %`
function report(before, after, seconds) {
  const count = after.trades - before.trades
  say(`\n${count} trades in ${seconds.toFixed(0)} s: ${(count / seconds).toFixed(1)} a second`)
  for (const [name, a, b] of [
    ['heap of the main thread', before.heapUsed, after.heapUsed],
    ['heap of the workflow threads', before.workers, after.workers],
    ['external memory', before.external, after.external],
    ['resident memory', before.rss, after.rss],
  ])
    say(
      `${name.padEnd(30)} ${mb(a).padStart(8)} → ${mb(b).padStart(8)} MB  ${percent(a, b)}${a === b ? '' : `, ${((b - a) / count).toFixed(0)} bytes a trade`}`,
    )
  say(`active resources               ${JSON.stringify(before.resources)} → ${JSON.stringify(after.resources)}`)
  say(`counters                       ${JSON.stringify(after.counters)}`)
  say(
    `Postgres                       ${mb(before.postgres)} → ${mb(after.postgres)} MB, ${((after.postgres - before.postgres) / count).toFixed(0)} bytes a trade`,
  )
  for (const [name, bytes] of Object.entries(after.disk))
    say(
      `disk ${name.padEnd(25)} ${mb(before.disk[name] ?? 0)} → ${mb(bytes)} MB, ${((bytes - (before.disk[name] ?? 0)) / count).toFixed(0)} bytes a trade`,
    )
  const known = new Map(before.collections.map((each) => [each.where, each.size]))
  for (const { where, size } of after.collections)
    if (size - (known.get(where) ?? 0) > count / 20) say(`grew: ${known.get(where) ?? 0} → ${size}  ${where}`)
  const more = [...after.kinds].map(([where, { count: now, bytes }]) => {
    const then = before.kinds.get(where) ?? { count: 0, bytes: 0 }
    return { where, now: now - then.count, bytes: bytes - then.bytes }
  })
  for (const { where, now, bytes } of more.sort((a, b) => b.bytes - a.bytes).slice(0, KINDS_SHOWN))
    say(`more: ${now} of ${(bytes / count).toFixed(1)} bytes a trade  ${where}`)
}

try {
  await rig.up()
  const database = new Client({ connectionString: rig.stack.endpoints().databaseUrl })
  await database.connect()
  const inspector = await Inspector.of(rig.stack.pidOf('streaming'), path.join(rig.stack.dataDir, 'logs', 'streaming.log'))
  for (const pair of pairs) await rig.offer(pair, Math.ceil(((trades + warmUp) * 2) / pairs.length) + 100)
  await until(database, warmUp, inspector)
  const before = await measured(database, inspector)
  say(`warm: ${before.trades} trades, heap ${mb(before.heapUsed)} MB`)
  if (values.survivors) await inspector.startSampling()
  await rig.command('resume', 'all')
  const began = performance.now()
  await until(database, before.trades + trades, inspector)
  const seconds = (performance.now() - began) / 1000
  const after = await measured(database, inspector)
  report(before, after, seconds)
  const grown = (after.heapUsed - before.heapUsed) / before.heapUsed
  const isMet = Math.abs(grown) <= HEAP_MUST
  say(`heap of the main thread        must ± ${HEAP_MUST * 100} %: ${isMet ? 'met' : 'MISSED'}`)
  process.exitCode = isMet ? 0 : 1
  if (values.survivors)
    for (const { where, bytes } of (await inspector.survivors()).slice(0, SURVIVORS_SHOWN))
      say(`alive: ${(bytes / 1024).toFixed(0).padStart(6)} kB  ${where}`)
  await inspector.close()
  await database.end()
} finally {
  await rig.down()
}
