import { Context } from '@temporalio/activity'
import { orderId, VENUES, type Outcome, type TradeId, type Venue } from '../../core/ids'
import {
  CANARY_MARGIN,
  CANARY_PRICE,
  CANARY_QUANTITY,
  type Canary,
  type CanaryPlace,
  type Drill,
  type PlacedCanary,
} from '../../core/risk/drill'
import type { Access } from '../../core/trade/cure'
import type { LegOutcome, RejectReason } from '../../core/trade/outcome'
import { formatPrice, millis, price, type Quantity } from '../../core/units'
import type { Clock } from '../../ports/clock'
import type { HaltFence, LeaseView } from '../../ports/guard'
import { withLimit } from '../../ports/limit'
import type { Log } from '../../ports/log'
import type { Quotes } from '../../ports/feed'
import { WORKFLOWS, type CanaryActivities } from '../../workflows/messages'

/** A canary that has not left by then does not leave: the book it was held against is not believed longer (execution.md §7). */
const CANARY_LIFE_MS = 2_000
/** A book is in this process: a look costs nothing. */
const BOOK_LIMIT_MS = 500
/** One order and its answer. */
const PLACE_LIMIT_MS = 6_000
/** Kalshi's list lags an order by up to 1.5 s. Until the list has it, a cancel of what rests would miss it. */
const SEEN_LIMIT_MS = 8_000
const SEEN_LOOK_EVERY_MS = 200
/** What became of a canary after its cancel: as long as the venue's list may lag. */
const END_LIMIT_MS = 8_000
const END_LOOK_EVERY_MS = 250

/** The way of a canary to its venue: an order that rests, which no trade has. */
export interface CanaryVenue {
  /** Post-only where the venue knows that. `mayWrite` is asked in the turn of the socket write. */
  rest(canary: Canary, mayWrite: () => RejectReason | null, signal: AbortSignal): Promise<LegOutcome | 'resting'>
  /** The references of what rests, by the venue's own list. */
  resting(signal: AbortSignal): Promise<readonly string[]>
  /** What it did; null: not known yet. */
  filled(canary: Canary, signal: AbortSignal): Promise<Quantity | null>
}
/** Opening bytes of this process, counted in the turn in which the gate releases them. */
export interface OpeningCount {
  /** Since when they are counted. */
  readonly sinceMs: number
  after(atMs: number): number
}
export interface CanaryDependencies {
  readonly venues: Readonly<Record<Venue, CanaryVenue>>
  readonly quotes: Readonly<Record<Venue, Quotes>>
  readonly access: (venue: Venue, market: string) => Access
  readonly halts: HaltFence
  readonly lease: LeaseView
  readonly openings: OpeningCount
  /** E3: kept before a byte leaves. @throws when the drill does not run. */
  readonly note: (drillId: TradeId, canaries: readonly Canary[], signal: AbortSignal) => Promise<void>
  readonly clock: Clock
  readonly log: Log
}

/** What a kill drill needs of the process that holds the venue sessions. No other workflow is served (E15). */
export function createCanaryActivities(dependencies: CanaryDependencies): CanaryActivities {
  const { venues, openings, note, clock } = dependencies
  return {
    async restCanaries(drill, shard) {
      const signal = ofDrill()
      const before = drill.shards.indexOf(shard) * VENUES.length
      const chosen = await Promise.all(VENUES.map((venue, i) => choose({ drill, shard, venue, n: before + i + 1 }, dependencies, signal)))
      const canaries = chosen.flatMap(({ canary }) => canary ?? [])
      if (canaries.length > 0) await note(drill.drillId, canaries, signal)
      return Promise.all(
        chosen.map((each) => (each.canary === null ? Promise.resolve(each) : place(each.canary, shard, dependencies, signal))),
      )
    },
    async proveHalt(placed, acknowledgedMs) {
      const signal = ofDrill()
      const canaries = placed.flatMap(({ canary, state }) => (canary === null || state === 'refused' ? [] : [canary]))
      const filled = await Promise.all(
        canaries.map(async (canary) => ({
          clientOrderId: canary.clientOrderId,
          quantity: await settled(() => venues[canary.venue].filled(canary, signal), clock, signal),
        })),
      )
      return { openings: openings.sinceMs > acknowledgedMs ? null : openings.after(acknowledgedMs), filled }
    },
  }
}

/** @throws Error for any workflow but the drill's: nothing that trades can make an order rest. */
function ofDrill(): AbortSignal {
  const { info, cancellationSignal } = Context.current()
  if (info.workflowType !== WORKFLOWS.killDrill)
    throw new Error(`${info.workflowType ?? 'nobody'} is no kill drill: only a drill may place an order that rests`)
  return cancellationSignal
}

/** The first place at the venue where nobody will meet the canary. */
async function choose(
  { drill, shard, venue, n }: { readonly drill: Drill; readonly shard: string; readonly venue: Venue; readonly n: number },
  { quotes, access, clock }: CanaryDependencies,
  signal: AbortSignal,
): Promise<PlacedCanary> {
  const whyNot: string[] = []
  let isOpen = false
  for (const { market, outcome } of drill.places.filter((place) => place.venue === venue)) {
    const open = access(venue, market)
    if (open !== 'open') {
      whyNot.push(`${market} is ${open}`)
      continue
    }
    isOpen = true
    for (const side of sidesOf(outcome)) {
      const near = await nearest(quotes[venue], { venue, market, outcome: side }, signal)
      if (near !== null) {
        whyNot.push(`${market} ${side}: ${near}`)
        continue
      }
      const clientOrderId = orderId(drill.drillId, 'a', n)
      const notAfterMs = millis(clock.nowMs() + CANARY_LIFE_MS)
      const canary = { clientOrderId, venue, market, outcome: side, limit: CANARY_PRICE, quantity: CANARY_QUANTITY, notAfterMs }
      return { venue, shard, canary, state: 'unknown', detail: 'not sent yet' }
    }
  }
  if (whyNot.length === 0) whyNot.push(`no market of ${venue} is known: name one under drill.canaries in config/venues.yaml`)
  else if (!isOpen) return { venue, shard, canary: null, state: 'skipped', detail: whyNot.join('; ') }
  return { venue, shard, canary: null, state: 'refused', detail: whyNot.join('; ') }
}

const sidesOf = (outcome: Outcome | null): readonly Outcome[] => (outcome === null ? ['yes', 'no'] : [outcome])

/** Why a canary would not be far enough from the market here, or null. */
async function nearest(
  quotes: Quotes,
  { market, outcome }: CanaryPlace & { readonly outcome: Outcome },
  signal: AbortSignal,
): Promise<string | null> {
  try {
    const { levels } = await withLimit([signal], BOOK_LIMIT_MS, (limit) => quotes.ladder(market, outcome, 'buy', limit))
    const best = levels[0]?.price
    const farFrom = price(CANARY_PRICE + CANARY_MARGIN)
    return best === undefined || best >= farFrom ? null : `offered at ${formatPrice(best)}, and a canary needs ${formatPrice(farFrom)}`
  } catch (error) {
    return (error as Error).message
  }
}

async function place(canary: Canary, shard: string, dependencies: CanaryDependencies, signal: AbortSignal): Promise<PlacedCanary> {
  const { venues, log } = dependencies
  const { venue, clientOrderId } = canary
  const told = (state: PlacedCanary['state'], detail: string): PlacedCanary => {
    log.info({ venue, clientOrderId, market: canary.market, state, detail }, 'canary of a kill drill')
    return { venue, shard, canary, state, detail }
  }
  try {
    const answer = await withLimit([signal], PLACE_LIMIT_MS, (limit) => venues[venue].rest(canary, gateOf(canary, dependencies), limit))
    if (answer === 'resting') return told(...(await seen(canary, dependencies, signal)))
    if (answer.kind === 'rejected') return told('refused', `${answer.reason}: ${answer.detail}`)
    return told('unknown', answer.kind === 'done' ? 'it was filled at once' : answer.cause)
  } catch (error) {
    return told('unknown', (error as Error).message)
  }
}

/** A canary opens, as far as halts, the lease and time go. Asked once, in the turn of the write (E11). */
function gateOf({ venue, notAfterMs }: Canary, { halts, lease, clock }: CanaryDependencies): () => RejectReason | null {
  const { epoch } = lease
  const { epoch: haltEpoch } = halts
  let isAsked = false
  return () => {
    if (isAsked) return 'guard'
    isAsked = true
    if (clock.nowMs() > notAfterMs) return 'too-late'
    if (!lease.valid() || lease.epoch !== epoch) return 'lease'
    const isHalted = halts.active().some((scope) => scope === 'all' || scope === `venue:${venue}`)
    return isHalted || halts.epoch !== haltEpoch ? 'halted' : null
  }
}

/** Whether the venue's own list has it: only what is listed is cancelled by a kill. */
async function seen(
  { venue, clientOrderId }: Canary,
  { venues, clock }: CanaryDependencies,
  signal: AbortSignal,
): Promise<readonly [PlacedCanary['state'], string]> {
  const untilMs = clock.nowMs() + SEEN_LIMIT_MS
  for (;;) {
    if ((await venues[venue].resting(signal)).includes(clientOrderId)) return ['resting', '']
    if (clock.nowMs() > untilMs) return ['unknown', `${venue} took it, and its list does not show it after ${SEEN_LIMIT_MS / 1_000} s`]
    await clock.sleep(SEEN_LOOK_EVERY_MS, signal)
  }
}

async function settled(look: () => Promise<Quantity | null>, clock: Clock, signal: AbortSignal): Promise<Quantity | null> {
  const untilMs = clock.nowMs() + END_LIMIT_MS
  for (;;) {
    const found = await look()
    if (found !== null || clock.nowMs() > untilMs) return found
    await clock.sleep(END_LOOK_EVERY_MS, signal)
  }
}
