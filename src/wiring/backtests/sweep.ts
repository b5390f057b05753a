import path from 'node:path'
import { Worker } from 'node:worker_threads'
import type { BacktestResult } from '../../core/report/backtest/result'
import type { BacktestRequest } from './request'
import { varied } from './vary'
import type { Told } from './worker'

const WORKER = path.join(__dirname, 'worker.js')
/** A grid of more takes days, and nobody reads it. */
const RUNS_MAX = 1_000

/** One setting and the values that are tried of it. */
export interface Axis {
  readonly key: string
  readonly values: readonly string[]
}
export interface SweepRun {
  readonly request: BacktestRequest
  /** What differs, in the order of the axes. */
  readonly values: readonly string[]
}
export interface SweepHooks {
  readonly onProgress: (done: number, of: number, frames: number) => void
  readonly onWarning: (text: string) => void
  readonly signal: AbortSignal
}

/** Every combination of the axes' values. @throws RangeError when there are too many, or a value is none. */
export function gridOf(request: BacktestRequest, axes: readonly Axis[]): readonly SweepRun[] {
  const count = axes.reduce((product, { values }) => product * values.length, 1)
  if (count > RUNS_MAX) throw new RangeError(`${count} runs are too many: sweep at most ${RUNS_MAX}`)
  return axes.reduce<readonly SweepRun[]>(
    (runs, { key, values }) =>
      runs.flatMap((run) => values.map((value) => ({ request: varied(run.request, key, value), values: [...run.values, value] }))),
    [{ request, values: [] }],
  )
}

/** Runs them in as many threads; results in the order of the runs. @throws the first failure as a RangeError; the signal's reason. */
export async function sweep(runs: readonly SweepRun[], threads: number, hooks: SweepHooks): Promise<readonly BacktestResult[]> {
  const results: BacktestResult[] = []
  const frames = new Map<number, number>()
  let [next, done] = [0, 0]
  const lane = async (): Promise<void> => {
    for (let at = next++; at < runs.length; at = next++) {
      hooks.signal.throwIfAborted()
      const run = runs[at]
      if (!run) return
      results[at] = await inThread(run.request, hooks, (count) => {
        frames.set(at, count)
        hooks.onProgress(done, runs.length, sumOf(frames))
      })
      done++
      hooks.onProgress(done, runs.length, sumOf(frames))
    }
  }
  await Promise.all(Array.from({ length: Math.min(threads, runs.length) }, lane))
  return results
}

const sumOf = (counts: ReadonlyMap<number, number>): number => [...counts.values()].reduce((sum, count) => sum + count, 0)

function inThread(request: BacktestRequest, { onWarning, signal }: SweepHooks, onFrames: (count: number) => void): Promise<BacktestResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(WORKER, { workerData: request })
    const stop = (): void => {
      reject(signal.reason as Error)
      void worker.terminate()
    }
    signal.addEventListener('abort', stop, { once: true })
    const end = (settle: () => void): void => {
      signal.removeEventListener('abort', stop)
      settle()
      void worker.terminate()
    }
    worker.on('message', (told: Told) => {
      if (told.kind === 'progress') onFrames(told.frames)
      else if (told.kind === 'warning') onWarning(told.text)
      else if (told.kind === 'result') end(() => resolve(told.result))
      else end(() => reject(new RangeError(told.message)))
    })
    worker.once('error', (error) => end(() => reject(error as Error)))
    worker.once('exit', (code) =>
      end(() => reject(new RangeError(`a thread of the sweep ended by itself (${code}): it may have had too little memory`))),
    )
  })
}
