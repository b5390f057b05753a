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
    hear('currentTime', 2)
    expect(kinds()).toEqual([])
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
    expect(kinds()).toEqual([])
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
    expect(kinds()).toEqual(['book', 'book'])
    expect(quotes.needOf(BOOK)).toBe('competing')
    hear('tickPrice', REQ, ASK, 0.58)
    hear('currentTime', 3)
    expect(kinds()).toEqual(['book', 'alive'])
  })
  it('a lost session forgets its subscriptions and what its notices said', () => {
    const { quotes, hear, kinds } = live()
    hear('info', 'lost', 1100)
    hear('disconnected', 'connection lost')
    expect(kinds()).toEqual(['disconnected'])
    expect(quotes.needOf(BOOK)).toBe('subscribe')
    hear('currentTime', 2)
    expect(kinds()).toEqual(['connected', 'alive'])
  })
})
