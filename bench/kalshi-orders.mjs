/**
 * Own time of an order at Kalshi: from the call of `place` until its bytes go to the kernel, plus from the first byte of the answer until the outcome is
 * returned. In it: shard, group, body, signature, headers, undici, and back: parsing, reading, comparing. Not in it: the network, the venue, the wait between
 * the two, and what is before the order port (Temporal, the gate, the journal's sync). Against the simulated venue in another process, on real sockets.
 * Both kinds of key, signed ahead in another thread while the journal syncs, as `place` of a trade does; and signed when it is needed.
 * `node bench/kalshi-orders.mjs [--orders 2000] [--per-second 100]` after `npm run build`; prints JSON, asserts nothing.
 */
import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { createRequire } from 'node:module'
import net from 'node:net'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..')
const load = createRequire(path.join(root, 'dist', 'x.js'))
const { createKalshiRest } = load('./venues/kalshi/rest/call.js')
const { createKalshiOrderEntry } = load('./venues/kalshi/order-entry.js')
const { createSigner } = load('./venues/kalshi/sign.js')
const { ClockOffset } = load('./venues/kalshi/offset.js')
const { RunawayLimiter } = load('./venues/kalshi/runaway.js')
const { getExchangeStatus } = load('./venues/kalshi/rest/exchange.js')
const { systemClock } = load('./wiring/clock.js')

const { values } = parseArgs({ options: { orders: { type: 'string', default: '2000' }, 'per-second': { type: 'string', default: '100' } } })
const ORDERS = Number(values.orders)
const EVERY_MS = 1000 / Number(values['per-second'])
/** Sent without a pause, so that what is measured is compiled: a shard rehearses before it trades. */
const WARM_UP = 1_500
const TICKER = 'KXBENCH-26-T1'
const POST = ['POST', '/trade-api/v2/portfolio/events/orders']
const clock = systemClock()
const never = new AbortController().signal
const log = { debug() {}, info() {}, warn: console.warn, error: console.error }

/** When this process last turned to the kernel with bytes, and when it first got some after that. */
const wire = { port: 0, writtenAt: 0, readAt: 0 }
for (const name of ['_write', '_writev']) {
  const original = net.Socket.prototype[name]
  net.Socket.prototype[name] = function (...of) {
    if (this.remotePort === wire.port) Object.assign(wire, { writtenAt: performance.now(), readAt: 0 })
    original.apply(this, of) // on few cores this call may return after the venue has run
  }
}
const { push } = net.Socket.prototype
net.Socket.prototype.push = function (...of) {
  if (this.remotePort === wire.port && wire.readAt === 0) wire.readAt = performance.now()
  return push.apply(this, of)
}

const keys = {
  ed25519: generateKeyPairSync('ed25519'),
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
}
const dir = mkdtempSync(path.join(tmpdir(), 'crossbook-bench-'))
for (const [name, { publicKey }] of Object.entries(keys))
  writeFileSync(path.join(dir, `${name}.pem`), publicKey.export({ type: 'spki', format: 'pem' }))
const market = {
  ticker: TICKER,
  title: 'Bench',
  status: 'active',
  open_time: '-1d',
  close_time: '+1d',
  price_level_structure: 'linear_cent',
}
writeFileSync(
  path.join(dir, 'scenario.json'),
  JSON.stringify({
    schema_version: 1,
    seed: 1,
    kalshi: {
      settings: {},
      accounts: Object.keys(keys).map((name) => ({
        account_id: name,
        usage_tier: 'prestige',
        balance_dollars: '1000000.0000',
        api_keys: [{ key_id: name, public_key_file: `${name}.pem` }],
      })),
      series: [{ ticker: 'KXBENCH', title: 'Bench', category: 'Economics', frequency: 'monthly', fee_type: 'quadratic' }],
      events: [
        {
          event_ticker: 'KXBENCH-26',
          series_ticker: 'KXBENCH',
          title: 'Bench?',
          markets: [
            { ...market, strike_type: 'greater', floor_strike: 1, book: { yes: [['0.4700', '3.00']], no: [['0.4800', '900000.00']] } },
          ],
        },
      ],
    },
  }),
)

async function venue() {
  const run = `require(${JSON.stringify(path.join(root, 'dist/sim/main.js'))}).runSim(process.argv.slice(1)).then((code) => process.exit(code))`
  const child = spawn(process.execPath, ['-e', run, '--', '--scenario', path.join(dir, 'scenario.json')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: child.stdout })) {
    const { rest_url: restUrl } = JSON.parse(line).kalshi
    return { restUrl, stop: () => child.kill('SIGTERM') }
  }
  throw new Error('the simulated venue did not start')
}

let orders = 0
function intent() {
  const tradeId = `b${++orders}`
  const nowMs = clock.nowMs()
  return {
    ...{ clientOrderId: `cb-${tradeId}-a1`, tradeId, venue: 'kalshi', market: TICKER, action: 'buy', outcome: 'yes' },
    ...{ limit: 5_200, quantity: 100, timeInForce: 'ioc', purpose: 'opening', notAfterMs: nowMs + 1_000 },
  }
}

async function measure(restUrl, name, isAhead) {
  wire.port = Number(new URL(restUrl).port)
  const privateKeyPem = keys[name].privateKey.export({ type: 'pkcs8', format: 'pem' })
  const signer = createSigner({ keyId: name, privateKeyPem }, new ClockOffset(), clock)
  const rest = createKalshiRest({ baseUrl: restUrl, signer, clock, frameLog: { stamp: (frame) => frame }, log })
  const refuse = () => Promise.reject(new Error('not asked here'))
  const groups = { list: refuse, create: refuse, reset: refuse }
  const runaway = new RunawayLimiter({
    groups,
    contracts: 1e9,
    required: false,
    shards: () => [0],
    halted: () => false,
    onTriggered() {},
    clock,
    log,
  })
  const entry = createKalshiOrderEntry({ rest, account: name, clock, log, shardOf: () => 0, offset: signer.offset, runaway })
  const journal = await open(path.join(dir, 'journal'), 'a')
  await getExchangeStatus(rest, never) // the clock offset
  const samples = { out: [], back: [], own: [], wait: [] }
  for (let n = 0; n < WARM_UP + ORDERS; n += 1) {
    const dueAt = performance.now() + EVERY_MS
    if (isAhead) void signer.prepare(...POST)
    await journal.write('a mark of the order that is about to be sent\n')
    await journal.datasync()
    const order = intent()
    const calledAt = performance.now()
    const outcome = await entry.place(order, () => null, never)
    const returnedAt = performance.now()
    if (outcome.kind !== 'done' || outcome.filled !== 100) throw new Error(`order ${n}: ${JSON.stringify(outcome)}`)
    if (n >= WARM_UP) {
      const [out, back] = [wire.writtenAt - calledAt, returnedAt - wire.readAt]
      for (const [part, ms] of Object.entries({ out, back, own: out + back, wait: wire.readAt - wire.writtenAt })) samples[part].push(ms)
    }
    if (n >= WARM_UP) await pause(Math.max(0, dueAt - performance.now()))
  }
  await journal.close()
  await rest.close()
  return Object.fromEntries(Object.entries(samples).map(([part, ms]) => [part, quantiles(ms)]))
}

function quantiles(samples) {
  const sorted = samples.toSorted((a, b) => a - b)
  const at = (part) => Number(sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))].toFixed(3))
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: at(1) }
}

/** One signature on the thread that asks. */
function signing(name) {
  const signer = createSigner(
    { keyId: name, privateKeyPem: keys[name].privateKey.export({ type: 'pkcs8', format: 'pem' }) },
    new ClockOffset(),
    clock,
  )
  const samples = Array.from({ length: 1_000 }, () => {
    const from = performance.now()
    signer.headers(...POST)
    return performance.now() - from
  })
  return quantiles(samples.slice(200))
}

const { restUrl, stop } = await venue()
try {
  const report = {
    machine: `${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}`,
    orders: ORDERS,
    perSecond: 1000 / EVERY_MS,
    targetMs: { p50: 0.5, p99: 2 },
    signingMs: { ed25519: signing('ed25519'), rsa2048: signing('rsa') },
    ownMs: {
      ed25519Ahead: await measure(restUrl, 'ed25519', true),
      ed25519WhenNeeded: await measure(restUrl, 'ed25519', false),
      rsa2048Ahead: await measure(restUrl, 'rsa', true),
      rsa2048WhenNeeded: await measure(restUrl, 'rsa', false),
    },
  }
  console.log(JSON.stringify(report, null, 2))
} finally {
  stop()
  rmSync(dir, { recursive: true, force: true })
}
