import { marketId, subjectId } from '../../src/core/ids'
import type { MarketStatus } from '../../src/core/market/event'
import { PAIR } from '../core/box/fixture'
import { Desk, NO_SUCH_BOOK } from './feed'

describe('the engine', () => {
  it('finds in the turn of the event that shows it, with the event’s own time', () => {
    const desk = new Desk()
    desk.tell(...desk.box().slice(0, -1))
    expect(desk.found).toEqual([])
    desk.tell(desk.kalshi())
    expect(desk.found).toMatchObject([{ pair: { id: PAIR.id }, found: { direction: 'A', quantity: 8_000 }, nowMs: desk.nowMs }])
    expect(desk.engine.counters).toEqual({ events: 5, unreadable: 0, gaps: 0, found: 1, refused: 0 })
  })

  it('tells of each book that changed, and of no other', () => {
    const desk = new Desk()
    desk.tell(...desk.box(), { kind: 'alive', venue: 'kalshi' }, { kind: 'unreadable', venue: 'kalshi', cause: 'not JSON' })
    expect(desk.touched).toEqual([desk.book('forecastex', 'yes'), desk.book('forecastex', 'no'), desk.book('kalshi', 'yes')])
    expect(desk.engine.counters.unreadable).toBe(1)
  })

  it('tells why a margin is not taken', () => {
    const desk = new Desk()
    const terms = desk.terms
    desk.terms = terms && { ...terms, mode: 'live', limits: { ...terms.limits, maxContracts: terms.limits.maxContracts } }
    desk.engine.watch([{ pair: { ...PAIR, certificate: { ...PAIR.certificate, approvedFor: 'sim' } }, terms: () => desk.terms }])
    desk.tell(...desk.box())
    expect([desk.found, desk.refused.length]).toEqual([[], 1])
    expect(desk.refused[0]?.verdicts.filter(({ passed }) => !passed)).toMatchObject([{ limit: 'class S0, approved for live' }])
  })

  it('judges every pair that shares a book', () => {
    const twin = { ...PAIR, id: subjectId('twin') }
    const stranger = { ...PAIR, id: subjectId('stranger'), kalshi: marketId('KXCPI'), forecastex: marketId('9') }
    const desk = new Desk([PAIR, twin, stranger])
    desk.tell(...desk.box())
    expect(desk.found.map(({ pair }) => pair.id)).toEqual([PAIR.id, 'twin'])
  })

  it('does not judge while the terms are unknown', () => {
    const desk = new Desk()
    desk.terms = null
    desk.tell(...desk.box())
    expect([desk.found, desk.refused]).toEqual([[], []])
  })

  it('looks again when it is asked, without a frame', () => {
    const desk = new Desk()
    desk.tell(...desk.box())
    desk.engine.judgeAgain(PAIR.id, desk.found[0]?.nowMs as never)
    desk.engine.judgeAgain('nobody', desk.found[0]?.nowMs as never)
    expect(desk.found).toHaveLength(2)
  })

  it('decides the same again from the same events', () => {
    const [one, other] = [new Desk(), new Desk()]
    const events = [...one.box(), one.kalshi(), { kind: 'alive', venue: 'kalshi' } as const, one.forecastex('no', '0.50')].map((each) =>
      one.stamped(each),
    )
    for (const event of events) one.engine.accept(event)
    for (const event of events) other.engine.accept(event)
    expect(one.found.length).toBeGreaterThan(1)
    expect(other.found).toEqual(one.found)
  })
})

describe('a picture that is lost', () => {
  it.each(['gap', 'overflow', 'audit'] as const)('after a forgotten book (%s) nothing is found until it is told again', (cause) => {
    const desk = new Desk()
    desk.tell(...desk.box())
    desk.tell({ kind: 'forget', venue: 'kalshi', books: [desk.book('kalshi', 'yes'), NO_SUCH_BOOK], cause })
    desk.tell(desk.forecastex('no', '0.48'))
    expect(desk.found).toHaveLength(1)
    desk.tell(desk.kalshi())
    expect(desk.found).toHaveLength(2)
    expect(desk.engine.counters.gaps).toBe(cause === 'gap' ? 1 : 0)
  })

  it.each(['kalshi', 'forecastex'] as const)('a disconnect of %s forgets its books, and only its own', (venue) => {
    const desk = new Desk()
    desk.tell(...desk.box(), { kind: 'disconnected', venue })
    expect(desk.engine.isConnected(venue)).toBe(false)
    expect(desk.engine.books.confirmedAtMs(venue)).toBeNull()
    const live = {
      kalshi: desk.engine.books.at(desk.book('kalshi', 'yes')),
      forecastex: desk.engine.books.at(desk.book('forecastex', 'no')),
    }
    expect([live.kalshi.isLive, live.forecastex.isLive]).toEqual([venue !== 'kalshi', venue !== 'forecastex'])
    desk.tell(venue === 'kalshi' ? desk.forecastex('no', '0.48') : desk.kalshi())
    expect(desk.found).toHaveLength(1)
  })

  it('what a new connection has not told yet is not taken from the old one', () => {
    const desk = new Desk()
    desk.tell(...desk.box(), { kind: 'disconnected', venue: 'forecastex' }, { kind: 'connected', venue: 'forecastex' })
    desk.tell(desk.kalshi())
    expect(desk.found).toHaveLength(1)
    desk.tell(desk.forecastex('no', '0.49'))
    expect(desk.found).toHaveLength(2)
  })

  it('a change that cannot follow empties its book and is counted', () => {
    const desk = new Desk()
    desk.tell(...desk.box())
    const change = { book: desk.book('kalshi', 'yes'), op: 'add', side: 'ask', price: 4200, delta: -20_000 } as never
    desk.tell({ kind: 'book', venue: 'kalshi', change, venueMs: null })
    desk.tell(desk.forecastex('no', '0.48'))
    expect([desk.engine.books.inconsistent, desk.found.length]).toEqual([1, 1])
  })
})

describe('a market that does not trade', () => {
  const told = (status: MarketStatus) => ({ kind: 'market', venue: 'kalshi', market: PAIR.kalshi, status }) as const

  it.each<MarketStatus>(['paused', 'closed', 'determined', 'settled'])('%s is not judged, and is again once it is open', (status) => {
    const desk = new Desk()
    desk.tell(told(status), ...desk.box())
    expect([desk.found, desk.refused]).toEqual([[], []])
    desk.tell(told('open'), desk.kalshi())
    expect(desk.found).toHaveLength(1)
  })

  it.each<[MarketStatus | null, string]>([
    [null, 'open'],
    ['open', 'open'],
    ['paused', 'halted'],
    ['closed', 'ended'],
    ['determined', 'ended'],
    ['settled', 'ended'],
  ])('E24 told as %s, a cure finds it %s', (status, access) => {
    const desk = new Desk()
    expect(desk.engine.access('kalshi', PAIR.kalshi)).toBe('closed')
    desk.tell({ kind: 'connected', venue: 'kalshi' }, ...(status === null ? [] : [told(status)]))
    expect(desk.engine.access('kalshi', PAIR.kalshi)).toBe(access)
  })
})
