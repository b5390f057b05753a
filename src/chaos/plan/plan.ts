import { Draw } from './draw'
import { drawFault, type VenueFault } from './faults'

/** Questions that an episode has for itself. The first two boxes open at Kalshi, the others at the better of both venues. */
export const SLOTS = 4
/** The slots whose pairs are sent in the order of expected value (`box.leg_order_of`). */
export const EITHER_FIRST: readonly number[] = [2, 3]

/** The steps of a trade as they can be told from outside, in their usual order. */
export const BOUNDARIES = [
  'offered',
  'started',
  'reserved',
  'first-sent',
  'first-answered',
  'second-sent',
  'second-answered',
  'cure-sent',
  'cure-answered',
  'booked',
  'closing',
  'ended',
] as const
export type Boundary = (typeof BOUNDARIES)[number]

export const TARGETS = ['holder', 'standby', 'worker', 'temporal', 'postgres', 'redis', 'questdb', 'sim'] as const
export type Target = (typeof TARGETS)[number]

/** Something to trade: a box on a slot's pair, or an edge on its Kalshi market. */
export interface Offer {
  readonly kind: 'box' | 'edge'
  readonly slot: number
  readonly atMs: number
  readonly contracts: number
  /** Kalshi's answer to its first order there is held back for so long, so that what lies between the legs takes time; 0: it is not. */
  readonly heldMs: number
  /** So many contracts of the second leg are taken by somebody else while the first is on its way. */
  readonly outbid: number
}

export type Occasion =
  | { readonly kind: 'at'; readonly ms: number }
  | { readonly kind: 'step'; readonly boundary: Boundary; /** Of this offer, by its place. */ readonly offer: number }

export type Deed =
  | ({ readonly kind: 'fault'; /** Whose market is aimed at, if any is. */ readonly slot: number } & VenueFault)
  | { readonly kind: 'kill'; readonly target: Target }
  | { readonly kind: 'stop'; readonly target: Target; readonly ms: number }
  | { readonly kind: 'halt'; readonly scope: string; readonly slot: number; readonly ms: number }
  | { readonly kind: 'terminate'; readonly offer: number }
  | { readonly kind: 'close'; readonly slot: number; readonly ms: number }

export interface Strike {
  readonly occasion: Occasion
  readonly deed: Deed
}

export interface EpisodePlan {
  readonly seed: number
  readonly offers: readonly Offer[]
  readonly strikes: readonly Strike[]
}

/** Offers come within the first seconds, so that trades run side by side. */
const OFFER_WITHIN_MS = 1_500
const RANDOM_WITHIN_MS = 5_000
/** A stop may pass unnoticed, outlast a heartbeat, a not-after or the lease. */
const STOPS_MS: readonly [Span, ...Span[]] = [
  [50, 400],
  [400, 2_000],
  [2_000, 4_500],
  [4_500, 8_000],
]
type Span = readonly [least: number, most: number]

/** Everything that an episode does, from its seed alone. */
export function planOf(seed: number): EpisodePlan {
  const draw = new Draw(`chaos|${seed}`)
  const offers = Array.from({ length: draw.int(1, SLOTS) }, () => drawOffer(draw))
  const strikes = [
    ...Array.from({ length: draw.int(1, 3) }, () => strikeOf(draw, offers, faultOf(draw))),
    ...Array.from({ length: draw.int(0, 2) }, () => strikeOf(draw, offers, processDeed(draw))),
    ...(draw.chance(25) ? [strikeOf(draw, offers, operatorDeed(draw, offers))] : []),
  ]
  return { seed, offers, strikes }
}

function drawOffer(draw: Draw): Offer {
  const kind = draw.chance(75) ? 'box' : 'edge'
  const contracts = draw.pick([1, 4, 10, 10, 10])
  return {
    kind,
    slot: draw.int(0, SLOTS - 1),
    atMs: draw.chance(50) ? 0 : draw.int(0, OFFER_WITHIN_MS),
    contracts,
    heldMs: draw.chance(60) ? draw.int(150, 2_300) : 0,
    outbid: kind === 'box' && draw.chance(35) ? draw.int(1, contracts) : 0,
  }
}

const strikeOf = (draw: Draw, offers: readonly Offer[], deed: Deed): Strike => ({ occasion: occasionOf(draw, offers, deed), deed })

function occasionOf(draw: Draw, offers: readonly Offer[], deed: Deed): Occasion {
  // what strikes the next order must be there before it comes
  if (deed.kind === 'fault' && deed.aim === 'orders' && draw.chance(60))
    return { kind: 'step', boundary: 'offered', offer: draw.int(0, offers.length - 1) }
  if (draw.chance(20)) return { kind: 'at', ms: draw.int(0, RANDOM_WITHIN_MS) }
  return { kind: 'step', boundary: draw.pick(BOUNDARIES), offer: draw.int(0, offers.length - 1) }
}

const faultOf = (draw: Draw): Deed => ({ kind: 'fault', slot: draw.int(0, SLOTS - 1), ...drawFault(draw) })

function processDeed(draw: Draw): Deed {
  const target = draw.pick(TARGETS)
  if (draw.chance(50)) return { kind: 'kill', target }
  const [least, most] = draw.pick(STOPS_MS)
  return { kind: 'stop', target, ms: draw.int(least, most) }
}

function operatorDeed(draw: Draw, offers: readonly Offer[]): Deed {
  const slot = draw.int(0, SLOTS - 1)
  const ms = draw.int(300, 4_000)
  switch (draw.pick(['halt', 'halt', 'terminate', 'close'])) {
    case 'terminate':
      return { kind: 'terminate', offer: draw.int(0, offers.length - 1) }
    case 'close':
      return { kind: 'close', slot, ms }
    default:
      return { kind: 'halt', scope: draw.pick(['all', 'venue:kalshi', 'venue:forecastex', 'strategy:box', 'pair']), slot, ms }
  }
}
