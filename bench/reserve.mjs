// What a reserve costs: node bench/reserve.mjs [how many]. Needs a build (npm run build). Uses the Postgres of DATABASE_URL, else starts one of its own,
// in a database and folders that are removed afterwards. Prints percentiles in ms, beside what nobody can avoid: one round trip, one synced commit.
import { createRequire } from 'node:module'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..')
const load = createRequire(path.join(root, 'dist', 'x.js'))
const { createLedger, openAccount } = load('./stores/postgres/ledger.js')
const { openDatabase } = load('./stores/postgres/pool.js')
const { importLimits } = load('./stores/postgres/limits.js')
const { migrate } = load('./stores/migrate.js')
const { limitsSchema } = load('./config/schema/limits.js')
const { parse } = load('yaml')
const { Client } = load('pg')

const count = Number(process.argv[2] ?? 1000)
const WARM_UP = 100
const LIMIT_MS = 600_000
const signal = AbortSignal.timeout(LIMIT_MS)
const log = { debug() {}, info() {}, warn: console.warn, error: console.error }
const dollars = (amount) => Math.round(amount * 1_000_000)

async function server() {
  if (process.env.DATABASE_URL) return { url: process.env.DATABASE_URL, stop: async () => undefined }
  const { startPostgres } = load('./stack/servers/postgres.js')
  const { findPostgres } = load('./stack/sources.js')
  const dir = mkdtempSync(path.join(tmpdir(), 'crossbook-bench-'))
  chmodSync(dir, 0o711) // Postgres may run as another user, who must be able to pass through
  const found = await findPostgres({ root }, null)
  const port = await new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address()
      probe.close(() => resolve(free))
    })
  })
  const running = await startPostgres({
    dataDir: path.join(dir, 'postgres'),
    logDir: path.join(dir, 'logs'),
    runDir: path.join(dir, 'run'),
    programs: found.program ?? found,
    port,
    signal,
  })
  return {
    url: running.address,
    stop: async () => {
      await running.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

function planOf(n, nowMs) {
  const tradeId = `t${n}`
  const market = `K${n % 40}`
  const order = { tradeId, action: 'buy', quantity: 1_000, timeInForce: 'ioc', notAfterMs: nowMs + 1_000 }
  const second = { ...order, venue: 'forecastex', market: String(800 + (n % 40)), outcome: 'no', purpose: 'reducing' }
  return {
    strategy: 'box',
    tradeId,
    mode: 'sim',
    lossBudget: dollars(5),
    dearestCure: dollars(5.3),
    rules: { certificate: 'c@1', limits: 'l', config: 'bench' },
    opportunity: {
      ...{ strategy: 'box', subject: `s${n % 40}`, n, seenAtMs: nowMs, netEdge: 620_000, expectedValue: 300_000, unwindLoss: 440_000 },
      ...{ maximumLoss: dollars(4.37), verdicts: [] },
    },
    legs: [
      {
        order: { ...order, clientOrderId: `cb-${tradeId}-a1`, venue: 'kalshi', market, outcome: 'yes', limit: 4_200, purpose: 'opening' },
        costBound: dollars(4.37),
      },
      { order: { ...second, clientOrderId: `cb-${tradeId}-b2`, limit: 4_900 }, costBound: dollars(5) },
    ],
    cure: { ...second, clientOrderId: `cb-${tradeId}-c3`, limit: 5_200 },
  }
}

const result = (tradeId) => ({
  ...{ tradeId, label: 'missed', locked: 0, flat: 0, held: 0, dust: 0, realisedPnl: 0, maxRemainingLoss: 0, reason: '', cures: [] },
})

async function timed(times, work) {
  const samples = []
  for (let i = 0; i < times; i += 1) {
    const from = performance.now()
    await work(i)
    samples.push(performance.now() - from)
  }
  return samples
}

function print(name, samples) {
  const sorted = samples.toSorted((a, b) => a - b)
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))].toFixed(2).padStart(8)
  console.log(`${name.padEnd(44)}${at(0.5)}${at(0.9)}${at(0.99)}${String(samples.length).padStart(8)}`)
}

async function measure(url) {
  const database = openDatabase(url, log)
  const clock = { nowMs: () => Date.now() }
  const ledger = createLedger(database, () => ({ kalshi: clock.nowMs(), forecastex: clock.nowMs() }), clock)
  const text = readFileSync(path.join(root, 'examples', 'first-trade', 'limits.yaml'), 'utf8')
  const limits = { ...limitsSchema.parse(parse(text)), maxOpeningsPerMinute: 1e6, maxOpeningsPerDay: 1e6, maxContractsPerDay: 1e12 }
  await importLimits(database, limits, { name: 'bench', role: 'system' }, clock.nowMs(), signal)
  for (const venue of ['kalshi', 'forecastex'])
    await openAccount(database, venue, `account-${venue}`, [{ purse: venue, cash: dollars(100_000) }], clock.nowMs(), signal)
  await database.query('create table bench_commit (n integer)')
  console.log(`${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}\n`)
  console.log(`${''.padEnd(44)}${'p50'.padStart(8)}${'p90'.padStart(8)}${'p99'.padStart(8)}${'n'.padStart(8)}`)
  const reserve = async (n) => {
    const { kind, verdicts } = await ledger.reserve(planOf(n, clock.nowMs()), 'run', signal)
    if (kind !== 'granted') throw new Error(JSON.stringify(verdicts.filter(({ passed }) => !passed)))
  }
  const close = (n) => ledger.close(result(`t${n}`), 'run', signal)
  for (let n = 0; n < WARM_UP; n += 1) await reserve(n).then(() => close(n))
  const figures = { trip: [], commit: [], reserve: [], close: [] }
  for (let n = WARM_UP; n < WARM_UP + count; n += 1) {
    figures.trip.push(...(await timed(1, () => database.query('select 1'))))
    figures.commit.push(...(await timed(1, () => database.query('insert into bench_commit values (1)'))))
    figures.reserve.push(...(await timed(1, () => reserve(n))))
    figures.close.push(...(await timed(1, () => close(n))))
  }
  print('one round trip', figures.trip)
  print('one synced commit (a row of one integer)', figures.commit)
  print(`reserve, after ${WARM_UP} to ${WARM_UP + count} trades today`, figures.reserve)
  print('close', figures.close)
  await database.end()
}

const { url, stop } = await server()
const name = `bench_${process.pid}`
const admin = new Client({ connectionString: url })
await admin.connect()
await admin.query(`create database ${name}`)
try {
  const own = Object.assign(new URL(url), { pathname: `/${name}` }).href
  await migrate(own, log)
  await measure(own)
} finally {
  await admin.query(`drop database ${name} with (force)`)
  await admin.end()
  await stop()
}
