import { VENUES, type ClientOrderId, type MarketId, type Outcome, type TradeId, type Venue } from '../ids'
import type { Mode } from '../trade/plan'
import { price, quantity, type Millis, type Price, type Quantity } from '../units'
import type { Operator } from './scope'

/** A canary bids the lowest price that venues take and the order port's collar permits: what it could lose is a cent. */
export const CANARY_PRICE = price('0.01')
export const CANARY_QUANTITY = quantity('1')
/** So far from the canary the best offer must be: nobody meets it in the seconds for which it rests. */
export const CANARY_MARGIN = price('0.09')

/** One contract far from the market, which really rests at its venue until the kill cancels it. */
export interface Canary {
  readonly clientOrderId: ClientOrderId
  readonly venue: Venue
  readonly market: MarketId
  readonly outcome: Outcome
  readonly limit: Price
  readonly quantity: Quantity
  /** No byte leaves later (E11). */
  readonly notAfterMs: Millis
}
/** Where a canary may rest. `outcome` null: either; else the one that is claimed there (E7: nobody trades a claimed market the other way). */
export interface CanaryPlace {
  readonly venue: Venue
  readonly market: MarketId
  readonly outcome: Outcome | null
}
/** At a venue, by the process of a shard. resting: seen in the venue's own list. skipped: the venue is closed, and was not asked. refused: proven that nothing rests. unknown: it may rest. */
export interface PlacedCanary {
  readonly venue: Venue
  readonly shard: string
  readonly canary: Canary | null
  readonly state: 'resting' | 'skipped' | 'refused' | 'unknown'
  readonly detail: string
}

export interface Drill {
  readonly drillId: TradeId
  readonly mode: Mode
  readonly by: Operator
  /** Whose processes hold the venue sessions: one canary for each of them at each venue. */
  readonly shards: readonly string[]
  readonly places: readonly CanaryPlace[]
  readonly startedMs: Millis
}

export const DRILL_STEPS = ['place', 'halt', 'acknowledge', 'cancel', 'verify', 'resume'] as const
export type DrillStepName = (typeof DRILL_STEPS)[number]
export interface DrillStep {
  readonly name: DrillStepName
  readonly ms: number
  /** What went wrong in it; null: nothing. */
  readonly error: string | null
}

/** Somebody who has to know of a halt, and how long after its command he did; null: not within the limit. */
export interface Acknowledgement {
  readonly who: string
  readonly afterMs: number | null
}
/** What a kill says of a venue. */
export interface DrilledVenue {
  readonly venue: Venue
  readonly cancelled: number
  readonly resting: readonly string[]
  readonly unread: string | null
}
export interface DrillProof {
  /** Opening bytes that left after everybody had acknowledged; null: the process that counts has started since. */
  readonly openings: number | null
  /** What canaries have filled; null: not known. */
  readonly filled: readonly { readonly clientOrderId: ClientOrderId; readonly quantity: Quantity | null }[]
}
/** What a drill came to, step by step; a part that was not reached is null or empty. */
export interface DrillCourse {
  readonly steps: readonly DrillStep[]
  readonly canaries: readonly PlacedCanary[]
  /** Of the drill's own halt; null: it did not reach the ledger. */
  readonly epoch: number | null
  /** From the command to the file and the ledger. */
  readonly effectiveInMs: number | null
  readonly acknowledged: readonly Acknowledgement[]
  readonly venues: readonly DrilledVenue[]
  readonly proof: DrillProof | null
  /** Whether the drill's halt was lifted. */
  readonly isResumed: boolean
  /** Why it was not, although nothing failed: somebody else halted meanwhile. */
  readonly kept: string | null
}
export interface DrillReport extends Drill, DrillCourse {
  readonly outcome: 'passed' | 'failed'
  /** Why it failed, a sentence each. */
  readonly reasons: readonly string[]
  /** What took longer than it may, a sentence each. */
  readonly slow: readonly string[]
  readonly endedMs: Millis
}

/** How long each part may take before it is called slow. A slow drill has passed, and somebody has to look. */
export const DRILL_LIMITS_MS = {
  /** One file and one small transaction: some ten milliseconds, and on a busy machine some hundred. */
  halt: 500,
  /** A push reaches everybody in milliseconds; one that is lost is made good by the poll of each second, and twice that is too long (E26). */
  acknowledge: 2_000,
  /** Kalshi's lists lag a cancel by up to 1.5 s, and each venue is read back twice. */
  cancel: 5_000,
  /** Openings stand still from the halt to the resume: longer than this costs more than the drill is worth. */
  standstill: 10_000,
} as const

const DRILLED: Readonly<Record<Mode, boolean>> = { sim: true, paper: true, demo: true, observe: false, live: false }
export const isDrilled = (mode: Mode): boolean => DRILLED[mode]

/** Why there is no drill in this mode, or null. */
export function drillRefusal(mode: Mode): string | null {
  if (isDrilled(mode)) return null
  return mode === 'live'
    ? 'mode live takes no kill drill: a canary is an order that rests, and real money rests nowhere; drill in demo or paper, with the same configuration'
    : `mode ${mode} takes no kill drill: it sends no orders, so nothing can rest; drill in sim, demo or paper`
}

/** Whether nothing came to rest and nothing can: then there is nothing to cancel, and no reason to halt. */
export const nothingRests = (canaries: readonly PlacedCanary[]): boolean =>
  canaries.length > 0 && canaries.every(({ state }) => state === 'refused' || state === 'skipped')

/** Why a drill has failed, a sentence each; empty: E26 and E27 hold. The resume is not judged: it is only tried when nothing failed. */
export function drillFailures({ steps, canaries, epoch, acknowledged, venues, proof }: DrillCourse): readonly string[] {
  const errors = steps.flatMap(({ name, error }) => (error === null ? [] : [`${name}: ${error}`]))
  const placed = canaries.flatMap(({ venue, state, detail }) => {
    if (state === 'resting' || state === 'skipped') return []
    return [state === 'refused' ? `${venue} took no canary: ${detail}` : `whether a canary rests at ${venue} is not known: ${detail}`]
  })
  if (nothingRests(canaries)) {
    const skipped = canaries.flatMap(({ venue, state, detail }) => (state === 'skipped' ? [`${venue} was not asked: ${detail}`] : []))
    return [...errors, ...placed, ...skipped]
  }
  return [
    ...errors,
    ...placed,
    ...(epoch === null && reached(steps, 'halt') ? ['the halt did not reach the ledger'] : []),
    ...acknowledged.flatMap(({ who, afterMs }) => (afterMs === null ? [`${who} did not acknowledge the halt`] : [])),
    ...venues.flatMap(venueFailures),
    ...VENUES.flatMap((venue) => uncancelled(venue, venues, canaries)),
    ...(proof === null ? [] : proofFailures(proof)),
  ]
}

const reached = (steps: readonly DrillStep[], name: DrillStepName): boolean =>
  steps.some((step) => step.name === name && step.error === null)

const venueFailures = ({ venue, resting, unread }: DrilledVenue): readonly string[] => [
  ...(unread === null ? [] : [`what rests at ${venue} is not known: ${unread}`]),
  ...(resting.length > 0 ? [`${resting.join(', ')} still rests at ${venue}`] : []),
]

/** Shards share an account: each canary is counted by the one that cancelled it, and perhaps by another that still saw it. */
function uncancelled(venue: Venue, venues: readonly DrilledVenue[], canaries: readonly PlacedCanary[]): readonly string[] {
  const of = venues.filter((each) => each.venue === venue)
  const cancelled = of.reduce((sum, each) => sum + each.cancelled, 0)
  const rested = canaries.filter((each) => each.venue === venue && each.state === 'resting').length
  return of.length > 0 && of.every(({ unread }) => unread === null) && cancelled < rested
    ? [`${venue} cancelled ${cancelled} of ${rested} that rested`]
    : []
}

function proofFailures({ openings, filled }: DrillProof): readonly string[] {
  return [
    ...(openings === null ? ['the streaming process has started anew: nobody has counted openings since the halt'] : []),
    ...(openings !== null && openings > 0 ? [`${openings} openings left after the halt was acknowledged (I10)`] : []),
    ...filled.flatMap(({ clientOrderId, quantity: of }) => {
      if (of === null) return [`what became of ${clientOrderId} is not known`]
      return of > 0 ? [`canary ${clientOrderId} was filled: its contract belongs to no trade`] : []
    }),
  ]
}

/** What took longer than {@link DRILL_LIMITS_MS}, a sentence each. */
export function drillSlowness({ steps, effectiveInMs, acknowledged }: DrillCourse): readonly string[] {
  const msOf = (name: DrillStepName): number => steps.find((step) => step.name === name)?.ms ?? 0
  const standstill = steps.reduce((sum, { name, ms }) => (name === 'place' ? sum : sum + ms), 0)
  const slow = (what: string, ms: number, limit: number): readonly string[] =>
    ms > limit ? [`${what} took ${ms} ms: ${limit} at most`] : []
  return [
    ...slow('the halt', effectiveInMs ?? 0, DRILL_LIMITS_MS.halt),
    ...acknowledged.flatMap(({ who, afterMs }) => slow(`${who}'s acknowledgement`, afterMs ?? 0, DRILL_LIMITS_MS.acknowledge)),
    ...slow('cancelling and reading back', msOf('cancel'), DRILL_LIMITS_MS.cancel),
    ...slow('the standstill of openings', standstill, DRILL_LIMITS_MS.standstill),
  ]
}

/** How old the last passed drill is, and whether that is too old; `sinceMs` is when there was something to drill, where none has passed. */
export function drillAge(
  lastPassedMs: Millis | null,
  sinceMs: Millis,
  nowMs: Millis,
  overdueAfterMs: number,
): { readonly ageMs: number; readonly isOverdue: boolean } {
  const ageMs = nowMs - (lastPassedMs ?? sinceMs)
  return { ageMs, isOverdue: ageMs > overdueAfterMs }
}
