import type { Level } from '../../../../src/core/market/event'
import {
  CLEARED_GRID,
  DIRECT_GRID,
  kalshiCostUpperBound,
  kalshiOrderFees,
  kalshiProceedsLowerBound,
  NEWEST_ROUNDING,
  slackPerContract,
  type KalshiBound,
  type RoleFill,
} from '../../../../src/core/market/fees-kalshi'
import { quantity, type Price, type Quantity } from '../../../../src/core/units'
import { Chances, seedOf } from '../../../chances'

const seed = seedOf()
const ORDERS = 24_000
/** 0.07 times M, in 1e-8. */
const RATES = [0, 3_500_000, 7_000_000, 14_000_000]
/** Cents, tenths of them, and hundredths. */
const TICKS = [100, 10, 1]
const ACCOUNTS = [
  { balanceGrid: DIRECT_GRID, fractionalFills: false },
  { balanceGrid: DIRECT_GRID, fractionalFills: true },
  { balanceGrid: CLEARED_GRID, fractionalFills: false },
  { balanceGrid: CLEARED_GRID, fractionalFills: true },
]
/** Of a level, in lots of its account: what keeps the smallest fragmentation of a run within a second or two. */
const MOST_LOTS = 20

interface Sweep {
  readonly action: 'buy' | 'sell'
  readonly bound: KalshiBound
  /** Best first, as the order takes them. */
  readonly levels: readonly Level[]
  readonly fills: readonly RoleFill[]
}

function sweep(chances: Chances): Sweep {
  const { balanceGrid, fractionalFills } = chances.of(ACCOUNTS)
  const tick = chances.of(TICKS)
  const bound = {
    rates: { taker: chances.of(RATES), maker: 0 },
    balanceGrid,
    slackPerContract: slackPerContract({ balanceGrid, fractionalFills, subCentTicks: tick !== 100 }),
  }
  const action = chances.of(['buy', 'sell'] as const)
  const lot = fractionalFills ? 1 : 100
  const prices = [...new Set(Array.from({ length: chances.upTo(4) }, () => chances.upTo(10_000 / tick - 1) * tick))]
  const levels = prices
    .sort((a, b) => (action === 'buy' ? a - b : b - a))
    .map((price) => ({ price: price as Price, quantity: (chances.upTo(MOST_LOTS) * lot) as Quantity }))
  const smallest = chances.below(2) === 0
  return { action, bound, levels, fills: levels.flatMap((level) => cut(level, lot, smallest, chances)) }
}

/** A level in pieces: all of the account's smallest lot, the worst case, or as it comes. */
function cut({ price, quantity: all }: Level, lot: number, smallest: boolean, chances: Chances): RoleFill[] {
  const fills: RoleFill[] = []
  for (let left: number = all; left > 0;) {
    const piece = smallest ? lot : Math.min(left, chances.upTo(left / lot) * lot)
    fills.push({ price, quantity: piece as Quantity, role: 'taker' })
    left -= piece
  }
  return fills
}

/** The exact cash of the order, fill by fill: what left for a purchase, what came for a sale. */
function cashOf({ action, bound, fills }: Sweep): number {
  const booked = kalshiOrderFees({ action, rates: bound.rates, balanceGrid: bound.balanceGrid, rounding: NEWEST_ROUNDING }, fills)
  let cash = 0
  for (const { netFee, balanceChange } of booked) {
    if (netFee < 0) throw new Error('a fee below zero')
    if (balanceChange % bound.balanceGrid !== 0) throw new Error('cash off the balance grid')
    cash += balanceChange
  }
  return action === 'buy' ? -cash : cash
}

/** The same order with all of it at its limit, which is what a plan reserves by. */
const atLimit = ({ levels }: Sweep): Level[] => {
  const limit = levels[levels.length - 1]?.price as Price
  return [{ price: limit, quantity: quantity(levels.reduce((sum, level) => sum + level.quantity, 0)) }]
}

/** What is wrong with one order; null: its bounds hold. */
function fault(order: Sweep): string | null {
  const cash = cashOf(order)
  const { action, bound, levels } = order
  if (action === 'sell') {
    if (cash < kalshiProceedsLowerBound(levels, bound)) return 'brought less than its bound'
    return cash < kalshiProceedsLowerBound(atLimit(order), bound) ? 'brought less than its bound at the limit' : null
  }
  if (cash > kalshiCostUpperBound(levels, bound)) return 'cost more than its bound'
  return cash > kalshiCostUpperBound(atLimit(order), bound) ? 'cost more than its bound at the limit' : null
}

describe(`random orders (seed ${seed})`, () => {
  it(`never cost more, nor bring less, than their bound: ${ORDERS} of them, at the displayed levels and at the limit`, () => {
    const chances = new Chances(seed)
    for (let n = 0; n < ORDERS; n++) {
      const order = sweep(chances)
      const wrong = fault(order)
      if (wrong !== null) throw new Error(`order ${n} of seed ${seed} ${wrong}: ${JSON.stringify(order)}`)
    }
  })
  it('come in every kind', () => {
    const chances = new Chances(seed)
    const kinds = new Set<string>()
    for (let n = 0; n < ORDERS / 10; n++) {
      const { action, bound, fills } = sweep(chances)
      kinds.add(
        `${action} ${bound.rates.taker} ${bound.balanceGrid} ${bound.slackPerContract} ${fills.every((fill) => fill.quantity <= 1)}`,
      )
    }
    expect(kinds.size).toBeGreaterThanOrEqual(70) // of 72
  })
})
