/**
 * The gateway adapter against its three promises, each between processes on real sockets:
 *  orders     place → first status of an IOC at the simulated gateway. Own time is from the call of `place` until its bytes go to the kernel, plus from
 *             the bytes with the first orderStatus until a listener of the gateway has it. The same order over the bare client library, in the same run.
 *  burst      10,000 frames of quotes in one go, split anywhere: all counted, in callbacks and in books.
 *  half open  a peer that falls silent: from its silence until the session is down.
 * `node bench/ibkr.mjs [--orders 400] [--bursts 5] [--trials 6] [--json]` after `npm run build`; prints, asserts nothing.
 */
import { fork, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import net from 'node:net'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const HERE = fileURLToPath(import.meta.url)

async function main() {
  const { values } = parseArgs({
    options: {
      orders: { type: 'string', default: '400' },
      bursts: { type: 'string', default: '5' },
      trials: { type: 'string', default: '6' },
      json: { type: 'boolean', default: false },
    },
  })
  const lib = libraries()
  // bounded in time: whatever hangs ends the run, and the children with it
  const late = setTimeout(() => process.exit(3), 300_000).unref()
  const orders = await benchOrders(lib, Number(values.orders))
  const burst = await benchBurst(lib, Number(values.bursts))
  const halfOpen = await benchHalfOpen(lib, Number(values.trials))
  clearTimeout(late)
  const report = { machine: `${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}`, orders, burst, halfOpen }
  if (values.json) return console.log(JSON.stringify(report, null, 2))
  const row = (name, q) => console.log(`${name.padEnd(44)} p50 ${q.p50}  p90 ${q.p90}  p99 ${q.p99}  max ${q.max}`)
  console.log(`${report.machine}; ms; ${orders.count} orders each`)
  for (const who of ['own', 'bare'])
    for (const [part, q] of Object.entries(orders[who])) row(`${who === 'own' ? 'adapter' : 'bare library'}: ${part}`, q)
  row(`burst of ${burst.frames}: frames/s`, burst.framesPerSecond)
  console.log(`burst: ${burst.lost} callbacks lost, ${burst.lostInBooks} in books, of ${burst.frames * burst.bursts}`)
  row('half-open peer: silence → down', halfOpen.ms)
}

function libraries() {
  const load = createRequire(path.join(HERE, '..', '..', 'dist', 'x.js'))
  const { createGateway } = load('./venues/forecastex/gateway/owner.js')
  const { createForecastexOrderEntry } = load('./venues/forecastex/order-entry.js')
  const { createForecastexFeed } = load('./venues/forecastex/feed.js')
  const { BookDirectory } = load('./core/market/reference.js')
  const { systemClock } = load('./wiring/clock.js')
  const { IBApi } = load('@stoqey/ib')
  return { createGateway, createForecastexOrderEntry, createForecastexFeed, BookDirectory, IBApi, clock: systemClock() }
}

const ACCOUNT = 'DU1234567'
const [YES, NO] = [800001, 800002]
const MARKET = String(YES)
const never = new AbortController().signal
const log = { debug() {}, info() {}, warn() {}, error: (fields, message) => console.error(message, fields) }
const catalog = {
  venue: 'forecastex',
  listings: async () => [],
  listing: async () => null,
  contracts: async () => ({ yes: YES, no: NO }),
  outcomeOf: async (conId) => (conId === YES || conId === NO ? { market: MARKET, outcome: conId === YES ? 'yes' : 'no' } : null),
}
/** As a capture would number them, without a disk. */
function numbering(clock) {
  let n = 0
  return { stamp: (frame) => ({ ...frame, n: n++, recvMs: clock.nowMs(), monoNs: clock.monoNs() }) }
}

/** A session of ours, and how to end it. */
async function connect({ createGateway, clock }, port, clientId) {
  const options = { host: '127.0.0.1', port, clientId, account: ACCOUNT, messagesPerSecond: 1000, clock, frameLog: numbering(clock), log }
  const gateway = createGateway(options)
  const ended = new AbortController()
  const running = gateway.run(ended.signal)
  await gateway.whenUp(AbortSignal.timeout(10_000))
  const close = async () => {
    ended.abort()
    await running
  }
  return { gateway, close }
}

function quantiles(samples, digits = 3) {
  const sorted = samples.toSorted((a, b) => a - b)
  const at = (part) => Number((sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN).toFixed(digits))
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) }
}

// ---- orders

/** When the socket that carried the order last got bytes, and when the order's own bytes went to the kernel. */
const wire = { ref: null, socket: null, writtenAt: 0, pushedAt: 0 }
function watchSockets() {
  for (const name of ['_write', '_writev']) {
    const original = net.Socket.prototype[name]
    net.Socket.prototype[name] = function (...of) {
      const bytes = name === '_write' ? [of[0]] : of[0].map(({ chunk }) => chunk)
      if (wire.ref !== null && bytes.some((chunk) => chunk.includes(wire.ref)))
        Object.assign(wire, { socket: this, writtenAt: performance.now() })
      original.apply(this, of) // on few cores this call may return after the venue has run
    }
  }
  const { push } = net.Socket.prototype
  net.Socket.prototype.push = function (...of) {
    if (this === wire.socket) wire.pushedAt = performance.now()
    return push.apply(this, of)
  }
}

async function benchOrders(lib, count) {
  const dir = mkdtempSync(path.join(tmpdir(), 'crossbook-bench-'))
  writeFileSync(path.join(dir, 'scenario.json'), JSON.stringify(scenario()))
  const { port, stop } = await simulator(path.join(dir, 'scenario.json'))
  watchSockets()
  const ours = await ourOrders(lib, port)
  const bare = await bareOrders(lib, port)
  const samples = { own: newSamples(), bare: newSamples() }
  try {
    for (let n = 0; n < WARM_UP + count; n += 1) {
      // in turn, so that both have the same machine
      for (const [who, place] of [
        ['own', ours.place],
        ['bare', bare.place],
      ]) {
        wire.ref = `cb-bench${who}${n}-a1`
        const calledAt = performance.now()
        const { statusAt, wholeAt, pushedAt } = await place(wire.ref)
        if (n >= WARM_UP) {
          const [out, back] = [wire.writtenAt - calledAt, statusAt - pushedAt]
          const parts = {
            'own time': out + back,
            out,
            back,
            'place → first status': statusAt - calledAt,
            'place → outcome': wholeAt - calledAt,
          }
          for (const [part, ms] of Object.entries(parts)) samples[who][part].push(ms)
        }
        await pause(PAUSE_MS)
      }
    }
  } finally {
    await ours.close()
    bare.close()
    stop()
    rmSync(dir, { recursive: true, force: true })
  }
  const summary = (of) => Object.fromEntries(Object.entries(of).map(([part, ms]) => [part, quantiles(ms)]))
  return { count, targetMs: { 'own time p50': 1 }, own: summary(samples.own), bare: summary(samples.bare) }
}
/** Until what is measured is compiled: a shard rehearses before it trades. */
const WARM_UP = 150
const PAUSE_MS = 10
const newSamples = () => ({ 'own time': [], out: [], back: [], 'place → first status': [], 'place → outcome': [] })

function scenario() {
  const side = (con_id, name, bids) => ({ con_id, local_symbol: `FF Dec09'30 3.625 ${name}`, bids })
  const contract = { symbol: 'FF', trading_class: 'FF', under_con_id: 658663572, long_name: 'US Fed Funds Target Rate' }
  return {
    schema_version: 1,
    seed: 1,
    ibkr: {
      settings: { max_messages_per_second: 100_000, position_limit: 100_000_000 },
      accounts: [{ account: ACCOUNT, cash: '100000000.00' }],
      contracts: [
        {
          ...contract,
          ...{ last_trade_date: '20301209', time_zone: 'US/Central', strike: '3.625' },
          yes: side(YES, 'YES', []),
          no: side(NO, 'NO', [['0.42', 50_000_000]]),
        },
      ],
    },
  }
}

async function simulator(file) {
  const main = path.join(HERE, '..', '..', 'dist', 'sim', 'main.js')
  const run = `require(${JSON.stringify(main)}).runSim(process.argv.slice(1)).then((code) => process.exit(code))`
  const child = spawn(process.execPath, ['-e', run, '--', '--scenario', file], { stdio: ['ignore', 'pipe', 'inherit'] })
  process.once('exit', () => child.kill())
  for await (const line of createInterface({ input: child.stdout }))
    return { port: JSON.parse(line).ibkr.port, stop: () => child.kill('SIGTERM') }
  throw new Error('the simulated gateway did not start')
}

/** The order port, as a trade's activity has it. */
async function ourOrders(lib, port) {
  const { gateway, close } = await connect(lib, port, 7)
  const { clock } = lib
  const options = { gateway, catalog, account: ACCOUNT, clock, log, frameLog: numbering(clock), graceMs: 0, executionsZone: null }
  const entry = lib.createForecastexOrderEntry(options)
  await entry.whenRecovered?.(AbortSignal.timeout(10_000))
  let hear = () => {}
  gateway.listen(({ callback }) => callback?.kind === 'orderStatus' && hear())
  const place = async (clientOrderId) => {
    const status = first((listener) => (hear = listener))
    const intent = {
      ...{ clientOrderId, tradeId: clientOrderId.slice(3, -3), venue: 'forecastex', market: MARKET, action: 'buy', outcome: 'yes' },
      ...{ limit: 5_800, quantity: 100, timeInForce: 'ioc', purpose: 'opening', notAfterMs: clock.nowMs() + 2_000 },
    }
    const outcome = await entry.place(intent, () => null, never)
    const wholeAt = performance.now()
    if (outcome.kind !== 'done' || outcome.filled !== 100) throw new Error(`${clientOrderId}: ${JSON.stringify(outcome)}`)
    return { ...(await status), wholeAt }
  }
  return { place, close }
}

/** The client library alone, with its limiter out of reach. */
async function bareOrders({ IBApi }, port) {
  const ib = new IBApi({ host: '127.0.0.1', port, clientId: 8, maxReqPerSec: 100_000 })
  let orderId = await new Promise((resolve) => {
    ib.once('nextValidId', resolve)
    ib.connect()
  })
  let hear = () => {}
  let filled = () => {}
  ib.on('orderStatus', () => hear())
  ib.on('orderStatus', (_id, status) => status === 'Filled' && filled(performance.now()))
  const place = async (orderRef) => {
    const status = first((listener) => (hear = listener))
    const whole = new Promise((resolve) => (filled = resolve))
    const order = {
      action: 'BUY',
      orderType: 'LMT',
      totalQuantity: 1,
      lmtPrice: 0.58,
      tif: 'IOC',
      account: ACCOUNT,
      orderRef,
      transmit: true,
      outsideRth: false,
    }
    ib.placeOrder(orderId++, { conId: YES, exchange: 'FORECASTX' }, order)
    const told = await status
    return { ...told, wholeAt: await whole }
  }
  return { place, close: () => ib.disconnect() }
}
/** The first call of a listener, and the bytes that led to it. */
const first = (listen) => new Promise((resolve) => listen(() => resolve({ statusAt: performance.now(), pushedAt: wire.pushedAt })))

// ---- burst

const FRAMES = 10_000

async function benchBurst(lib, bursts) {
  const peer = await scripted()
  const { gateway, close } = await connect(lib, peer.port, 7)
  const directory = new lib.BookDirectory()
  const feed = lib.createForecastexFeed({ gateway, catalog, directory, frameLog: numbering(lib.clock), clock: lib.clock, log })
  feed.watch([MARKET])
  const ended = new AbortController()
  const heard = { callbacks: 0, books: 0, firstAt: 0, lastAt: 0 }
  gateway.listen(({ callback }) => {
    if (callback?.kind !== 'price' && callback?.kind !== 'size') return
    heard.lastAt = performance.now()
    if (heard.callbacks++ === 0) heard.firstAt = heard.lastAt
  })
  const running = feed.run((event) => event.kind === 'book' && (heard.books += 1), ended.signal)
  await peer.said('subscribed')
  await pause(500)
  const rates = []
  let [lost, lostInBooks] = [0, 0]
  for (let n = 0; n < bursts; n += 1) {
    Object.assign(heard, { callbacks: 0, books: 0 })
    peer.send({ burst: FRAMES })
    for (const endAt = performance.now() + 10_000; heard.callbacks < FRAMES && performance.now() < endAt;) await pause(20)
    await pause(100)
    rates.push((heard.callbacks - 1) / ((heard.lastAt - heard.firstAt) / 1000))
    lost += FRAMES - heard.callbacks
    lostInBooks += FRAMES - heard.books
  }
  ended.abort()
  await running
  await close()
  peer.stop()
  return { frames: FRAMES, bursts, lost, lostInBooks, framesPerSecond: quantiles(rates, 0) }
}

// ---- half open

async function benchHalfOpen(lib, trials) {
  const peer = await scripted()
  const { gateway, close } = await connect(lib, peer.port, 7)
  let down = () => {}
  gateway.listen(({ callback }) => callback?.kind === 'disconnected' && down(Date.now()))
  const samples = []
  for (let n = 0; n < trials; n += 1) {
    // at another place between two heartbeats each time
    await pause(1_500 + (1_000 * n) / trials)
    const ended = new Promise((resolve) => (down = resolve))
    peer.send({ silent: true })
    const silentAt = Date.parse(await peer.said('silent'))
    samples.push((await ended) - silentAt)
    peer.send({ silent: false })
    await gateway.whenUp(AbortSignal.timeout(20_000))
  }
  await close()
  peer.stop()
  return { trials, targetMs: { max: 4_000 }, samplesMs: samples, ms: quantiles(samples, 0) }
}

/** A gateway of a few words, in its own process. */
async function scripted() {
  const child = fork(HERE, ['--scripted-gateway'])
  process.once('exit', () => child.kill())
  const waiting = new Map()
  const told = new Map()
  child.on('message', ({ word, value }) => {
    told.set(word, value)
    waiting.get(word)?.(value)
  })
  const said = (word) =>
    new Promise((resolve) => {
      const settle = (value) => {
        told.delete(word)
        waiting.delete(word)
        resolve(value)
      }
      if (told.has(word)) settle(told.get(word))
      else waiting.set(word, settle)
    })
  return { port: await said('port'), said, send: (message) => child.send(message), stop: () => child.kill() }
}

function scriptedGateway() {
  let [silent, peer] = [false, null]
  const requests = []
  const encode = (...tokens) => {
    const body = Buffer.from(tokens.map((token) => `${token}\0`).join(''))
    const head = Buffer.alloc(4)
    head.writeUInt32BE(body.length)
    return Buffer.concat([head, body])
  }
  const answer = (socket, [id, , third]) => {
    if (silent) return
    if (id === '71') socket.write(Buffer.concat([encode(15, 1, ACCOUNT), encode(9, 1, 1)]))
    if (id === '49') socket.write(encode(49, 1, Math.floor(Date.now() / 1000)))
    if (id === '1') {
      socket.write(encode(58, 1, third, 1))
      if (requests.push(third) === 2) process.send({ word: 'subscribed', value: null })
    }
  }
  const server = net.createServer((socket) => {
    let [bytes, greeted] = [Buffer.alloc(0), false]
    peer = socket
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk])
      if (!greeted && bytes.length >= 8 + (bytes.length >= 8 ? bytes.readUInt32BE(4) : 0)) {
        bytes = bytes.subarray(8 + bytes.readUInt32BE(4))
        greeted = true
        if (!silent) socket.write(encode(193, '20261121 13:30:00 US/Central'))
      }
      while (greeted && bytes.length >= 4 && bytes.length >= 4 + bytes.readUInt32BE(0)) {
        const end = 4 + bytes.readUInt32BE(0)
        answer(socket, bytes.toString('utf8', 4, end).split('\0'))
        bytes = bytes.subarray(end)
      }
    })
  })
  /** Each frame is one callback and one change of a book: a bid's price (its size is lost in the library, trap 15), then its size. */
  const burst = (frames) => {
    const tick = (n) => (n % 2 === 0 ? encode(1, 6, requests[0], 1, n % 4 === 0 ? 0.4 : 0.41, 1, 0) : encode(2, 6, requests[0], 0, 1 + n))
    const all = Buffer.concat(Array.from({ length: frames }, (_, n) => tick(n)))
    const PIECE = 1_447 // the payload of a packet: frames are split anywhere
    for (let at = 0; at < all.length; at += PIECE) peer.write(all.subarray(at, at + PIECE))
  }
  process.on('message', (message) => {
    if ('burst' in message) burst(message.burst)
    if ('silent' in message) {
      silent = message.silent
      if (silent) process.send({ word: 'silent', value: new Date().toISOString() })
    }
  })
  process.on('disconnect', () => process.exit(0))
  server.listen(0, '127.0.0.1', () => process.send({ word: 'port', value: server.address().port }))
}

if (process.argv[2] === '--scripted-gateway') scriptedGateway()
else await main()
