import { createHash } from 'node:crypto'
import { checkChain, type AuditReport } from '../core/ledger/audit-chain'
import { readChain } from '../stores/postgres/proof/audit'
import type { Database } from '../stores/postgres/pool'

const sha256 = (previous: string, canonical: string): string =>
  createHash('sha256').update(previous, 'hex').update(canonical, 'utf8').digest('hex')

/**
 * Proves that no transfer and no operator write was changed, removed, inserted or moved since it was written. Whoever can rewrite the whole chain
 * is found only by a head that was `noted` outside the database.
 */
export const verifyAudit = async (database: Database, noted: string | null): Promise<AuditReport> =>
  checkChain(await readChain(database), sha256, noted)
