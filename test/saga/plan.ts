import { marketId, orderId, subjectId, tradeId, type Venue } from '../../src/core/ids'
import type { OrderIntent } from '../../src/core/trade/order'
import type { BoxPlan, Unpaired } from '../../src/core/trade/plan'
import { millis, money, notional, ONE_DOLLAR, price, quantity, type Quantity } from '../../src/core/units'

export const KALSHI_MARKET = marketId('KXU3-25MAR-T4.1')
export const FORECASTEX_MARKET = marketId('751')
export const SUBJECT = subjectId('u3-25mar-41')
/** 2026-11-20 15:00 UTC: when every plan of these tests was decided. */
export const DECIDED_MS = millis(1_795_186_800_000)

type Change = { readonly legs?: BoxPlan['legs'] } & Partial<Omit<BoxPlan, 'strategy' | 'legs' | 'tradeId'>>

/** A box of ten contracts: Kalshi YES at 0.42 opens, ForecastEx NO at 0.49 reduces. */
export function boxPlan(id: string, of: Quantity = quantity('10'), change: Change = {}): BoxPlan {
  const trade = tradeId(id)
  const common = { tradeId: trade, action: 'buy', quantity: of, timeInForce: 'ioc' } as const
  return {
    strategy: 'box',
    tradeId: trade,
    mode: 'sim',
    lossBudget: money('5'),
    dearestCure: money('5.30'),
    rules: { certificate: 'u3@1', limits: 'conservative-1', config: 'sim' },
    opportunity: {
      strategy: 'box',
      subject: SUBJECT,
      n: 1,
      seenAtMs: DECIDED_MS,
      netEdge: money('0.62'),
      expectedValue: money('0.30'),
      unwindLoss: money('0.44'),
      maximumLoss: money('4.37'),
      verdicts: [],
    },
    legs: [
      {
        order: {
          ...common,
          clientOrderId: orderId(trade, 'a', 1),
          venue: 'kalshi',
          market: KALSHI_MARKET,
          outcome: 'yes',
          limit: price('0.42'),
          purpose: 'opening',
          notAfterMs: millis(DECIDED_MS + 1_000),
        },
        costBound: money('4.37'),
      },
      {
        order: {
          ...common,
          clientOrderId: orderId(trade, 'b', 2),
          venue: 'forecastex',
          market: FORECASTEX_MARKET,
          outcome: 'no',
          limit: price('0.49'),
          purpose: 'reducing',
          notAfterMs: millis(DECIDED_MS + 2_000),
        },
        costBound: money('5.00'),
      },
    ],
    cure: {
      ...common,
      clientOrderId: orderId(trade, 'c', 3),
      venue: 'forecastex',
      market: FORECASTEX_MARKET,
      outcome: 'no',
      limit: price('0.52'),
      purpose: 'reducing',
      notAfterMs: millis(DECIDED_MS + 2_000),
    },
    ...change,
  }
}

/** The same box with ForecastEx first: NO at 0.49 opens there, Kalshi YES at 0.42 reduces, at up to 0.45 as a cure; netting takes a dollar each (E8). */
export function forecastexFirst(id: string, of: Quantity = quantity('10'), change: Change = {}): BoxPlan {
  const { legs, cure, ...plan } = boxPlan(id, of)
  const [kalshi, forecastex] = legs
  const { clientOrderId: firstId, purpose: opening, notAfterMs: firstNotAfterMs } = kalshi.order
  const { clientOrderId: secondId, purpose: reducing, notAfterMs } = forecastex.order
  return {
    ...plan,
    dearestCure: money('4.70'),
    dearestExit: notional(ONE_DOLLAR, of),
    opportunity: { ...plan.opportunity, unwindLoss: money('1.30'), maximumLoss: money('5.00') },
    legs: [
      { ...forecastex, order: { ...forecastex.order, clientOrderId: firstId, purpose: opening, notAfterMs: firstNotAfterMs } },
      { ...kalshi, order: { ...kalshi.order, clientOrderId: secondId, purpose: reducing, notAfterMs } },
    ],
    cure: { ...kalshi.order, clientOrderId: cure.clientOrderId, purpose: reducing, notAfterMs, limit: price('0.45') },
    ...change,
  }
}
/** A plan with the leg of this venue first. */
export const planFrom: Readonly<Record<Venue, typeof boxPlan>> = { kalshi: boxPlan, forecastex: forecastexFirst }

export const otherVenue = (venue: Venue): Venue => (venue === 'kalshi' ? 'forecastex' : 'kalshi')

/** What is left of the first leg of a plan. */
export function unpairedOf(plan: BoxPlan, left: Quantity, n = 2): Unpaired {
  const { tradeId: trade, venue, market, outcome } = plan.legs[0].order
  return { tradeId: trade, venue, market, outcome, quantity: left, n }
}

/** How each venue is left, and how its leg is bought as a completion. */
const EXITS = {
  kalshi: { market: KALSHI_MARKET, action: 'sell', outcome: 'yes', limit: price('0.40') },
  forecastex: { market: FORECASTEX_MARKET, action: 'buy', outcome: 'yes', limit: price('0.62') },
} as const
const COMPLETIONS = {
  kalshi: { market: KALSHI_MARKET, action: 'buy', outcome: 'yes', limit: price('0.44') },
  forecastex: { market: FORECASTEX_MARKET, action: 'buy', outcome: 'no', limit: price('0.51') },
} as const

/** A cure's order at a venue: where the first leg (Kalshi's unless told) is held it leaves, at the other one it completes. Number 3 is the reserve's (E3). */
export function cureOrder(
  {
    tradeId: trade,
    quantity: of,
    n,
    venue: held = 'kalshi',
  }: Pick<Unpaired, 'tradeId' | 'quantity' | 'n'> & Partial<Pick<Unpaired, 'venue'>>,
  at: Venue,
): OrderIntent {
  const leaves = at === held
  return {
    clientOrderId: orderId(trade, 'c', leaves && n === 2 ? 4 : n + 1),
    tradeId: trade,
    venue: at,
    ...(leaves ? EXITS[at] : COMPLETIONS[at]),
    quantity: of,
    timeInForce: 'ioc',
    purpose: 'reducing',
    notAfterMs: millis(DECIDED_MS + 4_000),
  }
}
