import { issueRefusal, TOKEN_ROLES, tokenNameRefusal, type Issuer, type TokenRole } from '../../core/access/issue'
import { commandRefusal } from '../../core/risk/limit-change'
import type { Operator } from '../../core/risk/scope'
import type { Mode } from '../../core/trade/plan'
import { millis, type Millis } from '../../core/units'
import type { Clock } from '../../ports/clock'
import { withLimit } from '../../ports/limit'
import {
  insertToken,
  isOwner,
  readToken,
  readTokens,
  revokeTokenIn,
  standingApprovers,
  type TokenRecord,
} from '../../stores/postgres/access/tokens'
import { transact, type Database } from '../../stores/postgres/pool'
import { newToken, tokenHash, tokenId } from './token'
import { judge } from './verify'

const UNITS_MS = { h: 3_600_000, d: 86_400_000 } as const
/** Nobody remembers whom a token was given to a year ago. */
const LIFE_MAX_MS = 366 * UNITS_MS.d
/** A row or two, in one transaction. */
const WRITE_LIMIT_MS = 5_000

export interface TokenView extends TokenRecord {
  readonly state: 'active' | 'expired' | 'revoked'
}
export interface IssuedToken extends Pick<TokenRecord, 'id' | 'name' | 'role' | 'expiresAtMs'> {
  /** Shown this once. */
  readonly token: string
}
export interface TokenOrder {
  readonly name: string
  readonly role: TokenRole
  readonly lifeMs: number
}

/** @throws RangeError naming the roles. */
export function parseRole(text: string): TokenRole {
  const role = TOKEN_ROLES.find((each) => each === text)
  if (!role) throw new RangeError(`--role ${text}: use ${TOKEN_ROLES.join(', ')}`)
  return role
}

/** "12h", "30d", up to 366 days. @throws RangeError with the accepted forms. */
export function parseLife(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,3})([hd])$/.exec(text) ?? []
  const lifeMs = count === undefined ? Infinity : Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS]
  if (lifeMs > LIFE_MAX_MS) throw new RangeError(`--for ${text}: say how long in hours or days, as 12h or 30d, at most 366d`)
  return lifeMs
}

/** Who issues: whom his token names, when he shows one; else the name he gives. `asOwner`: he says that he owns the ledger, and the ledger is asked. */
export interface IssuerWord {
  readonly typed: Operator
  readonly token: string | null
  readonly asOwner: boolean
}

/** Issues a token, audited. @throws RangeError for a name that cannot be; Error when this person may not; LedgerUnreachable */
export async function issueToken(database: Database, clock: Clock, mode: Mode, word: IssuerWord, order: TokenOrder): Promise<IssuedToken> {
  const nameRefusal = tokenNameRefusal(order.name)
  if (nameRefusal !== null) throw new RangeError(nameRefusal)
  return withLimit([], WRITE_LIMIT_MS, async (limit) => {
    const proven = await provenBy(database, clock, word.token)
    return transact(database, limit, async (transaction) => {
      const nowMs = clock.nowMs()
      const standing = await standingApprovers(transaction, nowMs)
      const isTheOwner = word.asOwner && (await isOwner(transaction))
      if (word.asOwner && !isTheOwner) throw new Error("this connection does not own the ledger's tables: set DATABASE_URL to its owner's")
      const by: Issuer = proven ?? { ...word.typed, proof: isTheOwner ? 'owner' : null }
      const refusal = issueRefusal(by, order, mode, standing)
      if (refusal !== null) throw new Error(refusal)
      const { id, token } = newToken()
      const { name, role } = order
      const issued = { id, name, role, expiresAtMs: nowMs + order.lifeMs }
      await insertToken(transaction, { ...issued, sha256: tokenHash(token), createdAtMs: nowMs }, by, by.proof)
      return { ...issued, token }
    })
  })
}

/** @throws Error for a token that is none, or is not valid now. */
async function provenBy(database: Database, clock: Clock, token: string | null): Promise<Issuer | null> {
  if (token === null) return null
  const id = tokenId(token)
  const found = judge(id === null ? null : await readToken(database, id), token, clock.nowMs())
  if (found.kind !== 'valid') throw new Error('the token in CROSSBOOK_TOKEN is not valid: it is wrong, has expired or was revoked')
  return { name: found.record.name, role: found.record.role, proof: 'token' }
}

/** All there are, the newest first. @throws LedgerUnreachable */
export const listTokens = async (database: Database, nowMs: Millis): Promise<readonly TokenView[]> =>
  (await readTokens(database)).map((record) => ({ ...record, state: stateOf(record, nowMs) }))

export function stateOf({ revokedAtMs, expiresAtMs }: TokenRecord, nowMs: Millis): TokenView['state'] {
  if (revokedAtMs !== null) return 'revoked'
  return expiresAtMs <= nowMs ? 'expired' : 'active'
}

/** Ends a token for good, audited: the API hears it no more within a second. @throws RangeError for one that is not there or is revoked already; Error for a viewer */
export async function revokeToken(database: Database, id: string, by: Operator, nowMs: Millis): Promise<TokenView> {
  const refusal = commandRefusal(by)
  if (refusal !== null) throw new Error(refusal)
  const revoked = await withLimit([], WRITE_LIMIT_MS, (limit) =>
    transact(database, limit, (transaction) => revokeTokenIn(transaction, id, by, millis(nowMs))),
  )
  if (!revoked) throw new RangeError(`token ${id} is not on record, or is revoked already: crossbook token list`)
  return { ...revoked, state: 'revoked' }
}
