import { existsSync } from 'node:fs'
import path from 'node:path'
import { ConfigurationError } from '../../../config/environment'
import { counted, runBench } from './script'

/** As typed; undefined: not given. */
export interface BenchArguments {
  readonly windows?: string | undefined
  readonly rounds?: string | undefined
  readonly install: boolean
  readonly json?: boolean | undefined
}

/** Windows and rounds: each is minutes. */
const COUNT_MAX = 99

/**
 * Measures this build beside its baselines.
 * @param file a recording or a capture of Kalshi's stream; undefined: the recordings that are at hand.
 * @returns its exit code: 1 when a target was missed. @throws ConfigurationError for a wrong option or file, or where the benchmark is not at hand.
 */
export function frames(file: string | undefined, { windows, rounds, install, json }: BenchArguments): Promise<number> {
  if (file !== undefined && !existsSync(file))
    throw new ConfigurationError(`${file} is not there: name a recording or a capture of Kalshi's stream`)
  return runBench('frames', [
    ...(file === undefined ? [] : [path.resolve(file)]),
    ...counted('--windows', windows, 1, COUNT_MAX),
    ...counted('--rounds', rounds, 1, COUNT_MAX),
    ...(install ? [] : ['--no-install']),
    ...(json ? ['--json'] : []),
  ])
}
