import type { MarketId, Venue } from '../core/ids'
import { checkLedger } from '../core/ledger/invariants'
import { adoptCash, cashDifferences } from '../core/ledger/reconciliation'
import { venueOf, type PurseBalance } from '../core/purse'
import { formatMoney, money, type Millis, type Money } from '../core/units'
import { commandRefusal } from '../core/risk/limit-change'
import type { VenueAccount } from '../ports/account'
import { appendAudit } from '../stores/postgres/proof/audit'
import { readFacts } from '../stores/postgres/proof/facts'
import type { Operator } from '../stores/postgres/halts'
import { transact, type Database } from '../stores/postgres/pool'
import { post } from '../stores/postgres/post'
import { isRunningIn } from '../stores/postgres/results/payouts'
import { settleIn, type Settled } from '../stores/postgres/settlement'
import { ledgerPurses, verifyLedger as verifyTables, type LedgerReport } from '../stores/postgres/proof/verify'

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

/** What the ledger says of one venue's purses, free and reserved together. */
export async function knownCash(database: Pick<Database, 'query'>, venue: Venue): Promise<readonly PurseBalance[]> {
  const purses = await ledgerPurses(database)
  return purses
    .filter(({ purse }) => venueOf(purse) === venue)
    .map(({ purse, freeMicros, reservedMicros }) => ({ purse, cash: money(freeMicros + reservedMicros) }))
}

/**
 * Books what a venue's cash differs from the ledger's (invariant 9), audited: the ledger then says what the venue says. What one purse lacks and
 * another has was moved between them; what is left stands in suspense, where it stays visible until somebody has explained it.
 * @returns what went into suspense, positive when the venue has more; nothing is posted where both agree.
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
  permit(by, reason)
  const { purses } = await account.statement(atMs, signal)
  const { venue } = account
  return transact(database, signal, async (transaction) => {
    await transaction.query('select 1 from risk_lock for update')
    const read = await transaction.query<{ running: number }>('select count(*) as running from trade where ended_ms is null')
    const { running = 0 } = read.rows[0] ?? {}
    if (running > 0) throw new Error(`${running} trades run and their cash moves: halt, wait until they have ended, and ask again`)
    const differences = cashDifferences(await knownCash(transaction, venue), purses)
    const difference = money(differences.reduce((sum, { amount }) => sum + amount, 0))
    if (differences.length === 0) return difference
    for (const transfer of adoptCash({ tradeId: null, atMs }, differences)) await post(transaction, transfer)
    const moved = Object.fromEntries(differences.map(({ purse, amount }) => [purse, formatMoney(amount)]))
    await appendAudit(transaction, by, 'suspend', { venue, difference: formatMoney(difference), purses: moved, reason }, atMs)
    return difference
  })
}

/**
 * Posts by an operator's word what a market has paid, audited: for what no answer of a venue proves, as a question that ForecastEx decided against us
 * after Kalshi had voided it.
 * @param yesPays per YES contract. @throws Error when no lot of the market is open, or a trade runs in it.
 */
export async function settleByHand(
  database: Database,
  {
    venue,
    market,
    yesPays,
    reason,
  }: { readonly venue: Venue; readonly market: MarketId; readonly yesPays: Money; readonly reason: string },
  by: Operator,
  atMs: Millis,
  signal: AbortSignal,
): Promise<Settled> {
  permit(by, reason)
  return transact(database, signal, async (transaction) => {
    await transaction.query('select 1 from risk_lock for update')
    const place = { venue, market, atMs }
    if (await isRunningIn(transaction, place)) throw new Error(`a trade runs in ${market}: wait until it has ended, and ask again`)
    const settled = await settleIn(transaction, place, yesPays)
    if (settled.lots === 0) throw new Error(`no lot of ${market} at ${venue} is open: crossbook status lists what is`)
    const { lots, paid } = settled
    await appendAudit(
      transaction,
      by,
      'settle',
      { venue, market, yesPays: formatMoney(yesPays), lots, paid: formatMoney(paid), reason },
      atMs,
    )
    return settled
  })
}

function permit(by: Operator, reason: string): void {
  const refusal = commandRefusal(by)
  if (refusal !== null) throw new Error(refusal)
  if (reason.trim() === '') throw new RangeError('--reason is empty: it is kept for ever')
}
