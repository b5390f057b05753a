import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { ConfigurationError } from '../../../config/environment'

/** As typed; undefined: not given. */
export interface SagaArguments {
  readonly trades?: string | undefined
  readonly keepWarm?: string | undefined
  readonly defaults: boolean
  readonly json?: boolean | undefined
}

/** Folders of the clone that this file was built in: dist/cli/verbs/bench. */
const DIST = path.join(__dirname, '..', '..', '..')
const SCRIPT = path.join(DIST, '..', 'bench', 'saga.mjs')
/** A trade in a row takes half a second, a slow one beside it two: more trades than this are more than a quarter of an hour. */
const TRADES_MAX = 300
const KEEP_WARM_MAX = 1_000

/**
 * Measures a durable trade of this build beside the same with the defaults of Temporal, on whole stacks of its own: nothing of a running one is touched.
 * @returns its exit code: 1 when a target was missed. @throws ConfigurationError for a wrong option, or where the benchmark is not at hand.
 */
export function saga({ trades, keepWarm, defaults, json }: SagaArguments): Promise<number> {
  if (!existsSync(SCRIPT)) throw new ConfigurationError(`${SCRIPT} is not there: run the benchmark from a clone of the repository`)
  const args = [
    ...counted('--trades', trades, 4, TRADES_MAX),
    ...counted('--keep-warm', keepWarm, 20, KEEP_WARM_MAX),
    ...(defaults ? [] : ['--no-defaults']),
    ...(json ? ['--json'] : []),
  ]
  const child = spawn(process.execPath, [SCRIPT, '--dist', DIST, ...args], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

function counted(option: string, text: string | undefined, least: number, most: number): readonly string[] {
  if (text === undefined) return []
  const count = /^\d{1,4}$/.test(text) ? Number.parseInt(text, 10) : NaN
  if (!(count >= least && count <= most)) throw new ConfigurationError(`${option} takes a number from ${least} to ${most}, not "${text}"`)
  return [option, text]
}
