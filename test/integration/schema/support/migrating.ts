import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'

const SUITE = path.join(__dirname, '..', '..', '..')
const HOOK = path.join(SUITE, 'stores', 'typescript-hook.cjs')
const CHILD = path.join(SUITE, 'integration', 'ledger', 'support', 'migrate-child.ts')
/** Loading the tool and two connections take about a second. */
const CHILD_MS_MAX = 30_000

/** In a process of its own: the tool is an ES module, which jest does not load. @returns how many migrations ran. */
export async function migrateAt(url: string): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--require', HOOK, CHILD, url, 'up'], { timeout: CHILD_MS_MAX })
  return (JSON.parse(stdout) as { ran: string[][] }).ran.flat().length
}
