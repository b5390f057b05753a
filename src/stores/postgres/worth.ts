import { DOLLAR } from '../../core/box/payoff'
import type { TradeId } from '../../core/ids'
import { worthOf as worthOfSums, type Worth } from '../../core/ledger/pnl'
import type { OrderIntent } from '../../core/trade/order'
import type { TradeResult } from '../../core/trade/plan'
import { money, type Quantity } from '../../core/units'
import type { Transaction } from './pool'

interface Sums {
  /** Cash that came in less cash that left in the trade's name, what its markets paid included. */
  readonly earned: number
  /** Of that: what its markets paid. */
  readonly settled: number
  readonly lots: number
  readonly cost: number
  /** Of one pair, in the worst state of the plan's certificate: a dollar where the plan does not tell. */
  readonly leastPayoff: number
}

async function sumsOf(transaction: Transaction, tradeId: TradeId): Promise<Sums> {
  const read = await transaction.query<Sums>(
    `select coalesce(sum(amount_micros), 0) as earned, coalesce(sum(amount_micros) filter (where kind = 'settle'), 0) as settled,
       (select count(*) from lot where trade_id = $1 and quantity > 0) as lots,
       (select coalesce(sum(cost_micros), 0) from lot where trade_id = $1) as cost,
       coalesce((select (plan #>> '{opportunity,leastPayoff}')::bigint from trade where trade_id = $1), $2) as "leastPayoff"
     from postings_of($1) where account like 'cash:%' or account like 'reserved:%'`,
    [tradeId, DOLLAR],
  )
  return read.rows[0] ?? { earned: 0, settled: 0, lots: 0, cost: 0, leastPayoff: DOLLAR }
}

/** As the ledger's rows have it (core/ledger/pnl). */
export async function worthOf(
  transaction: Transaction,
  { tradeId, locked, held, dust }: Pick<TradeResult, 'tradeId' | 'locked' | 'held' | 'dust'>,
): Promise<Worth> {
  const { earned, settled, lots, cost, leastPayoff } = await sumsOf(transaction, tradeId)
  return worthOfSums({
    ...{ earned: money(earned), settled: money(settled), cost: money(cost), leastPayoff: money(leastPayoff) },
    ...{ hasLots: lots > 0, locked, hasOpen: held + dust > 0 },
  })
}

/** E14: a fill that came after the end. The lots are owned by `settle` again (E7), and the trade's worth is what its cash and lots now say. */
export async function amendEnd(transaction: Transaction, { tradeId, venue, market }: OrderIntent): Promise<void> {
  await dropIdleClaims(transaction, venue, market)
  await transaction.query(
    `insert into claim (venue, market, subject, outcome, state, holder)
     select l.venue, l.market, t.subject, l.outcome, 'settling', t.trade_id from lot l join trade t using (trade_id)
     where l.trade_id = $1 and l.venue = $2 and l.market = $3 and l.quantity > 0 on conflict (venue, market) do nothing`,
    [tradeId, venue, market],
  )
  const read = await transaction.query<{ locked: Quantity }>(
    `select coalesce((result ->> 'locked')::bigint, 0) as locked from trade where trade_id = $1`,
    [tradeId],
  )
  const locked = read.rows[0]?.locked ?? (0 as Quantity)
  const { realisedPnl, maxRemainingLoss, kind } = await worthOf(transaction, { tradeId, locked, held: 1 as Quantity, dust: 0 as Quantity })
  await transaction.query(
    `update trade set pnl_micros = $2::bigint, pnl_kind = $3,
       result = result || jsonb_build_object('realisedPnl', $2::bigint, 'maxRemainingLoss', $4::bigint) where trade_id = $1`,
    [tradeId, realisedPnl, kind, maxRemainingLoss],
  )
}

/** Frees a market that waited for settlement and of which no lot is left. */
export async function dropIdleClaims(transaction: Transaction, venue: string, market: string): Promise<void> {
  await transaction.query(
    `delete from claim c where venue = $1 and market = $2 and state = 'settling'
       and not exists (select 1 from lot l where l.venue = c.venue and l.market = c.market and l.quantity > 0)`,
    [venue, market],
  )
}
