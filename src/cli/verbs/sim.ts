import { spawn } from 'node:child_process'
import path from 'node:path'

/** Starts the simulated venues. @returns the exit code */
export const sim = (args: readonly string[]): Promise<number> => runMain('sim', args)

/** Starts a main as a process of its own and passes signals on. @returns its exit code. */
export function runMain(folder: 'sim' | 'chaos', args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [path.join(__dirname, '..', '..', folder, 'main.js'), ...args], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
