import { suspend } from '../core/ledger/postings'
import { checkLedger } from '../core/ledger/invariants'
import { formatMoney, money, type Millis, type Money } from '../core/units'
import type { VenueAccount } from '../ports/account'
import { readFacts } from '../stores/postgres/proof/facts'
import type { Operator } from '../stores/postgres/halts'
import { transact, type Database } from '../stores/postgres/pool'
import { post } from '../stores/postgres/post'
import { verifyLedger as verifyTables, type LedgerReport } from '../stores/postgres/proof/verify'

export type { LedgerReport } from '../stores/postgres/proof/verify'

/**
 * Proves the ledger twice: by queries over its tables, and by folding every transfer anew with the pure checker of the core, which shares nothing
 * with them. Two computations that must agree (market-math §9, invariant 13).
 */
export async function verifyLedger(database: Database): Promise<LedgerReport> {
  const report = await verifyTables(database)
  const folded = checkLedger(await readFacts(database)).map(({ invariant, detail }) => `invariant ${invariant}: ${detail}`)
  return { ...report, violations: [...report.violations, ...folded] }
}

/**
 * Books what a venue's cash differs from the ledger's into suspense (invariant 9), audited: the ledger then says what the venue says, and what nobody
 * has explained stays visible. @returns the difference, positive when the venue has more; nothing is posted for none.
 * @throws Error while a trade runs, because its cash moves.
 */
export async function suspendCash(
  database: Database,
  account: VenueAccount,
  by: Operator,
  reason: string,
  atMs: Millis,
  signal: AbortSignal,
): Promise<Money> {
  const { cash } = await account.statement(atMs, signal)
  const { venue } = account
  return transact(database, signal, async (transaction) => {
    await transaction.query('select 1 from risk_lock for update')
    const read = await transaction.query<{ running: number; cash: number }>(
      `select (select count(*) from trade where ended_ms is null) as running, (select coalesce(sum(amount_micros), 0) from balance where account = any($1)) as cash`,
      [[`cash:${venue}`, `reserved:${venue}`]],
    )
    const { running = 0, cash: known = 0 } = read.rows[0] ?? {}
    if (running > 0) throw new Error(`${running} trades run and their cash moves: halt, wait until they have ended, and ask again`)
    const difference = money(cash - known)
    if (difference === 0) return difference
    await post(transaction, suspend({ id: `suspend:${venue}:${atMs}`, tradeId: null, atMs, venue, amount: difference }))
    await transaction.query('insert into audit (at_ms, by_name, role, action, detail) values ($1,$2,$3,$4,$5)', [
      atMs,
      by.name,
      by.role,
      'suspend',
      JSON.stringify({ venue, difference: formatMoney(difference), reason }),
    ])
    return difference
  })
}
