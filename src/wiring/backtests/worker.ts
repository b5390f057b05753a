import { parentPort, workerData } from 'node:worker_threads'
import { ConfigurationError } from '../../config/environment'
import type { BacktestResult } from '../../core/report/backtest/result'
import type { Log } from '../../ports/log'
import type { BacktestRequest } from './request'
import { runBacktest } from './run'

/** What a thread says. */
export type Told =
  | { readonly kind: 'progress'; readonly frames: number }
  | { readonly kind: 'warning'; readonly text: string }
  | { readonly kind: 'result'; readonly result: BacktestResult }
  | { readonly kind: 'failure'; readonly message: string }

const tell = (told: Told): void => parentPort?.postMessage(told)
const warn = (fields: object, message: string): void => tell({ kind: 'warning', text: `${message} ${JSON.stringify(fields)}` })
const log: Log = { debug: () => undefined, info: () => undefined, warn, error: warn }

runBacktest(workerData as BacktestRequest, {
  log,
  onProgress: (frames) => tell({ kind: 'progress', frames }),
  signal: new AbortController().signal, // the thread is ended as a whole
}).then(
  (result) => tell({ kind: 'result', result }),
  (error: Error) =>
    tell({
      kind: 'failure',
      message: error instanceof RangeError || error instanceof ConfigurationError ? error.message : (error.stack ?? error.message),
    }),
)
