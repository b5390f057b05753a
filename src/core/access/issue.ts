import type { Mode } from '../trade/plan'
import { isSecondPerson } from '../trade/verdict'
import { commandRefusal } from '../risk/limit-change'
import type { Operator } from '../risk/scope'

/** What a token may be issued for, each with all that those before it may. */
export const TOKEN_ROLES = ['viewer', 'operator', 'approver'] as const
export type TokenRole = (typeof TOKEN_ROLES)[number]

/** Who issues a token. `proof`: his own token, or that he is who owns the ledger's tables; null: a name that was typed. */
export interface Issuer extends Operator {
  readonly proof: 'token' | 'owner' | null
}

/** ASCII, so that no two names look alike and are two persons. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,59}$/
/** Names that the audit has for nobody in particular. */
const NOBODY = new Set(['system', 'nobody'])

/** Why there can be no token of this name, or null. */
export const tokenNameRefusal = (name: string): string | null =>
  NAME.test(name) && !NOBODY.has(name.toLowerCase())
    ? null
    : `"${name}" is no name for a token: up to 60 letters, digits and . _ @ -, and not system or nobody`

/**
 * Why this person may not issue this token, or null (docs/decisions/access.md). Nobody gives more than he has. In mode `live` an approver is made by an
 * approver who proves it, for somebody else; while no approver's token stands, by who owns the ledger.
 */
export function issueRefusal(
  by: Issuer,
  { name, role }: { readonly name: string; readonly role: TokenRole },
  mode: Mode,
  standing: number,
): string | null {
  const refusal = commandRefusal(by)
  if (refusal !== null) return refusal
  const isFirst = mode === 'live' && role === 'approver' && standing === 0
  if (isFirst)
    return by.proof === 'owner'
      ? null
      : "in mode live the first approver's token is issued by who owns the ledger: run this with --as-owner, with the owner's DATABASE_URL"
  if (role === 'approver' && by.role === 'operator') return `${by.name} has the role operator: an approver's token is issued by an approver`
  if (mode !== 'live' || role !== 'approver') return null
  if (by.proof !== 'token') return `in mode live an approver proves who he is: put an approver's token into CROSSBOOK_TOKEN`
  return isSecondPerson(name, by.name) ? null : `in mode live a second person issues an approver's token: ${by.name} cannot for himself`
}
