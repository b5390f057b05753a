import { settle as settleTransfer, unsettle } from '../../../core/ledger/postings'
import {
  disagreement,
  isPaidAs,
  paidForNet,
  payoutOf,
  type PostedAsTold,
  type PostedMarket,
  type ToldPayout,
} from '../../../core/ledger/settlement'
import { shareOut } from '../../../core/ledger/shares'
import type { MarketId, Outcome, TradeId, Venue } from '../../../core/ids'
import type { Purse } from '../../../core/purse'
import { money, NO_MONEY, notional, ONE_DOLLAR, quantity, type Millis, type Money, type Quantity } from '../../../core/units'
import { transact, type Database, type Transaction } from '../pool'
import { post } from '../post'
import { dropIdleClaims } from '../worth'
import { revalue } from './worth'

/** Contracts of a trade in a decided market, before it is paid. */
export interface OpenLot {
  trade_id: TradeId
  /** What it was bought from, and is paid into. */
  purse: Purse
  outcome: Outcome
  quantity: Quantity
  cost_micros: Money
  /** Contracts of this lot that were paid before: fills booked after a settlement are paid by the next one (E14). */
  paid_before: Quantity
}
/** What a trade's contracts were paid. */
export interface PaidLot {
  trade_id: TradeId
  purse: Purse
  outcome: Outcome
  quantity: Quantity
  paid_micros: Money
}
export interface Place {
  readonly venue: Venue
  readonly market: MarketId
  readonly atMs: Millis
}

export async function openLotsOf(transaction: Transaction, { venue, market }: Place): Promise<readonly OpenLot[]> {
  const read = await transaction.query<OpenLot>(
    `select l.trade_id, purse_of(l.trade_id, l.venue, l.market) as purse, l.outcome, l.quantity, l.cost_micros, coalesce(s.quantity, 0) as paid_before
     from lot l left join settlement s using (venue, market, trade_id, outcome)
     where l.venue = $1 and l.market = $2 and l.quantity > 0 order by l.trade_id, l.outcome`,
    [venue, market],
  )
  return read.rows
}

export async function paidLotsOf(transaction: Transaction, { venue, market }: Place): Promise<readonly PaidLot[]> {
  const read = await transaction.query<PaidLot>(
    `select trade_id, purse_of(trade_id, venue, market) as purse, outcome, quantity, paid_micros
     from settlement where venue = $1 and market = $2 order by trade_id, outcome`,
    [venue, market],
  )
  return read.rows
}

/** Posts what one lot was paid: its contracts are gone. */
export async function payLot(transaction: Transaction, { venue, market, atMs }: Place, lot: OpenLot, payout: Money): Promise<void> {
  const { trade_id: tradeId, purse, outcome, paid_before: before, cost_micros: costBasis } = lot
  const base = lotId(venue, market, tradeId, outcome)
  const id = before === 0 ? base : `${base}:${before}`
  await post(transaction, settleTransfer({ id, tradeId, atMs, purse, market, side: outcome, payout, costBasis }))
  await transaction.query(
    `insert into settlement as s (venue, market, trade_id, outcome, quantity, paid_micros, at_ms) values ($1,$2,$3,$4,$5,$6,$7)
     on conflict (venue, market, trade_id, outcome) do update set quantity = s.quantity + excluded.quantity, paid_micros = s.paid_micros + excluded.paid_micros, at_ms = excluded.at_ms`,
    [venue, market, tradeId, outcome, lot.quantity, payout, atMs],
  )
  await transaction.query(
    'update lot set quantity = 0, cost_micros = 0 where trade_id = $1 and venue = $2 and market = $3 and outcome = $4',
    [tradeId, venue, market, outcome],
  )
}

/** Reverses what a lot was paid, all of its parts as they were booked, and posts anew what it is paid now (execution.md §8). */
export async function repayLot(transaction: Transaction, { venue, market, atMs }: Place, lot: PaidLot, payout: Money): Promise<void> {
  const { trade_id: tradeId, purse, outcome } = lot
  const base = lotId(venue, market, tradeId, outcome)
  const posted = await transaction.query<{ account: string; amount: Money }>(
    `select account, sum(amount_micros)::bigint as amount from posting p join transfer t on t.id = p.transfer_id
     where t.trade_id = $1 and (t.id = $2 or starts_with(t.id, $2 || ':')) group by account having sum(amount_micros) <> 0`,
    [tradeId, base],
  )
  const earlier = await transaction.query(`select 1 from transfer where trade_id = $1 and starts_with(id, $2 || ':reversed:')`, [
    tradeId,
    base,
  ])
  const n = earlier.rows.length + 1
  const basis = posted.rows.find(({ account }) => account.startsWith('position:'))?.amount ?? NO_MONEY
  await post(transaction, unsettle({ id: `${base}:reversed:${n}`, tradeId, atMs, reverses: posted.rows }))
  const anew = { id: `${base}:amended:${n}`, tradeId, atMs, purse, market, side: outcome }
  await post(transaction, settleTransfer({ ...anew, payout, costBasis: money(0 - basis) }))
  await transaction.query(
    'update settlement set paid_micros = $5, at_ms = $6 where venue = $1 and market = $2 and trade_id = $3 and outcome = $4',
    [venue, market, tradeId, outcome, payout, atMs],
  )
}

const lotId = (venue: Venue, market: MarketId, tradeId: TradeId, outcome: Outcome): string =>
  `settle:${venue}:${market}:${tradeId}:${outcome}`

/**
 * Posts what the venue's own record says it has paid for a market: each lot its share, to the micro-dollar, so that in sum exactly the record's cash has
 * come in. Lots that were paid by another result before are reversed and posted anew; lots that were booked since are paid the rest. Nothing is posted
 * while record, result and lots disagree, or while the cash that a reversal takes back is spent or reserved.
 */
export async function postAsTold(
  database: Database,
  place: Place,
  yesPays: Money,
  told: ToldPayout,
  signal: AbortSignal,
): Promise<PostedAsTold> {
  try {
    return await transact(database, signal, (transaction) => postIn(transaction, place, yesPays, told))
  } catch (error) {
    if ((error as { readonly constraint?: string }).constraint !== 'balance_not_negative') throw error
    return {
      kind: 'differs',
      why: `what was paid cannot be taken back: its cash is spent or reserved (${(error as Error).message})`,
      isRunning: false,
    }
  }
}

async function postIn(transaction: Transaction, place: Place, yesPays: Money, told: ToldPayout): Promise<PostedAsTold> {
  await transaction.query('select 1 from risk_lock for update')
  const [paid, lots] = [await paidLotsOf(transaction, place), await openLotsOf(transaction, place)]
  const why = disagreement(told, yesPays, heldOf([...paid, ...lots]))
  if (why !== null) return { kind: 'differs', why, isRunning: await isRunningIn(transaction, place) }
  const amended = await repayLots(transaction, place, { paid, lots, yesPays, told })
  const before = amended.reduce<number>((sum, { lot, share }) => sum + share - lot.paid_micros, sumOf(paid))
  const shares = shareOut(money(paidForNet(told) - before), lots.map(dueAt(yesPays)))
  for (const [at, lot] of lots.entries()) await payLot(transaction, place, lot, shares[at] ?? NO_MONEY)
  await dropIdleClaims(transaction, place.venue, place.market)
  await revalue(
    transaction,
    [...amended.map(({ lot }) => lot), ...lots].map(({ trade_id }) => trade_id),
  )
  return { kind: 'posted', lots: amended.length + lots.length, paid: money(paidForNet(told) - sumOf(paid)), amended: amended.length }
}

interface Told {
  readonly paid: readonly PaidLot[]
  readonly lots: readonly OpenLot[]
  readonly yesPays: Money
  readonly told: ToldPayout
}
/** What was paid by another result, or leaves the other lots more or less than they can be paid, is shared out anew. */
async function repayLots(
  transaction: Transaction,
  place: Place,
  { paid, lots, yesPays, told }: Told,
): Promise<readonly { readonly lot: PaidLot; readonly share: Money }[]> {
  const left = paidForNet(told) - sumOf(paid)
  const most = lots.reduce((sum, lot) => sum + notional(ONE_DOLLAR, lot.quantity), 0)
  const fits = left >= 0 && left <= most && (left === 0 || dueOf(lots, yesPays) > 0)
  if (isPaidAs(sumOf(paid), dueOf(paid, yesPays)) && fits) return []
  const shares = shareOut(paidForNet(told), [...paid, ...lots].map(dueAt(yesPays)))
  const wrong = paid.map((lot, at) => ({ lot, share: shares[at] ?? NO_MONEY })).filter(({ lot, share }) => lot.paid_micros !== share)
  for (const { lot, share } of wrong) await repayLot(transaction, place, lot, share)
  return wrong
}

/** Whether there is something to post of a decided market: lots that wait, or that were paid by another result. */
export async function isDue(database: Database, venue: Venue, market: MarketId, yesPays: Money): Promise<boolean> {
  const read = await database.query<PaidLot & { open: boolean }>(
    `select true as open, outcome, quantity, 0 as paid_micros from lot where venue = $1 and market = $2 and quantity > 0
     union all select false, outcome, quantity, paid_micros from settlement where venue = $1 and market = $2`,
    [venue, market],
  )
  const paid = read.rows.filter(({ open }) => !open)
  return paid.length < read.rows.length || !isPaidAs(sumOf(paid), dueOf(paid, yesPays))
}

/** Whether a trade that has not ended has an order in a market, or one that has ended has one under way. */
export async function isRunningIn(transaction: Transaction, { venue, market }: Place): Promise<boolean> {
  const read = await transaction.query(
    `select 1 from order_intent i join trade t using (trade_id) where i.venue = $1 and i.market = $2 and t.reservation = 'granted' and t.ended_ms is null
     union all select 1 from order_intent where venue = $1 and market = $2 and state in ('intended', 'unknown') limit 1`,
    [venue, market],
  )
  return read.rows.length > 0
}

const heldOf = (lots: readonly { readonly outcome: Outcome; readonly quantity: Quantity }[]): Quantity =>
  quantity(lots.reduce((sum, lot) => sum + (lot.outcome === 'yes' ? lot.quantity : -lot.quantity), 0))
const sumOf = (paid: readonly Pick<PaidLot, 'paid_micros'>[]): Money => money(paid.reduce((sum, lot) => sum + lot.paid_micros, 0))
const dueOf = (lots: readonly Pick<PaidLot, 'outcome' | 'quantity'>[], yesPays: Money): Money =>
  money(lots.reduce((sum, lot) => sum + payoutOf(lot.outcome, lot.quantity, yesPays), 0))
const dueAt =
  (yesPays: Money) =>
  (lot: Pick<PaidLot, 'outcome' | 'quantity'>): Money =>
    payoutOf(lot.outcome, lot.quantity, yesPays)

/** Markets whose settlement was posted since then, with the fees of their fills. */
export async function postedSince(database: Database, venue: Venue, sinceMs: Millis): Promise<readonly PostedMarket[]> {
  const read = await database.query<PostedMarket>(
    `select market, sum(paid_micros)::bigint as paid,
       (select coalesce(sum(fee_micros), 0) from fill f where f.venue = s.venue and f.market = s.market) as fees
     from settlement s where venue = $1 and market in (select market from settlement where venue = $1 and at_ms >= $2)
     group by venue, market order by market`,
    [venue, sinceMs],
  )
  return read.rows
}
