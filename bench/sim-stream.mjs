/**
 * Whether the simulated exchange keeps up: every market's book subscribed on each connection, outside orders at a steady rate.
 * `node bench/sim-stream.mjs [--markets 10000] [--connections 1] [--rate 2000] [--seconds 10] [--whole]`: with `--whole` every
 * connection has every market, otherwise they share them. Prints, asserts nothing.
 */
import { createRequire } from 'node:module'
import fs from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'

const require = createRequire(import.meta.url)
require('../test/stores/typescript-hook.cjs')
globalThis.afterAll = () => undefined
const { compileSim, SimProcess } = require('../test/sim/support/process.ts')
const { ALPHA, kalshiScenario, writeScenario } = require('../test/sim/support/running.ts')
const { signedHeaders } = require('../test/sim/support/client.ts')
const WebSocket = require('ws')

const { values } = parseArgs({
  options: {
    markets: { type: 'string', default: '10000' },
    connections: { type: 'string', default: '1' },
    rate: { type: 'string', default: '2000' },
    seconds: { type: 'string', default: '10' },
    whole: { type: 'boolean', default: false },
  },
})
const [marketCount, connectionCount, rate, seconds] = ['markets', 'connections', 'rate', 'seconds'].map((name) => Number(values[name]))

const PER_EVENT = 20
const BATCH_MS = 20
const SUBSCRIBE_MAX = 1_000
const DEPTH = 5

const price = (cents) => `0.${String(cents).padStart(2, '0')}00`
const levels = (best) => Array.from({ length: DEPTH }, (_, at) => [price(best - at), '10.00'])
const book = { yes: levels(45), no: levels(45) }
const tickers = Array.from({ length: marketCount }, (_, at) => `KXLOAD-${Math.floor(at / PER_EVENT)}-T${at % PER_EVENT}`)
function scenario() {
  const whole = kalshiScenario()
  whole.kalshi.series.push({ ticker: 'KXLOAD', title: 'Load' })
  for (let at = 0; at < tickers.length; at += PER_EVENT) {
    const markets = tickers
      .slice(at, at + PER_EVENT)
      .map((ticker) => ({ ticker, open_time: '-1d', close_time: '+1d', book, title: ticker }))
    whole.kalshi.events.push({ event_ticker: `KXLOAD-${at / PER_EVENT}`, series_ticker: 'KXLOAD', title: 'Load', markets })
  }
  return whole
}

/** CPU milliseconds of a process: user and system, in ticks of 10 ms. */
const cpuMs = (pid) => {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}
const residentMb = (pid) => Math.round(Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024)
const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]

class Client {
  snapshots = 0
  deltas = 0
  gaps = 0
  lags = []
  #last = 0
  constructor(url) {
    this.socket = new WebSocket(url, { headers: signedHeaders(ALPHA, 'GET', new URL(url).pathname), maxPayload: 64 << 20 })
    this.socket.on('message', (data) => this.#take(data.toString()))
  }
  opened = () => new Promise((resolve, reject) => this.socket.once('open', resolve).once('error', reject))
  #take(text) {
    const { type, seq, msg } = JSON.parse(text)
    if (seq !== undefined) {
      if (seq !== this.#last + 1) this.gaps += 1
      this.#last = seq
    }
    if (type === 'orderbook_snapshot') this.snapshots += 1
    if (type !== 'orderbook_delta') return
    this.deltas += 1
    this.lags.push(Date.now() - msg.ts_ms)
  }
  subscribe(markets) {
    for (let at = 0; at < markets.length; at += SUBSCRIBE_MAX) {
      const params = {
        channels: ['orderbook_delta'],
        market_tickers: markets.slice(at, at + SUBSCRIBE_MAX),
        use_yes_price: true,
        skip_ticker_ack: true,
      }
      this.socket.send(JSON.stringify({ id: at + 1, cmd: 'subscribe', params }))
    }
  }
}

async function until(look, limitMs = 60_000) {
  for (const end = performance.now() + limitMs; !look();) {
    if (performance.now() > end) throw new Error(`not within ${limitMs} ms`)
    await pause(5)
  }
}

async function load(control) {
  const batch = Math.round((rate * BATCH_MS) / 1_000)
  const began = performance.now()
  let sent = 0
  let slowestMs = 0
  for (let round = 0; round * BATCH_MS < seconds * 1_000; round++) {
    await pause(Math.max(0, began + round * BATCH_MS - performance.now()))
    const orders = Array.from({ length: batch }, (_, at) => {
      const number = sent + at
      const ticker = tickers[(number * 7919) % tickers.length]
      return { venue: 'kalshi', type: 'external_order', ticker, side: 'bid', price: price(1 + (number % 40)), count: '1.00' }
    })
    const posted = performance.now()
    const response = await fetch(`${control}/events`, { method: 'POST', body: JSON.stringify(orders) })
    if (!response.ok) throw new Error(await response.text())
    slowestMs = Math.max(slowestMs, performance.now() - posted)
    sent += batch
  }
  return { sent, tookMs: performance.now() - began, slowestMs }
}

const built = compileSim()
const folder = writeScenario(scenario())
const startedMs = performance.now()
const sim = SimProcess.start(built, ['--scenario', folder.file])
try {
  const ready = await sim.ready()
  console.log(`start with ${marketCount} markets: ${Math.round(performance.now() - startedMs)} ms`)
  const clients = Array.from({ length: connectionCount }, () => new Client(ready.kalshi.ws_url))
  await Promise.all(clients.map((client) => client.opened()))
  const shareOf = (at) => (values.whole ? tickers : tickers.filter((_, number) => number % connectionCount === at))
  const subscribedMs = performance.now()
  for (const [at, client] of clients.entries()) client.subscribe(shareOf(at))
  const wanted = values.whole ? marketCount * connectionCount : marketCount
  await until(() => clients.reduce((sum, client) => sum + client.snapshots, 0) >= wanted)
  console.log(`${wanted} snapshots on ${connectionCount} connections: ${Math.round(performance.now() - subscribedMs)} ms`)
  const cpuBefore = cpuMs(sim.child.pid)
  const { sent, tookMs, slowestMs } = await load(ready.control.url)
  const due = values.whole ? sent * connectionCount : sent
  const count = () => clients.reduce((sum, client) => sum + client.deltas, 0)
  await until(() => count() >= due)
  const doneMs = performance.now()
  const lags = clients.flatMap((client) => client.lags).sort((a, b) => a - b)
  const cpu = cpuMs(sim.child.pid) - cpuBefore
  console.log(
    `${sent} orders in ${Math.round(tookMs)} ms (${Math.round((sent / tookMs) * 1_000)}/s), slowest batch ${Math.round(slowestMs)} ms`,
  )
  console.log(
    `${count()} deltas, ${clients.reduce((sum, client) => sum + client.gaps, 0)} gaps; venue to reader p50 ${percentile(lags, 0.5)} ms, p99 ${percentile(lags, 0.99)} ms, max ${lags.at(-1)} ms`,
  )
  console.log(
    `the simulator used ${Math.round((cpu / (doneMs - subscribedMs)) * 100)} % of one core, ${Math.round((cpu * 1_000) / count())} µs a delta, ${residentMb(sim.child.pid)} MB`,
  )
  for (const client of clients) client.socket.terminate()
} finally {
  await sim.kill('SIGTERM')
  folder.remove()
  built.remove()
}
