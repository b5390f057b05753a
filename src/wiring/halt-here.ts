import { dataDirOf, environment, operatorOf } from '../config/environment'
import { commandRefusal } from '../core/risk/limit-change'
import type { Scope } from '../core/risk/scope'
import { createHaltFile } from '../stores/files/halt-file'

/**
 * The part of a halt that needs nobody: the local file, which the order port looks at before each opening write. For a command to write before it
 * loads what is slow to load (E26). What may not be halted is refused by the whole command, so nothing is written for it here.
 * @returns where it stands now; null: nowhere.
 */
export function haltHere(scope: Scope, reason: string): string | null {
  const env = environment()
  const operator = operatorOf(env)
  if (commandRefusal(operator) !== null || reason.trim() === '') return null
  const file = createHaltFile(dataDirOf(env))
  file.write([scope], operator.name, reason)
  return file.path
}
