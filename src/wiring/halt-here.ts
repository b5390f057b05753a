import { environment, loadConfig } from '../config/load'
import { commandRefusal } from '../core/risk/limit-change'
import type { Scope } from '../core/risk/scope'
import { createHaltFile } from '../stores/files/halt-file'

/**
 * The part of a halt that needs nobody: the local file, which the order port looks at before each opening write. For a command to write before it
 * loads what is slow to load (E26). What may not be halted is refused by the whole command, so nothing is written for it here.
 */
export function haltHere(scope: Scope, reason: string): void {
  const { dataDir, operator } = loadConfig(environment())
  if (commandRefusal(operator) === null && reason.trim() !== '') createHaltFile(dataDir).write([scope], operator.name, reason)
}
