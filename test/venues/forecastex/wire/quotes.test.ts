import type { FeedEvent } from '../../../../src/core/market/event'
import { bookIndex, millis } from '../../../../src/core/units'
import { readCallback } from '../../../../src/venues/forecastex/wire/callbacks'
import { isAboutQuotes } from '../../../../src/venues/forecastex/wire/messages'
import { QuoteSession } from '../../../../src/venues/forecastex/wire/quotes'
import { REACHABLE } from '../../../../src/venues/forecastex/wire/session'

const BOOK = bookIndex(4)
const REQ = 1_000_000_001
const BID = 1
const ASK = 2
const BID_SIZE = 0
const ASK_SIZE = 3

function session() {
  const events: FeedEvent[] = []
  const quotes = new QuoteSession((event) => void events.push(event), REACHABLE)
  let n = 0
  const hear = (...payload: readonly unknown[]): void => {
    const callback = readCallback(payload)
    if (callback && isAboutQuotes(callback)) quotes.accept(callback, { conn: 1, n: (n += 1), recvMs: millis(n) })
  }
  const take = () => events.splice(0)
  const tops = () =>
    take().flatMap((event) =>
      event.kind === 'book' && event.change.op === 'top' ? [[event.change.side, event.change.price, event.change.quantity]] : [],
    )
  const kinds = () => take().map(({ kind }) => kind)
  return { quotes, hear, take, tops, kinds }
}
function live() {
  const it = session()
  it.quotes.subscribed(REQ, BOOK)
  it.hear('currentTime', 1)
  it.hear('marketDataType', REQ, 1)
  it.take()
  return it
}

describe('tops', () => {
  it('a changed price makes the size unknown until it is told (trap 15)', () => {
    const { hear, tops } = live()
    hear('tickPrice', REQ, BID, 0.56)
    hear('tickSize', REQ, BID_SIZE, 40)
    hear('tickPrice', REQ, BID, 0.57)
    hear('tickPrice', REQ, BID, 0.57)
    hear('tickSize', REQ, BID_SIZE, 5)
    expect(tops()).toEqual([
      ['bid', 5600, null],
      ['bid', 5600, 4000],
      ['bid', 5700, null],
      ['bid', 5700, 500],
    ])
  })
  it('an ask’s size counts with or after its price, never before it', () => {
    const { hear, tops } = live()
    hear('tickSize', REQ, ASK_SIZE, 9)
    hear('tickPrice', REQ, ASK, 0.58)
    hear('tickSize', REQ, ASK_SIZE, 30)
    expect(tops()).toEqual([
      ['ask', 5800, null],
      ['ask', 5800, 3000],
    ])
  })
  it('−1 is no quote', () => {
    const { hear, tops } = live()
    hear('tickPrice', REQ, ASK, 0.58)
    hear('tickPrice', REQ, ASK, -1)
    expect(tops()).toEqual([
      ['ask', 5800, null],
      ['ask', null, null],
    ])
  })
  it('nothing is published before the data is told to be live, nor of delayed data (trap 8)', () => {
    const { quotes, hear, tops, kinds } = session()
    quotes.subscribed(REQ, BOOK)
    hear('tickPrice', REQ, ASK, 0.58)
    expect(tops()).toEqual([])
    hear('marketDataType', REQ, 1)
    expect(tops()).toEqual([
      ['bid', null, null],
      ['ask', 5800, null],
    ])
    hear('marketDataType', REQ, 3)
    hear('tickPrice', REQ, ASK, 0.5)
    expect(tops()).toEqual([
      ['bid', null, null],
      ['ask', null, null],
    ])
    hear('currentTime', 2)
    expect(kinds()).toEqual(['connected'])
  })
  it.each([354, 10089, 10167, 200])('refusal %i empties the book and confirms nothing', (code) => {
    const { hear, tops, kinds } = live()
    hear('tickPrice', REQ, ASK, 0.58)
    tops()
    hear('error', 'not subscribed', code, REQ)
    expect(tops()).toEqual([
      ['bid', null, null],
      ['ask', null, null],
    ])
    hear('currentTime', 2)
    expect(kinds()).toEqual([])
  })
})

describe('liveness', () => {
  it('a heartbeat of live data confirms', () => {
    const { hear, kinds } = live()
    hear('currentTime', 2)
    expect(kinds()).toEqual(['alive'])
  })
  it.each([
    [1100, 1102],
    [2110, 1102],
  ])('not between %i and %i', (lost, regained) => {
    const { hear, kinds } = live()
    hear('info', 'lost', lost)
    hear('info', 'lost', lost)
    hear('currentTime', 2)
    expect(kinds()).toEqual(['unconfirmed'])
    hear('info', 'regained', regained)
    hear('currentTime', 3)
    expect(kinds()).toEqual(['alive'])
  })
  it('1101 and a farm that comes back forget what may be old, and nothing counts until it is asked for again', () => {
    const { quotes, hear, kinds } = live()
    hear('info', 'Market data farm connection is broken:usfarm', 2103)
    hear('currentTime', 2)
    hear('info', 'Market data farm connection is OK:eufarm', 2104)
    hear('currentTime', 3)
    expect(kinds()).toEqual(['unconfirmed'])
    hear('info', 'Market data farm connection is OK:usfarm', 2104)
    hear('tickPrice', REQ, ASK, 0.58)
    hear('currentTime', 4)
    expect(kinds()).toEqual(['forget'])
    expect(quotes.needOf(BOOK)).toBe('subscribe')
    quotes.subscribed(REQ + 1, BOOK)
    hear('marketDataType', REQ + 1, 1)
    hear('currentTime', 5)
    expect(kinds()).toEqual(['book', 'book', 'alive'])
  })
  it('10197 withholds until quotes are told again', () => {
    const { quotes, hear, kinds } = live()
    hear('error', 'No market data during competing live session', 10197, REQ)
    hear('currentTime', 2)
    expect(kinds()).toEqual(['unconfirmed', 'book', 'book'])
    expect(quotes.needOf(BOOK)).toBe('competing')
    hear('tickPrice', REQ, ASK, 0.58)
    hear('currentTime', 3)
    expect(kinds()).toEqual(['book', 'alive'])
  })
  it('a lost session forgets its subscriptions and what its notices said', () => {
    const { quotes, hear, kinds } = live()
    hear('info', 'lost', 1100)
    hear('disconnected', 'connection lost')
    expect(kinds()).toEqual(['unconfirmed', 'disconnected'])
    expect(quotes.needOf(BOOK)).toBe('subscribe')
    hear('currentTime', 2)
    expect(kinds()).toEqual(['connected', 'alive'])
  })
})

describe('what is not live', () => {
  const frozen = () => {
    const it = session()
    it.quotes.subscribed(REQ, BOOK)
    it.hear('marketDataType', REQ, 2)
    it.hear('tickPrice', REQ, ASK, 0.58)
    it.hear('tickSize', REQ, ASK_SIZE, 30)
    return it
  }
  it('frozen quotes are not published, nor taken for live ones when the type becomes 1: they are asked for again (trap 8)', () => {
    const { quotes, hear, take } = frozen()
    expect(quotes.withheldOf(BOOK)).toEqual({ kind: 'not-live', type: 2 })
    hear('marketDataType', REQ, 1)
    hear('tickPrice', REQ, ASK, 0.59)
    expect(take()).toEqual([])
    expect(quotes.needOf(BOOK)).toBe('subscribe')
  })
  it('delayed ticks (66, 67, 69, 70) are no quotes, whatever type was told', () => {
    const { hear, tops } = live()
    hear('tickPrice', REQ, 66, 0.5)
    hear('tickPrice', REQ, 67, 0.5)
    hear('tickSize', REQ, 69, 5)
    hear('tickSize', REQ, 70, 5)
    expect(tops()).toEqual([])
  })
  it('tickReqParams tells no tick that could be used (trap 16), and a snapshot’s end says nothing', () => {
    const { hear, take } = live()
    hear('tickReqParams', REQ, 0, 'a', 3)
    hear('tickSnapshotEnd', REQ)
    expect(take()).toEqual([])
  })
})

describe('sizes', () => {
  it('told twice are one change; 0 is no quote that could be traded; a size without a price is none (trap 15)', () => {
    const { hear, tops } = live()
    hear('tickSize', REQ, BID_SIZE, 40)
    hear('tickPrice', REQ, BID, 0.56)
    hear('tickSize', REQ, BID_SIZE, 40)
    hear('tickSize', REQ, BID_SIZE, 40)
    hear('tickSize', REQ, BID_SIZE, 0)
    hear('tickPrice', REQ, BID, -1)
    hear('tickSize', REQ, BID_SIZE, 0)
    expect(tops()).toEqual([
      ['bid', 5600, null],
      ['bid', 5600, 4000],
      ['bid', 5600, 0],
      ['bid', null, null],
    ])
  })
})

describe('what the venue says of a subscription', () => {
  const OTHER = bookIndex(5)
  it('warnings (2109, 399) change nothing', () => {
    const { quotes, hear, take } = live()
    hear('error', 'a warning', 2109, REQ)
    hear('error', 'a warning', 399, REQ)
    expect([take(), quotes.needOf(BOOK)]).toEqual([[], 'nothing'])
  })
  it('an error that nobody knows withholds: what it means is not known', () => {
    const { quotes, hear } = live()
    hear('error', 'something new', 10999, REQ)
    expect(quotes.withheldOf(BOOK)).toEqual({ kind: 'refused', code: 10999, message: 'something new' })
  })
  it('10197 ends for all as soon as one is quoted', () => {
    const { quotes, hear } = live()
    quotes.subscribed(REQ + 1, OTHER)
    hear('marketDataType', REQ + 1, 1)
    hear('error', 'competing', 10197, REQ)
    hear('error', 'competing', 10197, REQ + 1)
    hear('marketDataType', REQ, 1)
    expect(quotes.needOf(OTHER)).toBe('competing')
    hear('tickPrice', REQ, ASK, -1)
    expect([quotes.needOf(BOOK), quotes.needOf(OTHER)]).toEqual(['nothing', 'subscribe'])
  })
  it('a cancelled book is forgotten with the next callback, unless it was asked for again', () => {
    const { quotes, hear, take } = live()
    quotes.cancelled(REQ)
    quotes.subscribed(REQ + 1, BOOK)
    hear('tickPrice', REQ, ASK, 0.58)
    expect(take()).toEqual([])
    quotes.cancelled(REQ + 1)
    hear('marketDataType', REQ, 1)
    expect(take()).toMatchObject([{ kind: 'forget', books: [BOOK], cause: 'unwatched' }])
  })
})

describe('depth rows', () => {
  it('are read from both messages', () => {
    const row = { kind: 'depth', reqId: REQ, position: 2, operation: 'update', side: 'bid', price: 5600, quantity: 4000 }
    expect(readCallback(['updateMktDepth', REQ, 2, 1, 1, 0.56, 40])).toEqual({ ...row, maker: '' })
    expect(readCallback(['updateMktDepthL2', REQ, 2, 'IBEX', 1, 1, 0.56, 40, false])).toEqual({ ...row, maker: 'IBEX' })
  })
  it('without a price on the grid or a known operation are told as such: the ladder has a gap', () => {
    expect(readCallback(['updateMktDepth', REQ, 0, 0, 0, 0.12345, 40])).toMatchObject({ price: null })
    expect(readCallback(['updateMktDepth', REQ, 0, 0, 0, 0.5, -1])).toMatchObject({ quantity: null })
    expect(readCallback(['updateMktDepth', REQ, 0, 7, 0, 0.5, 1])).toMatchObject({ operation: 'unknown' })
  })
  it('show nothing before the top is told, and end with it', () => {
    const { quotes, hear, take } = live()
    quotes.depths.asked(REQ + 9, BOOK, 5)
    hear('updateMktDepth', REQ + 9, 0, 0, 0, 0.58, 40)
    hear('tickPrice', REQ, ASK, 0.58)
    expect(take()).toMatchObject([{ change: { op: 'top', price: null } }, { change: { op: 'top', price: 5800, quantity: null } }])
    hear('tickSize', REQ, ASK_SIZE, 30)
    expect(take()).toMatchObject([{ change: { op: 'ladder', levels: [{ price: 5800, quantity: 3000 }] } }])
    hear('tickPrice', REQ, ASK, -1)
    expect(take()).toMatchObject([{ change: { op: 'top', price: null } }])
  })
})
