import { decimalOfAmerican, impliedOf } from '../../core/edge/consensus/american'
import { confidence } from '../../core/edge/confidence'
import { combine } from '../../core/edge/consensus/consensus'
import { solve, sumOf, type DevigMethod } from '../../core/edge/consensus/devig-methods'
import { kellyLadder, kellySize } from '../../core/edge/kelly'
import { costOf, DOLLAR_MICROS } from '../../core/edge/value'
import { TAKER_COEFFICIENT, type KalshiRates } from '../../core/market/fees-kalshi'
import { parseFixed, price, quantity } from '../../core/units'
import { isRecord, type Fields, type VectorFunction } from './vector-fields'

const MULTIPLIER_DECIMALS = 4
const ODDS_DECIMALS = 6
const MS_PER_SECOND = 1_000

/** Dollars or a probability: a fraction for analytics, never money. */
const fraction = (input: Fields, name: string): number => input.decimal(name) / DOLLAR_MICROS
/** "-110", "+150" */
const american = (text: string): number => decimalOfAmerican(parseFixed(text.replace(/^\+/, ''), 0))
const decimal = (text: string): number => parseFixed(text, ODDS_DECIMALS) / 10 ** ODDS_DECIMALS
const takerFees = (input: Fields): { readonly rates: KalshiRates } => ({
  rates: { taker: TAKER_COEFFICIENT * parseFixed(input.text('takerMultiplier'), MULTIPLIER_DECIMALS), maker: 0 },
})

const METHODS: readonly (readonly [name: string, method: DevigMethod])[] = [
  ['multiplicative', 'multiplicative'],
  ['additive', 'additive'],
  ['power', 'power'],
  ['oddsratio', 'odds-ratio'],
  ['shin', 'shin'],
]

function devigOdds(input: Fields): unknown {
  const name = input.oneOf(
    'method',
    METHODS.map(([each]) => each),
  )
  const method = METHODS.find(([each]) => each === name)?.[1] ?? 'multiplicative'
  const odds = input.has('american') ? input.list('american').map(String).map(american) : input.list('decimal').map(String).map(decimal)
  const quoted = odds.map(impliedOf)
  const solved = solve(method, quoted)
  if (!solved) throw new RangeError(`${method} has no answer for ${odds.join(', ')}`)
  const { probabilities, parameter } = solved
  return { p: probabilities, booksum: sumOf(quoted), ...(parameter === null ? {} : { param: parameter }) }
}

function consensusProb(input: Fields): unknown {
  const told = input.list('books')
  const opinions = input.records('books').map((book, n) => ({
    book: book.text('book'),
    probability: fraction(book, 'p'),
    weight: book.number('weight'),
    ageMs: book.number('ageSec') * MS_PER_SECOND,
    sharp: isSharp(told[n]),
  }))
  const [halfLifeMs, maxAgeMs] = [input.number('halfLifeSec') * MS_PER_SECOND, input.number('maxAgeSec') * MS_PER_SECOND]
  const combined = combine(opinions, { halfLifeMs, maxAgeMs })
  if (!combined) throw new RangeError('no book is young enough')
  const { probability: p, median, sigma, effectiveBooks: nEff, sharpShare, rejected, stale } = combined
  return { p, median, sigma, nEff, sharpShare, rejected, stale }
}

const isSharp = (book: unknown): boolean => isRecord(book) && book['sharp'] === true

function edgeCalc(input: Fields): unknown {
  const fees = takerFees(input)
  const p = fraction(input, 'p')
  const [yesCost, noCost] = [costOf(price(input.text('yesAsk')), fees), costOf(price(input.text('noAsk')), fees)]
  return { yesCost, noCost, yesEdge: p - yesCost, noEdge: 1 - p - noCost }
}

function confidenceScore(input: Fields): unknown {
  const { parts, total, score, gated } = confidence('continuous', {
    edge: fraction(input, 'edge'),
    effectiveBooks: fraction(input, 'nEff'),
    sigma: fraction(input, 'sigma'),
    sharpShare: fraction(input, 'sharpShare'),
    oldestAgeMs: fraction(input, 'ageSec') * MS_PER_SECOND,
    depth: quantity(input.text('depth')),
    size: quantity(input.text('size')),
    spread: fraction(input, 'spread'),
    hoursToStart: fraction(input, 'hoursToStart'),
    isSameQuestion: true,
    isTrading: true,
    // the steps alone ask for these
    bookCount: 0,
    bookSpread: 0,
    volume: 0,
  })
  return { ...parts, total, score, gated }
}

/** The functions about sportsbooks and the edge against them, by their names in the vectors. */
export const EDGE_FUNCTIONS: Readonly<Record<string, VectorFunction>> = {
  americanOdds: (input) => {
    const odds = american(input.text('american'))
    return { decimal: odds, implied: impliedOf(odds) }
  },
  devigOdds,
  consensusProb,
  edgeCalc,
  kellySize: (input) =>
    kellySize({
      probability: fraction(input, 'p'),
      ask: price(input.text('ask')),
      bankroll: input.decimal('bankroll'),
      fraction: fraction(input, 'fraction'),
      capFraction: fraction(input, 'capFraction'),
      fees: takerFees(input),
    }),
  kellyLadderFull: (input) => kellyLadder(fraction(input, 'p'), input.levels('asks'), input.decimal('bankroll'), takerFees(input)),
  confidenceScore,
}
