import { CLOSED, told, type Breaker, type Earned, type Losses } from '../../core/risk/breaker'
import type { Limits } from '../../core/risk/limits'
import type { Operator } from '../../core/risk/scope'
import { CLEAN_TRADES_COUNTED, limitsNow } from '../../core/risk/size'
import { tradingDayStart, tradingWeekStart } from '../../core/risk/trading-day'
import type { Mode } from '../../core/trade/plan'
import { money, type Millis, type Money } from '../../core/units'
import { transact, unlessUnreachable, type Database, type Transaction } from './pool'
import { appendAudit } from './proof/audit'

export type Strategy = 'box' | 'edge'
export const STRATEGIES: readonly Strategy[] = ['box', 'edge']

/** What breaker_facts answers: what is stored, and the results that came since. */
export interface BreakerFacts {
  readonly breaker: Breaker | null
  /** The last result it was told. */
  readonly seen: number
  readonly today: number
  readonly this_week: number
  readonly results: readonly (Earned & { readonly seq: number })[]
}
export interface BreakerRow {
  readonly strategy: Strategy
  readonly body: Breaker
  readonly seen: number
  readonly at_ms: Millis
}

/** The breaker as it is once every result has been told, and how far that was. */
export function upToDate(facts: BreakerFacts, limits: Limits, nowMs: Millis): { readonly breaker: Breaker; readonly seen: number } {
  const losses: Losses = { today: money(facts.today), thisWeek: money(facts.this_week) }
  return {
    breaker: facts.results.reduce((breaker, earned) => told(breaker, earned, losses, limits, nowMs), facts.breaker ?? CLOSED),
    seen: facts.results.at(-1)?.seq ?? facts.seen,
  }
}

const FACTS = 'select breaker_facts($1, $2, $3) as facts, (select body from limits_version where active) as limits'
interface FactsRow {
  readonly facts: BreakerFacts
  readonly limits: Limits | null
}
const factsOf = (strategy: Strategy, nowMs: Millis): readonly unknown[] => [strategy, tradingDayStart(nowMs), tradingWeekStart(nowMs)]

const save = (transaction: Transaction, { strategy, body, seen, at_ms }: BreakerRow): Promise<unknown> =>
  transaction.query(
    `insert into breaker (strategy, body, seen, at_ms) values ($1, $2, $3, $4)
     on conflict (strategy) do update set body = excluded.body, seen = excluded.seen, at_ms = excluded.at_ms`,
    [strategy, JSON.stringify(body), seen, at_ms],
  )

/** Tells a strategy's breaker what its trades have earned meanwhile, under the risk_lock that the caller holds. Without limits nothing opens anyway. */
export async function tellBreaker(transaction: Transaction, strategy: Strategy, nowMs: Millis): Promise<void> {
  const read = await transaction.query<FactsRow>(FACTS, [...factsOf(strategy, nowMs)])
  const [row] = read.rows
  if (!row?.limits || row.facts.results.length === 0) return
  const { breaker, seen } = upToDate(row.facts, row.limits, nowMs)
  await save(transaction, { strategy, body: breaker, seen, at_ms: nowMs })
}

export interface BreakerState {
  readonly strategy: Strategy
  readonly breaker: Breaker
  readonly lostToday: Money
  readonly lostThisWeek: Money
}

/** Both breakers as the next reserve will find them. @throws LedgerUnreachable */
export async function readBreakers(database: Database, nowMs: Millis): Promise<readonly BreakerState[]> {
  const states: BreakerState[] = []
  for (const strategy of STRATEGIES) {
    const read = await unlessUnreachable(database.query<FactsRow>(FACTS, [...factsOf(strategy, nowMs)]))
    const [row] = read.rows
    if (!row) continue
    const { facts, limits } = row
    const breaker = limits ? upToDate(facts, limits, nowMs).breaker : (facts.breaker ?? CLOSED)
    states.push({ strategy, breaker, lostToday: money(facts.today), lostThisWeek: money(facts.this_week) })
  }
  return states
}

/** Closes a breaker by hand and forgets its streak; what was lost stays lost, and counts against the day and the week. Audited. */
export function resetBreaker(
  database: Database,
  strategy: Strategy,
  by: Operator,
  reason: string,
  atMs: Millis,
  signal: AbortSignal,
): Promise<Breaker> {
  return transact(database, signal, async (transaction) => {
    await transaction.query('select 1 from risk_lock for update')
    const read = await transaction.query<FactsRow>(FACTS, [...factsOf(strategy, atMs)])
    const facts = read.rows[0]?.facts
    const before = facts?.breaker ?? CLOSED
    await save(transaction, { strategy, body: CLOSED, seen: facts?.results.at(-1)?.seq ?? facts?.seen ?? 0, at_ms: atMs })
    await appendAudit(transaction, by, 'breaker reset', { strategy, reason, before }, atMs)
    return before
  })
}

/** The limits as they bind a strategy's size now, for those who size before they ask (E10). @throws LedgerUnreachable */
export async function boundBy(database: Database, limits: Limits, strategy: Strategy, mode: Mode, nowMs: Millis): Promise<Limits> {
  const read = await unlessUnreachable(
    database.query<FactsRow & { clean: number }>(`${FACTS}, clean_trades($1, $4, $5) as clean`, [
      ...factsOf(strategy, nowMs),
      mode,
      CLEAN_TRADES_COUNTED,
    ]),
  )
  const [row] = read.rows
  if (!row) throw new Error('the standing could not be read')
  return limitsNow(limits, { breaker: upToDate(row.facts, limits, nowMs).breaker, cleanTrades: row.clean }, nowMs)
}
