/** One book as the venues' documents describe it: sizes in hundredths of a contract by price in 1e-4 dollars. */
export interface PlainBook {
  /** false: nobody has told its content since the connection, the gap or the contradiction. */
  live: boolean
  readonly bid: Map<number, number>
  readonly ask: Map<number, number>
  /** A quoted price whose size was not told; it is not executable. */
  readonly sizeless: { bid: number | null; ask: number | null }
  /** A price came that its market's grid, as it was told, does not have. */
  isOffGrid: boolean
  /** When the venue last said something about a side. */
  readonly toldMs: { bid: number | null; ask: number | null }
}
export type Side = 'bid' | 'ask'
export interface PlainLevel {
  readonly price: number
  readonly quantity: number
}

export function emptyBook(): PlainBook {
  const [sizeless, toldMs] = [
    { bid: null, ask: null },
    { bid: null, ask: null },
  ]
  return { live: false, bid: new Map(), ask: new Map(), isOffGrid: false, sizeless, toldMs }
}

export function forgetBook(book: PlainBook): void {
  book.live = false
  for (const side of ['bid', 'ask'] as const) {
    book[side].clear()
    book.sizeless[side] = null
    book.toldMs[side] = null
  }
}

/** Executable levels, best first. */
export function levelsOf(book: PlainBook, side: Side): readonly PlainLevel[] {
  const levels = [...book[side]].map(([price, quantity]) => ({ price, quantity }))
  return levels.sort((a, b) => (side === 'bid' ? b.price - a.price : a.price - b.price))
}

/** The best executable level; null: none. */
export function bestOf(book: PlainBook, side: Side): PlainLevel | null {
  let best: PlainLevel | null = null
  for (const [price, quantity] of book[side]) {
    if (best === null || (side === 'bid' ? price > best.price : price < best.price)) best = { price, quantity }
  }
  return best
}
