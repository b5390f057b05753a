import { marketId, type BookSide } from '../../../../core/ids'
import type { Level } from '../../../../core/market/event'
import { NO_QUANTITY, price, QUANTITY_DECIMALS, type Millis, type Price, type Quantity } from '../../../../core/units'
import { pattern, type Pattern } from './bytes'
import { Cursor, type Fallback } from './cursor'
import { byLength, named, type Fields } from './fields'
import { readLevels, readPrice } from './levels'
import type { StreamMessage } from './message'
import { Tickers } from './tickers'

/** What is read of a frame and of its `msg`, a bit each; any other field is passed by. */
const TYPE = 1 << 0
const SID = 1 << 1
const SEQ = 1 << 2
const ID = 1 << 3
const MSG = 1 << 4
const MARKET = 1 << 5
const TIME = 1 << 6
const SIDE = 1 << 7
const PRICE = 1 << 8
const CHANGE = 1 << 9
const YES = 1 << 10
const NO = 1 << 11
const TRADE = 1 << 12
const YES_PRICE = 1 << 13
const COUNT = 1 << 14
const TAKER = 1 << 15
const BLOCK = 1 << 16

const IN_FRAME = byLength({ type: TYPE, sid: SID, seq: SEQ, id: ID, msg: MSG })
const IN_BODY = byLength({
  ...{ market_ticker: MARKET, ts_ms: TIME, side: SIDE, price_dollars: PRICE, delta_fp: CHANGE, yes_dollars_fp: YES, no_dollars_fp: NO },
  ...{ trade_id: TRADE, yes_price_dollars: YES_PRICE, count_fp: COUNT, taker_book_side: TAKER, is_block_trade: BLOCK },
})
/** Without all of these a message is none: what is wrong with it, the general parser says. */
const OF_ANY = TYPE | MARKET
const OF_DELTA = OF_ANY | SIDE | PRICE | CHANGE
const OF_TRADE = OF_ANY | TRADE | YES_PRICE | COUNT | TAKER

const DELTA_TYPE = pattern('orderbook_delta')
const TRADE_TYPE = pattern('trade')
const SNAPSHOT_TYPE = pattern('orderbook_snapshot')
const YES_WORD = pattern('yes')
const NO_WORD = pattern('no')
const BID_WORD = pattern('bid')
const ASK_WORD = pattern('ask')

const NO_LEVELS: readonly Level[] = []
/** So many deltas must be written otherwise than the layout at hand before theirs is learned: two ways in turn are not learned at each. */
const LEARN_AFTER = 8
/** What stands before a value, as it was written, and the value's field (0: unknown). */
interface Step {
  readonly before: Pattern
  readonly bit: number
}

/**
 * Reads the hot messages – deltas, snapshots, trades – from their bytes: keys in any order, unknown fields passed by, integers made of
 * digits, and no object but the message (performance.md §1). Whatever is written in an unusual way is left to the general parser, and so
 * is whatever might be an error: what this gives, that one would give too.
 */
export class Scanner {
  /** Frames read here, and frames left to the general parser by reason. */
  readonly counters: { scanned: number } & Record<Fallback, number> = {
    ...{ scanned: 0, kind: 0, escape: 0, nested: 0, number: 0, duplicate: 0, missing: 0, shape: 0 },
  }
  readonly #cursor = new Cursor()
  readonly #tickers = new Tickers()
  /** How the venue writes a delta: what stands before each value, and behind the last. */
  #layout: readonly Step[] = []
  #tail = pattern('')
  /** The fields of it. */
  #ofLayout = 0
  /** Deltas since then that were written otherwise. */
  #unlike = LEARN_AFTER
  #learned: Step[] | null = null
  /** What was found in the frame at hand. */
  #seen = 0
  #kind: 'delta' | 'snapshot' | 'trade' = 'delta'
  #sid = 0
  #seq = 0
  #id = 0
  #market = marketId('')
  #venueMs = 0
  #side: 'yes' | 'no' = 'yes'
  #price = price(0)
  #change = NO_QUANTITY
  #yes = NO_LEVELS
  #no = NO_LEVELS
  #tradeId = ''
  #yesPrice = price(0)
  #count = NO_QUANTITY
  #taker: BookSide = 'bid'
  #block = false

  /** null: to be read by the general parser. */
  read(frame: Uint8Array): StreamMessage | null {
    const cursor = this.#cursor
    const message = cursor.take(frame) && (this.#follow() || this.#walk()) ? this.#message() : null
    this.counters[message === null ? cursor.fallback : 'scanned']++
    return message
  }

  /**
   * A venue writes its deltas alike: what stands between the values is compared as a whole and no key is looked up. A layout was walked
   * once, so that what follows it is JSON. False: written otherwise.
   */
  #follow(): boolean {
    const cursor = this.#cursor
    cursor.start()
    this.#kind = 'delta'
    this.#seen = this.#ofLayout
    for (const { before, bit } of this.#layout)
      if (!cursor.passes(before) || !(bit === 0 ? cursor.scalar() : this.#field(bit))) return false
    return cursor.passes(this.#tail) && cursor.ended
  }

  #walk(): boolean {
    const cursor = this.#cursor
    cursor.start()
    this.#seen = 0
    const learned: Step[] | null = this.#unlike < LEARN_AFTER ? null : []
    this.#learned = learned
    const read = this.#object(IN_FRAME) && cursor.ends()
    this.#learned = null
    if (!read || this.#kind !== 'delta') return read
    this.#unlike++
    if (learned === null) return true
    this.#layout = learned
    this.#tail = cursor.sinceMark()
    this.#ofLayout = this.#seen
    this.#unlike = 0
    return true
  }

  #object(fields: Fields): boolean {
    const cursor = this.#cursor
    if (!cursor.opens()) return false
    for (;;) {
      if (!cursor.key()) return false
      const bit = named(fields, cursor)
      if (bit === MSG ? !this.#body() : !this.#value(bit)) return false
      const next = cursor.next()
      if (next !== 'more') return next === 'end'
    }
  }

  #body(): boolean {
    return this.#isFirst(MSG) && this.#object(IN_BODY)
  }

  #value(bit: number): boolean {
    const cursor = this.#cursor
    // the type is the layout's own and so a part of it
    if (bit !== TYPE) this.#learned?.push({ before: cursor.sinceMark(), bit })
    const read = bit === 0 ? cursor.scalar() : this.#isFirst(bit) && this.#field(bit)
    if (bit !== TYPE) cursor.mark()
    return read
  }
  /** Of two alike the general parser takes the last. */
  #isFirst(bit: number): boolean {
    if ((this.#seen & bit) !== 0) return this.#cursor.refuse('duplicate')
    this.#seen |= bit
    return true
  }
  #field(bit: number): boolean {
    return bit < MARKET ? this.#ofFrame(bit) : bit < TRADE ? this.#ofBook(bit) : this.#ofTrade(bit)
  }

  #ofFrame(bit: number): boolean {
    const cursor = this.#cursor
    if (bit === TYPE) return cursor.text() && this.#type()
    if (!cursor.integer()) return false
    if (bit === SID) this.#sid = cursor.value
    else if (bit === SEQ) this.#seq = cursor.value
    else this.#id = cursor.value
    return true
  }

  #ofBook(bit: number): boolean {
    const cursor = this.#cursor
    switch (bit) {
      case MARKET:
        return cursor.text() && this.#ticker()
      case TIME:
        if (!cursor.integer()) return false
        this.#venueMs = cursor.value
        return true
      case SIDE:
        if (!cursor.text()) return false
        this.#side = cursor.is(YES_WORD) ? 'yes' : 'no'
        return this.#side === 'yes' || cursor.is(NO_WORD) || cursor.refuse('shape')
      case PRICE:
        if (!readPrice(cursor)) return false
        this.#price = cursor.value as Price
        return true
      case CHANGE:
        if (!cursor.fixed(QUANTITY_DECIMALS)) return false
        this.#change = cursor.value as Quantity
        return true
      default: {
        const levels = readLevels(cursor)
        if (levels === null) return false
        if (bit === YES) this.#yes = levels
        else this.#no = levels
        return true
      }
    }
  }

  #ofTrade(bit: number): boolean {
    const cursor = this.#cursor
    switch (bit) {
      case TRADE:
        if (!cursor.text()) return false
        if (cursor.length === 0) return cursor.refuse('missing')
        this.#tradeId = cursor.copied()
        return true
      case YES_PRICE:
        if (!readPrice(cursor)) return false
        this.#yesPrice = cursor.value as Price
        return true
      case COUNT:
        if (!cursor.fixed(QUANTITY_DECIMALS)) return false
        this.#count = cursor.value as Quantity
        return true
      case TAKER:
        if (!cursor.text()) return false
        this.#taker = cursor.is(BID_WORD) ? 'bid' : 'ask'
        return this.#taker === 'bid' || cursor.is(ASK_WORD) || cursor.refuse('shape')
      default:
        if (!cursor.flag()) return false
        this.#block = cursor.value === 1
        return true
    }
  }

  #type(): boolean {
    const cursor = this.#cursor
    if (cursor.is(DELTA_TYPE)) this.#kind = 'delta'
    else if (cursor.is(TRADE_TYPE)) this.#kind = 'trade'
    else if (cursor.is(SNAPSHOT_TYPE)) this.#kind = 'snapshot'
    else return cursor.refuse('kind')
    return true
  }

  #ticker(): boolean {
    const market = this.#tickers.find(this.#cursor)
    if (market === null) return this.#cursor.refuse('missing')
    this.#market = market
    return true
  }

  #message(): StreamMessage | null {
    const seen = this.#seen
    const sid = (seen & SID) === 0 ? null : this.#sid
    const seq = (seen & SEQ) === 0 ? null : this.#seq
    const id = (seen & ID) === 0 ? null : this.#id
    const kind = this.#kind
    const market = this.#market
    const venueMs = (seen & TIME) === 0 ? null : (this.#venueMs as Millis)
    if (kind === 'delta') {
      if ((seen & OF_DELTA) !== OF_DELTA) return this.#refuse()
      return { sid, seq, id, kind, market, side: this.#side, price: this.#price, change: this.#change, venueMs }
    }
    if (kind === 'snapshot') {
      if ((seen & OF_ANY) !== OF_ANY) return this.#refuse()
      return { sid, seq, id, kind, market, yes: (seen & YES) === 0 ? NO_LEVELS : this.#yes, no: (seen & NO) === 0 ? NO_LEVELS : this.#no }
    }
    if ((seen & OF_TRADE) !== OF_TRADE) return this.#refuse()
    const block = (seen & BLOCK) !== 0 && this.#block
    return {
      sid,
      seq,
      id,
      kind,
      market,
      price: this.#yesPrice,
      quantity: this.#count,
      taker: this.#taker,
      tradeId: this.#tradeId,
      block,
      venueMs,
    }
  }
  #refuse(): null {
    this.#cursor.refuse('missing')
    return null
  }
}
