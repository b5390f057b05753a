import { marketId, type Outcome } from '../../core/ids'
import { tradingDayStart } from '../../core/risk/trading-day'
import { money, type Millis, type Money, type Quantity } from '../../core/units'
import type { Listing } from '../../ports/catalog'
import { unlessUnreachable, type Database } from '../../stores/postgres/pool'
import type { HeldEdge } from './world'

/** Kalshi's words of a market, as its listing was worded last. */
export interface MarketWords {
  readonly subtitle: string
  readonly rulesPrimary: string
  readonly rulesSecondary: string
}

/** Kalshi's listings. @throws LedgerUnreachable */
export async function readKalshiListings(database: Database): Promise<readonly Listing[]> {
  const read = await unlessUnreachable(database.query<{ body: Listing }>(`select body from listing where venue = 'kalshi'`))
  return read.rows.map(({ body }) => body)
}

/** The newest text of each market of Kalshi, by ticker. @throws LedgerUnreachable */
export async function readWords(database: Database): Promise<ReadonlyMap<string, MarketWords>> {
  const read = await unlessUnreachable(
    database.query<{ market: string; text: string }>(
      `select distinct on (market) market, text from rule_text where venue = 'kalshi' order by market, id desc`,
    ),
  )
  return new Map(read.rows.map(({ market, text }) => [market, wordsOf(text)]))
}

/** One line for each thing that the venue says: `name: what it says` (venues/kalshi/rules). */
export function wordsOf(text: string): MarketWords {
  const said = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, name, what] = /^([a-z ]+): (.*)$/.exec(line) ?? []
    if (name !== undefined && what !== undefined && !said.has(name)) said.set(name, what)
  }
  return { subtitle: said.get('yes') ?? '', rulesPrimary: said.get('rules') ?? '', rulesSecondary: said.get('further rules') ?? '' }
}

/** What edges hold, by market and outcome. @throws LedgerUnreachable */
export async function readHeld(database: Database): Promise<readonly HeldEdge[]> {
  const read = await unlessUnreachable(
    database.query<{ market: string; outcome: Outcome; held: number }>(
      `select l.market, l.outcome, sum(l.quantity)::bigint as held from lot l join trade t using (trade_id)
       where l.venue = 'kalshi' and t.strategy = 'edge' and l.quantity > 0 group by l.market, l.outcome order by l.market, l.outcome`,
    ),
  )
  return read.rows.map(({ market, outcome, held }) => ({ market: marketId(market), outcome, quantity: held as Quantity }))
}

export interface LedgerMoney {
  /** What is at Kalshi, positions at their cost; null: the account is not opened. */
  readonly equity: Money | null
  readonly cash: Money | null
  readonly spent: { readonly byEvent: ReadonlyMap<string, Money>; readonly day: Money }
}

/** What Kelly may count on: what the edge has at risk by event, and what its trades of the trading day may have paid. @throws LedgerUnreachable */
export async function readMoney(database: Database, nowMs: Millis): Promise<LedgerMoney> {
  const { equity, cash } = await readBalances(database)
  const spent = await unlessUnreachable(
    database.query<{ event: string; atRisk: number; today: number }>(
      `select coalesce(l.event, t.subject) as event,
         coalesce(sum(case when t.ended_ms is null then ${BOUND} when t.pnl_kind = 'open' then (t.result ->> 'maxRemainingLoss')::bigint end), 0)::bigint as "atRisk",
         coalesce(sum(${BOUND}) filter (where t.started_ms >= $1), 0)::bigint as today
       from trade t left join listing l on l.venue = 'kalshi' and l.market = t.subject
       where t.strategy = 'edge' and t.reservation <> 'refused' and (t.ended_ms is null or t.pnl_kind = 'open' or t.started_ms >= $1) group by 1`,
      [tradingDayStart(nowMs)],
    ),
  )
  return {
    ...{ equity, cash },
    spent: {
      byEvent: new Map(spent.rows.map(({ event, atRisk }) => [event, money(atRisk)])),
      day: money(spent.rows.reduce((sum, { today }) => sum + today, 0)),
    },
  }
}
/** All contracts at their limit, fees included: what a trade pays at most. */
const BOUND = `(t.plan #>> '{legs,0,costBound}')::bigint`

async function readBalances(database: Database): Promise<Pick<LedgerMoney, 'equity' | 'cash'>> {
  const read = await unlessUnreachable(
    database.query<{ equity: number | null; cash: number | null }>(
      `select sum(amount_micros) filter (where account ~ '^(cash|reserved|position):kalshi') as equity,
         sum(amount_micros) filter (where account ~ '^cash:kalshi') as cash from balance`,
    ),
  )
  const known = (micros: number | null | undefined): Money | null => (micros === null || micros === undefined ? null : money(micros))
  return { equity: known(read.rows[0]?.equity), cash: known(read.rows[0]?.cash) }
}
