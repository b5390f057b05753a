import type { MarketId, Outcome, SubjectId, TradeId, Venue } from '../ids'
import { calendarVerdict, noOpeningUntil, openingMargin, type Closure } from '../market/calendar'
import { claimConflict, type Claim } from '../risk/claims'
import type { Limits } from '../risk/limits'
import { haltsOpening, type Scope } from '../risk/scope'
import { atLeast, atMost, count, ms, verdict } from '../risk/verdicts'
import type { Verdict } from '../trade/plan'
import type { Millis } from '../units'
import type { BoxPair } from './finding'
import type { BoxPolicy } from './policy'

/**
 * What may refuse a find after its own checks: how long it lasts, this process, its trades, and the ledger as it was last told. A gate that the
 * reserve asks too has the reserve's name: here it refuses cheaply and is advisory, there it decides (E5).
 */
export const BOX_GATES = {
  persistence: 'edge persists',
  limits: 'limits known',
  process: 'process goes on',
  lease: 'lease held',
  inFlight: 'pair not in flight',
  atOnce: 'trades at once',
  coolDown: 'cool-down',
  refusalPause: 'pause after a refusal',
  failurePause: 'pause after a failure',
  unchanged: 'books changed since the last try',
  openTrades: 'open trades',
  gap: 'gap between openings',
  today: 'openings today',
  inMinute: 'openings in a minute',
  claims: 'claims',
  halts: 'no halt in force',
  calendar: 'calendar',
  budget: 'request budget',
} as const
export type BoxGate = (typeof BOX_GATES)[keyof typeof BOX_GATES]

/** A gate that refused. The figures are written when somebody reads them: a standing gap is refused on every change of its books. */
export interface GateRefusal {
  readonly gate: BoxGate
  readonly verdict: () => Verdict
  /** It passes by itself after so long, though no book changes; null: not by time alone. */
  readonly passesInMs: number | null
}
/** null: it lets pass. */
export type Gated = GateRefusal | null

const refusal = (gate: BoxGate, actual: () => string, limit: () => string, passesInMs: number | null = null): GateRefusal => ({
  gate,
  verdict: () => verdict(gate, false, actual(), limit()),
  passesInMs,
})

/** A condition that holds or does not. */
export const holds = (gate: BoxGate, passed: boolean, actual: string, limit: string): Gated =>
  passed
    ? null
    : refusal(
        gate,
        () => actual,
        () => limit,
      )

/** A margin that flickers is a book on its way: long enough, or confirmed often enough, whichever comes first. A limit of 0 is none. */
export function persistence(policy: BoxPolicy['persistence'], heldMs: number, confirmations: number): Gated {
  const isLongEnough = policy.ms > 0 && heldMs >= policy.ms
  const isConfirmed = policy.confirmations > 0 && confirmations >= policy.confirmations
  if ((policy.ms === 0 && policy.confirmations === 0) || isLongEnough || isConfirmed) return null
  const wanted = [
    ...(policy.ms > 0 ? [`≥ ${policy.ms} ms`] : []),
    ...(policy.confirmations > 0 ? [`≥ ${policy.confirmations} confirmations`] : []),
  ]
  return refusal(
    BOX_GATES.persistence,
    () => `${heldMs} ms, ${confirmations} confirmations`,
    () => wanted.join(' or '),
    policy.ms > 0 ? policy.ms - heldMs : null,
  )
}

/** E1: one trade per pair at a time. */
export const notInFlight = (trade: TradeId | undefined): Gated =>
  trade === undefined
    ? null
    : refusal(
        BOX_GATES.inFlight,
        () => `trade ${trade} is running`,
        () => 'none',
      )

export const atOnce = (running: number, most: number): Gated =>
  running < most ? null : { gate: BOX_GATES.atOnce, verdict: () => atMost(BOX_GATES.atOnce, running + 1, most, count), passesInMs: null }

/** Why a pair is left alone, since when and for how long. */
export interface Wait {
  readonly gate: typeof BOX_GATES.coolDown | typeof BOX_GATES.refusalPause | typeof BOX_GATES.failurePause
  readonly fromMs: Millis
  readonly forMs: number
}
export function waited(wait: Wait | undefined, nowMs: Millis): Gated {
  if (wait === undefined || nowMs - wait.fromMs >= wait.forMs) return null
  const heldMs = nowMs - wait.fromMs
  return { gate: wait.gate, verdict: () => atLeast(wait.gate, heldMs, wait.forMs, ms), passesInMs: wait.forMs - heldMs }
}

/** The best quotes that a box lifts, each price and size as integers; -1: none. */
export interface Tops {
  readonly kalshiPrice: number
  readonly kalshiSize: number
  readonly forecastexPrice: number
  readonly forecastexSize: number
}
export const sameTops = (a: Tops, b: Tops): boolean =>
  a.kalshiPrice === b.kalshiPrice &&
  a.kalshiSize === b.kalshiSize &&
  a.forecastexPrice === b.forecastexPrice &&
  a.forecastexSize === b.forecastexSize

/**
 * A8: what was tried is not tried again while neither lifted side has changed.
 * @param tried what stands as it was then; null: nothing. @param forMs so much longer; null: until it changes
 */
export const changedSince = (tried: Tops | null, forMs: number | null): Gated =>
  tried === null
    ? null
    : refusal(
        BOX_GATES.unchanged,
        () => `${tried.kalshiSize} at ${tried.kalshiPrice}, ${tried.forecastexSize} at ${tried.forecastexPrice} still`,
        () => 'another price or size',
        forMs,
      )

/** E5, E29: the openings of this process, of which one more is asked for. */
export interface Pace {
  readonly running: number
  /** Infinity: none yet. */
  readonly sinceLastMs: number
  readonly today: number
  readonly inMinute: number
}
export function paced({ running, sinceLastMs, today, inMinute }: Pace, limits: Limits): Gated {
  if (running + 1 > limits.maxOpenTrades) return most(BOX_GATES.openTrades, running + 1, limits.maxOpenTrades)
  if (sinceLastMs < limits.minOpeningGapMs)
    return {
      gate: BOX_GATES.gap,
      verdict: () => atLeast(BOX_GATES.gap, sinceLastMs, limits.minOpeningGapMs, ms),
      passesInMs: limits.minOpeningGapMs - sinceLastMs,
    }
  if (today + 1 > limits.maxOpeningsPerDay) return most(BOX_GATES.today, today + 1, limits.maxOpeningsPerDay)
  return inMinute + 1 > limits.maxOpeningsPerMinute ? most(BOX_GATES.inMinute, inMinute + 1, limits.maxOpeningsPerMinute) : null
}
const most = (gate: BoxGate, actual: number, limit: number): GateRefusal => ({
  gate,
  verdict: () => atMost(gate, actual, limit, count),
  passesInMs: null,
})

/** E7: another subject, the opposite direction or a running trade has one of the two markets. */
export function unclaimed(
  { id, kalshi, forecastex }: BoxPair,
  outcomes: Readonly<Record<Venue, Outcome>>,
  heldAt: (venue: Venue, market: MarketId) => Claim | null,
): Gated {
  return claimed(heldAt('kalshi', kalshi), id, outcomes.kalshi) ?? claimed(heldAt('forecastex', forecastex), id, outcomes.forecastex)
}
function claimed(held: Claim | null, subject: SubjectId, outcome: Outcome): Gated {
  if (held === null) return null
  const { venue, market } = held
  const conflict = claimConflict(held, { venue, market, subject, outcome })
  return conflict === null
    ? null
    : refusal(
        BOX_GATES.claims,
        () => `${venue} ${market}: ${conflict}`,
        () => 'free, or held for the same direction of this pair',
      )
}

/** E26. @param trade a new one: nobody can have halted it by its id. */
export function unhalted(active: readonly Scope[], { id }: BoxPair, trade: TradeId, venues: readonly Venue[]): Gated {
  if (active.length === 0) return null
  const stopping = haltsOpening(active, { strategy: 'box', subject: id, tradeId: trade, venues })
  return stopping.length === 0
    ? null
    : refusal(
        BOX_GATES.halts,
        () => stopping.join(', '),
        () => 'none',
      )
}

/** E28: nothing opens near an edge of either venue's calendar. `closures` null: not known. */
export function openNow(nowMs: Millis, closures: readonly Closure[] | null, closeMarginMs: number): Gated {
  const marginMs = openingMargin(closeMarginMs)
  if (closures !== null && noOpeningUntil(nowMs, closures, marginMs) === null) return null
  return { gate: BOX_GATES.calendar, verdict: () => calendarVerdict(nowMs, closures, marginMs), passesInMs: null }
}

/** E18: `level` of each venue, in its own units. */
export const affordable = (isLeased: boolean, levels: () => readonly { readonly venue: Venue; readonly level: number }[]): Gated =>
  isLeased
    ? null
    : refusal(
        BOX_GATES.budget,
        () =>
          levels()
            .map(({ venue, level }) => `${venue} ${Math.floor(level)}`)
            .join(', '),
        () => 'one entry and four cures at both venues',
      )
