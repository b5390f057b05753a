import type { MarketId, TradeId, Venue } from '../ids'
import { calendarVerdict, noOpeningUntil, openingMargin, type Closure } from '../market/calendar'
import type { Verdict } from '../trade/plan'
import type { Millis } from '../units'
import { claimConflict, type Claim } from './claims'
import type { Limits } from './limits'
import { haltsOpening, type HaltSubject, type Scope } from './scope'
import { atLeast, atMost, count, ms, verdict } from './verdicts'

/**
 * What may refuse a find after its own checks: how long it lasts, this process, its trades, and the ledger as it was last told. A gate that the
 * reserve asks too has the reserve's name: here it refuses cheaply and is advisory, there it decides (E5).
 */
export const GATES = {
  persistence: 'edge persists',
  mode: 'mode trades',
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
  armed: 'strategy armed',
  calibration: 'claims calibrated',
} as const
export type Gate = (typeof GATES)[keyof typeof GATES]

/** A gate that refused. The figures are written when somebody reads them: a standing gap is refused on every change of its books. */
export interface GateRefusal {
  readonly gate: Gate
  readonly verdict: () => Verdict
  /** It passes by itself after so long, though no book changes; null: not by time alone. */
  readonly passesInMs: number | null
}
/** null: it lets pass. */
export type Gated = GateRefusal | null

const refusal = (gate: Gate, actual: () => string, limit: () => string, passesInMs: number | null = null): GateRefusal => ({
  gate,
  verdict: () => verdict(gate, false, actual(), limit()),
  passesInMs,
})

/** A condition that holds or does not. */
export const holds = (gate: Gate, passed: boolean, actual: string, limit: string): Gated =>
  passed
    ? null
    : refusal(
        gate,
        () => actual,
        () => limit,
      )

/** A margin that flickers is a book on its way: long enough, or confirmed often enough, whichever comes first. A limit of 0 is none. */
export function persistence(policy: { readonly ms: number; readonly confirmations: number }, heldMs: number, confirmations: number): Gated {
  const isLongEnough = policy.ms > 0 && heldMs >= policy.ms
  const isConfirmed = policy.confirmations > 0 && confirmations >= policy.confirmations
  if ((policy.ms === 0 && policy.confirmations === 0) || isLongEnough || isConfirmed) return null
  const wanted = [
    ...(policy.ms > 0 ? [`≥ ${policy.ms} ms`] : []),
    ...(policy.confirmations > 0 ? [`≥ ${policy.confirmations} confirmations`] : []),
  ]
  return refusal(
    GATES.persistence,
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
        GATES.inFlight,
        () => `trade ${trade} is running`,
        () => 'none',
      )

export const atOnce = (running: number, most: number): Gated =>
  running < most ? null : { gate: GATES.atOnce, verdict: () => atMost(GATES.atOnce, running + 1, most, count), passesInMs: null }

/** Why a pair is left alone, since when and for how long. */
export interface Wait {
  readonly gate: typeof GATES.coolDown | typeof GATES.refusalPause | typeof GATES.failurePause
  readonly fromMs: Millis
  readonly forMs: number
}
export function waited(wait: Wait | undefined, nowMs: Millis): Gated {
  if (wait === undefined || nowMs - wait.fromMs >= wait.forMs) return null
  const heldMs = nowMs - wait.fromMs
  return { gate: wait.gate, verdict: () => atLeast(wait.gate, heldMs, wait.forMs, ms), passesInMs: wait.forMs - heldMs }
}

/** A best quote that an order lifts, price and size as integers; -1: none. */
export interface Top {
  readonly price: number
  readonly size: number
}
/** One for each leg. */
export type Tops = readonly Top[]
export const sameTops = (a: Tops, b: Tops): boolean =>
  a.every(({ price, size }, leg) => {
    const other = b[leg]
    return other !== undefined && price === other.price && size === other.size
  })

/**
 * A8: what was tried is not tried again while no lifted side has changed.
 * @param tried what stands as it was then; null: nothing. @param forMs so much longer; null: until it changes
 */
export const changedSince = (tried: Tops | null, forMs: number | null): Gated =>
  tried === null
    ? null
    : refusal(
        GATES.unchanged,
        () => `${tried.map(({ price, size }) => `${size} at ${price}`).join(', ')} still`,
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
  if (running + 1 > limits.maxOpenTrades) return most(GATES.openTrades, running + 1, limits.maxOpenTrades)
  if (sinceLastMs < limits.minOpeningGapMs)
    return {
      gate: GATES.gap,
      verdict: () => atLeast(GATES.gap, sinceLastMs, limits.minOpeningGapMs, ms),
      passesInMs: limits.minOpeningGapMs - sinceLastMs,
    }
  if (today + 1 > limits.maxOpeningsPerDay) return most(GATES.today, today + 1, limits.maxOpeningsPerDay)
  return inMinute + 1 > limits.maxOpeningsPerMinute ? most(GATES.inMinute, inMinute + 1, limits.maxOpeningsPerMinute) : null
}
const most = (gate: Gate, actual: number, limit: number): GateRefusal => ({
  gate,
  verdict: () => atMost(gate, actual, limit, count),
  passesInMs: null,
})

/** What a trade would hold of a market. */
export type Wanted = Omit<Claim, 'state' | 'holder'>

/** E7: another subject, the opposite direction or a running trade has one of its markets. */
export function unclaimed(wanted: readonly Wanted[], heldAt: (venue: Venue, market: MarketId) => Claim | null): Gated {
  for (const each of wanted) {
    const conflict = claimed(heldAt(each.venue, each.market), each)
    if (conflict) return conflict
  }
  return null
}
function claimed(held: Claim | null, wanted: Wanted): Gated {
  if (held === null) return null
  const conflict = claimConflict(held, wanted)
  return conflict === null
    ? null
    : refusal(
        GATES.claims,
        () => `${held.venue} ${held.market}: ${conflict}`,
        () => 'free, or held for the same direction of this pair',
      )
}

/** E26. A new trade: nobody can have halted it by its id. */
export function unhalted(active: readonly Scope[], subject: HaltSubject): Gated {
  if (active.length === 0) return null
  const stopping = haltsOpening(active, subject)
  return stopping.length === 0
    ? null
    : refusal(
        GATES.halts,
        () => stopping.join(', '),
        () => 'none',
      )
}

/** E28: nothing opens near an edge of either venue's calendar. `closures` null: not known. */
export function openNow(nowMs: Millis, closures: readonly Closure[] | null, closeMarginMs: number): Gated {
  const marginMs = openingMargin(closeMarginMs)
  if (closures !== null && noOpeningUntil(nowMs, closures, marginMs) === null) return null
  return { gate: GATES.calendar, verdict: () => calendarVerdict(nowMs, closures, marginMs), passesInMs: null }
}

/** E18: `level` of each venue, in its own units. */
export const affordable = (isLeased: boolean, levels: () => readonly { readonly venue: Venue; readonly level: number }[]): Gated =>
  isLeased
    ? null
    : refusal(
        GATES.budget,
        () =>
          levels()
            .map(({ venue, level }) => `${venue} ${Math.floor(level)}`)
            .join(', '),
        () => 'one entry and four cures at both venues',
      )
