/**
 * How much faster than it happened a recording is replayed, with everything on, and whether it decides the same twice. Takes the densest recording of
 * Kalshi's stream in ../shared/data (most frames a second), adds what it lacks (five pairs, a quoting ForecastEx, listings, limits, trouble: the overlay
 * of the tests, by seed), and runs `crossbook replay --opportunities --books` on it, each run a process of its own.
 * `node bench/replay.mjs [--runs 3] [--seed 1] [--dist dist] [--shared ../shared/data] [--json]` after `npm run build`. Ends with 1 when a run is slower
 * than fifty times real time, or decides otherwise.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..')
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    dist: { type: 'string', default: path.join(root, 'dist') },
    shared: { type: 'string', default: path.join(root, '..', 'shared', 'data') },
    json: { type: 'boolean', default: false },
  },
})
/** What must hold. */
const TIMES_REAL_TIME = 50
/** One trouble in so many frames: a gap, a lost connection, a halt. */
const TROUBLE_EVERY = 5_000
const MS_PER_SECOND = 1_000
const OUTPUT_BYTES_MAX = 256 * 1024 * 1024

const load = createRequire(import.meta.url)
load(path.join(root, 'test', 'stores', 'typescript-hook.cjs'))
const { overlay } = load(path.join(root, 'test', 'replay', 'reference', 'overlay', 'play.ts'))

const linesOf = (file) => gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n')
const timeOf = (line) => Number(/"recv_ms":\s*(\d+)/.exec(line)?.[1])

/** The recording with the most frames a second. */
function densest(folder) {
  if (!existsSync(folder)) {
    console.error(`${folder} is not there: name the recordings with --shared`)
    process.exit(2)
  }
  const all = readdirSync(folder)
    .filter((name) => name.endsWith('.ndjson.gz'))
    .map((name) => {
      const lines = linesOf(path.join(folder, name))
      const seconds = (timeOf(lines.at(-1)) - timeOf(lines[0])) / MS_PER_SECOND
      return { name, lines, seconds, perSecond: lines.length / seconds }
    })
  return all.sort((a, b) => b.perSecond - a.perSecond)[0]
}

const recording = densest(path.join(values.shared, 'kalshi_ws', 'gold15m'))
const folder = mkdtempSync(path.join(os.tmpdir(), 'crossbook-bench-'))
try {
  const file = path.join(folder, 'played.ndjson.gz')
  overlay(file, recording.lines, values.seed, TROUBLE_EVERY)
  const played = linesOf(file)
  const seconds = (Math.max(...played.map(timeOf)) - Math.min(...played.map(timeOf))) / MS_PER_SECOND
  const runs = Array.from({ length: Number(values.runs) }, () => {
    const args = [path.join(path.resolve(values.dist), 'cli', 'main.js'), 'replay', file, '--opportunities', '--books', '--json']
    const report = JSON.parse(
      execFileSync(process.execPath, args, {
        cwd: root,
        encoding: 'utf8',
        maxBuffer: OUTPUT_BYTES_MAX,
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    )
    const { messages, found, refused, gaps, decisionsSha256, elapsedMs, opportunities } = report
    return {
      messages,
      found,
      refused,
      gaps,
      opportunities: opportunities.count,
      decisionsSha256,
      elapsedMs,
      timesRealTime: Math.round((seconds * MS_PER_SECOND) / elapsedMs),
    }
  })
  const same = new Set(runs.map(({ decisionsSha256 }) => decisionsSha256)).size === 1
  const slowest = Math.min(...runs.map(({ timesRealTime }) => timesRealTime))
  const result = {
    recording: recording.name,
    framesPerSecond: Math.round(recording.perSecond),
    seconds: Math.round(seconds),
    same,
    slowest,
    runs,
  }
  if (values.json) console.log(JSON.stringify(result, null, 2))
  else {
    console.log(
      `${result.recording}: ${result.framesPerSecond} frames a second for ${result.seconds} s; with pairs, quotes and trouble ${runs[0].messages} frames`,
    )
    for (const run of runs)
      console.log(
        `  ${run.timesRealTime} × real time (${run.elapsedMs} ms), ${run.found} found, ${run.refused} refused, ${run.gaps} gaps, ${run.opportunities} opportunities, ${run.decisionsSha256.slice(0, 16)}`,
      )
    console.log(same ? 'the same decisions in each run' : 'OTHER DECISIONS')
  }
  process.exitCode = same && slowest >= TIMES_REAL_TIME ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
