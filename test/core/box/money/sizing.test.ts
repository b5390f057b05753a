import { arbSize, type BoxSize, type SizedBox, type SizingInput } from '../../../../src/core/box/size'
import { payoffOf, DOLLAR } from '../../../../src/core/box/payoff'
import type { Level } from '../../../../src/core/market/event'
import { forecastexCost } from '../../../../src/core/market/fees-forecastex'
import { DIRECT_GRID, kalshiCostUpperBound, kalshiOrderFees, NEWEST_ROUNDING } from '../../../../src/core/market/fees-kalshi'
import { depthOf, taken } from '../../../../src/core/market/ladder'
import { money, quantity, type Money, type Price, type Quantity } from '../../../../src/core/units'
import { Chances, seedOf } from '../../../chances'
import { anyFees, ladder, wholeLevels } from './books'

const seed = seedOf()
const BOOKS = 2_000

function anyInput(chances: Chances): SizingInput {
  const fees = anyFees(chances)
  const cents = 3 + chances.below(90)
  const held = chances.of(['kalshi', 'forecastex'] as const)
  const exits =
    held === 'kalshi' ? ladder(chances, cents - chances.below(4), -1, 5, 60) : ladder(chances, cents + chances.below(8), 1, 5, 60)
  const cap = (most: number): Money | null => (chances.below(3) === 0 ? money(chances.upTo(most) * 1_000_000) : null)
  return {
    kalshiAsks: ladder(chances, cents, 1, 6, 60),
    forecastexAsks: ladder(chances, Math.max(1, 97 - cents - chances.below(14)), 1, 6, 60),
    kalshiFees: fees.kalshi,
    forecastexFeePerContract: fees.forecastex.feePerContract,
    payoff: money(chances.below(4) === 0 ? 950_000 + chances.below(50_000) : DOLLAR),
    kalshiHurdle: chances.below(2) * chances.below(30_000),
    forecastexHurdle: chances.below(2) * chances.below(30_000),
    minMargin: money(chances.below(2) * chances.below(20_000)),
    legRisk: chances.below(2) === 0 ? null : { first: held, failure: chances.below(6_000), exit: exits },
    maxContracts: chances.below(3) === 0 ? quantity(chances.upTo(120) * 100) : null,
    kalshiCash: cap(60),
    forecastexCash: cap(60),
    maxCapital: cap(120),
  }
}

/** Prices of the contracts one by one, best first. */
const contracts = (levels: readonly Level[]): number[] =>
  wholeLevels(levels).flatMap(({ price, quantity: size }) => Array.from({ length: size / 100 }, () => price))
const exactFee = (rate: number, price: number): number => (rate * price * (10_000 - price)) / 1e10

/** What each contract more is worth, by the definition (market-math §3.2), in fractions of a µ$. */
function marginals(input: SizingInput): { readonly margin: number; readonly risked: number }[] {
  const { kalshiFees, forecastexFeePerContract, payoff = DOLLAR, kalshiHurdle = 0, forecastexHurdle = 0, legRisk } = input
  const rate = kalshiFees.rates.taker
  const others = contracts(input.forecastexAsks)
  const exits = contracts(legRisk?.exit ?? [])
  return contracts(input.kalshiAsks)
    .slice(0, others.length)
    .map((at, n) => {
      const bought = 100 * at + exactFee(rate, at) + kalshiFees.slackPerContract
      const other = 100 * (others[n] ?? 0) + forecastexFeePerContract
      const margin = payoff - bought * (1 + kalshiHurdle / 1e6) - other * (1 + forecastexHurdle / 1e6)
      if (!legRisk) return { margin, risked: margin }
      const exit = exits[n]
      const sale = exit === undefined ? 0 : 100 * exit - exactFee(rate, exit) - kalshiFees.slackPerContract
      const netting = exit === undefined ? 0 : 1e6 - 100 * exit - forecastexFeePerContract
      const back = Math.max(0, legRisk.first === 'kalshi' ? sale : netting)
      const loss = Math.max(0, (legRisk.first === 'kalshi' ? bought : other) - back)
      const failure = legRisk.failure / 1e4
      return { margin, risked: (1 - failure) * margin - failure * loss }
    })
}

interface Brute {
  /** Objective by number of contracts that fit; minus infinity where they do not. */
  readonly worth: readonly number[]
  readonly best: number
}
/** Every number of contracts: what its cost bounds, hurdles and leg risk leave, if caps, cash and the least margin allow it. */
function bruteForce(input: SizingInput): Brute {
  const { kalshiAsks, forecastexAsks, kalshiFees, payoff = DOLLAR, kalshiHurdle = 0, forecastexHurdle = 0, minMargin = 0 } = input
  const failure = (input.legRisk?.failure ?? 0) / 1e4
  const each = marginals(input)
  const worth: number[] = [0]
  let lost = 0
  for (let n = 1; n <= each.length; n++) {
    const { margin, risked } = each[n - 1] ?? { margin: 0, risked: 0 }
    if (margin < minMargin) break
    lost += (1 - failure) * margin - risked
    const of = quantity(n * 100)
    const kalshi = kalshiCostUpperBound(taken(wholeLevels(kalshiAsks), of), kalshiFees)
    const forecastex = forecastexCost(taken(wholeLevels(forecastexAsks), of), input.forecastexFeePerContract)
    const fits = fitting(input, of, kalshi, forecastex)
    const earned = payoffOf(payoff, of) - kalshi * (1 + kalshiHurdle / 1e6) - forecastex * (1 + forecastexHurdle / 1e6)
    worth.push(fits ? (1 - failure) * earned - lost : -Infinity)
  }
  return { worth, best: Math.max(...worth) }
}
const fitting = (input: SizingInput, of: Quantity, kalshi: Money, forecastex: Money): boolean =>
  of <= (input.maxContracts ?? Infinity) &&
  kalshi <= (input.kalshiCash ?? Infinity) &&
  forecastex <= (input.forecastexCash ?? Infinity) &&
  kalshi + forecastex <= (input.maxCapital ?? Infinity)

/** Rounding moves the objective by less than one step of the grid, hurdle included; the fractions of a µ$ here are not exact. */
function fault(input: SizingInput, size: BoxSize): string | null {
  const { worth, best } = bruteForce(input)
  const step = input.kalshiFees.balanceGrid * (1 + (input.kalshiHurdle ?? 0) / 1e6) + 0.001
  if (size.kind === 'sized') {
    const reached = worth[size.quantity / 100] ?? -Infinity
    return best - reached <= step ? null : `${size.quantity / 100} contracts are worth ${reached}, the best ${best}`
  }
  if (size.because === 'no margin' || size.because === 'below the minimum lot') return best <= step ? null : `nothing, the best ${best}`
  return null
}

/** What both legs cost to the µ$ when they fill whole in random pieces, each at the limit or a few cents better. */
function debitOf({ kalshiFees, forecastexFeePerContract }: SizingInput, size: SizedBox, chances: Chances): number {
  const lot = kalshiFees.balanceGrid === DIRECT_GRID ? 1 : 100
  const better = (limit: Price): Price => Math.max(100, limit - 100 * chances.below(4)) as Price
  const pieces = (limit: Price, smallest: number): Level[] => {
    const fills: Level[] = []
    for (let left: number = size.quantity; left > 0; left -= fills[fills.length - 1]?.quantity ?? left)
      fills.push({ price: better(limit), quantity: Math.min(left, chances.upTo(1 + 400 / smallest) * smallest) as Quantity })
    return fills
  }
  const { rates, balanceGrid } = kalshiFees
  const fills = pieces(size.kalshiLimit, lot).map((fill) => ({ ...fill, role: 'taker' as const }))
  const booked = kalshiOrderFees({ action: 'buy', rates, balanceGrid, rounding: NEWEST_ROUNDING }, fills)
  const paid = -booked.reduce((sum, { balanceChange }) => sum + balanceChange, 0)
  return paid + forecastexCost(pieces(size.forecastexLimit, 100), forecastexFeePerContract)
}

describe(`the size of a box (seed ${seed})`, () => {
  it(`is within one step of the balance grid of brute force: ${BOOKS} random books, hurdles, leg risk, caps and cash`, () => {
    const chances = new Chances(seed)
    const kinds: Record<string, number> = {}
    for (let n = 0; n < BOOKS; n++) {
      const input = anyInput(chances)
      const size = arbSize(input)
      const wrong = fault(input, size)
      if (wrong !== null) throw new Error(`seed ${seed}, book ${n}: ${wrong}: ${JSON.stringify(input)}`)
      const kind = size.kind === 'sized' ? 'sized' : size.because
      kinds[kind] = (kinds[kind] ?? 0) + 1
    }
    expect(kinds['sized']).toBeGreaterThan(BOOKS / 4)
    expect(kinds['no margin']).toBeGreaterThan(BOOKS / 20)
  })

  it('never turns into a loss: neither rounding, nor fragmentation, nor a better price', () => {
    const chances = new Chances(seed)
    let filled = 0
    for (let n = 0; n < BOOKS; n++) {
      const input = anyInput(chances)
      const size = arbSize(input)
      if (size.kind !== 'sized') continue
      filled++
      const debit = debitOf(input, size, chances)
      if (payoffOf(input.payoff ?? DOLLAR, size.quantity) < debit)
        throw new Error(`seed ${seed}, book ${n}: cost ${debit}: ${JSON.stringify({ input, size })}`)
      expect(size.worstCaseProfit).toBeGreaterThanOrEqual(0)
    }
    expect(filled).toBeGreaterThan(BOOKS / 4)
  })

  it('is not raised by a likelier miss, a lower exit or a lower payoff', () => {
    const chances = new Chances(seed)
    const sizeOf = (input: SizingInput): number => {
      const size = arbSize({ ...input, minProfit: money(-1_000_000_000) })
      return size.kind === 'sized' ? size.quantity : size.because === 'worst case below zero' ? Infinity : 0
    }
    for (let n = 0; n < BOOKS; n++) {
      const input = anyInput(chances)
      const { legRisk, payoff = DOLLAR } = input
      const before = sizeOf(input)
      if (before === Infinity) continue
      const poorer: SizingInput[] = [{ ...input, payoff: money(payoff - chances.upTo(20_000)) }]
      if (legRisk) poorer.push({ ...input, legRisk: { ...legRisk, failure: legRisk.failure + chances.upTo(4_000) } })
      if (legRisk) poorer.push({ ...input, legRisk: { ...legRisk, exit: legRisk.exit.slice(1) } })
      for (const each of poorer) {
        const after = sizeOf(each)
        if (after !== Infinity) expect(after).toBeLessThanOrEqual(before)
      }
    }
  })

  it('is none when every crossed price is taken away', () => {
    const chances = new Chances(seed)
    for (let n = 0; n < BOOKS; n++) {
      const input = anyInput(chances)
      const cheapest = wholeLevels(input.forecastexAsks)[0]
      if (!cheapest || depthOf(wholeLevels(input.kalshiAsks)) === 0) continue
      const uncrossed = input.kalshiAsks.filter(({ price }) => price + cheapest.price >= 10_000)
      expect(arbSize({ ...input, kalshiAsks: uncrossed, maxContracts: null })).toEqual({ kind: 'nothing', because: 'no margin' })
    }
  })
})
