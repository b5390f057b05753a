import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'

/** As typed; undefined: not given. */
export interface BenchArguments {
  readonly windows?: string | undefined
  readonly rounds?: string | undefined
  readonly install: boolean
  readonly json?: boolean | undefined
}

/** Folders of the clone that this file was built in: dist/cli/verbs/bench. */
const DIST = path.join(__dirname, '..', '..', '..')
const SCRIPT = path.join(DIST, '..', 'bench', 'frames.mjs')

/**
 * Measures this build beside its baselines, in a process of its own: nothing of the command line's is in what is measured.
 * @param file a recording or a capture of Kalshi's stream; undefined: the recordings that are at hand.
 * @returns its exit code: 1 when a target was missed. @throws RangeError for a wrong option or file, or where the benchmark is not at hand.
 */
export function frames(file: string | undefined, { windows, rounds, install, json }: BenchArguments): Promise<number> {
  if (!existsSync(SCRIPT)) throw new RangeError(`${SCRIPT} is not there: run the benchmark from a clone of the repository`)
  if (file !== undefined && !existsSync(file))
    throw new RangeError(`${file} is not there: name a recording or a capture of Kalshi's stream`)
  const args = [
    ...(file === undefined ? [] : [path.resolve(file)]),
    ...counted('--windows', windows),
    ...counted('--rounds', rounds),
    ...(install ? [] : ['--no-install']),
    ...(json ? ['--json'] : []),
  ]
  const child = spawn(process.execPath, [SCRIPT, '--dist', DIST, ...args], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

function counted(option: string, text: string | undefined): readonly string[] {
  if (text === undefined) return []
  if (!/^[1-9]\d?$/.test(text)) throw new RangeError(`${option} takes a number from 1 to 99, not "${text}"`)
  return [option, text]
}
