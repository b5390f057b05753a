import { checkLedger } from '../core/ledger/invariants'
import { readFacts } from '../stores/postgres/facts'
import { verifyLedger as verifyTables, type LedgerReport } from '../stores/postgres/verify'
import type { Database } from '../stores/postgres/pool'

export type { LedgerReport } from '../stores/postgres/verify'

/**
 * Proves the ledger twice: by queries over its tables, and by folding every transfer anew with the pure checker of the core, which shares nothing
 * with them. Two computations that must agree (market-math §9, invariant 13).
 */
export async function verifyLedger(database: Database): Promise<LedgerReport> {
  const report = await verifyTables(database)
  const folded = checkLedger(await readFacts(database)).map(({ invariant, detail }) => `invariant ${invariant}: ${detail}`)
  return { ...report, violations: [...report.violations, ...folded] }
}
