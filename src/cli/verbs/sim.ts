import { spawn } from 'node:child_process'
import path from 'node:path'

/** Starts the simulated venues as a process of their own and passes signals on. @returns its exit code. */
export function sim(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [path.join(__dirname, '..', '..', 'sim', 'main.js'), ...args], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
