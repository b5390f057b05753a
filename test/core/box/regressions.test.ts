import { detectBox, type BoxInput } from '../../../src/core/box/detect'
import { Book } from '../../../src/core/market/book'
import { bookIndex, millis, price, quantity } from '../../../src/core/units'
import { boxInput, kalshiBook, level, NOW, quoted } from './fixture'

const OLD = millis(NOW - 61_000)
const books = (change: Partial<BoxInput['books']>): BoxInput => boxInput({ books: { ...boxInput().books, ...change } })
const refusals = (input: BoxInput): readonly string[] => {
  const finding = detectBox(input)
  return finding.kind === 'refused'
    ? finding.verdicts.filter(({ passed }) => !passed).map(({ check, actual }) => `${check}: ${actual}`)
    : []
}

/** Kalshi's book as of long ago, whose bids alone were touched just now. */
function onlyBidsTouched(): Book {
  const book = kalshiBook([level('0.41', '200')], [level('0.42', '100')], OLD)
  book.apply({ book: bookIndex(0), op: 'add', side: 'bid', price: price('0.40'), delta: quantity('5') }, 2, NOW)
  return book
}

describe('defects of earlier systems (seed-behaviour §5)', () => {
  it('A2 one side only has aged: the refusal names it, and the other side’s update does not make it young', () => {
    expect(refusals(books({ kalshi: onlyBidsTouched() }))).toEqual(['kalshi quote touched: 61000 ms ago'])
    expect(refusals(books({ forecastexNo: quoted('ask', '0.49', '80', OLD) }))).toEqual(['forecastex quote touched: 61000 ms ago'])
  })

  it('A2 a venue that stays silent is named, and the other one alone is not enough', () => {
    expect(refusals(boxInput({ confirmedAtMs: { kalshi: millis(NOW - 2_001), forecastex: NOW } }))).toEqual([
      'kalshi books confirmed: 2001 ms ago',
    ])
    expect(refusals(boxInput({ confirmedAtMs: { kalshi: NOW, forecastex: null } }))).toEqual(['forecastex books confirmed: never'])
  })

  it.each([
    ['at ForecastEx', { forecastexNo: quoted('ask', '0.49', '3') }],
    ['at Kalshi', { kalshi: kalshiBook([level('0.41', '200')], [level('0.42', '3')]) }],
    ['to leave the first leg', { kalshi: kalshiBook([level('0.41', '3')], [level('0.42', '100')]) }],
  ])('A3 three contracts %s and ten wanted: three', (_where, thin) => {
    const input = books(thin)
    expect(detectBox({ ...input, limits: { ...input.limits, maxContracts: quantity('10') } })).toMatchObject({
      kind: 'found',
      quantity: 300,
    })
  })
})
