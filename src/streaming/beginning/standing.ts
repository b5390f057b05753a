import type { BookSide } from '../../core/ids'
import { ONE_DOLLAR, type Millis, type Price, type Quantity } from '../../core/units'
import type { Book } from '../../core/market/book'

/** One side of a book as it stands. Levels best first, `[price, quantity]`. */
export interface StandingSide {
  readonly levels: readonly (readonly [price: Price, quantity: Quantity])[]
  /** A quoted price whose size is not told; it then has no levels. */
  readonly untold: Price | null
  /** When the venue last said something about this side; null: nothing. */
  readonly changedMs: Millis | null
}
/** A whole book as it stands. */
export interface StandingBook {
  /** Of the last frame that touched it; null: none has. */
  readonly n: number | null
  readonly isLive: boolean
  /** It has met a price that its market's grid does not have. */
  readonly isOffGrid: boolean
  readonly bid: StandingSide
  readonly ask: StandingSide
}

/** On no venue's grid, and on the finest that there is. */
const OFF_GRID = 1 as Price
const NOTHING = 0 as Quantity
const BEFORE = 0 as Millis

/** Makes new objects: a book that changes later does not change what was told of it. */
export const standingOf = (book: Book): StandingBook => ({
  n: book.lastN,
  isLive: book.isLive,
  isOffGrid: book.isOffGrid,
  bid: sideOf(book, 'bid'),
  ask: sideOf(book, 'ask'),
})

function sideOf(book: Book, side: BookSide): StandingSide {
  const levels = book.levels(side, ONE_DOLLAR + 1).map(({ price, quantity }) => [price, quantity] as const)
  return { levels, untold: levels.length === 0 ? book.bestPrice(side) : null, changedMs: book.changedAtMs(side) }
}

/** Makes a book what another one was; its market's grid is told before. @param fedBy 'snapshot': Kalshi's; 'top': ForecastEx's */
export function restore(book: Book, standing: StandingBook, fedBy: 'snapshot' | 'top', index: Parameters<Book['apply']>[0]['book']): void {
  const n = standing.n ?? 0
  book.forget()
  if (standing.isOffGrid) {
    book.apply({ book: index, op: 'replace', bids: [{ price: OFF_GRID, quantity: NOTHING }], asks: [] }, n, BEFORE)
    book.forget()
  }
  if (!standing.isLive) return
  for (const [change, atMs] of fedBy === 'snapshot' ? snapshotOf(standing) : topsOf(standing))
    book.apply({ book: index, ...change }, n, atMs)
}

type Change = Parameters<Book['apply']>[0]
type Unplaced = Change extends infer C ? (C extends Change ? Omit<C, 'book'> : never) : never
type Steps = readonly (readonly [change: Unplaced, atMs: Millis])[]

const levelsOf = ({ levels }: StandingSide): { readonly price: Price; readonly quantity: Quantity }[] =>
  levels.map(([price, quantity]) => ({ price, quantity }))

/** A snapshot tells both sides at once: the side with quotes that was told at another time is told nothing more at that time. */
function snapshotOf({ bid, ask }: StandingBook): Steps {
  const atMs = (bid.levels.length === 0 ? bid : ask).changedMs ?? bid.changedMs
  if (atMs === null) return []
  const again = (side: BookSide, price: Price, changedMs: Millis): Steps[number] => [{ op: 'add', side, price, delta: NOTHING }, changedMs]
  const [best] = bid.levels[0] ?? []
  return [
    [{ op: 'replace', bids: levelsOf(bid), asks: levelsOf(ask) }, atMs],
    ...(best !== undefined && bid.changedMs !== null ? [again('bid', best, bid.changedMs)] : []),
    ...(ask.levels[0] !== undefined && ask.changedMs !== null ? [again('ask', ask.levels[0][0], ask.changedMs)] : []),
  ]
}

function topsOf(standing: StandingBook): Steps {
  return (['bid', 'ask'] as const).flatMap((side): Steps => {
    const { levels, untold, changedMs } = standing[side]
    if (changedMs === null) return []
    if (levels.length > 0) return [[{ op: 'ladder', side, levels: levelsOf(standing[side]) }, changedMs]]
    return [[{ op: 'top', side, price: untold, quantity: null }, changedMs]]
  })
}
