import fc from 'fast-check'
import { detectBox, leavesMargin, type BoxInput } from '../../../src/core/box/detect'
import type { Book } from '../../../src/core/market/book'
import { bookIndex, millis, quantity, type Price, type Quantity } from '../../../src/core/units'
import { boxInput, kalshiBook, level, NOW, PAIR, quoted } from './fixture'

/** All that a finding tells, its texts included. */
const told = (finding: ReturnType<typeof detectBox>): string =>
  JSON.stringify([finding, finding.kind === 'none' ? [] : finding.verdicts, finding.kind === 'refused' ? finding.failed : []])
const add = (book: Book, at: number, side: 'bid' | 'ask', of: number): void =>
  void book.apply({ book: bookIndex(0), op: 'add', side, price: at as Price, delta: of as Quantity }, 9, millis(NOW + 5))
const fresh = (change: Partial<BoxInput> = {}): BoxInput => boxInput({ books: { ...boxInput().books }, ...change })

describe('a finding that is kept', () => {
  it.each<[string, Partial<BoxInput>]>([
    ['found', {}],
    ['refused', { mode: 'live' }],
    ['refused', { confirmedAtMs: { kalshi: null, forecastex: NOW } }],
    ['refused', { limits: { ...boxInput().limits, maxCapital: quantity(1) as never } }],
  ])('does not change under its holder when the books go on: %s', (kind, change) => {
    const input = fresh({
      books: {
        kalshi: kalshiBook([level('0.41', '200')], [level('0.42', '100')]),
        forecastexYes: quoted('ask', '0.62', '80'),
        forecastexNo: quoted('ask', '0.49', '80'),
      },
      ...change,
    })
    const kept = detectBox(input)
    const before = told(detectBox(input)) // its texts are read now, those of the kept one afterwards
    add(input.books.kalshi, 4200, 'ask', -5_000)
    add(input.books.kalshi, 4000, 'bid', 700)
    input.books.forecastexNo.apply(
      { book: bookIndex(1), op: 'top', side: 'ask', price: 5500 as Price, quantity: 100 as Quantity },
      10,
      millis(NOW + 5),
    )
    input.books.kalshi.forget()
    detectBox(input)
    expect([kept.kind, told(kept)]).toEqual([kind, before])
  })
})

const cents = (from: number, to: number): fc.Arbitrary<Price> => fc.integer({ min: from, max: to }).map((value) => (value * 100) as Price)
const size = fc.integer({ min: 1, max: 20_000 }).map((value) => value as Quantity)
const side = (from: number, to: number, direction: 1 | -1) =>
  fc
    .uniqueArray(fc.record({ price: cents(from, to), quantity: size }), { minLength: 1, maxLength: 6, selector: ({ price }) => price })
    .map((levels) => levels.sort((a, b) => direction * (a.price - b.price)))
const anyPicture = fc.integer({ min: 10, max: 90 }).chain((middle) =>
  fc.record({
    bids: side(1, middle, -1),
    asks: side(middle + 1, 99, 1),
    other: cents(1, 99),
    of: size,
    age: fc.constantFrom(0, 3_000, 70_000),
  }),
)

type Picture = typeof anyPicture extends fc.Arbitrary<infer P> ? P : never

describe('the decision', () => {
  it('is the same for the same picture, whatever was decided in between, and none exactly where no margin is', () => {
    const picture = ({ bids, asks, other, of, age }: Picture): BoxInput => {
      const books = {
        kalshi: kalshiBook(bids, asks),
        forecastexYes: quoted('ask', '0.99', '1'),
        forecastexNo: quoted('ask', String(other / 10_000), String(of / 100)),
      }
      return fresh({ books, nowMs: millis(NOW + age), confirmedAtMs: { kalshi: NOW, forecastex: NOW } })
    }
    fc.assert(
      fc.property(anyPicture, anyPicture, (one, another) => {
        const input = picture(one)
        const first = detectBox(input)
        detectBox(picture(another))
        expect(told(detectBox(picture(one)))).toBe(told(first))
        expect(leavesMargin(PAIR.certificate, input.books, input)).toBe(first.kind !== 'none')
        if (first.kind === 'refused') {
          expect(first.failed[0]).toBe(first.reason)
          expect(first.verdicts.find(({ passed }) => !passed)?.check).toBe(first.reason)
        }
        if (first.kind === 'found') expect(first.verdicts.every(({ passed }) => passed)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})
