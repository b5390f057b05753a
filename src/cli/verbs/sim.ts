import path from 'node:path'
import { runProgram } from '../program'

/** Starts the simulated venues. @returns the exit code */
export const sim = (args: readonly string[]): Promise<number> => runMain('sim', args)

/** Starts a main as a process of its own. @returns its exit code. */
export const runMain = (folder: 'sim' | 'chaos', args: readonly string[]): Promise<number> =>
  runProgram(path.join(__dirname, '..', '..', folder, 'main.js'), args)
