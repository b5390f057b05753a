import fs from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline/promises'
import { dataDirOf, environment } from '../../config/environment'
import { livingOwner } from '../../stack/ownership'
import { print } from '../render'

/** Removes the data folder. Refuses while a stack runs on it, and asks unless told not to. */
export async function reset(yes: boolean): Promise<number> {
  const dataDir = dataDirOf(environment())
  const owner = livingOwner(path.join(dataDir, 'run'))
  if (owner) {
    process.stderr.write(`crossbook: a stack runs on this data (pid ${owner.pid}): stop it first\n`)
    return 1
  }
  if (!yes && !(await confirmed(dataDir))) return 1
  await fs.promises.rm(dataDir, { recursive: true, force: true })
  print(`removed ${path.relative(process.cwd(), dataDir)}`)
  return 0
}

async function confirmed(dataDir: string): Promise<boolean> {
  const ask = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await ask.question(
    `Remove ${path.relative(process.cwd(), dataDir)} with all trades, the ledger and the simulated accounts? Type "reset": `,
  )
  ask.close()
  return answer.trim() === 'reset'
}
