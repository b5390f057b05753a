// One whole stack, started as `npm start` does, on a data folder of its own: Temporal, Postgres, Valkey, QuestDB, both simulated venues, worker, streaming.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { pidsOf, processorMs } from './processes.mjs'

const require = createRequire(import.meta.url)
require('../../test/stores/typescript-hook.cjs')
const { listingsOf, quietScenario } = require('../../test/e2e/faults/scenario.ts')

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..')
const DEFAULTS = path.join(ROOT, 'bench', 'saga', 'defaults.cjs')
/** Servers, venues and feeds; two stacks at once on a machine that does something else beside. */
const UP_MS = 300_000
const STOP_MS = 30_000
const LOOK_MS = 50
/** Longer than the quiet before a lone trade. */
const STILL_MS = 8_000
/** QuestDB's rows leave every half second, and are read when they were applied. */
const FLUSHED_MS = 1_500
/** The order port takes 240 orders of a process in a minute, unless it is told: a bench has no runaway loop to fear. */
const ORDERS_PER_MINUTE = 10_000

/** One contract a trade, so that a box outlives its trades, and nothing but the books stops the next. */
const LIMITS = {
  max_contracts_per_trade: "'1'",
  first_contracts: "'1'",
  next_contracts: "'1'",
  max_openings_per_minute: '10000',
  max_open_trades: '20',
  max_unpaired_first_legs: '20',
  max_unpaired_premium_total: "'1000.00'",
  cool_down_ms: '0',
  max_contracts_per_market: "'100000'",
  max_contracts_per_event: "'100000'",
}
/** Twenty trades at once need an account with more than the usual 100 market data lines, and a higher tier (E18). */
const GRANTS = { usageTier: 'premier', messagesPerSecond: 200 }
/** A box that pays seven cents a contract after fees, as in test/e2e/faults/rig.ts. */
const PRICES = { yesBid: '0.50', exit: '0.38', ask: '0.40' }

/** A copy of the configuration for an account of {@link GRANTS}. @param changes textual, of venues.yaml. */
export function configuration(changes = []) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'crossbook-config-'))
  fs.cpSync(path.join(ROOT, 'config'), folder, { recursive: true })
  const file = path.join(folder, 'venues.yaml')
  const edits = [
    [/messages_per_second: \d+/, `messages_per_second: ${GRANTS.messagesPerSecond}`],
    [/^mode: sim$/m, `mode: sim\norders_per_minute: ${ORDERS_PER_MINUTE}`],
    ...changes,
  ]
  fs.writeFileSync(
    file,
    edits.reduce((text, [from, to]) => text.replace(from, to), fs.readFileSync(file, 'utf8')),
  )
  return folder
}

const freePort = () =>
  new Promise((resolve, reject) => {
    const probe = net.createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })

export class Contender {
  #dist
  #options
  #children = []
  #folders = []
  #listings
  #errors = ''

  /** @param options `defaults`: the SDK's and the server's (`memory`: without a file); `changes`: of venues.yaml; `env`: more of the environment. */
  constructor(name, dist, pairs, options = {}) {
    this.name = name
    this.#dist = path.resolve(dist)
    this.#options = options
    this.#listings = new Map(listingsOf(pairs).map((listing) => [listing.id, listing]))
    this.dataDir = this.#folder(fs.mkdtempSync(path.join(os.tmpdir(), 'crossbook-saga-')))
    fs.chmodSync(this.dataDir, 0o711) // Postgres may have to run as another user, who must be able to pass through
  }

  /** Of every process of this stack: with the other contender's SDK defaults, or nothing. */
  get sdkEnvironment() {
    return this.#options.defaults ? { NODE_OPTIONS: `--require=${DEFAULTS}` } : {}
  }

  #folder(name) {
    this.#folders.push(name)
    return name
  }
  #spawn(command, args, env = process.env) {
    const child = spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', 'ignore', 'pipe'] })
    const each = { child, ended: new Promise((resolve) => child.once('close', resolve)) }
    this.#children.push(each)
    child.stderr.on('data', (chunk) => (this.#errors = (this.#errors + chunk.toString()).slice(-100_000)))
    return child
  }

  async up() {
    const { defaults, changes, env } = this.#options
    const scenario = this.#folder(quietScenario([...this.#listings.keys()], LIMITS, GRANTS))
    const config = this.#folder(configuration(changes))
    const asked = { ...process.env, ...env, CROSSBOOK_DATA: this.dataDir, CROSSBOOK_CONFIG: config }
    if (defaults) Object.assign(asked, { TEMPORAL_ADDRESS: await this.#defaultServer(), ...this.sdkEnvironment })
    this.#spawn(process.execPath, [path.join(this.#dist, 'stack', 'main.js'), '--scenario', scenario, '--headless'], asked)
    await this.until('the stack to be up', UP_MS, () => this.#errors.includes('Where to look'))
    this.pids = { ...pidsOf(this.dataDir), ...(this.#temporalPid && { temporal: this.#temporalPid }) }
    this.endpoints = JSON.parse(fs.readFileSync(path.join(this.dataDir, 'run', 'endpoints.json'), 'utf8'))
    await this.until('the shard to see its pairs', UP_MS, async () => (await this.status())?.pairs === this.#listings.size)
  }

  /** As `temporal server start-dev` comes, but for its file: a durable trade needs one. And for the attributes that the product searches by. */
  #temporalPid
  async #defaultServer() {
    const { findTemporal } = require(path.join(this.#dist, 'stack', 'sources.js'))
    const { SEARCH_ATTRIBUTES, checkTemporal } = require(path.join(this.#dist, 'stack', 'servers', 'temporal.js'))
    const { command } = await findTemporal({ root: ROOT })
    const [port, uiPort] = [await freePort(), await freePort()]
    const attributes = Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`])
    const file = this.#options.memory ? [] : ['--db-filename', path.join(this.dataDir, 'temporal-defaults.db')]
    const where = [
      '--ip',
      '127.0.0.1',
      '--port',
      String(port),
      '--ui-port',
      String(uiPort),
      '--ui-disable-news-fetch',
      '--log-level',
      'error',
    ]
    this.#temporalPid = this.#spawn(command, ['server', 'start-dev', ...where, ...file, ...attributes]).pid
    const address = `127.0.0.1:${port}`
    await this.until('the default Temporal', UP_MS, () => checkTemporal(address, 'default', AbortSignal.timeout(STOP_MS)).then(() => true))
    return address
  }

  async down() {
    for (const { child, ended } of this.#children.toReversed()) {
      child.kill('SIGINT')
      await Promise.race([ended, pause(STOP_MS, undefined, { ref: false })])
    }
    for (const folder of this.#folders) fs.rmSync(folder, { recursive: true, force: true })
  }

  async until(what, limitMs, holds) {
    for (const late = Date.now() + limitMs; ;) {
      if (
        await Promise.resolve()
          .then(holds)
          .catch(() => false)
      )
        return
      const gone = this.#children.find(({ child }) => child.exitCode !== null)
      if (Date.now() > late || gone) throw new Error(`${this.name}: not within ${limitMs} ms: ${what}\n${this.#errors.slice(-2_000)}`)
      await pause(LOOK_MS)
    }
  }

  async status() {
    const response = await fetch(`http://127.0.0.1:${this.endpoints.streamingHealthPort}/status`).catch(() => null)
    return response?.ok ? response.json() : null
  }
  async #post(event) {
    const response = await fetch(`${this.endpoints.simControlUrl}/events`, { method: 'POST', body: JSON.stringify(event) })
    if (!response.ok) throw new Error(`the simulator refused ${JSON.stringify(event)}: ${await response.text()}`)
  }

  /** Contracts of a box, Kalshi's ask last: it is found in that turn, and again after each trade until they are used up. */
  async offer(pair, size) {
    const { ticker, yesConId } = this.#listings.get(pair)
    await this.#post({ venue: 'ibkr', type: 'external_order', con_id: yesConId, price: PRICES.yesBid, size })
    await this.#post({ venue: 'kalshi', type: 'external_order', ticker, side: 'bid', price: PRICES.exit, count: String(size) })
    await this.#post({ venue: 'kalshi', type: 'external_order', ticker, side: 'ask', price: PRICES.ask, count: String(size) })
  }

  /**
   * Has so many trades done and reads what the product measured of them. @param offers makes them, by {@link offer}.
   * @returns samples in ms by measure, the seconds from the first grant to the last booking, processor time per trade in ms by process.
   */
  async measured(trades, limitMs, offers) {
    const before = (await this.status()).counters
    const cpuBefore = this.#cpu()
    const sinceMs = Date.now()
    await offers()
    await this.#done(before.launched, trades, limitMs)
    const cpuAfter = this.#cpu()
    await pause(FLUSHED_MS)
    const rows = await this.#rows(sinceMs)
    const samples = group(rows)
    const times = rows.map(([, , atMs]) => atMs)
    const traded = samples.get('detection to wire')?.length ?? 0
    if (traded < trades) process.stderr.write(`${this.name}: ${traded} of ${trades} trades sent an order; the machine is busy elsewhere\n`)
    return {
      samples: Object.fromEntries([...samples].map(([measure, each]) => [measure, each.map(([, micros]) => micros / 1_000)])),
      seconds: (Math.max(...times) - Math.min(...times)) / 1_000,
      cpu: Object.fromEntries(Object.entries(cpuAfter).map(([name, ms]) => [name, (ms - cpuBefore[name]) / trades])),
    }
  }

  /** On a machine that is busy elsewhere orders come too late, and books that nobody lifted are not tried again: what stands still is done. */
  async #done(before, trades, limitMs) {
    let moved = { launched: before, atMs: Date.now() }
    await this.until(`${trades} trades`, limitMs, async () => {
      const { launched, inFlight } = (await this.status()).counters
      if (launched !== moved.launched || inFlight > 0) moved = { launched, atMs: Date.now() }
      const isStill = launched > before && Date.now() - moved.atMs > STILL_MS
      return inFlight === 0 && (launched - before >= trades || isStill)
    })
  }
  #cpu() {
    return Object.fromEntries(Object.entries(this.pids).map(([name, pid]) => [name, processorMs(pid)]))
  }
  /** [measure, micros, at in ms] of the product's own record. */
  async #rows(sinceMs) {
    const query = `select measure, micros, cast(ts as long) / 1000 at from latency where ts >= ${sinceMs * 1_000}`
    const answer = await (await fetch(`${this.endpoints.questdb.httpUrl}/exec?query=${encodeURIComponent(query)}`)).json()
    if (!answer.dataset) throw new Error(`${this.name}: ${JSON.stringify(answer)}`)
    return answer.dataset
  }
}

function group(rows) {
  const groups = new Map()
  for (const row of rows) groups.set(row[0], [...(groups.get(row[0]) ?? []), row])
  return groups
}
