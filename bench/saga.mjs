/**
 * What a durable trade costs: detection → reserve → first bytes → both acknowledged → booked, by the real path with real stores and both simulated
 * venues on real sockets, beside the same product with the defaults of Temporal's server and SDK. Both stacks run beside each other and are measured
 * in turns. `node bench/saga.mjs [--trades 60] [--rounds 2] [--keep-warm MS] [--no-defaults] [--memory] [--json] [--dist DIR]` after `npm run setup`.
 *
 * Defaults: no dynamic configuration, no SQLite pragmas, no eager start, regular activities only, gzip, default pollers, sticky queue and task
 * timeout (bench/saga/defaults.cjs). What differs from the bare defaults: a database file, for a durable trade needs one (`--memory`: without it),
 * and our search attributes. `--keep-warm 50` measures ours with a beat every 50 ms (best with `--no-defaults`: it goes on for a minute after each
 * margin, beside whatever is measured next). What is measured is the product's own record of latencies (`latency` in QuestDB).
 */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Contender } from './saga/contender.mjs'
import { machine, versions } from './saga/processes.mjs'
import { print, quantiles } from './saga/report.mjs'

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..')
const { values } = parseArgs({
  options: {
    trades: { type: 'string', default: '60' },
    rounds: { type: 'string', default: '2' },
    'keep-warm': { type: 'string', default: '0' },
    'no-defaults': { type: 'boolean', default: false },
    memory: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    dist: { type: 'string', default: path.join(ROOT, 'dist') },
  },
})
const rounds = Number(values.rounds)
const perRound = Math.ceil(Number(values.trades) / rounds)
/** Of every 60 in a row: so many lone ones, each with its quiet before it, and a third of that of the slow contender. */
const lone = Math.ceil(perRound / 3)
/** So many trades in flight at most, each on a pair of its own, and so many on each pair one after another: past 20 latency only grows. */
const AT_ONCE = 16
const EACH = 8
const QUIET_MS = 2_200
const PHASE_MS = 180_000
const SETTLE_MS = 3_000
const pairs = Array.from({ length: AT_ONCE }, (_, i) => `p${i}`)

const say = (line) => process.stderr.write(`${line}\n`)

const sequential = (contender, trades) => contender.measured(trades, PHASE_MS, () => contender.offer('p0', trades))
const quietly = (contender, trades) =>
  contender.measured(trades, PHASE_MS, async () => {
    for (let i = 0; i < trades; i++) {
      await pause(QUIET_MS)
      await contender.offer('p1', 1)
    }
  })
const atOnce = (contender, each) =>
  contender.measured(each * AT_ONCE, PHASE_MS, async () => {
    for (const pair of pairs) await contender.offer(pair, each)
  })

/** The bare steps, in a process that has nothing else to do. */
function bare(contender, trades) {
  const file = path.join(ROOT, 'bench', 'saga', 'bare.mjs')
  const env = { ...process.env, ...contender.sdkEnvironment }
  const args = [file, path.resolve(values.dist), contender.endpoints.temporal.address, String(trades), String(AT_ONCE)]
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.on('data', (chunk) => (out += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => (code === 0 ? resolve(JSON.parse(out)) : reject(new Error(`the bare steps ended with ${code}`))))
  })
}

const MEASURES = { firstBytesMs: 'detection to wire', bothAcknowledgedMs: 'detection to both answered' }
const MORE = { reservedMs: 'detection to reserved', reserveMs: 'reserve', bookedMs: 'detection to booked' }

/** Gathers the rounds of one contender. */
class Figures {
  #samples = new Map()
  #rates = []
  #cpu = []
  #bare = []

  #add(name, samples = []) {
    this.#samples.set(name, [...(this.#samples.get(name) ?? []), ...samples])
  }
  row({ samples }) {
    for (const [key, measure] of Object.entries({ ...MEASURES, ...MORE })) this.#add(key, samples[measure])
  }
  lone({ samples }) {
    this.#add('loneFirstBytesMs', samples[MEASURES.firstBytesMs])
    this.#add('loneBothAcknowledgedMs', samples[MEASURES.bothAcknowledgedMs])
  }
  load({ samples, seconds, cpu }) {
    this.#add('loadedFirstBytesMs', samples[MEASURES.firstBytesMs])
    this.#rates.push((samples[MEASURES.bothAcknowledgedMs]?.length ?? 0) / seconds)
    this.#cpu.push(cpu)
  }
  bare({ first, perSecond }) {
    this.#add('bareFirstOrderMs', first)
    this.#bare.push(perSecond)
  }
  told() {
    const median = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? NaN
    const names = Object.keys(this.#cpu[0] ?? {})
    return {
      ...Object.fromEntries([...this.#samples].map(([name, samples]) => [name, quantiles(samples)])),
      tradesPerSecond: median(this.#rates),
      bareTradesPerSecond: median(this.#bare),
      cpuMsPerTrade: Object.fromEntries(names.map((name) => [name, median(this.#cpu.map((each) => each[name]))])),
    }
  }
}

async function measure(ours, defaults) {
  const figures = { ours: new Figures(), defaults: new Figures() }
  const slow = Math.ceil(lone / 3)
  for (const each of [ours, defaults]) if (each) await sequential(each, 12) // code is compiled on the first ones
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}`)
    figures.ours.lone(await quietly(ours, lone))
    figures.ours.row(await sequential(ours, perRound))
    if (defaults) {
      figures.defaults.row(await sequential(defaults, Math.ceil(perRound / 2)))
      figures.defaults.lone(await quietly(defaults, slow))
    }
    figures.ours.bare(await bare(ours, perRound * 2))
    if (defaults) figures.defaults.bare(await bare(defaults, perRound))
    figures.ours.load(await atOnce(ours, EACH))
    if (defaults) figures.defaults.load(await atOnce(defaults, 2))
  }
  return { ours: figures.ours.told(), defaults: defaults ? figures.defaults.told() : null }
}

const keepWarm = Number(values['keep-warm'])
const beat = keepWarm > 0 ? [[/^mode: sim$/m, `mode: sim\nkeep_warm_ms: ${keepWarm}`]] : []
const ours = new Contender('ours', values.dist, pairs, { changes: beat })
const defaults = values['no-defaults'] ? null : new Contender('defaults', values.dist, pairs, { defaults: true, memory: values.memory })
const began = machine(ROOT)
const all = [ours, defaults].filter(Boolean)
const down = async () => {
  for (const each of all.toReversed()) await each.down()
}
const ABORTED = 130
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void down().finally(() => process.exit(ABORTED)))
try {
  for (const each of all) await each.up()
  await pause(SETTLE_MS)
  const told = await measure(ours, defaults)
  const ratio = told.defaults ? told.defaults.firstBytesMs.p50 / told.ours.firstBytesMs.p50 : null
  const document = { machine: began, versions: versions(values.dist, ROOT), keepWarmMs: keepWarm, ...told, ratio }
  const isMet = print(document, values.json ? say : (line) => process.stdout.write(`${line}\n`))
  if (values.json) process.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
  process.exitCode = isMet ? 0 : 1
} finally {
  await down()
}
