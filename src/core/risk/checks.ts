import { assertNever } from '../assert'
import type { Purse } from '../purse'
import { purseOfLeg, type EdgePlan, type Plan, type Verdict } from '../trade/plan'
import { MICROS_PER_PRICE, money, NO_MONEY, type Money } from '../units'
import { admission } from './breaker'
import { claimConflict, wantedBy } from './claims'
import type { Limits } from './limits'
import { haltsOpening } from './scope'
import { largestSize } from './size'
import type { RiskState } from './state'
import { unpairedExposure } from './unpaired'
import { atLeast, atMost, contracts, count, dollars, ms, verdict } from './verdicts'

const BASIS_POINTS = 10_000

/** What a plan takes from each purse, by name: both legs at their bound, the dearest cure from the second leg's, the dearest exit from the first's (E8). */
export function reserveOf(plan: Plan): readonly { readonly purse: Purse; readonly amount: Money }[] {
  const amounts = new Map<Purse, number>()
  const take = (purse: Purse, amount: Money): unknown => amounts.set(purse, (amounts.get(purse) ?? 0) + amount)
  for (const leg of plan.legs) take(purseOfLeg(leg), leg.costBound)
  const last = plan.legs[plan.legs.length - 1]
  if (last) take(purseOfLeg(last), plan.dearestCure)
  if (plan.strategy === 'box' && plan.dearestExit !== undefined) take(purseOfLeg(plan.legs[0]), plan.dearestExit)
  return [...amounts].map(([purse, amount]) => ({ purse, amount: money(amount) })).sort((a, b) => (a.purse < b.purse ? -1 : 1))
}

/**
 * Every check of an opening, in the order an operator reads them (seed-behaviour §3.11 and E9). All are evaluated: a refusal names each reason
 * with both figures. Traded only if all passed.
 */
export function checkRisk(plan: Plan, state: RiskState, limits: Limits): readonly Verdict[] {
  return [
    ...permission(plan, state),
    ...sizes(plan, state, limits),
    ...losses(plan, state, limits),
    ...pace(plan, state, limits),
    ...concentration(plan, state, limits),
    ...capital(plan, state, limits),
    ...(plan.strategy === 'edge' ? edgeOnly(plan, state, limits) : []),
    ...unpairedExposure(plan, state, limits),
    ...claims(plan, state),
  ]
}

const largestLeg = (plan: Plan): number => Math.max(...plan.legs.map(({ order }) => order.quantity))

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
    ...certificate(plan, state),
    breakerVerdict(state),
    verdict('still in time', late.length === 0, `${state.nowMs - opportunity.seenAtMs} ms old`, 'before its not-after'),
  ]
}

/** What was found by another version, or by one that is suspended or over meanwhile, does not open: the hot process may not have heard yet. */
function certificate({ rules }: Plan, { pair, nowMs }: RiskState): readonly Verdict[] {
  if (pair === null) return []
  const isOver = pair.expiresMs !== null && nowMs >= pair.expiresMs
  const passed = pair.state === 'active' && !isOver && pair.certificate === rules.certificate
  return [
    verdict('certificate in force', passed, `${pair.certificate}, ${isOver ? 'expired' : pair.state}`, `${rules.certificate}, active`),
  ]
}

function breakerVerdict({ standing: { breaker }, nowMs }: RiskState): Verdict {
  const passed = admission(breaker, nowMs) !== 'refused'
  switch (breaker.state) {
    case 'closed':
      return verdict('breaker', passed, 'closed', 'closed')
    case 'open':
      return verdict('breaker', passed, `open (${breaker.reason}), ${Math.max(0, breaker.untilMs - nowMs)} ms to wait`, '0 ms to wait')
    case 'half-open':
      return verdict('breaker', passed, `half-open, its trial ${breaker.trial} runs`, 'no trial running')
    default:
      return assertNever(breaker, 'breaker')
  }
}

function sizes(plan: Plan, state: RiskState, limits: Limits): readonly Verdict[] {
  const largest = largestLeg(plan)
  const size = largestSize(limits, state.standing, state.nowMs)
  const premium = plan.legs.reduce((sum, { costBound }) => sum + costBound, 0)
  return [
    verdict('contracts per trade', largest <= size.contracts, contracts(largest), `≤ ${size.text}`),
    atMost('premium per trade', premium, limits.maxPremiumPerTrade, dollars),
  ]
}

/** E29: what a loss limit is held against. A profit of the day does not widen what may be lost. */
export const lossAtStake = (realised: Money, worstCaseOfOpen: Money): number => Math.max(0, realised) + worstCaseOfOpen

/** E29: judged at admission. */
function losses(plan: Plan, { realisedLoss, worstCaseOfOpen, standing: { breaker } }: RiskState, limits: Limits): readonly Verdict[] {
  const { maxConsecutiveLosses } = limits
  const lost = (realised: Money): number => lossAtStake(realised, worstCaseOfOpen)
  // an open breaker that admits a trial has taken the streak into account
  const streakPassed = breaker.streak < maxConsecutiveLosses || breaker.state !== 'closed'
  return [
    atMost('loss today', lost(realisedLoss.today), limits.maxDailyLoss, dollars),
    atMost('loss this week', lost(realisedLoss.thisWeek), limits.maxWeeklyLoss, dollars),
    verdict('consecutive losses', streakPassed, count(breaker.streak), `< ${count(maxConsecutiveLosses)}`),
    atMost('modelled unwind loss', plan.opportunity.unwindLoss, plan.lossBudget, dollars),
    atMost('maximum loss', plan.opportunity.maximumLoss, limits.maxUnpairedPremium, dollars),
  ]
}

const since = (atMs: number | null, nowMs: number): number => (atMs === null ? Infinity : nowMs - atMs)

function pace(plan: Plan, state: RiskState, limits: Limits): readonly Verdict[] {
  const fresh = state.lastFillMs === null || plan.opportunity.seenAtMs > state.lastFillMs
  return [
    atMost('openings today', state.openingsToday + 1, limits.maxOpeningsPerDay, count),
    atMost('contracts today', state.contractsToday + largestLeg(plan), limits.maxContractsPerDay, contracts),
    atMost('openings in a minute', state.openingsLastMinute + 1, limits.maxOpeningsPerMinute, count),
    atLeast('gap between openings', since(state.lastOpenedMs, state.nowMs), limits.minOpeningGapMs, ms),
    atMost('open trades', state.openTrades + 1, limits.maxOpenTrades, count),
    atLeast('cool-down', since(state.lastEndedMs, state.nowMs), limits.coolDownMs, ms),
    verdict('seen after the last fill', fresh, fresh ? 'newer' : 'older', 'newer'),
  ]
}

function concentration(plan: Plan, state: RiskState, limits: Limits): readonly Verdict[] {
  const largest = largestLeg(plan)
  return state.exposures.flatMap(({ venue, market, event, inMarket, inEvent, dust }) => [
    atMost(`contracts in ${venue} ${market}`, inMarket + largest, limits.maxContractsPerMarket, contracts),
    atMost(`contracts in ${venue} event ${event}`, inEvent + largest, limits.maxContractsPerEvent, contracts),
    atMost(`dust in ${venue} ${market}`, dust, limits.maxDustPerMarket, contracts),
  ])
}

/** E8, E10. The least that a venue has to keep counts for the purse that pays: no other one's cash could help it out. */
function capital(plan: Plan, state: RiskState, limits: Limits): readonly Verdict[] {
  return [
    ...reserveOf(plan).map(({ purse, amount }) =>
      atLeast(`cash at ${purse}`, state.cash.get(purse) ?? NO_MONEY, amount + limits.minCashPerVenue, dollars),
    ),
    atLeast('expected value', plan.opportunity.expectedValue, limits.minExpectedValue, dollars),
  ]
}

/** A box has no direction: neither the price of a leg nor the sport of its event says anything about its risk. */
function edgeOnly(plan: EdgePlan, { premiumInSport, bankroll }: RiskState, limits: Limits): readonly Verdict[] {
  const [{ order, costBound }] = plan.legs
  const paid = order.limit * MICROS_PER_PRICE
  const { edgeMinPrice: lowest, edgeMaxPrice: highest } = limits
  const share = Math.floor(bankroll / BASIS_POINTS) * limits.maxSportShareBps
  return [
    verdict('price bounds', paid >= lowest && paid <= highest, dollars(paid), `${dollars(lowest)} to ${dollars(highest)}`),
    atMost(`premium in ${plan.sport}`, premiumInSport + costBound, share, dollars),
  ]
}

function claims(plan: Plan, state: RiskState): readonly Verdict[] {
  return wantedBy(plan).map((wanted) => {
    const conflicts = state.claims
      .filter((held) => held.venue === wanted.venue && held.market === wanted.market)
      .flatMap((held) => claimConflict(held, wanted) ?? [])
    return verdict(`claim on ${wanted.venue} ${wanted.market}`, conflicts.length === 0, conflicts[0] ?? 'free', 'free or shared')
  })
}
