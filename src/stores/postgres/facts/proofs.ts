import type { Environment, Proof } from '../../../core/facts/fact'
import type { Operator } from '../../../core/risk/scope'
import { millis, type Millis } from '../../../core/units'
import { transact, unlessUnreachable, type Database } from '../pool'
import { appendAudit } from '../proof/audit'

export type NewProof = Pick<Proof, 'fact' | 'value' | 'environment' | 'evidence' | 'sha256' | 'atMs' | 'expiresMs'>

/** Appends observations, audited, all or none. @returns their numbers. @throws LedgerUnreachable */
export function recordProofs(
  database: Database,
  proofs: readonly NewProof[],
  by: Operator,
  signal: AbortSignal,
): Promise<readonly number[]> {
  return transact(database, signal, async (transaction) => {
    const ids: number[] = []
    for (const { fact, value, environment, evidence, sha256, atMs, expiresMs } of proofs) {
      const written = await transaction.query<{ id: number }>(
        `insert into fact_proof (fact, value, environment, evidence, sha256, by_name, role, at_ms, expires_ms)
         values ($1,$2,$3,$4,$5,$6,$7,$8,$9) returning id`,
        [fact, value, environment, evidence, sha256, by.name, by.role, atMs, expiresMs],
      )
      const id = written.rows[0]?.id ?? 0
      ids.push(id)
      await appendAudit(transaction, by, 'fact-proven', { id, fact, value, environment, evidence, sha256, expiresMs }, atMs)
    }
    return ids
  })
}

/** @returns false when there is no such proof, or it is withdrawn already. Audited. @throws LedgerUnreachable */
export function withdrawProof(
  database: Database,
  id: number,
  reason: string,
  by: Operator,
  atMs: Millis,
  signal: AbortSignal,
): Promise<boolean> {
  return transact(database, signal, async (transaction) => {
    const written = await transaction.query(
      `insert into fact_withdrawal (proof_id, reason, by_name, role, at_ms)
       select id, $2, $3, $4, $5 from fact_proof where id = $1 on conflict do nothing`,
      [id, reason, by.name, by.role, atMs],
    )
    if (written.rowCount === 0) return false
    await appendAudit(transaction, by, 'fact-withdrawn', { id, reason }, atMs)
    return true
  })
}

interface Row extends Omit<Proof, 'atMs' | 'expiresMs' | 'environment' | 'withdrawn'> {
  readonly environment: Environment
  readonly atMs: number
  readonly expiresMs: number
  readonly withdrawnBy: string | null
  readonly withdrawnMs: number
  readonly reason: string
}

/** All that was ever observed, oldest first, withdrawn or not. @throws LedgerUnreachable */
export async function readProofs(database: Database): Promise<readonly Proof[]> {
  const read = await unlessUnreachable(
    database.query<Row>(
      `select p.id, p.fact, p.value, p.environment, p.evidence, p.sha256, p.by_name as by, p.at_ms as "atMs", p.expires_ms as "expiresMs",
         w.by_name as "withdrawnBy", coalesce(w.at_ms, 0) as "withdrawnMs", coalesce(w.reason, '') as reason
       from fact_proof p left join fact_withdrawal w on w.proof_id = p.id order by p.id`,
    ),
  )
  return read.rows.map(({ withdrawnBy, withdrawnMs, reason, ...proof }) => ({
    ...proof,
    atMs: millis(proof.atMs),
    expiresMs: millis(proof.expiresMs),
    withdrawn: withdrawnBy === null ? null : { by: withdrawnBy, atMs: millis(withdrawnMs), reason },
  }))
}
