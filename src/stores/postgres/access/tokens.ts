import type { TokenRole } from '../../../core/access/issue'
import type { Operator } from '../../../core/risk/scope'
import { millis, type Millis } from '../../../core/units'
import { unlessUnreachable, type Database, type Transaction } from '../pool'
import { appendAudit } from '../proof/audit'

/** A token as it is on record: never the token. */
export interface TokenRecord {
  readonly id: string
  readonly name: string
  readonly role: TokenRole
  readonly createdAtMs: number
  readonly createdBy: string
  readonly expiresAtMs: number
  readonly revokedAtMs: number | null
  readonly revokedBy: string | null
  /** To the minute. null: never. */
  readonly lastUsedMs: number | null
}
export interface StoredToken extends TokenRecord {
  readonly sha256: Buffer
}
export type NewToken = Pick<StoredToken, 'id' | 'name' | 'role' | 'sha256' | 'createdAtMs' | 'expiresAtMs'>

/** How often a use is written down. */
const USE_NOTED_EVERY_MS = 60_000
/** More tokens than anybody has people and programs for; the newest are shown. */
const LISTED = 1_000

const COLUMNS = `id, name, role, created_at_ms as "createdAtMs", created_by as "createdBy", expires_at_ms as "expiresAtMs",
  revoked_at_ms as "revokedAtMs", revoked_by as "revokedBy", last_used_ms as "lastUsedMs"`

/** @throws LedgerUnreachable */
export async function readToken(database: Database, id: string): Promise<StoredToken | null> {
  const read = await unlessUnreachable(database.query<StoredToken>(`select ${COLUMNS}, sha256 from api_token where id = $1`, [id]))
  return read.rows[0] ?? null
}

/** The newest first. @throws LedgerUnreachable */
export async function readTokens(database: Database): Promise<readonly TokenRecord[]> {
  const read = await unlessUnreachable(
    database.query<TokenRecord>(`select ${COLUMNS} from api_token order by created_at_ms desc, id limit $1`, [LISTED]),
  )
  return read.rows
}

/** Keeps others from issuing until the end of the transaction. @returns how many approvers' tokens stand now. */
export async function standingApprovers(transaction: Transaction, nowMs: Millis): Promise<number> {
  await transaction.query('lock table api_token in share row exclusive mode')
  const read = await transaction.query<{ standing: number }>(
    `select count(*) as standing from api_token where role = 'approver' and revoked_at_ms is null and expires_at_ms > $1`,
    [nowMs],
  )
  return read.rows[0]?.standing ?? 0
}

/** Whether this connection is who owns the ledger's tables, or may act as him. */
export async function isOwner(transaction: Transaction): Promise<boolean> {
  const read = await transaction.query<{ owner: boolean }>(
    `select pg_has_role(current_user, relowner, 'usage') as owner from pg_class where oid = 'public.api_token'::regclass`,
  )
  return read.rows[0]?.owner ?? false
}

/** Audited, without the token and its hash. `proof`: what the issuer's name rests on. */
export async function insertToken(
  transaction: Transaction,
  { id, name, role, sha256, createdAtMs, expiresAtMs }: NewToken,
  by: Operator,
  proof: string | null,
): Promise<void> {
  await transaction.query(
    'insert into api_token (id, name, role, sha256, created_at_ms, created_by, expires_at_ms) values ($1,$2,$3,$4,$5,$6,$7)',
    [id, name, role, sha256, createdAtMs, by.name, expiresAtMs],
  )
  await appendAudit(transaction, by, 'token-issued', { before: null, after: { id, name, role, expiresAtMs }, proof }, millis(createdAtMs))
}

/** Audited. @returns null when there is none, or it is revoked already. */
export async function revokeTokenIn(transaction: Transaction, id: string, by: Operator, atMs: Millis): Promise<TokenRecord | null> {
  const written = await transaction.query<TokenRecord>(
    `update api_token set revoked_at_ms = $2, revoked_by = $3 where id = $1 and revoked_at_ms is null returning ${COLUMNS}`,
    [id, atMs, by.name],
  )
  const [revoked] = written.rows
  if (!revoked) return null
  const { name, role } = revoked
  await appendAudit(transaction, by, 'token-revoked', { before: { id, name, role, revoked: false }, after: { revoked: true } }, atMs)
  return revoked
}

/** Notes that it was used, at most once a minute whoever asks. */
export async function noteUse(database: Database, id: string, atMs: Millis): Promise<void> {
  await database.query(`update api_token set last_used_ms = $2 where id = $1 and coalesce(last_used_ms, 0) <= $2::bigint - $3::bigint`, [
    id,
    atMs,
    USE_NOTED_EVERY_MS,
  ])
}
