// What the ratios of frames.mjs are ratios of. Each takes a frame's bytes, applies it, and reads the best bid and ask of the book it changed last.
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import path from 'node:path'

/** All levels of all books as one hash: `market side price quantity`, in units, sorted. */
export const hashOf = (levels) => createHash('sha256').update(levels.sort().join('\n')).digest('hex')
/** Modules of its own for each contender: what the compiler learns of one must not slow another. */
function loader(dist) {
  const load = createRequire(path.join(dist, 'x.js'))
  for (const file of Object.keys(load.cache)) if (file.startsWith(dist)) delete load.cache[file]
  return load
}
/** A missing side counts as nothing. */
const top = (bid, ask) => (bid ?? 0) + (ask ?? 0)

/** What production runs: session (sequence, ownership, acknowledgements), scanner, books, ages, confirmation of the connection. */
export function ours(dist, markets) {
  const load = loader(dist)
  const { KalshiSession } = load('./venues/kalshi/wire/session.js')
  const { BookDirectory } = load('./core/market/reference.js')
  const { Books } = load('./streaming/books.js')
  const directory = new BookDirectory()
  const books = new Books()
  let touched = 0
  const emit = (event) => {
    const index = books.apply(event)
    if (typeof index === 'number') touched = index
  }
  const session = new KalshiSession({ directory, sequence: 'check', emit, notice: () => undefined })
  let n = 0
  let conn = 0
  const frame = (payload, recvMs, dir = 'in') => session.receive({ n: n++, recvMs, monoNs: 0n, venue: 'kalshi', conn, dir, payload })
  const json = (value) => Buffer.from(JSON.stringify(value))
  return {
    /** A new connection with both subscriptions. */
    open() {
      if (conn > 0) frame(['close', 'bench'], 0)
      conn++
      frame(['open'], 0)
      for (const [sid, channel] of ['orderbook_delta', 'trade'].entries()) {
        const params = { channels: [channel], market_tickers: markets, use_yes_price: false }
        frame(json({ id: sid + 1, cmd: 'subscribe', params }), 0, 'out')
        frame(json({ type: 'subscribed', id: sid + 1, msg: { channel, sid: sid + 1 } }), 0)
      }
    },
    take(payload, recvMs) {
      frame(payload, recvMs)
      const book = books.at(touched)
      return top(book.bestPrice('bid'), book.bestPrice('ask'))
    },
    hash() {
      const levels = []
      for (const market of markets)
        for (const side of ['bid', 'ask'])
          for (const { price, quantity } of books.at(directory.indexOf('kalshi', market, 'yes')).levels(side, Infinity))
            levels.push(`${market} ${side} ${price} ${quantity}`)
      return hashOf(levels)
    },
    inconsistent: () => books.inconsistent,
  }
}

const units = (text) => Math.round(Number(text) * 10_000)
const hundredths = (text) => Math.round(Number(text) * 100)

/** `JSON.parse`, then our flat book: neither sequence nor ages nor checks. */
export function parsedFlat(dist, markets) {
  const load = loader(dist)
  const { Book } = load('./core/market/book.js')
  let books = new Map()
  let book = new Book()
  return {
    open() {
      books = new Map(markets.map((market) => [market, new Book()]))
    },
    take(payload, recvMs) {
      const { type, seq, msg } = JSON.parse(payload.toString())
      if (type === 'orderbook_delta') {
        book = books.get(msg.market_ticker)
        const price = units(msg.price_dollars)
        const delta = hundredths(msg.delta_fp)
        if (msg.side === 'yes') book.apply({ op: 'add', side: 'bid', price, delta }, seq, recvMs)
        else book.apply({ op: 'add', side: 'ask', price: 10_000 - price, delta }, seq, recvMs)
      } else if (type === 'orderbook_snapshot') {
        book = books.get(msg.market_ticker)
        const bids = (msg.yes_dollars_fp ?? []).map(([price, size]) => ({ price: units(price), quantity: hundredths(size) }))
        const asks = (msg.no_dollars_fp ?? []).map(([price, size]) => ({ price: 10_000 - units(price), quantity: hundredths(size) }))
        book.apply({ op: 'replace', bids, asks }, seq, recvMs)
      }
      return top(book.bestPrice('bid'), book.bestPrice('ask'))
    },
    hash: () =>
      hashOf(
        [...books].flatMap(([market, each]) =>
          ['bid', 'ask'].flatMap((side) =>
            each.levels(side, Infinity).map(({ price, quantity }) => `${market} ${side} ${price} ${quantity}`),
          ),
        ),
      ),
  }
}

/** A quick bot: `JSON.parse`, a `Map` per side, the best found by looking at every level. */
export function parsedMap(dist, markets) {
  let books = new Map()
  let book = { bid: new Map(), ask: new Map() }
  return {
    open() {
      books = new Map(markets.map((market) => [market, { bid: new Map(), ask: new Map() }]))
    },
    take(payload) {
      const { type, msg } = JSON.parse(payload.toString())
      if (type === 'orderbook_delta') {
        book = books.get(msg.market_ticker)
        const side = msg.side === 'yes' ? book.bid : book.ask
        const price = msg.side === 'yes' ? units(msg.price_dollars) : 10_000 - units(msg.price_dollars)
        const size = (side.get(price) ?? 0) + hundredths(msg.delta_fp)
        if (size === 0) side.delete(price)
        else side.set(price, size)
      } else if (type === 'orderbook_snapshot') {
        const bid = new Map((msg.yes_dollars_fp ?? []).map(([price, size]) => [units(price), hundredths(size)]))
        const ask = new Map((msg.no_dollars_fp ?? []).map(([price, size]) => [10_000 - units(price), hundredths(size)]))
        book = { bid, ask }
        books.set(msg.market_ticker, book)
      }
      return top(book.bid.size > 0 ? Math.max(...book.bid.keys()) : null, book.ask.size > 0 ? Math.min(...book.ask.keys()) : null)
    },
    hash: () =>
      hashOf(
        [...books].flatMap(([market, each]) =>
          ['bid', 'ask'].flatMap((side) => [...each[side]].map(([price, quantity]) => `${market} ${side} ${price} ${quantity}`)),
        ),
      ),
  }
}

/** One side as ccxt keeps it (js/src/base/ws/OrderBookSide): rows of floats in order of price, and their prices once more in an index that is bisected. */
class IndexedSide {
  #sign
  #index = []
  rows = []

  constructor(isBid) {
    this.#sign = isBid ? -1 : 1
  }
  store(price, size) {
    const key = this.#sign * price
    const at = this.#bisect(key)
    const isKnown = this.#index[at] === key
    if (size === 0) {
      if (!isKnown) return
      this.#index.splice(at, 1)
      this.rows.splice(at, 1)
    } else if (isKnown) this.rows[at][1] = size
    else {
      this.#index.splice(at, 0, key)
      this.rows.splice(at, 0, [price, size])
    }
  }
  sizeAt(price) {
    const at = this.#bisect(this.#sign * price)
    return this.#index[at] === this.#sign * price ? this.rows[at][1] : 0
  }
  #bisect(key) {
    let low = 0
    let high = this.#index.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#index[middle] < key) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** The way of ccxt's order books: floats, sorted rows. A change of a size is added to the float that stands there, rounded as the venue writes it. */
export function indexedFloats(dist, markets) {
  const empty = () => ({ bid: new IndexedSide(true), ask: new IndexedSide(false) })
  const noPrice = (price) => Math.round((1 - price) * 10_000) / 10_000
  let books = new Map()
  let book = empty()
  const best = (side) => (side.rows.length > 0 ? Math.round(side.rows[0][0] * 10_000) : null)
  return {
    open() {
      books = new Map(markets.map((market) => [market, empty()]))
    },
    take(payload) {
      const { type, msg } = JSON.parse(payload.toString())
      if (type === 'orderbook_delta') {
        book = books.get(msg.market_ticker)
        const price = msg.side === 'yes' ? Number.parseFloat(msg.price_dollars) : noPrice(Number.parseFloat(msg.price_dollars))
        const side = msg.side === 'yes' ? book.bid : book.ask
        side.store(price, Math.round((side.sizeAt(price) + Number.parseFloat(msg.delta_fp)) * 100) / 100)
      } else if (type === 'orderbook_snapshot') {
        book = empty()
        books.set(msg.market_ticker, book)
        for (const [price, size] of msg.yes_dollars_fp ?? []) book.bid.store(Number.parseFloat(price), Number.parseFloat(size))
        for (const [price, size] of msg.no_dollars_fp ?? []) book.ask.store(noPrice(Number.parseFloat(price)), Number.parseFloat(size))
      }
      return top(best(book.bid), best(book.ask))
    },
    hash: () =>
      hashOf(
        [...books].flatMap(([market, each]) =>
          ['bid', 'ask'].flatMap((side) =>
            each[side].rows.map(([price, size]) => `${market} ${side} ${Math.round(price * 10_000)} ${Math.round(size * 100)}`),
          ),
        ),
      ),
  }
}
