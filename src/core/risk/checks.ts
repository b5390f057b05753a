import type { MarketId, Venue } from '../ids'
import type { Plan, Verdict } from '../trade/plan'
import { formatMoney, formatQuantity, money, type Millis, type Money, type Quantity } from '../units'
import { claimConflict, claimsOf, type Claim } from './claims'
import type { Limits } from './limits'
import { haltsOpening, type Scope } from './scope'

/** What the ledger knows at the moment of the decision, read under the lock that the decision is written under (E5). */
export interface RiskState {
  readonly nowMs: Millis
  readonly halts: readonly Scope[]
  readonly openTrades: number
  readonly openingsLastMinute: number
  readonly openingsToday: number
  readonly contractsToday: Quantity
  /** Positive: lost. */
  readonly realisedLossToday: Money
  /** Contracts held or reserved, per market and per event of the plan. */
  readonly contracts: readonly {
    readonly venue: Venue
    readonly market: MarketId
    readonly event: string
    readonly inMarket: Quantity
    readonly inEvent: Quantity
  }[]
  readonly cash: Readonly<Record<Venue, Money>>
  readonly claims: readonly Claim[]
  /** When the subject's last trade ended; null: never. */
  readonly lastEndedMs: Millis | null
  /** When this pair's own last fill was; its books must be newer than that. */
  readonly lastFillMs: Millis | null
  /** E9 in its simple form: orders of any trade whose outcome is unknown. */
  readonly unresolvedOrders: number
}

/** What a plan takes from each venue's cash: both legs at their bound, and the dearest cure at the second venue (E8). */
export function reserveOf(plan: Plan): readonly { readonly venue: Venue; readonly amount: Money }[] {
  const amounts = new Map<Venue, number>()
  for (const { order, costBound } of plan.legs) amounts.set(order.venue, (amounts.get(order.venue) ?? 0) + costBound)
  const cureVenue = plan.legs[plan.legs.length - 1]?.order.venue
  if (cureVenue) amounts.set(cureVenue, (amounts.get(cureVenue) ?? 0) + plan.dearestCure)
  return [...amounts].map(([venue, amount]) => ({ venue, amount: money(amount) })).sort((a, b) => (a.venue < b.venue ? -1 : 1))
}

const verdict = (check: string, passed: boolean, actual: string, limit: string): Verdict => ({ check, passed, actual, limit })
const atMost = (check: string, actual: number, limit: number, show: (value: number) => string): Verdict =>
  verdict(check, actual <= limit, show(actual), `≤ ${show(limit)}`)
const atLeast = (check: string, actual: number, limit: number, show: (value: number) => string): Verdict =>
  verdict(check, actual >= limit, show(actual), `≥ ${show(limit)}`)
const count = (value: number): string => String(value)
const dollars = (value: number): string => `$${formatMoney(value as Money)}`
const contracts = (value: number): string => formatQuantity(value as Quantity)

/** Every check, in the order an operator reads them. All are evaluated: a refusal names each reason. Traded only if all passed. */
export function checkRisk(plan: Plan, state: RiskState, limits: Limits): readonly Verdict[] {
  return [
    ...permission(plan, state),
    ...sizes(plan, state, limits),
    ...pace(plan, state, limits),
    ...capital(plan, state, limits),
    ...claims(plan, state),
  ]
}

function permission(plan: Plan, state: RiskState): readonly Verdict[] {
  const { strategy, opportunity, tradeId } = plan
  const stopping = haltsOpening(state.halts, {
    strategy,
    subject: opportunity.subject,
    tradeId,
    venues: plan.legs.map(({ order }) => order.venue),
  })
  const late = plan.legs.filter(({ order }) => order.purpose === 'opening' && order.notAfterMs < state.nowMs)
  return [
    verdict('no halt in force', stopping.length === 0, stopping.join(', ') || 'none', 'none'),
    verdict('still in time', late.length === 0, `${state.nowMs - opportunity.seenAtMs} ms old`, 'before its not-after'),
    verdict('no unknown order', state.unresolvedOrders === 0, count(state.unresolvedOrders), '0'),
  ]
}

function sizes(plan: Plan, state: RiskState, limits: Limits): readonly Verdict[] {
  const largest = Math.max(...plan.legs.map(({ order }) => order.quantity))
  const premium = plan.legs.reduce((sum, { costBound }) => sum + costBound, 0)
  return [
    atMost('contracts per trade', largest, limits.maxContractsPerTrade, contracts),
    atMost('premium per trade', premium, limits.maxPremiumPerTrade, dollars),
    ...state.contracts.flatMap(({ venue, market, event, inMarket, inEvent }) => [
      atMost(`contracts in ${venue} ${market}`, inMarket + largest, limits.maxContractsPerMarket, contracts),
      atMost(`contracts in ${venue} event ${event}`, inEvent + largest, limits.maxContractsPerEvent, contracts),
    ]),
    atMost('contracts today', state.contractsToday + largest, limits.maxContractsPerDay, contracts),
  ]
}

function pace(plan: Plan, state: RiskState, limits: Limits): readonly Verdict[] {
  const sinceEnded = state.lastEndedMs === null ? Infinity : state.nowMs - state.lastEndedMs
  const fresh = state.lastFillMs === null || plan.opportunity.seenAtMs > state.lastFillMs
  return [
    atMost('openings in a minute', state.openingsLastMinute + 1, limits.maxOpeningsPerMinute, count),
    atMost('openings today', state.openingsToday + 1, limits.maxOpeningsPerDay, count),
    atMost('open trades', state.openTrades + 1, limits.maxOpenTrades, count),
    atLeast('cool-down', sinceEnded, limits.coolDownMs, (ms) => `${ms} ms`),
    verdict('seen after the last fill', fresh, fresh ? 'newer' : 'older', 'newer'),
  ]
}

function capital(plan: Plan, state: RiskState, limits: Limits): readonly Verdict[] {
  const { opportunity } = plan
  return [
    atMost('loss today', Math.max(0, state.realisedLossToday), limits.maxDailyLoss, dollars),
    atMost('modelled unwind loss', opportunity.unwindLoss, plan.lossBudget, dollars),
    atMost('maximum loss', opportunity.maximumLoss, limits.maxUnpairedPremium, dollars),
    atLeast('expected value', opportunity.expectedValue, limits.minExpectedValue, dollars),
    ...reserveOf(plan).map(({ venue, amount }) => atLeast(`cash at ${venue}`, state.cash[venue], amount + limits.minCashPerVenue, dollars)),
  ]
}

function claims(plan: Plan, state: RiskState): readonly Verdict[] {
  return claimsOf(plan).map((wanted) => {
    const conflicts = state.claims
      .filter((held) => held.venue === wanted.venue && held.market === wanted.market)
      .flatMap((held) => claimConflict(held, wanted) ?? [])
    return verdict(`claim on ${wanted.venue} ${wanted.market}`, conflicts.length === 0, conflicts[0] ?? 'free', 'free or shared')
  })
}
