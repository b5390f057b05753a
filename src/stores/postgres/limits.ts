import { limitChanges, raisesAny, type Proposal } from '../../core/risk/limit-change'
import type { Limits } from '../../core/risk/limits'
import type { Operator } from '../../core/risk/scope'
import type { Millis } from '../../core/units'
import { transact, unlessUnreachable, type Database, type Transaction } from './pool'
import { appendAudit } from './proof/audit'

/** A sentence for the operator. Nothing was changed. */
export interface Refused {
  readonly kind: 'refused'
  readonly why: string
}

interface InForce {
  readonly limits: Limits
  readonly origin: string
}

/**
 * Makes the limits of a file the ones in force. Files are the first import: while limits are in force that descend from this very file, by
 * approved proposals, it changes nothing. Audited. @throws when its version is on record with other figures.
 */
export function importLimits(database: Database, limits: Limits, by: Operator, atMs: Millis, signal: AbortSignal): Promise<void> {
  return transact(database, signal, async (transaction) => {
    const current = await lockInForce(transaction)
    if (await isOtherwiseOnRecord(transaction, limits))
      throw new Error(`limits "${limits.version}" are on record with other figures: give the changed file a new version`)
    if (current?.limits.version === limits.version || current?.origin === limits.version) return
    await putInForce(transaction, limits, limits.version, by, atMs)
    await appendAudit(transaction, by, 'limits', { before: current?.limits.version ?? null, after: limits.version }, atMs)
  })
}

/** @throws LedgerUnreachable; Error when no limits were ever imported: nothing may trade without any. */
export async function readLimits(database: Database): Promise<Limits> {
  const read = await unlessUnreachable(database.query<{ body: Limits }>('select body from limits_version where active'))
  const row = read.rows[0]
  if (!row) throw new Error('no limits in force: import config/limits.yaml first (crossbook doctor)')
  return row.body
}

export interface LimitsRecord {
  readonly limits: Limits
  readonly by: string
  readonly atMs: Millis
}

/** The limits in force with who put them there, or null before the first import. */
export async function readLimitsRecord(database: Database): Promise<LimitsRecord | null> {
  const read = await unlessUnreachable(
    database.query<LimitsRecord>('select body as limits, by_name as by, at_ms as "atMs" from limits_version where active'),
  )
  return read.rows[0] ?? null
}

/**
 * Records a proposal; one that raises nothing is in force when this returns. `request`: the same request again is the same proposal.
 * @throws LedgerUnreachable
 */
export function proposeLimits(
  database: Database,
  request: string,
  limits: Limits,
  by: Operator,
  atMs: Millis,
  signal: AbortSignal,
): Promise<Proposal | Refused> {
  return transact(database, signal, async (transaction) => {
    const current = await lockInForce(transaction)
    const [known] = await readProposals(transaction, 'request = $1', [request])
    if (known) return known
    const changes = limitChanges(current?.limits ?? null, limits)
    const refusal = await proposalRefusal(transaction, limits, current, changes.length)
    if (refusal !== null) return refused(refusal)
    const waits = raisesAny(changes)
    const decided = waits ? [null, null, null] : [by.name, by.role, atMs]
    await transaction.query(
      `insert into limits_proposal (request, version, body, base, changes, state, by_name, role, at_ms, decided_by, decided_role, decided_ms)
       values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)`,
      [
        request,
        limits.version,
        JSON.stringify(limits),
        current?.limits.version ?? null,
        JSON.stringify(changes),
        waits ? 'open' : 'applied',
        by.name,
        by.role,
        atMs,
        ...decided,
      ],
    )
    const proposal = await required(transaction, 'request = $1', [request])
    await appendAudit(transaction, by, 'limits proposed', { id: proposal.id, version: limits.version, changes }, atMs)
    if (!waits) await apply(transaction, proposal, current, by, atMs)
    return proposal
  })
}

async function proposalRefusal(transaction: Transaction, limits: Limits, current: InForce | null, changes: number): Promise<string | null> {
  const { version } = limits
  if (changes === 0) return `nothing would change: limits "${current?.limits.version}" have the same figures`
  if (current?.limits.version === version || (await isOtherwiseOnRecord(transaction, limits)))
    return `limits "${version}" are on record with other figures: give the file a new version`
  const [open] = await readProposals(transaction, `version = $1 and state = 'open'`, [version])
  return open ? `limits "${version}" are proposed already: approve or reject ${open.id}` : null
}

/**
 * Puts an open proposal in force, or rejects it. Who may is for `controls` to say. The same decision of the same person again is the same one.
 * @throws LedgerUnreachable
 */
export function decideLimits(
  database: Database,
  id: number,
  decision: 'applied' | 'rejected',
  by: Operator,
  reason: string,
  atMs: Millis,
  signal: AbortSignal,
): Promise<Proposal | Refused> {
  return transact(database, signal, async (transaction) => {
    const current = await lockInForce(transaction)
    const [proposal] = await readProposals(transaction, 'id = $1', [id])
    if (!proposal) return refused(`there is no proposal ${id}: crossbook limits history lists them`)
    if (proposal.state === decision && proposal.decidedBy?.name === by.name) return proposal
    if (proposal.state !== 'open') return refused(`proposal ${id} is ${proposal.state} already, by ${proposal.decidedBy?.name}`)
    const inForce = current?.limits.version ?? null
    if (decision === 'applied' && inForce !== proposal.base)
      return refused(`proposal ${id} changes limits "${proposal.base}", but "${inForce}" are in force now: reject it and propose again`)
    await transaction.query(
      'update limits_proposal set state = $2, decided_by = $3, decided_role = $4, decided_ms = $5, reason = $6 where id = $1',
      [id, decision, by.name, by.role, atMs, reason],
    )
    if (decision === 'applied') await apply(transaction, proposal, current, by, atMs)
    else await appendAudit(transaction, by, 'limits rejected', { id, reason }, atMs)
    return required(transaction, 'id = $1', [id])
  })
}

/** All proposals, the newest first. @throws LedgerUnreachable */
export async function limitsHistory(database: Database, atMost: number): Promise<readonly Proposal[]> {
  return unlessUnreachable(readProposals(database, 'true', [], `limit ${Math.trunc(atMost)}`))
}

/** What waits for an answer. @throws LedgerUnreachable */
export const openProposals = (database: Database): Promise<readonly Proposal[]> =>
  unlessUnreachable(readProposals(database, `state = 'open'`, []))

async function apply(
  transaction: Transaction,
  { id, limits }: Proposal,
  current: InForce | null,
  by: Operator,
  atMs: Millis,
): Promise<void> {
  await putInForce(transaction, limits, current?.origin ?? limits.version, by, atMs)
  await appendAudit(transaction, by, 'limits', { before: current?.limits.version ?? null, after: limits.version, proposal: id }, atMs)
}

/** Under the lock that every reserve takes first: no trade is judged by one half of a change. */
async function lockInForce(transaction: Transaction): Promise<InForce | null> {
  await transaction.query('select 1 from risk_lock for update')
  const read = await transaction.query<InForce>('select body as limits, origin from limits_version where active')
  return read.rows[0] ?? null
}

async function isOtherwiseOnRecord(transaction: Transaction, limits: Limits): Promise<boolean> {
  const other = await transaction.query('select 1 from limits_version where version = $1 and body <> $2', [
    limits.version,
    JSON.stringify(limits),
  ])
  return other.rowCount !== 0
}

async function putInForce(transaction: Transaction, limits: Limits, origin: string, by: Operator, atMs: Millis): Promise<void> {
  await transaction.query('update limits_version set active = false where active')
  await transaction.query(
    `insert into limits_version (version, body, by_name, at_ms, active, origin) values ($1,$2,$3,$4,true,$5)
     on conflict (version) do update set active = true, at_ms = excluded.at_ms, by_name = excluded.by_name, origin = excluded.origin`,
    [limits.version, JSON.stringify(limits), by.name, atMs, origin],
  )
}

async function readProposals(
  database: Pick<Database, 'query'>,
  condition: string,
  values: readonly unknown[],
  limit = '',
): Promise<readonly Proposal[]> {
  const read = await database.query<Proposal>(
    `select id, body as limits, base, changes, state, json_build_object('name', by_name, 'role', role) as by, at_ms as "atMs", reason,
       case when decided_by is null then null else json_build_object('name', decided_by, 'role', decided_role) end as "decidedBy", decided_ms as "decidedMs"
     from limits_proposal where ${condition} order by id desc ${limit}`,
    [...values],
  )
  return read.rows
}

async function required(transaction: Transaction, condition: string, values: readonly unknown[]): Promise<Proposal> {
  const [proposal] = await readProposals(transaction, condition, values)
  if (!proposal) throw new Error('a proposal that was just written is not there')
  return proposal
}

const refused = (why: string): Refused => ({ kind: 'refused', why })
