import type { BookSide } from '../../../src/core/ids'
import { Book } from '../../../src/core/market/book'
import type { BookChange, Level } from '../../../src/core/market/event'
import { mulberry32 } from '../../../src/core/random'
import { bookIndex, millis, price, quantity, type Price, type Quantity } from '../../../src/core/units'
import { Look, type Depth } from '../../../src/streaming/audit/look'

/** Of the busiest streams fewer: each has sixteen thousand changes. */
const runsOf = (everyMs: number): number => (everyMs < 10 ? 8 : 100)
const RUNS = 100
/** As the auditor: how far answer and feed may be apart. */
const WINDOW_MS = 1_000
const LOT = 100
const PRICES = [40, 41, 42, 43, 44, 45].map((cents) => price(`0.${cents}`))
/** A price that the streams below leave alone. */
const QUIET = price('0.30')

const seed = Number(process.env['CROSSBOOK_SEED'] ?? Date.now() % 2 ** 31)
const random = mulberry32(seed)
const below = (limit: number): number => random() % limit

interface Change {
  readonly atMs: number
  readonly side: BookSide
  readonly price: Price
  readonly delta: Quantity
}
const key = (side: BookSide, at: Price): string => `${side} ${at}`

/** What the venue's book goes through: whole lots come and go, some levels many times in a millisecond. */
class Venue {
  readonly changes: Change[] = []
  readonly #sizes = new Map<string, number>()

  constructor(untilMs: number, everyMs: number) {
    for (let atMs = 0; atMs < untilMs; atMs += below(everyMs)) this.#change(atMs)
  }

  #change(atMs: number): void {
    const side: BookSide = below(2) === 0 ? 'bid' : 'ask'
    const at = PRICES[below(PRICES.length)] as Price
    const size = this.#sizes.get(key(side, at)) ?? 0
    const delta = size > 0 && below(2) === 0 ? -LOT * (1 + below(size / LOT)) : LOT * (1 + below(5))
    this.#sizes.set(key(side, at), size + delta)
    this.changes.push({ atMs, side, price: at, delta: delta as Quantity })
  }

  /** The whole book at an instant, as REST would tell it. */
  at(atMs: number): Depth {
    const sizes = new Map<string, number>()
    for (const { side, price: at, delta, atMs: when } of this.changes)
      if (when <= atMs) sizes.set(key(side, at), (sizes.get(key(side, at)) ?? 0) + delta)
    const levels = (side: BookSide): Level[] =>
      PRICES.map((at) => ({ price: at, quantity: (sizes.get(key(side, at)) ?? 0) as Quantity })).filter((level) => level.quantity > 0)
    return { bids: levels('bid'), asks: levels('ask') }
  }
}

interface Scene {
  readonly venue: Venue
  /** How late the feed is, and how much earlier than its request an answer is rendered. */
  readonly lagMs: number
  readonly staleMs: number
  readonly requestMs: number
  readonly answerMs: number
  readonly renderedMs: number
}

function scene(everyMs: number): Scene {
  const requestMs = 2_000 + below(2_000)
  const answerMs = requestMs + below(400)
  const staleMs = below(WINDOW_MS)
  const renderedMs = Math.max(requestMs - staleMs, requestMs - WINDOW_MS + below(answerMs - requestMs + WINDOW_MS))
  return { venue: new Venue(8_000, everyMs), lagMs: below(WINDOW_MS), staleMs, requestMs, answerMs, renderedMs }
}

/** Our book as the feed tells it, with an error planted before the look. */
function look(
  { venue, lagMs, requestMs, answerMs, renderedMs }: Scene,
  error: { side: BookSide; price: Price; by: number } | null,
): ReturnType<Look['compare']> {
  const book = new Book()
  const index = bookIndex(0)
  const apply = (change: BookChange): void => void book.apply(change, 1, millis(0))
  const arrived = (change: Change): BookChange => ({ book: index, op: 'add', side: change.side, price: change.price, delta: change.delta })
  apply({ book: index, op: 'replace', bids: [], asks: [] })
  if (error) apply({ book: index, op: 'add', side: error.side, price: error.price, delta: error.by as Quantity })
  const fromMs = requestMs - WINDOW_MS
  const untilMs = answerMs + WINDOW_MS
  for (const change of venue.changes) if (change.atMs + lagMs <= fromMs) apply(arrived(change))
  const taken = new Look(book)
  for (const change of venue.changes) if (change.atMs + lagMs > fromMs && change.atMs + lagMs <= untilMs) taken.hear(arrived(change))
  return taken.compare(venue.at(renderedMs))
}

describe(`the comparison of a book with REST (seed ${seed})`, () => {
  it.each([200, 20, 2])('never raises a false alarm, with a change every %d ms at most', (everyMs) => {
    for (let run = 0; run < runsOf(everyMs); run++) expect([run, look(scene(everyMs), null)]).toEqual([run, []])
  })

  it.each([200, 20, 2])('finds a wrong level that nothing touches, whatever goes on around it (%d ms)', (everyMs) => {
    for (let run = 0; run < runsOf(everyMs); run++) {
      const by = LOT * (1 + below(5))
      const found = look(scene(everyMs), { side: 'bid', price: QUIET, by })
      expect(found).toEqual([{ side: 'bid', price: QUIET, ours: by, theirs: 0 }])
    }
  })

  it('finds an error of part of a lot at the first look, also on a level that changes all the time', () => {
    for (let run = 0; run < RUNS; run++) {
      const at = PRICES[below(PRICES.length)] as Price
      expect(look(scene(10), { side: 'ask', price: at, by: 37 })).toMatchObject([{ side: 'ask', price: at }])
    }
  })

  it('finds an error of a whole lot on a level that trades now and then within two looks', () => {
    let missed = 0
    for (let run = 0; run < RUNS; run++) {
      const error = { side: 'ask', price: PRICES[below(PRICES.length)] as Price, by: 3 * LOT } as const
      const looks = [look(scene(1_500), error), look(scene(1_500), error)]
      if (looks.every((each) => each?.length === 0)) missed++
    }
    // only where the level itself takes both values in both windows
    expect(missed / RUNS).toBeLessThan(0.02)
  })

  it('says nothing of a book that was told anew meanwhile', () => {
    const taken = new Look(new Book())
    taken.hear({ book: bookIndex(0), op: 'replace', bids: [], asks: [] })
    expect(taken.compare({ bids: [{ price: QUIET, quantity: quantity('1') }], asks: [] })).toBeNull()
  })
})
