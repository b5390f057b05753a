import { checkChain, type AuditReport } from '../core/ledger/audit-chain'
import { readChain, sha256 } from '../stores/postgres/proof/audit'
import { inSnapshot } from '../stores/postgres/reports/snapshot'
import type { Database } from '../stores/postgres/pool'

/**
 * Proves that no transfer and no operator write was changed, removed, inserted or moved since it was written. Whoever can rewrite the whole chain
 * is found only by a head that was `noted` outside the database.
 */
export const verifyAudit = async (database: Database, noted: string | null): Promise<AuditReport> =>
  checkChain(await inSnapshot(database, readChain), sha256, noted)
