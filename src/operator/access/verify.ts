import { timingSafeEqual } from 'node:crypto'
import type { Millis } from '../../core/units'
import type { Clock } from '../../ports/clock'
import type { Log } from '../../ports/log'
import { noteUse, readToken, type StoredToken, type TokenRecord } from '../../stores/postgres/access/tokens'
import type { Database } from '../../stores/postgres/pool'
import { tokenHash, tokenId } from './token'

/** How long what the ledger said of a token counts: a revocation holds within a second. */
const BELIEVED_NS = 1_000_000_000n
/** Tokens in use at once, with room; one that is not remembered is read again. */
const REMEMBERED_MAX = 1_000
const USE_NOTED_EVERY_MS = 60_000

/** `known`: it was issued, and is right, but has expired or was revoked. `unknown` says nothing more, whatever is wrong. */
export type Verified =
  | { readonly kind: 'valid'; readonly record: TokenRecord }
  | { readonly kind: 'known'; readonly record: TokenRecord }
  | { readonly kind: 'unknown' }

export interface Verifier {
  /** @throws LedgerUnreachable */
  verify(token: string): Promise<Verified>
}

interface Remembered {
  readonly atNs: bigint
  readonly stored: StoredToken
}

/** What a token is that was read by its id. The comparison takes as long for a wrong secret as for a right one. */
export function judge(stored: StoredToken | null, token: string, nowMs: Millis): Verified {
  if (stored === null || !timingSafeEqual(tokenHash(token), stored.sha256)) return { kind: 'unknown' }
  const { sha256: _, ...record } = stored
  const holds = record.revokedAtMs === null && record.expiresAtMs > nowMs
  return { kind: holds ? 'valid' : 'known', record }
}

/** Remembers for a second, and notes uses beside the requests: nobody waits for that. */
export function createVerifier(database: Database, clock: Clock, log: Log): Verifier {
  const remembered = new Map<string, Remembered>()
  const notedMs = new Map<string, number>()

  async function storedOf(id: string): Promise<StoredToken | null> {
    const atNs = clock.monoNs() // when it is asked: what comes back may be as old as the question
    const known = remembered.get(id)
    if (known !== undefined && atNs - known.atNs < BELIEVED_NS) return known.stored
    const stored = await readToken(database, id)
    if (stored === null) return null
    bound(remembered)
    remembered.set(id, { atNs, stored })
    return stored
  }

  function note(id: string): void {
    const nowMs = clock.nowMs()
    if (nowMs - (notedMs.get(id) ?? -Infinity) < USE_NOTED_EVERY_MS) return
    bound(notedMs)
    notedMs.set(id, nowMs)
    noteUse(database, id, nowMs).catch((error: Error) => log.warn({ id, error: error.message }, 'a use of a token was not noted'))
  }

  return {
    async verify(token) {
      const id = tokenId(token)
      if (id === null) return { kind: 'unknown' }
      const verified = judge(await storedOf(id), token, clock.nowMs())
      if (verified.kind === 'valid') note(id)
      return verified
    },
  }
}

/** The oldest goes. */
function bound(entries: Map<string, unknown>): void {
  const [oldest] = entries.keys()
  if (entries.size >= REMEMBERED_MAX && oldest !== undefined) entries.delete(oldest)
}
