import { existsSync } from 'node:fs'
import path from 'node:path'
import { ConfigurationError } from '../../../config/environment'
import { runProgram } from '../../program'

/** Folders of the clone that this file was built in: dist/cli/verbs/bench. */
const DIST = path.join(__dirname, '..', '..', '..')

/**
 * Runs a benchmark of the clone on this build, in a process of its own: nothing of the command line's is in what is measured.
 * @returns its exit code: 1 when a target was missed. @throws ConfigurationError where the benchmark is not at hand.
 */
export function runBench(name: 'frames' | 'saga', args: readonly string[]): Promise<number> {
  const script = path.join(DIST, '..', 'bench', `${name}.mjs`)
  if (!existsSync(script)) throw new ConfigurationError(`${script} is not there: run the benchmark from a clone of the repository`)
  return runProgram(script, ['--dist', DIST, ...args])
}

/** An option that takes a count, as the script takes it. @throws ConfigurationError outside its bounds. */
export function counted(option: string, text: string | undefined, least: number, most: number): readonly string[] {
  if (text === undefined) return []
  const count = /^\d{1,4}$/.test(text) ? Number.parseInt(text, 10) : NaN
  if (!(count >= least && count <= most)) throw new ConfigurationError(`${option} takes a number from ${least} to ${most}, not "${text}"`)
  return [option, text]
}
