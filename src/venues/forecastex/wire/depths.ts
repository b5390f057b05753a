import type { BookSide } from '../../../core/ids'
import type { BookIndex } from '../../../core/units'
import { DepthLadder, type DepthChange, type DepthRow } from './depth'
import { DEPTH_HALTED, DEPTH_REQUESTS_MAX, DEPTH_RESET, isWarning, type Withheld } from './refusals'

interface Depth {
  readonly book: BookIndex
  readonly bid: DepthLadder
  readonly ask: DepthLadder
  /** 'lost': what it says does not count, it is to be asked for again. */
  state: 'open' | 'lost' | 'refused'
}

/** A book's depth as it stands. */
export interface StandingDepth extends Readonly<Record<BookSide, readonly DepthRow[]>> {
  readonly reqId: number
  readonly limit: number
  readonly state: Depth['state']
}

/** The depth requests of one connection. Whether ForecastEx offers depth at all is not documented: a refusal ends the asking. */
export class Depths {
  readonly #depths = new Map<number, Depth>()
  /** The venue's last refusal; stands beyond the connection and until depth comes, so that it is said once. */
  refusal: Extract<Withheld, { kind: 'refused' }> | null = null
  /** false after a refusal that is about more than one request. */
  isOffered = true

  asked(reqId: number, book: BookIndex, rows: number): void {
    this.#depths.set(reqId, { book, bid: new DepthLadder(rows), ask: new DepthLadder(rows), state: 'open' })
  }
  cancelled(reqId: number): void {
    this.#depths.delete(reqId)
  }
  disconnected(): void {
    this.#depths.clear()
    this.isOffered = true
  }

  /** How many books have depth that counts. */
  get books(): number {
    return [...this.#depths.values()].filter(({ state }) => state === 'open').length
  }
  requestOf(book: BookIndex): number | null {
    for (const [reqId, depth] of this.#depths) if (depth.book === book) return reqId
    return null
  }
  /** 'refused': this one alone, the venue has said that it gives no more of them. */
  needOf(book: BookIndex): 'nothing' | 'ask' | 'refused' {
    const state = this.#depths.get(this.requestOf(book) ?? -1)?.state
    return state === undefined || state === 'lost' ? 'ask' : state === 'refused' ? 'refused' : 'nothing'
  }
  rowsOf(book: BookIndex, side: BookSide): readonly DepthRow[] {
    return this.#depths.get(this.requestOf(book) ?? -1)?.[side].rows ?? []
  }

  standingOf(book: BookIndex): StandingDepth | null {
    const reqId = this.requestOf(book)
    const depth = reqId === null ? undefined : this.#depths.get(reqId)
    if (reqId === null || !depth) return null
    const { bid, ask, state } = depth
    return { reqId, limit: bid.limit, state, bid: [...bid.rows], ask: [...ask.rows] }
  }
  adopt(book: BookIndex, { reqId, limit, state, bid, ask }: StandingDepth): void {
    this.#depths.set(reqId, { book, bid: new DepthLadder(limit, bid), ask: new DepthLadder(limit, ask), state })
  }

  /** @returns the book whose side is another one now; null: none is. */
  accept(reqId: number, side: BookSide, change: DepthChange): BookIndex | null {
    const depth = this.#depths.get(reqId)
    if (!depth || depth.state !== 'open') return null
    if (!depth[side].apply(change)) this.lose(reqId)
    else if (this.refusal && this.refusal.code !== DEPTH_REQUESTS_MAX) this.refusal = null
    return depth.book
  }

  /** @returns the book whose rows are gone; null: the error is not about depth, or only warns. */
  failed(reqId: number, code: number, message: string): BookIndex | null {
    const depth = this.#depths.get(reqId)
    if (!depth || isWarning(code)) return null
    empty(depth)
    if (code === DEPTH_RESET) return depth.book
    depth.state = code === DEPTH_HALTED ? 'lost' : 'refused'
    if (depth.state === 'refused') {
      this.refusal = { kind: 'refused', code, message }
      if (code !== DEPTH_REQUESTS_MAX) this.isOffered = false
    }
    return depth.book
  }

  /** Rows may be missing: to be asked for again. */
  lose(reqId: number): BookIndex | null {
    const depth = this.#depths.get(reqId)
    if (!depth) return null
    empty(depth)
    if (depth.state === 'open') depth.state = 'lost'
    return depth.book
  }
  loseAll(): void {
    for (const reqId of this.#depths.keys()) this.lose(reqId)
  }
}

function empty({ bid, ask }: Depth): void {
  bid.clear()
  ask.clear()
}
