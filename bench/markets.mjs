/**
 * Ten thousand subscribed markets in one process: the Kalshi feed, the books and the capture writer as the product runs them, against the
 * simulator in a process of its own; outside orders come from a third. Then a storm: all connections are dropped at once.
 * `node bench/markets.mjs [--markets 10000] [--rate 2000] [--seconds 20] [--per-connection 400]`. Prints, asserts nothing.
 */
import { fork } from 'node:child_process'
import { createRequire } from 'node:module'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    markets: { type: 'string', default: '10000' },
    rate: { type: 'string', default: '2000' },
    seconds: { type: 'string', default: '20' },
    'per-connection': { type: 'string', default: '400' },
    load: { type: 'string' },
  },
})
const [marketCount, rate, seconds] = ['markets', 'rate', 'seconds'].map((name) => Number(values[name]))
const PER_EVENT = 20
const BATCH_MS = 20
const DEPTH = 5
const LIMIT_MS = 120_000
const price = (cents) => `0.${String(cents).padStart(2, '0')}00`
const tickers = Array.from({ length: marketCount }, (_, at) => `KXLOAD-${Math.floor(at / PER_EVENT)}-T${at % PER_EVENT}`)

/** The outside world: bids at a steady rate, never above the asks. */
async function load(control) {
  const batch = Math.round((rate * BATCH_MS) / 1_000)
  const began = performance.now()
  let sent = 0
  for (let round = 0; round * BATCH_MS < seconds * 1_000; round++) {
    await pause(Math.max(0, began + round * BATCH_MS - performance.now()))
    const orders = Array.from({ length: batch }, (_, at) => ({
      venue: 'kalshi',
      type: 'external_order',
      ticker: tickers[((sent + at) * 7919) % tickers.length],
      side: 'bid',
      price: price(1 + ((sent + at) % 40)),
      count: '1.00',
    }))
    const response = await fetch(`${control}/events`, { method: 'POST', body: JSON.stringify(orders) })
    if (!response.ok) throw new Error(await response.text())
    sent += batch
  }
  return { sent, tookMs: performance.now() - began }
}

if (values.load !== undefined) {
  process.send(await load(values.load))
  process.exit(0)
}

const require = createRequire(import.meta.url)
require('../test/stores/typescript-hook.cjs')
globalThis.afterAll = () => undefined
const { compileSim, SimProcess } = require('../test/sim/support/process.ts')
const { ALPHA, kalshiScenario, writeScenario } = require('../test/sim/support/running.ts')
const { BookDirectory } = require('../src/core/market/reference.ts')
const { createCaptureWriter } = require('../src/stores/files/capture-writer.ts')
const { Engine } = require('../src/streaming/engine.ts')
const { createKalshiFeed } = require('../src/venues/kalshi/feed.ts')
const { ClockOffset } = require('../src/venues/kalshi/offset.ts')
const { createSigner } = require('../src/venues/kalshi/sign.ts')
const { systemClock } = require('../src/wiring/clock.ts')

function scenario() {
  const whole = kalshiScenario()
  const levels = (best) => Array.from({ length: DEPTH }, (_, at) => [price(best - at), '10.00'])
  whole.kalshi.series.push({ ticker: 'KXLOAD', title: 'Load' })
  for (let at = 0; at < tickers.length; at += PER_EVENT) {
    const markets = tickers
      .slice(at, at + PER_EVENT)
      .map((ticker) => ({ ticker, title: ticker, open_time: '-1d', close_time: '+1d', book: { yes: levels(45), no: levels(45) } }))
    whole.kalshi.events.push({ event_ticker: `KXLOAD-${at / PER_EVENT}`, series_ticker: 'KXLOAD', title: 'Load', markets })
  }
  return whole
}

const log = { debug() {}, info() {}, warn() {}, error: (fields, message) => console.error(message, JSON.stringify(fields).slice(0, 300)) }
const residentMb = () => Math.round(process.memoryUsage().rss / 1024 / 1024)
const ms = (value) => `${Math.round(value)} ms`

/** The feed with its books, and everything that must not happen counted. */
class Desk {
  wrong = { crossed: 0, beforeSnapshot: 0 }
  counts = { book: 0, replace: 0 }
  commandsAt = []
  known = 0
  #directory = new BookDirectory()
  #ended = new AbortController()
  constructor(wsUrl, dir) {
    const clock = systemClock()
    const privateKeyPem = ALPHA.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const signer = createSigner({ keyId: ALPHA.keyId, privateKeyPem }, new ClockOffset(), clock)
    this.writer = createCaptureWriter({ dir, process: 'bench', clock, log })
    const frameLog = {
      stamp: (frame) => {
        if (frame.dir === 'out') this.commandsAt.push(performance.now())
        return this.writer.stamp(frame)
      },
    }
    this.engine = new Engine(this.#directory, { onFound() {}, onRefused() {}, onBook: (index) => this.#check(index) })
    const marketsPerConnection = Number(values['per-connection'])
    this.feed = createKalshiFeed({ wsUrl, signer, directory: this.#directory, frameLog, clock, log, marketsPerConnection })
    this.feed.watch(tickers)
    this.running = this.feed.run((event) => this.#accept(event), this.#ended.signal)
  }
  #accept(event) {
    if (event.kind === 'book') {
      const { change } = event
      this.counts.book++
      if (change.op === 'replace') this.counts.replace++
      else if (!this.engine.books.at(change.book).isLive) this.wrong.beforeSnapshot++
    }
    this.engine.accept(event)
  }
  #check(index) {
    const book = this.engine.books.at(index)
    const [bid, ask] = [book.bestPrice('bid'), book.bestPrice('ask')]
    if (bid !== null && ask !== null && bid >= ask) this.wrong.crossed++
  }
  live() {
    let live = 0
    for (let index = 0; index < this.#directory.size; index++) if (this.engine.books.at(index).isLive) live++
    return live
  }
  async untilKnown() {
    for (const end = performance.now() + LIMIT_MS; this.live() < tickers.length; await pause(5))
      if (performance.now() > end) throw new Error(`${this.live()} of ${tickers.length} books after ${LIMIT_MS} ms`)
  }
  /** The most commands within any second. */
  fastest(from) {
    const at = this.commandsAt.filter((each) => each >= from)
    return at.reduce((most, each) => Math.max(most, at.filter((other) => other >= each && other < each + 1_000).length), 0)
  }
  async stop() {
    this.#ended.abort()
    await this.running
    await this.writer.close()
  }
}

async function steady(desk, control) {
  const [books, cpu, began] = [desk.counts.book, process.cpuUsage(), performance.now()]
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const args = ['--load', control, '--markets', values.markets, '--rate', values.rate, '--seconds', values.seconds]
  const child = fork(fileURLToPath(import.meta.url), args)
  const { sent } = await new Promise((resolve, reject) => child.once('message', resolve).once('error', reject))
  const used = process.cpuUsage(cpu)
  const tookMs = performance.now() - began
  delay.disable()
  const share = ((used.user + used.system) / 1_000 / tookMs) * 100
  const applied = desk.counts.book - books
  console.log(
    `${sent} outside orders in ${ms(tookMs)}: ${applied} changes (${Math.round((applied / tookMs) * 1_000)}/s), ${share.toFixed(0)} % of one core, ` +
      `${((used.user + used.system) / applied).toFixed(0)} µs a change; event loop late by p99 ${ms(delay.percentile(99) / 1e6)}, most ${ms(delay.max / 1e6)}; ${residentMb()} MB`,
  )
}

async function storm(desk, control, name) {
  const [began, before, snapshots, cpu] = [performance.now(), desk.feed.state().commands, desk.counts.replace, process.cpuUsage()]
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const fault = { venue: 'kalshi', type: 'fault', name, times: 1 }
  const response = await fetch(`${control}/events`, { method: 'POST', body: JSON.stringify(fault) })
  if (!response.ok) throw new Error(await response.text())
  while (desk.live() === tickers.length) await pause(1)
  const lost = performance.now()
  const leastLive = desk.live()
  await desk.untilKnown()
  const tookMs = performance.now() - lost
  delay.disable()
  const used = process.cpuUsage(cpu)
  const { commands, lanes } = desk.feed.state()
  console.log(
    `${name} on ${lanes} connections, ${leastLive} books left; all known again after ${ms(tookMs)} (${ms(performance.now() - began)} from the fault), ` +
      `${commands - before} commands (at most ${desk.fastest(began)} in a second), ${desk.counts.replace - snapshots} snapshots, ` +
      `${ms((used.user + used.system) / 1_000)} of CPU, event loop late by at most ${ms(delay.max / 1e6)}; ${residentMb()} MB`,
  )
}

const built = compileSim()
const folder = writeScenario(scenario())
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'crossbook-bench-'))
const sim = SimProcess.start(built, ['--scenario', folder.file])
let desk = null
try {
  const { kalshi, control } = await sim.ready()
  console.log(`${process.version}, ${os.cpus()[0]?.model}, ${os.cpus().length} cores; before: ${residentMb()} MB`)
  const began = performance.now()
  const cpu = process.cpuUsage()
  desk = new Desk(kalshi.ws_url, dir)
  await desk.untilKnown()
  const used = process.cpuUsage(cpu)
  const { lanes, commands } = desk.feed.state()
  console.log(
    `${tickers.length} books on ${lanes} connections: ${ms(performance.now() - began)} from the start, ${commands} commands (at most ${desk.fastest(0)} in a second), ` +
      `${ms((used.user + used.system) / 1_000)} of CPU; ${residentMb()} MB`,
  )
  await steady(desk, control.url)
  // all connections dropped at once, three times; then all subscriptions ended at once on connections that stay
  for (const name of ['reconnect_storm', 'reconnect_storm', 'reconnect_storm', 'ws_error_25']) {
    await pause(2_000)
    await storm(desk, control.url, name)
  }
  const { inconsistent } = desk.engine.books
  console.log(
    `crossed ${desk.wrong.crossed}, changes before a snapshot ${desk.wrong.beforeSnapshot}, inconsistent ${inconsistent}, gaps ${desk.engine.counters.gaps}, unreadable ${desk.engine.counters.unreadable}, captures lost ${desk.writer.lost}; ${JSON.stringify(desk.feed.state())}`,
  )
} finally {
  await desk?.stop()
  await sim.kill('SIGTERM')
  folder.remove()
  built.remove()
  fs.rmSync(dir, { recursive: true, force: true })
}
