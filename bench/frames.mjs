/**
 * Frame → book → top (raw bytes in memory; every frame applied; best bid and ask read after each), ours beside its baselines in one run; then
 * what a decision costs, how long it takes from the frame's handler at the paces of a live feed, and what very many pairs and frames change.
 * `node bench/frames.mjs [FILE] [--windows 4] [--rounds 5] [--dist dist] [--json] [--no-install]` after `npm run build`. Prints ratios, asserts that
 * all contenders end with the same books and the same sum of tops. FILE is a recording or a capture; without one and without ../shared/data it measures
 * frames that it makes.
 */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { ours } from './frames/contenders.mjs'
import { decisions, judgements } from './frames/decisions.mjs'
import { growth } from './frames/loads.mjs'
import { packageOf, pythonVersion } from './frames/python.mjs'
import { isRecorded, recordedFrames } from './frames/recorded.mjs'
import { BASELINES, Report } from './frames/report.mjs'
import { templatesOf } from './frames/traffic.mjs'

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    windows: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '5' },
    dist: { type: 'string', default: path.join(root, 'dist') },
    shared: { type: 'string', default: path.join(root, '..', 'shared', 'data') },
    millions: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '1' },
    'no-install': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
const dist = path.resolve(values.dist)
const source = positionals[0] ?? values.shared
/** So many until the compiler has seen every frame's way and is done. */
const WARM_UP_ROUNDS = 4
const PACES = [1_000, 5_000, 20_000]
const PAIRS = [10, 1_000, 10_000]
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')

const at = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]
const median = (samples) =>
  at(
    samples.toSorted((a, b) => a - b),
    0.5,
  )
const medianRound = (each) => median(each.slice(-rounds))

/** A contender in a process of its own, where no other one's garbage is collected in its time: an answer for each line it is sent. */
function contender(command, args, env = {}) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async ask(what) {
      child.stdin.write(`${what}\n`)
      const { value, done } = await lines.next()
      if (done) throw new Error(`${command} ${args[0]} ended without an answer`)
      return JSON.parse(value)
    },
    stop: () => child.stdin.end(),
  }
}
const script = (name) => path.join(root, 'bench', 'frames', name)
const local = (name) => contender(process.execPath, [script('rounds.mjs'), name, dist, source, values.windows])

const commit = () => {
  try {
    const of = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
    return `${of('rev-parse', '--short', 'HEAD')}${of('status', '--porcelain', 'src') === '' ? '' : ' and changes'}`
  } catch {
    return 'unknown'
  }
}

/** Those in Python that can be had here; of the others the report says why not. */
function inPython(report, file) {
  const python = pythonVersion()
  if (python === null) {
    report.skip('Python is not installed: none of its contenders ran')
    return {}
  }
  report.version('Python', python.replace('Python ', ''))
  const found = { 'asyncio + Decimal': contender('python3', [script('baseline.py'), file]) }
  for (const [title, name, source] of [
    ['msgspec + list book (Python)', 'msgspec', 'msgspec_book.py'],
    ['NautilusTrader (Python)', 'nautilus', 'nautilus_book.py'],
  ]) {
    const { folder, version, missing } = packageOf(name, root, !values['no-install'])
    if (missing !== undefined) report.skip(`${title} did not run: ${missing}`)
    else {
      report.version(name, version)
      found[title] = contender('python3', [script(source), file], { PYTHONPATH: folder })
    }
  }
  return found
}

async function compare(report, frames) {
  const dir = mkdtempSync(path.join(tmpdir(), 'crossbook-frames-'))
  const file = path.join(dir, 'frames')
  writeFileSync(file, frames.map(({ payload }) => payload.toString()).join('\n'))
  const python = inPython(report, file)
  const contenders = {
    ours: local('ours'),
    'JSON.parse + flat book': local('parsedFlat'),
    'JSON.parse + Map + scan': local('parsedMap'),
    'JSON.parse + sorted floats (the way of ccxt)': local('indexedFloats'),
    ...python,
  }
  const runs = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]))
  for (let i = 0; i < WARM_UP_ROUNDS + rounds; i++)
    for (const [name, each] of Object.entries(contenders))
      if (!(name in python) || i >= WARM_UP_ROUNDS) runs[name].push(await each.ask('round'))
  const proofs = new Set(Object.values(runs).flatMap((each) => each.map(({ tops, hash }) => `${tops} ${hash}`)))
  if (proofs.size !== 1) throw new Error(`the contenders do not agree: ${[...proofs].join(', ')}`)
  if (runs.ours.some(({ inconsistent }) => inconsistent > 0)) throw new Error('a change did not follow its book')
  report.proof([...proofs][0].split(' ')[1])
  const speed = {}
  for (const [name, each] of Object.entries(runs)) {
    const seconds = each.map((round) => round.seconds)
    speed[name] = frames.length / medianRound(seconds)
    const best = frames.length / Math.min(...seconds.slice(-rounds))
    report.speed(name, { median: speed[name], best }, name in python ? null : await contenders[name].ask('latency'))
  }
  for (const each of Object.values(contenders)) each.stop()
  rmSync(dir, { recursive: true, force: true })
  for (const [name, { must, aim }] of Object.entries(BASELINES))
    if (speed[name] !== undefined) report.atLeast(`ours ÷ ${name}`, speed.ours / speed[name], must, aim)
}

const windowOf = (all, market) => all.filter(({ payload }) => payload.includes(`"${market}"`))
function decide(report, frames, market) {
  const { samples, found, refused } = decisions(dist, windowOf(frames, market), market)
  const all = `${found} finds, ${refused} refused`
  report.atMost(`handler entry → decision, one window, p50 µs (${all})`, at(samples, 0.5), 3, 1.5)
  report.atMost('the same, p99 µs', at(samples, 0.99), 15, 6)
  report.figure('the same, p99.9 µs', at(samples, 0.999))
  const cases = judgements(dist)
  const runs = Object.fromEntries(Object.keys(cases).map((name) => [name, []]))
  for (let i = 0; i < WARM_UP_ROUNDS + rounds; i++) for (const [name, round] of Object.entries(cases)) runs[name].push(round())
  for (const [name, each] of Object.entries(runs)) report.figure(`one decision, ${name}, ns`, medianRound(each))
}

/** So many pairs, each number in a process of its own. */
async function load(report) {
  const rigs = PAIRS.map((pairs) => contender(process.execPath, [script('rig.mjs'), dist, source, String(pairs)]))
  const ask = (rig, what) => rig.ask(JSON.stringify(what))
  const costs = PAIRS.map(() => ({ few: [], all: [] }))
  for (let i = 0; i < WARM_UP_ROUNDS + rounds; i++)
    for (const [k, rig] of rigs.entries()) {
      costs[k].few.push((await ask(rig, { what: 'cost', active: PAIRS[0] })).micros)
      costs[k].all.push((await ask(rig, { what: 'cost', active: PAIRS[k] })).micros)
    }
  const [few] = costs.map((each) => medianRound(each.few))
  const many = costs.at(-1)
  report.atMost('cost per frame, 10,000 pairs ÷ 10', medianRound(many.few) / few, 1.3, 1.05)
  report.figure('with the traffic spread over all of them (cold caches)', medianRound(many.all) / few)
  for (const from of ['process', 'socket'])
    for (const rate of PACES) {
      const runs = rigs.map(() => [])
      for (let i = 0; i <= rounds; i++)
        for (const [k, rig] of rigs.entries()) runs[k].push(await ask(rig, { what: 'paced', from, rate, seconds: Number(values.seconds) }))
      for (const [k, each] of runs.entries()) {
        const of = (name) => medianRound(each.map((one) => one[name]))
        report.paced({
          from,
          rate,
          pairs: PAIRS[k],
          p50: of('p50'),
          p99: of('p99'),
          p999: of('p999'),
          found: of('found'),
          refused: of('refused'),
        })
      }
    }
  for (const rig of rigs) rig.stop()
}

if (!existsSync(path.join(dist, 'streaming', 'engine.js'))) {
  process.stderr.write(`bench/frames: ${dist} holds no build: run npm run build first\n`)
  process.exit(2)
}
const { frames, markets } = recordedFrames(source, Number(values.windows))
try {
  templatesOf(frames)
} catch (error) {
  process.stderr.write(`bench/frames: ${source}: ${error.message}\n`)
  process.exit(2)
}
const report = new Report(values.json)
report.machine({ cpu: `${cpus()[0].model.trim()}, ${cpus().length} cores`, commit: commit(), node: process.version.slice(1) })
if (!isRecorded(source)) report.skip(`${path.relative(process.cwd(), source)} is not there: the frames are generated, not recorded`)
report.frames({ count: frames.length, markets: markets.length, rounds, recorded: isRecorded(source) })
await compare(report, frames)
decide(report, frames, markets.at(-1))
await load(report)
report.atMost(
  `heap growth over ${values.millions} million frames, %`,
  growth(ours(dist, markets), frames, Number(values.millions) * 1e6, collect),
  5,
  0,
)
report.end()
process.exitCode = report.isMissed ? 1 : 0
