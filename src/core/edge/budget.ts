import { ceilMulDiv, floorMulDiv, millis, type Millis } from '../units'

/** How the credits of a month are spread (B20): figures of configuration, none of them known better than that. */
export interface BudgetPolicy {
  /** Never spent by a schedule: what a person asks by hand has to come from somewhere. */
  readonly keepCredits: number
  /** A start within this time is near. */
  readonly nearMs: Millis
  /** A start within this time is worth watching at all. */
  readonly horizonMs: Millis
  /** Between two fetches of a sport while the credits suffice: before a near start, before a far one, and to find what is listed. */
  readonly nearIntervalMs: Millis
  readonly farIntervalMs: Millis
  readonly lookIntervalMs: Millis
  /**
   * Games are played in a part of the day, and the hours without any save for them: what an even pace would have spent so far and in so long from now may
   * be spent, over that time. After a quiet day a window of six hours thus runs at four times the even pace, and no day borrows from the next.
   */
  readonly aheadMs: Millis
}

/** One sport, as the scheduler sees it. */
export interface SportNeed {
  readonly sport: string
  readonly creditsPerCall: number
  /** Whether a market of it is open that anybody would trade; without one nothing is spent. */
  readonly worthIt: boolean
  /** The nearest start, still to come, among its mapped open markets. null: none is mapped, or none is to come. */
  readonly nearestStartMs: Millis | null
  /** The last time it was asked, also in vain. null: never. */
  readonly askedMs: Millis | null
}

/** near: a mapped open market starts soon. far: one starts later. look: markets are open, and which games they are has to be found or found again. */
export type Urgency = 'near' | 'far' | 'look'
export interface PlannedSport {
  readonly sport: string
  readonly urgency: Urgency
  readonly creditsPerCall: number
  readonly intervalMs: Millis
  readonly dueMs: Millis
}
export interface Budget {
  /** What to ask for now, the most urgent first. */
  readonly fetch: readonly string[]
  /** Of `fetch`: never more than is left. */
  readonly credits: number
  /** When the next is due; null: nothing is worth it, or the budget is gone. */
  readonly nextMs: Millis | null
  readonly planned: readonly PlannedSport[]
  /** Why nothing more is spent before the reset, in a sentence; null: it goes on. */
  readonly paused: string | null
}

/** The month of credits, by the source's own count. */
export interface BudgetState {
  readonly remaining: number
  readonly used: number
  /** Of the month: its credits came at `startMs`, the next come at `resetMs`. */
  readonly startMs: Millis
  readonly resetMs: Millis
  readonly nowMs: Millis
}

const TIERS: readonly Urgency[] = ['near', 'far', 'look']
/** Paces are reckoned in thousandths of a credit: in an hour an even pace may not be one. */
const THOUSANDTHS = 1_000
/** Of the pace, what a tier gets however much those before it need. */
const LOWER_TIER_PART = 10

/** What a call costs: a credit for each market and region, or for each market and ten named books. */
export const creditsOf = (asked: {
  readonly markets: number
  readonly regions: number
  /** 0: regions are asked for. */
  readonly bookmakers: number
}): number => asked.markets * (asked.bookmakers > 0 ? ceilMulDiv(asked.bookmakers, 1, BOOKS_PER_CREDIT) : asked.regions)
const BOOKS_PER_CREDIT = 10

/**
 * Which sports to ask for now, and when to ask next. Credits go to near starts first, then to far ones, then to looking, and a tenth of the pace to each
 * in any case: without a look nothing would ever come near. A tier that would need more until the reset than it is left gets its intervals stretched in
 * proportion, and none is asked more often than one before it. So intervals grow as credits run out (B20), and no call is made that they do not pay.
 * Fewer credits, or more time until the reset, never make it ask sooner.
 * @throws RangeError for figures that cannot be: a call without a price, fewer credits than none, a reset that has passed, intervals out of order.
 */
export function planFetches(needs: readonly SportNeed[], policy: BudgetPolicy, state: BudgetState): Budget {
  check(needs, policy, state)
  const usable = Math.max(0, state.remaining - policy.keepCredits)
  const wanted = needs.flatMap((need) => (need.worthIt ? [{ need, urgency: urgencyOf(need, policy, state.nowMs) }] : []))
  const planned = stretched(wanted, usable, policy, state).toSorted(inOrder(needs))
  const due = planned.filter(({ dueMs }) => dueMs <= state.nowMs)
  const { taken, credits } = affordable(due, usable)
  const next = due[taken.length] ?? cheapest(planned)
  if (next === null) return { fetch: [], credits, nextMs: null, planned, paused: null }
  const fetch = taken.map(({ sport }) => sport)
  if (usable - credits < next.creditsPerCall) return { fetch, credits, nextMs: null, planned, paused: pauseOf(state, policy, next) }
  // those asked now are due again an interval from now
  const later = planned.map((sport) => (taken.includes(sport) ? state.nowMs + sport.intervalMs : sport.dueMs))
  return { fetch, credits, nextMs: millis(Math.min(...later)), planned, paused: null }
}

/** A start that has passed says nothing any more: what is still open may have moved, and only a look can tell. */
function urgencyOf({ nearestStartMs }: SportNeed, { nearMs, horizonMs }: BudgetPolicy, nowMs: Millis): Urgency {
  const awayMs = nearestStartMs === null ? -1 : nearestStartMs - nowMs
  if (awayMs <= 0 || awayMs > horizonMs) return 'look'
  return awayMs <= nearMs ? 'near' : 'far'
}

interface Wanted {
  readonly need: SportNeed
  readonly urgency: Urgency
}

function stretched(wanted: readonly Wanted[], usable: number, policy: BudgetPolicy, state: BudgetState): readonly PlannedSport[] {
  const windowMs = Math.min(policy.aheadMs, state.resetMs - state.nowMs)
  const standard = { near: policy.nearIntervalMs, far: policy.farIntervalMs, look: policy.lookIntervalMs }
  const pace = paceOf(usable, windowMs, state)
  let left = pace
  let beforeMs = standard.near
  return TIERS.flatMap((tier) => {
    const sports = wanted.filter(({ urgency }) => urgency === tier)
    const each = standard[tier]
    const needed = sports.reduce((sum, { need }) => sum + ceilMulDiv(need.creditsPerCall * THOUSANDTHS, windowMs, each), 0)
    const intervalMs = millis(Math.max(beforeMs, intervalOf(each, needed, left, state.resetMs - state.nowMs)))
    left = Math.max(left - needed, floorMulDiv(pace, 1, LOWER_TIER_PART))
    if (sports.length > 0) beforeMs = intervalMs
    return sports.map(({ need: { sport, creditsPerCall, askedMs } }) => {
      const dueMs = askedMs === null ? state.nowMs : millis(askedMs + intervalMs)
      return { sport, urgency: tier, creditsPerCall, intervalMs, dueMs }
    })
  })
}

/**
 * Thousandths of a credit for the window that begins now: what an even pace over the whole month would have spent by its end and was not spent, or an even
 * share of what is left where that is more, because more than evenly was spent.
 */
function paceOf(usable: number, windowMs: number, { remaining, used, startMs, resetMs, nowMs }: BudgetState): number {
  const even = floorMulDiv((remaining + used) * THOUSANDTHS, nowMs - startMs + windowMs, resetMs - startMs) - used * THOUSANDTHS
  const rest = floorMulDiv(usable * THOUSANDTHS, windowMs, resetMs - nowMs)
  return Math.min(usable * THOUSANDTHS, Math.max(even, rest))
}

/** At most once before the reset, and never more often than with credits enough. */
function intervalOf(standardMs: Millis, needed: number, left: number, untilResetMs: number): number {
  if (needed <= left) return standardMs
  return Math.max(standardMs, left === 0 ? untilResetMs : Math.min(untilResetMs, ceilMulDiv(standardMs, needed, left)))
}

/** By tier, then by start, then by name: always the same order, whatever is left, so that more credits only add to what is asked. */
function inOrder(needs: readonly SportNeed[]): (a: PlannedSport, b: PlannedSport) => number {
  const starts = new Map(needs.map(({ sport, nearestStartMs }) => [sport, nearestStartMs ?? Infinity]))
  const startOf = ({ sport }: PlannedSport): number => starts.get(sport) ?? Infinity
  return (a, b) => {
    if (a.urgency !== b.urgency) return TIERS.indexOf(a.urgency) - TIERS.indexOf(b.urgency)
    if (startOf(a) !== startOf(b)) return startOf(a) < startOf(b) ? -1 : 1
    return a.sport < b.sport ? -1 : 1
  }
}

/** Ends at the first that is not paid for: a cheaper one behind it would take what the more urgent one waits for. */
function affordable(due: readonly PlannedSport[], usable: number): { readonly taken: readonly PlannedSport[]; readonly credits: number } {
  let credits = 0
  const end = due.findIndex(({ creditsPerCall }) => {
    if (credits + creditsPerCall > usable) return true
    credits += creditsPerCall
    return false
  })
  return { taken: end < 0 ? due : due.slice(0, end), credits }
}

/** null: nothing is planned. */
const cheapest = (planned: readonly PlannedSport[]): PlannedSport | null =>
  planned.reduce<PlannedSport | null>((least, each) => (least !== null && least.creditsPerCall <= each.creditsPerCall ? least : each), null)

const pauseOf = ({ remaining }: BudgetState, { keepCredits }: BudgetPolicy, { sport, creditsPerCall }: PlannedSport): string =>
  `the credits of the month are gone: ${remaining} are left, ${keepCredits} of them are kept back, and a call for ${sport} costs ${creditsPerCall}`

function check(needs: readonly SportNeed[], policy: BudgetPolicy, { remaining, used, startMs, resetMs, nowMs }: BudgetState): void {
  const { nearIntervalMs, farIntervalMs, lookIntervalMs, nearMs, horizonMs, aheadMs, keepCredits } = policy
  for (const credits of [remaining, used, keepCredits])
    if (!Number.isSafeInteger(credits) || credits < 0) throw new RangeError(`${credits} credits: must be a whole number from 0 on`)
  if (resetMs <= nowMs || startMs > nowMs)
    throw new RangeError('the month of the credits is not the present one: tell the one that now is in')
  const order = [1, nearIntervalMs, farIntervalMs, lookIntervalMs]
  if (order.some((each, at) => at > 0 && each < (order[at - 1] ?? 0)) || nearMs > horizonMs || nearMs < 0)
    throw new RangeError('intervals must not shrink from near over far to look, and near must lie within the horizon')
  if (aheadMs < 1) throw new RangeError('the time that is planned ahead must be at least a millisecond')
  const wrong = needs.find(({ creditsPerCall }) => !Number.isSafeInteger(creditsPerCall) || creditsPerCall < 1)
  if (wrong) throw new RangeError(`a call of ${wrong.sport} costs ${wrong.creditsPerCall}: must be a whole number from 1 on`)
  if (new Set(needs.map(({ sport }) => sport)).size < needs.length) throw new RangeError('a sport is listed twice: list each once')
}
