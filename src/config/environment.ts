import os from 'node:os'
import path from 'node:path'
import type { Operator } from '../core/risk/scope'

/** What is known without reading a file. It loads no library, so that a halt can be written before anything slow is loaded (E26). */

/** A configuration that cannot be used: one sentence that says what to change. Processes that meet it exit with 2. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
}

export type Environment = Readonly<Record<string, string | undefined>>
/** The environment of this process: the only place in the product that reads it. */
export const environment = (): Environment => process.env

/** Where data lives: CROSSBOOK_DATA, else .crossbook/data in the working directory. */
export const dataDirOf = (env: Environment): string => path.resolve(env['CROSSBOOK_DATA'] ?? path.join('.crossbook', 'data'))
export const configDirOf = (env: Environment): string => path.resolve(env['CROSSBOOK_CONFIG'] ?? 'config')

/** The token that proves who acts, where a name that was typed is not enough. */
export const tokenOf = (env: Environment): string | null => env['CROSSBOOK_TOKEN'] || null

/** What a person may do who can say so himself; 'system' is for the product's own writes. */
const ROLES = ['viewer', 'operator', 'approver'] as const

/** Who acts: CROSSBOOK_OPERATOR or the operating system's user, in the role CROSSBOOK_ROLE. @throws ConfigurationError naming the roles. */
export function operatorOf(env: Environment): Operator {
  const asked = env['CROSSBOOK_ROLE'] ?? 'operator'
  const role = ROLES.find((each) => each === asked)
  if (!role) throw new ConfigurationError(`CROSSBOOK_ROLE "${asked}" is none of ${ROLES.join(', ')}`)
  return { name: env['CROSSBOOK_OPERATOR'] ?? os.userInfo().username, role }
}
