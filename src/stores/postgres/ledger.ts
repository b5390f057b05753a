import { deposit, release as releaseTransfer, suspend } from '../../core/ledger/postings'
import type { TradeId, Venue } from '../../core/ids'
import { parsePurse, type Purse, type PurseBalance } from '../../core/purse'
import type { SessionProof } from '../../core/risk/state'
import { VERDICT_ACCOUNT } from '../../core/trade/order'
import type { TradeResult } from '../../core/trade/plan'
import { money, NO_MONEY, type Millis } from '../../core/units'
import type { Clock } from '../../ports/clock'
import type { Ledger } from '../../ports/ledger'
import { bookIn } from './booking'
import { tellBreaker, type Strategy } from './breaker'
import { transact, type Database, type Transaction } from './pool'
import { post } from './post'
import { intendIn, reserveIn } from './reserve'
import { worthOf } from './worth'

/**
 * The ledger on Postgres. Every method is one transaction that takes `risk_lock` first: what is decided by several rows is decided by one at a
 * time, and writers that post more than one transfer cannot block each other for ever. @throws LedgerUnreachable when Postgres cannot be asked.
 * @param sessions what this process knows of the sessions that would carry a trade's orders (E9)
 */
export function createLedger(database: Database, sessions: () => SessionProof, clock: Clock): Ledger {
  return {
    reserve: (plan, runId, signal) =>
      transact(database, signal, (transaction, sendLast) => reserveIn(transaction, sendLast, plan, runId, sessions(), clock.nowMs())),
    book: (tradeId, order, fills, model, signal) =>
      transact(database, signal, (transaction) => bookIn(transaction, tradeId, order, fills, model)),
    intend: (order, signal) => transact(database, signal, (transaction) => intendIn(transaction, order)),
    close: (result, runId, signal) => transact(database, signal, (transaction) => closeIn(transaction, result, runId, clock.nowMs())),
  }
}

/**
 * Records what a venue account holds at the beginning, purse by purse, once. An account without money is opened once it has some.
 * @returns whether it was the first time. @throws Error when the ledger has another account of the venue.
 */
export function openAccount(
  database: Database,
  venue: Venue,
  account: string,
  purses: readonly PurseBalance[],
  atMs: Millis,
  signal: AbortSignal,
): Promise<boolean> {
  return transact(database, signal, async (transaction) => {
    await transaction.query('select 1 from risk_lock for update')
    const other = await otherAccount(transaction, venue, account)
    if (other !== null)
      throw new Error(`this ledger has the account ${other} at ${venue}, and holds one per venue: give ${account} a database of its own`)
    const opening = deposit({ id: openingOf(venue, account), tradeId: null, atMs, purses })
    return opening.legs.length > 0 && post(transaction, opening)
  })
}

/** Names the venue's one account in this ledger. */
const openingOf = (venue: Venue, account: string): string => `opening:${venue}:${account}`

async function otherAccount(transaction: Transaction, venue: Venue, account: string): Promise<string | null> {
  const read = await transaction.query<{ account: string }>(
    `select substr(id, length($1) + 1) as account from transfer where kind = 'deposit' and starts_with(id, $1) and id <> $2 limit 1`,
    [openingOf(venue, ''), openingOf(venue, account)],
  )
  return read.rows[0]?.account ?? null
}

/** The accounts that the ledger holds, one per venue at the most. */
export async function openedAccounts(database: Database): Promise<readonly { readonly venue: Venue; readonly account: string }[]> {
  const read = await database.query<{ venue: Venue; account: string }>(
    `select split_part(id, ':', 2) as venue, substr(id, length(split_part(id, ':', 2)) + 10) as account from transfer
     where kind = 'deposit' and starts_with(id, 'opening:') order by id`,
  )
  return read.rows
}

/** Whether the ledger has these accounts already: its openings need not be read again. */
export async function areOpened(
  database: Database,
  accounts: readonly { readonly venue: Venue; readonly account: string }[],
): Promise<boolean> {
  const ids = accounts.map(({ venue, account }) => openingOf(venue, account))
  const read = await database.query<{ n: number }>('select count(*) as n from transfer where id = any($1)', [ids])
  return read.rows[0]?.n === ids.length
}

export async function closeIn(
  transaction: Transaction,
  result: TradeResult,
  runId: string,
  nowMs: Millis,
): Promise<Pick<TradeResult, 'realisedPnl' | 'maxRemainingLoss'>> {
  await transaction.query('select 1 from risk_lock for update')
  const found = await transaction.query<{ result: TradeResult | null; run_id: string; strategy: Strategy }>(
    'select result, run_id, strategy from trade where trade_id = $1',
    [result.tradeId],
  )
  const trade = found.rows[0]
  const isSuccessor = result.takenOver !== undefined
  if (trade && trade.run_id !== runId && !isSuccessor) return { realisedPnl: NO_MONEY, maxRemainingLoss: NO_MONEY } // refused: another run has it
  await transaction.query('insert into tombstone (trade_id, at_ms) values ($1, $2) on conflict do nothing', [result.tradeId, nowMs])
  if (!trade) return { realisedPnl: NO_MONEY, maxRemainingLoss: NO_MONEY } // refused before the ledger heard of it
  if (trade.result && !isSuccessor) return { realisedPnl: trade.result.realisedPnl, maxRemainingLoss: trade.result.maxRemainingLoss }
  await passClaims(transaction, result.tradeId)
  await releaseRest(transaction, result.tradeId, nowMs)
  await suspendVerdicts(transaction, result, nowMs)
  await auditVerdicts(transaction, result, nowMs)
  const { realisedPnl, maxRemainingLoss, kind } = await worthOf(transaction, result)
  await transaction.query(
    `update trade set reservation = case when reservation = 'granted' then 'released' else reservation end, state = 'ended', outcome = $2, result = $3, pnl_micros = $4, pnl_kind = $5, ended_ms = coalesce(ended_ms, $6) where trade_id = $1`,
    [result.tradeId, result.label, JSON.stringify({ ...result, realisedPnl, maxRemainingLoss }), realisedPnl, kind, nowMs],
  )
  await transaction.query(
    `update order_intent set state = 'rejected' where trade_id = $1 and state in ('intended', 'unknown') and filled = 0`,
    [result.tradeId],
  )
  await tellBreaker(transaction, trade.strategy, nowMs)
  return { realisedPnl, maxRemainingLoss }
}

/** E7: a market where lots of the subject remain passes to `settle`; a market without any is free again. */
async function passClaims(transaction: Transaction, tradeId: TradeId): Promise<void> {
  await transaction.query(
    `delete from claim c where holder = $1 and not exists (select 1 from lot l where l.venue = c.venue and l.market = c.market and l.quantity > 0)`,
    [tradeId],
  )
  await transaction.query(`update claim set state = 'settling' where holder = $1`, [tradeId])
}

async function releaseRest(transaction: Transaction, tradeId: TradeId, nowMs: Millis): Promise<void> {
  const rest = await transaction.query<{ purse: string; amount: number }>(
    `select split_part(account, ':', 2) as purse, sum(amount_micros) as amount from posting p join transfer t on t.id = p.transfer_id
     where t.trade_id = $1 and account like 'reserved:%' group by account having sum(amount_micros) <> 0 order by account`,
    [tradeId],
  )
  for (const { purse: name, amount } of rest.rows) {
    const purse = parsePurse(name)
    await post(transaction, releaseTransfer({ id: `release:${tradeId}:${purse}`, tradeId, atMs: nowMs, purse, amount: money(amount) }))
  }
}

/**
 * E12, §5: what a verdict claims moved no money that a venue has shown. The claimed fills have paid for their lots, so cash is put back to what is
 * proven and the difference stands in suspense, in nobody's result, until a person has cleared it.
 */
async function suspendVerdicts(transaction: Transaction, { verdicts = [] }: TradeResult, nowMs: Millis): Promise<void> {
  const claimed = await transaction.query<{ id: string; purse: Purse; amount: number }>(
    `select client_order_id as id, purse_of(trade_id, venue, market) as purse,
       sum(case when action = 'buy' then price * quantity else -price * quantity end)::bigint as amount
     from fill where client_order_id = any($1) and account = $2 group by client_order_id, trade_id, venue, market order by client_order_id`,
    [verdicts.map(({ order }) => order), VERDICT_ACCOUNT],
  )
  for (const { id, purse, amount } of claimed.rows)
    await post(transaction, suspend({ id: `verdict:${id}`, tradeId: null, atMs: nowMs, purse, amount: money(amount) }))
}

/** A verdict is an operator's write: once in the chain, however often its trade is ended. */
async function auditVerdicts(transaction: Transaction, { verdicts = [] }: TradeResult, nowMs: Millis): Promise<void> {
  for (const verdict of verdicts)
    await transaction.query(
      `insert into audit (at_ms, by_name, role, action, detail) select $1, $2, $3, 'verdict', $4::jsonb
       where not exists (select 1 from audit where action = 'verdict' and detail ->> 'order' = $4::jsonb ->> 'order')`,
      [nowMs, verdict.by, verdict.role, JSON.stringify(verdict)],
    )
}
