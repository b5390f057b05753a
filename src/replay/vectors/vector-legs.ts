import { thresholdMatch, type Threshold } from '../../core/box/matching/threshold'
import { DOLLAR } from '../../core/box/payoff'
import { giveUp } from '../../core/stats/give-up'
import { holdOrUnwind } from '../../core/stats/hold'
import { legValues } from '../../core/stats/leg-values'
import { quantity } from '../../core/units'
import type { Fields, VectorFunction } from './vector-fields'

const inDollars = (micros: number): number => micros / DOLLAR
/** Dollars or a probability: a fraction for analytics, never money. */
const fraction = (input: Fields, name: string): number => inDollars(input.decimal(name))

const LEG_ORDER_NAMES = { forecastexFirst: 'fxFirst', kalshiFirst: 'kalshiFirst', parallel: 'parallel' } as const

function legOrder(input: Fields): unknown {
  const both = (kalshi: string, forecastex: string): { kalshi: number; forecastex: number } => ({
    kalshi: fraction(input, kalshi),
    forecastex: fraction(input, forecastex),
  })
  const { best, ...values } = legValues({
    edge: fraction(input, 'e'),
    fill: both('qK', 'qF'),
    unwindLoss: both('HK', 'HF'),
    survival: both('dK', 'dF'),
  })
  return {
    fxFirst: values.forecastexFirst,
    kalshiFirst: values.kalshiFirst,
    parallel: values.parallel,
    best: best === null ? 'none' : LEG_ORDER_NAMES[best],
  }
}

function concession(input: Fields): unknown {
  const found = giveUp({
    edge: input.decimal('e'),
    unwindLoss: input.decimal('H'),
    fillAtPlan: fraction(input, 'q0'),
    scale: input.decimal('theta'),
    tick: input.decimal('tick'),
  })
  return {
    xStar: inDollars(found.concession),
    bestTicks: found.ticks,
    evAtBestTicks: inDollars(found.expectedValue),
    fillProbAtBest: found.fillProbability,
  }
}

function holding(input: Fields): unknown {
  const { certaintyEquivalent, action } = holdOrUnwind({
    fair: fraction(input, 'p'),
    wealth: input.decimal('wealth'),
    contracts: quantity(input.text('contracts')),
    netBid: input.decimal('netBid'),
  })
  return { certaintyEquivalent: inDollars(certaintyEquivalent), action }
}

const OPERATORS = ['>', '>=', '<', '<='] as const

function threshold(input: Fields): unknown {
  const side = (name: string): Threshold => {
    const asked = input.record(name)
    return { op: asked.oneOf('op', OPERATORS), strike: asked.text('strike') }
  }
  return thresholdMatch({ kalshi: side('kalshi'), fx: side('fx'), grid: input.text('grid') })
}

/** The functions about the two sides of a box, by their names in the vectors. */
export const LEG_FUNCTIONS: Readonly<Record<string, VectorFunction>> = {
  legOrder,
  giveUp: concession,
  holdOrUnwind: holding,
  thresholdMatch: threshold,
}
