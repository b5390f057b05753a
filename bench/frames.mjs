/**
 * Frame → book → top (raw bytes in memory; every frame applied; best bid and ask read after each), ours beside its baselines in one run.
 * `node bench/frames.mjs [--windows 4] [--rounds 11] [--dist dist]` after `npm run build`; needs ../shared/data. Prints ratios, asserts that
 * all contenders end with the same books and the same sum of tops.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { ours } from './frames/contenders.mjs'
import { decisions } from './frames/decisions.mjs'
import { growth, scaling } from './frames/loads.mjs'
import { recordedFrames } from './frames/recorded.mjs'

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..')
const { values } = parseArgs({
  options: {
    windows: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '11' },
    dist: { type: 'string', default: path.join(root, 'dist') },
    shared: { type: 'string', default: path.join(root, '..', 'shared', 'data') },
    millions: { type: 'string', default: '10' },
  },
})
const rounds = Number(values.rounds)
/** So many until the compiler has seen every frame's way and is done. */
const WARM_UP_ROUNDS = 4
const IN_PYTHON = 'asyncio + Decimal'
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')

const { frames, markets } = recordedFrames(values.shared, Number(values.windows))
const at = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]
const median = (samples) =>
  at(
    samples.toSorted((a, b) => a - b),
    0.5,
  )

/** A contender in a process of its own, where no other one's garbage is collected in its time: an answer for each line it is sent. */
function contender(command, ...args) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async ask(what) {
      child.stdin.write(`${what}\n`)
      return JSON.parse((await lines.next()).value)
    },
    stop: () => child.stdin.end(),
  }
}
const local = (name) =>
  contender(process.execPath, path.join(root, 'bench', 'frames', 'rounds.mjs'), name, values.dist, values.shared, values.windows)

const commit = () => {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim()
  } catch {
    return 'unknown'
  }
}
const pythonVersion = () => {
  try {
    return execFileSync('python3', ['-V'], { encoding: 'utf8' }).trim()
  } catch {
    return null
  }
}

async function compare() {
  const python = pythonVersion()
  const dir = mkdtempSync(path.join(tmpdir(), 'crossbook-frames-'))
  const file = path.join(dir, 'frames')
  writeFileSync(file, frames.map(({ payload }) => payload.toString()).join('\n'))
  const contenders = {
    ours: local('ours'),
    'JSON.parse + flat book': local('parsedFlat'),
    'JSON.parse + Map + scan': local('parsedMap'),
    ...(python === null ? {} : { [IN_PYTHON]: contender('python3', path.join(root, 'bench', 'frames', 'baseline.py'), file) }),
  }
  const runs = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]))
  for (let i = 0; i < WARM_UP_ROUNDS + rounds; i++)
    for (const [name, each] of Object.entries(contenders))
      if (name !== IN_PYTHON || i >= WARM_UP_ROUNDS) runs[name].push(await each.ask('round'))
  const proofs = new Set(Object.values(runs).flatMap((each) => each.map(({ tops, hash }) => `${tops} ${hash}`)))
  if (proofs.size !== 1) throw new Error(`the contenders do not agree: ${[...proofs].join(', ')}`)
  if (runs.ours.some(({ inconsistent }) => inconsistent > 0)) throw new Error('a change did not follow its book')
  console.log(
    `${cpus()[0].model.trim()}, ${cpus().length} cores; Node ${process.version}${python ? `, ${python}` : ''}; commit ${commit()}`,
  )
  console.log(
    `${frames.length} frames of ${markets.length} markets, ${rounds} interleaved rounds, medians of processor time, a process for each; all books and sums of tops equal\n`,
  )
  const speed = Object.fromEntries(
    Object.entries(runs).map(([name, each]) => [name, frames.length / median(each.slice(-rounds).map(({ seconds }) => seconds))]),
  )
  for (const [name, perSecond] of Object.entries(speed)) {
    const took = name === IN_PYTHON ? null : await contenders[name].ask('latency')
    const each = took ? `p50 ${took.p50.toFixed(2)} µs  p99 ${took.p99.toFixed(2)} µs` : ''
    console.log(`${name.padEnd(28)}${(perSecond / 1e6).toFixed(3).padStart(8)} M frames/s  ${each}`)
  }
  for (const each of Object.values(contenders)) each.stop()
  rmSync(dir, { recursive: true, force: true })
  console.log('')
  const ratio = (name, must, aim) => {
    if (speed[name]) say(`ours ÷ ${name}`, speed.ours / speed[name], must, aim, (value) => value >= must)
  }
  ratio(IN_PYTHON, 10, 22)
  ratio('JSON.parse + flat book', 1.5, 3)
  ratio('JSON.parse + Map + scan', 4, 8)
}

function say(what, value, must, aim, holds) {
  console.log(`${what.padEnd(52)}${value.toFixed(2).padStart(8)}   must ${must}, aim ${aim}   ${holds(value) ? 'holds' : 'MISSED'}`)
}

const windowOf = (all, market) => all.filter(({ payload }) => payload.includes(`"${market}"`))

await compare()
const atMost = (must) => (value) => value <= must
const { loaded, spread } = scaling(values.dist, frames, rounds, median)
say('cost per frame, 10,000 markets loaded ÷ 10', loaded, 1.3, 1.05, atMost(1.3))
console.log(`${'with the traffic spread over all of them (cold caches)'.padEnd(52)}${spread.toFixed(2).padStart(8)}`)
const grown = growth(ours(values.dist, markets), frames, Number(values.millions) * 1e6, collect)
say(`heap growth over ${values.millions} million frames, %`, grown, 5, 0, atMost(5))
const { samples, found, refused } = decisions(values.dist, windowOf(frames, markets.at(-1)), markets.at(-1))
say('frame handler entry → two-book decision, p50 µs', at(samples, 0.5), 3, 1.5, atMost(3))
say(`the same, p99 µs (${found} finds, ${refused} refused)`, at(samples, 0.99), 15, 6, atMost(15))
