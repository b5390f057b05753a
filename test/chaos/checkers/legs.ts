/** The orders of two boxes: one that locks, and one whose second leg falls short, so that a sale has to cure it. */

export const LOCKED = 'locked'
export const CURED = 'cured'
export const BASE_MS = 1_800_000_000_000
export const NOT_AFTER_MS = 1_000
export const TICKERS = { [LOCKED]: 'KX-1', [CURED]: 'KX-2' } as const
export const CONTRACTS = { [LOCKED]: '7001', [CURED]: '7003' } as const
export const STREAMING = 'streaming-main-100'

/** When each trade began. */
export const BEGAN = { [LOCKED]: BASE_MS, [CURED]: BASE_MS + 10_000 } as const
export type Name = typeof LOCKED | typeof CURED

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
}

const leg = (trade: Name, slot: string, rest: Omit<Leg, 'id' | 'trade'>): Leg => ({ id: `cb-${trade}-${slot}`, trade, ...rest })
const first = (trade: Name): Leg =>
  leg(trade, 'a1', {
    venue: 'kalshi',
    outcome: 'yes',
    action: 'buy',
    price: 4_000,
    quantity: 1_000,
    filled: 1_000,
    fee: 170_000,
    afterMs: 50,
  })
const second = (trade: Name, filled: number): Leg =>
  leg(trade, 'b2', {
    venue: 'forecastex',
    outcome: 'no',
    action: 'buy',
    price: 5_000,
    quantity: 1_000,
    filled,
    fee: filled * 100,
    afterMs: 100,
  })
export const LEGS: readonly Leg[] = [
  first(LOCKED),
  second(LOCKED, 1_000),
  first(CURED),
  second(CURED, 400),
  leg(CURED, 'c3', {
    venue: 'kalshi',
    outcome: 'yes',
    action: 'sell',
    price: 3_800,
    quantity: 600,
    filled: 600,
    fee: 100_000,
    afterMs: 400,
  }),
]

const isYes = ({ outcome }: Leg): boolean => outcome === 'yes'
export const signOf = (each: Leg): 1 | -1 => (isYes(each) === (each.action === 'buy') ? 1 : -1)
export const yesPriceOf = (each: Leg): number => (isYes(each) ? each.price : 10_000 - each.price)
export const marketOf = ({ venue, trade }: Leg): string => (venue === 'kalshi' ? TICKERS[trade] : CONTRACTS[trade])
export const accountOf = ({ venue }: Leg): string => (venue === 'kalshi' ? 'crossbook' : 'DU1')
export const atMs = ({ trade, afterMs }: Leg): number => BEGAN[trade] + afterMs
export const keyOf = (id: string): string => {
  const found = LEGS.find((each) => each.id === id)
  if (!found) throw new Error(`no leg ${id}`)
  return `${found.venue}|${accountOf(found)}|o-${id}|e-${id}`
}

export const OPENING_CASH = 2_000_000_000
/** Cash that a leg moves, fee included. */
export const paid = (each: Leg): number => (each.action === 'buy' ? -1 : 1) * each.price * each.filled - each.fee
export const cashAt = (venue: Leg['venue']): number =>
  LEGS.reduce((sum, each) => (each.venue === venue ? sum + paid(each) : sum), OPENING_CASH)

/** What a trade sets aside for each leg, and for its dearest cure. */
export const BOUND = 5_200_000
export const CURE_BOUND = 6_000_000
export const legsOf = (trade: Name): readonly Leg[] => LEGS.filter((each) => each.trade === trade)
