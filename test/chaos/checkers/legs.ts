/** The orders of three trades: a box that locks, one whose second leg falls short so that a sale has to cure it, and an edge. */

export const LOCKED = 'locked'
export const CURED = 'cured'
export const EDGE = 'edge'
export const NAMES = [LOCKED, CURED, EDGE] as const
export const BASE_MS = 1_800_000_000_000
export const NOT_AFTER_MS = 1_000
export const TICKERS = { [LOCKED]: 'KX-1', [CURED]: 'KX-2', [EDGE]: 'KX-3' } as const
export const CONTRACTS = { [LOCKED]: '7001', [CURED]: '7003', [EDGE]: 'none' } as const
export const STREAMING = 'streaming-main-100'

/** When each trade began. */
export const BEGAN = { [LOCKED]: BASE_MS, [CURED]: BASE_MS + 10_000, [EDGE]: BASE_MS + 20_000 } as const
export type Name = (typeof NAMES)[number]

export interface Leg {
  readonly id: string
  readonly trade: Name
  readonly venue: 'kalshi' | 'forecastex'
  readonly outcome: 'yes' | 'no'
  readonly action: 'buy' | 'sell'
  readonly price: number
  readonly quantity: number
  readonly filled: number
  readonly fee: number
  readonly afterMs: number
  /** What its saga was told at once, where that is not what it filled. */
  readonly told?: number
}

/** What a trade's end says of it. */
export interface End {
  readonly outcome: string
  readonly locked: number
  readonly flat: number
  readonly held: number
  readonly dust: number
  readonly reason?: string
}

/** What happened in a lane, and what was made of it. */
export interface Lane {
  readonly legs: readonly Leg[]
  readonly ends: Readonly<Record<Name, End>>
}

export const leg = (trade: Name, slot: string, rest: Omit<Leg, 'id' | 'trade'>): Leg => ({ id: `cb-${trade}-${slot}`, trade, ...rest })
const atKalshi = { venue: 'kalshi', outcome: 'yes', action: 'buy', price: 4_000, fee: 170_000, afterMs: 50 } as const
export const first = (trade: Name, filled = 1_000): Leg => leg(trade, 'a1', { ...atKalshi, quantity: 1_000, filled })
export const second = (trade: Name, filled: number, quantity = 1_000): Leg =>
  leg(trade, 'b2', {
    ...{ venue: 'forecastex', outcome: 'no', action: 'buy', price: 5_000, afterMs: 100 },
    ...{ quantity, filled, fee: filled * 100 },
  })
export const sale = (slot: string, quantity: number, afterMs: number, filled = quantity): Leg =>
  leg(CURED, slot, { ...atKalshi, action: 'sell', price: 3_800, quantity, filled, fee: 100_000, afterMs })
const EDGES_LEG = leg(EDGE, 'a1', { ...atKalshi, quantity: 500, filled: 500, fee: 84_000 })

export const SOUND: Lane = {
  legs: [first(LOCKED), second(LOCKED, 1_000), first(CURED), second(CURED, 400), sale('c3', 600, 400), EDGES_LEG],
  ends: {
    [LOCKED]: { outcome: 'locked', locked: 1_000, flat: 0, held: 0, dust: 0 },
    [CURED]: { outcome: 'partly-locked', locked: 400, flat: 600, held: 0, dust: 0 },
    [EDGE]: { outcome: 'held', locked: 0, flat: 0, held: 500, dust: 0 },
  },
}
export const EDGE_LEG = EDGES_LEG
/** The legs of one trade in the place of those that it has in a sound lane, with another end. */
export const instead = (trade: Name, legs: readonly Leg[], end: Partial<End> = {}): Lane => ({
  legs: [...SOUND.legs.filter((each) => each.trade !== trade), ...legs].toSorted((a, b) => atMs(a) - atMs(b)),
  ends: { ...SOUND.ends, [trade]: { ...SOUND.ends[trade], ...end } },
})

const isYes = ({ outcome }: Leg): boolean => outcome === 'yes'
export const signOf = (each: Leg): 1 | -1 => (isYes(each) === (each.action === 'buy') ? 1 : -1)
export const yesPriceOf = (each: Leg): number => (isYes(each) ? each.price : 10_000 - each.price)
export const marketOf = ({ venue, trade }: Leg): string => (venue === 'kalshi' ? TICKERS[trade] : CONTRACTS[trade])
export const accountOf = ({ venue }: Leg): string => (venue === 'kalshi' ? 'crossbook' : 'DU1')
export const atMs = ({ trade, afterMs }: Leg): number => BEGAN[trade] + afterMs
export const keyOf = (each: Leg): string => `${each.venue}|${accountOf(each)}|o-${each.id}|e-${each.id}`
export const subjectOf = (trade: Name): string => (trade === EDGE ? TICKERS[EDGE] : `pair-${trade}`)

export const OPENING_CASH = 2_000_000_000
/** Cash that a leg moves, fee included. */
export const paid = (each: Leg): number => (each.action === 'buy' ? -1 : 1) * each.price * each.filled - (each.filled > 0 ? each.fee : 0)

/** What a trade sets aside for each leg, and for its dearest cure. */
export const BOUND = 5_200_000
export const CURE_BOUND = 6_000_000
/** What each trade sets aside at each venue. */
export const setAside = (trade: Name): Readonly<Partial<Record<Leg['venue'], number>>> =>
  trade === EDGE ? { kalshi: BOUND } : { kalshi: BOUND, forecastex: BOUND + CURE_BOUND }
