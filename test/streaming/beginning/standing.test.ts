import { Book } from '../../../src/core/market/book'
import type { BookChange } from '../../../src/core/market/event'
import { bookIndex, millis, price, quantity } from '../../../src/core/units'
import { restore, standingOf } from '../../../src/streaming/beginning/standing'

const AT = bookIndex(3)
const CENTS = [{ start: price('0.01'), end: price('0.99'), step: price('0.01') }]
const level = (at: string, size: string) => ({ price: price(at), quantity: quantity(size) })
type Unplaced = BookChange extends infer C ? (C extends BookChange ? Omit<C, 'book'> : never) : never

/** @param changes each a second after the one before */
function bookOf(...changes: readonly Unplaced[]): Book {
  const book = new Book()
  book.fit(CENTS)
  for (const [i, change] of changes.entries()) book.apply({ book: AT, ...change }, i + 1, millis(1_000 * (i + 1)))
  return book
}
const BOTH: Unplaced = { op: 'replace', bids: [level('0.40', '3'), level('0.38', '5')], asks: [level('0.45', '7')] }
const ADDED: Unplaced = { op: 'add', side: 'bid', price: price('0.41'), delta: quantity('2') }

describe('a whole book', () => {
  it.each<[string, 'snapshot' | 'top', readonly Unplaced[]]>([
    ['that was never told', 'snapshot', []],
    ['of a snapshot, its sides told at two times', 'snapshot', [BOTH, ADDED]],
    ['of a snapshot, the other side later', 'snapshot', [BOTH, { ...ADDED, side: 'ask', price: price('0.44') }]],
    ['without asks', 'snapshot', [{ op: 'replace', bids: [level('0.40', '3')], asks: [] }, ADDED]],
    ['without quotes', 'snapshot', [{ op: 'replace', bids: [], asks: [] }]],
    ['off its grid', 'snapshot', [BOTH, { ...ADDED, price: price('0.405') }]],
    ['off its grid, by a price that has gone', 'snapshot', [BOTH, { ...ADDED, price: price('0.405') }, BOTH]],
    [
      'that was off its grid and is not known any more',
      'snapshot',
      [
        { ...BOTH, bids: [level('0.405', '1')] },
        { ...ADDED, delta: quantity('-9') },
      ],
    ],
    ['of tops, one side told', 'top', [{ op: 'top', side: 'ask', price: price('0.50'), quantity: quantity('9') }]],
    ['of tops, a size not told', 'top', [{ op: 'top', side: 'bid', price: price('0.50'), quantity: null }]],
    ['of tops, no quote', 'top', [{ op: 'top', side: 'bid', price: null, quantity: null }]],
    [
      'of ladders',
      'top',
      [
        { op: 'ladder', side: 'ask', levels: [level('0.50', '9'), level('0.52', '1')] },
        { op: 'top', side: 'bid', price: price('0.40'), quantity: quantity('1') },
      ],
    ],
  ] as [string, 'snapshot' | 'top', readonly Unplaced[]][])('%s is made again as it stood', (_name, fedBy, changes) => {
    const standing = standingOf(bookOf(...changes))
    // whatever it was before, and fed by whatever
    for (const before of [
      [],
      [BOTH],
      [{ op: 'top', side: 'bid', price: price('0.30'), quantity: quantity('1') }],
    ] as (readonly Unplaced[])[]) {
      const book = bookOf(...before)
      restore(book, standing, fedBy, AT)
      const made = standingOf(book)
      const n = standing.isLive ? standing.n : made.n // of a book that is not known nobody asks who touched it last
      expect(made).toEqual({ ...standing, n })
    }
  })
})
