import type { TradeId } from '../../../core/ids'
import { reserve, suspend } from '../../../core/ledger/postings'
import { Refused } from '../../../core/refused'
import { claimConflict, type Claim } from '../../../core/risk/claims'
import type { Operator } from '../../../core/risk/scope'
import type { Found } from '../../../core/trade/adoption'
import type { Fill } from '../../../core/trade/order'
import type { BoxPlan, TradeResult } from '../../../core/trade/plan'
import { money, NO_MONEY, NO_QUANTITY, notional, type Millis, type Money } from '../../../core/units'
import { bookIn } from '../booking'
import { openBreakForUpdate, resolveBreakIn, type AccountBreak } from '../breaks/breaks'
import { closeIn } from '../ledger'
import { transact, type Database, type Transaction } from '../pool'
import { post } from '../post'
import { appendAudit } from '../proof/audit'
import { insertIntent } from '../reserve'

/** Nobody runs it: it ends in the transaction in which it begins. */
const NO_RUN = 'adopted'
/** A hundredth of a contract costs a cent at the most, and a twentieth of that in fees. */
const DEAREST_MICROS = 10_500

export interface Adoption {
  readonly tradeId: TradeId
  readonly found: Found
  /** What of its price the venue's cash does not show, booked to suspense; negative: the cash shows more. */
  readonly suspended: Money
}
/** Whose word it is, and why. */
export interface AdoptionWord {
  readonly by: Operator
  readonly secondBy: string | null
  readonly reason: string
}
/** How a break becomes a trade; decided under the lock, with the break as it stands. */
export interface Adopting {
  readonly found: Found
  readonly plan: BoxPlan
  readonly fill: Pick<Fill, 'account' | 'venueOrderId' | 'executionId'>
}

/**
 * What the break shows more of contracts becomes the lots of a trade of its own, held and owned by `settle`; what its cash, or that of
 * the one break of cash beside it, shows less is its price, and what does not fit stands in suspense, so that afterwards ledger and venue agree in contracts and in cash. One transaction, audited.
 * @throws RangeError when there is no such break; Refused with one sentence when it has ended, has no contracts, or its market is somebody else's.
 */
export function adoptBreak(
  database: Database,
  id: number,
  decide: (found: AccountBreak, paid: Money) => Adopting,
  { by, secondBy, reason }: AdoptionWord,
  atMs: Millis,
  signal: AbortSignal,
): Promise<Adoption> {
  return transact(database, signal, async (transaction) => {
    await transaction.query('select 1 from risk_lock for update')
    const broken = await openBreakForUpdate(transaction, id)
    const cash = broken.amount === 0 ? await cashBreak(transaction, broken) : null
    const moved = cash?.amount ?? broken.amount
    const { found, plan, fill } = decide({ ...broken, purse: broken.purse ?? cash?.purse ?? null }, money(0 - moved))
    await beginTrade(transaction, plan, atMs)
    await takeClaim(transaction, plan)
    const [{ order: opening, costBound }] = plan.legs
    const { tradeId } = plan
    await post(transaction, reserve({ id: `reserve:${tradeId}:${found.purse}`, tradeId, atMs, purse: found.purse, amount: costBound }))
    await bookIn(transaction, tradeId, opening, [{ ...found, ...fill, corrects: null, action: 'buy', atMs }], null)
    for (const order of [plan.legs[1].order, plan.cure]) await insertIntent(transaction, order)
    await closeIn(transaction, heldResult(plan, `adopted from break ${id} by ${by.name}: ${reason}`), NO_RUN, atMs)
    const suspended = money(notional(found.price, found.quantity) + found.fee + moved)
    if (suspended !== 0)
      await post(transaction, suspend({ id: `adopted:${id}`, tradeId: null, atMs, purse: found.purse, amount: suspended }))
    await appendAudit(transaction, by, 'break-adopt', { id, tradeId, reason, secondBy }, atMs)
    for (const each of cash ? [broken, cash] : [broken])
      await resolveBreakIn(transaction, each, 'adopted', { by, secondBy, reason: `${reason} (trade ${tradeId})` }, atMs)
    return { tradeId, found, suspended }
  })
}

/** Contracts whose own cash nobody knows: what the venue's cash has less stands in a break beside, if it can have been their price and fees. */
async function cashBreak(transaction: Transaction, { venue, contracts }: AccountBreak): Promise<AccountBreak | null> {
  const read = await transaction.query<{ id: number }>(
    `select id from account_break where venue = $1 and kind = 'cash' and state = 'open' and amount_micros < 0 and -amount_micros <= $2 order by id`,
    [venue, DEAREST_MICROS * Math.abs(contracts)],
  )
  const [only, ...others] = read.rows
  return only && others.length === 0 ? openBreakForUpdate(transaction, only.id) : null
}

async function beginTrade(transaction: Transaction, plan: BoxPlan, atMs: Millis): Promise<void> {
  const { tradeId, strategy, opportunity, mode, legs } = plan
  await transaction.query(
    `insert into trade (trade_id, run_id, strategy, subject, mode, plan, reservation, verdicts, halt_epoch, started_ms, edge_micros, contracts)
     select $1, $2, $3, $4, $5, $6, 'granted', '[]', value, $7, 0, $8 from epoch where name = 'halt'`,
    [tradeId, NO_RUN, strategy, opportunity.subject, mode, JSON.stringify(plan), atMs, legs[0].order.quantity],
  )
}

/** E7: shared with lots of the same pair in the same direction that wait for their result, and with nothing else. */
async function takeClaim(transaction: Transaction, { tradeId, opportunity: { subject }, legs }: BoxPlan): Promise<void> {
  const { venue, market, outcome } = legs[0].order
  const read = await transaction.query<Claim>(
    'select venue, market, subject, outcome, state, holder from claim where venue = $1 and market = $2',
    [venue, market],
  )
  const [held] = read.rows
  const conflict = held ? claimConflict(held, { venue, market, subject, outcome }) : null
  if (conflict !== null) throw new Refused(`${market} at ${venue}: ${conflict}; nothing was adopted`)
  await transaction.query(
    `insert into claim (venue, market, subject, outcome, state, holder) values ($1, $2, $3, $4, 'exclusive', $5)
     on conflict (venue, market) do update set state = 'exclusive', holder = excluded.holder`,
    [venue, market, subject, outcome, tradeId],
  )
}

const heldResult = ({ tradeId, legs }: BoxPlan, reason: string): TradeResult => ({
  ...{ tradeId, label: 'held', locked: NO_QUANTITY, flat: NO_QUANTITY, dust: NO_QUANTITY, held: legs[0].order.quantity },
  ...{ realisedPnl: NO_MONEY, maxRemainingLoss: NO_MONEY, reason, cures: [] },
})

/** The trade that a break was adopted as, and what of it is held still; null: it was not adopted. */
export interface AdoptedTrade {
  readonly tradeId: TradeId
  readonly plan: BoxPlan
  /** null: the first one. */
  readonly shard: string | null
  /** Contracts of the first leg that nothing answers, in hundredths. */
  readonly unanswered: number
  readonly hasEnded: boolean
}
export async function adoptedTrade(database: Pick<Database, 'query'>, breakId: number): Promise<AdoptedTrade | null> {
  const read = await database.query<AdoptedTrade>(
    `select trade_id as "tradeId", plan, shard, ended_ms is not null as "hasEnded",
       coalesce((select sum(case when l.venue = plan #>> '{legs,0,order,venue}' then l.quantity else -l.quantity end) from lot l where l.trade_id = t.trade_id), 0) as unanswered
     from trade t where (plan #>> '{adopted,breakId}')::bigint = $1`,
    [breakId],
  )
  return read.rows[0] ?? null
}
