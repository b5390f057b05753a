import type { BoxPair } from '../../src/core/box/detect'
import { marketId, subjectId } from '../../src/core/ids'
import type { MarketStatus } from '../../src/core/market/event'
import { millis, price, quantity } from '../../src/core/units'
import type { PairTerms } from '../../src/streaming/engine'
import { NOW, PAIR } from '../core/box/fixture'
import { Desk, NO_SUCH_BOOK } from './feed'

describe('the engine', () => {
  it('finds in the turn of the event that shows it, with the event’s own time', () => {
    const desk = new Desk()
    desk.tell(...desk.box().slice(0, -1))
    expect(desk.found).toEqual([])
    desk.tell(desk.kalshi())
    expect(desk.found).toMatchObject([{ pair: { id: PAIR.id }, found: { direction: 'A', quantity: 8_000 }, nowMs: desk.nowMs }])
    expect(desk.engine.counters).toEqual({ events: 6, unreadable: 0, gaps: 0, found: 1, refused: 0 })
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
    expect(desk.refused[0]).toMatchObject({ reason: 'certificate approved', failed: ['certificate approved', 'rule texts as approved'] })
    expect(desk.refused[0]?.verdicts.find(({ passed }) => !passed)).toMatchObject({ limit: 'class S0, approved for live' })
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
    desk.tell({ kind: 'alive', venue: 'forecastex' }, desk.kalshi())
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

  it.each<MarketStatus>(['paused', 'closed', 'determined', 'settled'])('%s is refused by name, and found once it is open', (status) => {
    const desk = new Desk()
    desk.tell(told(status), ...desk.box())
    expect([desk.found, desk.refused.map(({ reason }) => reason)]).toEqual([[], ['market open']])
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

describe('several pairs of one book', () => {
  it('are handed over with the best annual return first, those without one last', () => {
    const [slow, quick, untold] = ['slow', 'quick', 'untold'].map((id) => ({ ...PAIR, id: subjectId(id) })) as [BoxPair, BoxPair, BoxPair]
    const desk = new Desk([])
    const payingIn = (days: number | null): PairTerms | null => {
      const payoutMs = days === null ? null : millis(NOW + days * 86_400_000)
      return desk.terms && { ...desk.terms, told: { ...desk.terms.told, payoutMs: { kalshi: payoutMs, forecastex: payoutMs } } }
    }
    desk.engine.watch([
      { pair: untold, terms: () => payingIn(null) },
      { pair: slow, terms: () => payingIn(90) },
      { pair: quick, terms: () => payingIn(9) },
    ])
    desk.tell(...desk.box())
    expect(desk.found.map(({ pair }) => pair.id)).toEqual(['quick', 'slow', 'untold'])
  })
})

it('of equal annual returns the larger edge is handed over first, then the less capital, then in the order of the pairs', () => {
  const named = ['first', 'small', 'same', 'large'].map((id) => ({ ...PAIR, id: subjectId(id) }))
  const desk = new Desk([])
  const inTwentyYears = millis(NOW + 20 * 365 * 86_400_000) // so far that rounding to the balance grid does not tell them apart
  const payoutMs = { kalshi: inTwentyYears, forecastex: inTwentyYears }
  const upTo = (contracts: string): PairTerms | null =>
    desk.terms && {
      ...{ ...desk.terms, told: { ...desk.terms.told, payoutMs } },
      limits: { ...desk.terms.limits, maxContracts: quantity(contracts) },
    }
  const most: Readonly<Record<string, string>> = { first: '20', small: '10', same: '20', large: '40' }
  desk.engine.watch(named.map((pair) => ({ pair, terms: () => upTo(most[pair.id] ?? '') })))
  desk.tell(...desk.box())
  expect(new Set(desk.found.map(({ found }) => found.annualReturn)).size).toBe(1)
  expect(desk.found.map(({ pair }) => pair.id)).toEqual(['large', 'first', 'same', 'small'])
})

describe('a margin that goes', () => {
  const shown = (): Desk => {
    const desk = new Desk()
    desk.tell(...desk.box(), desk.kalshi())
    expect([desk.found.length, desk.gone]).toEqual([2, []])
    return desk
  }

  it.each<[string, (desk: Desk) => void]>([
    ['with its price', (desk) => desk.tell(desk.forecastex('no', '0.60'))],
    ['with its connection', (desk) => desk.tell({ kind: 'disconnected', venue: 'forecastex' })],
    ['with a gap', (desk) => desk.tell({ kind: 'forget', venue: 'kalshi', books: [desk.book('kalshi', 'yes')], cause: 'gap' })],
    ['with its terms', (desk) => ((desk.terms = null), desk.tell(desk.kalshi()))],
    ['with its pair', (desk) => desk.engine.watch([])],
  ])('%s is told once', (_how, act) => {
    const desk = shown()
    act(desk)
    expect(desk.gone).toEqual([{ id: PAIR.id, nowMs: desk.nowMs }])
    desk.tell({ kind: 'disconnected', venue: 'kalshi' }, desk.forecastex('yes', '0.62'))
    expect([desk.gone.length, desk.found.length]).toEqual([1, 2])
  })

  it('is not told of while it stays: for another book that is lost, a refusal, or a pair that is watched anew', () => {
    const desk = shown()
    desk.tell({ kind: 'forget', venue: 'kalshi', books: [NO_SUCH_BOOK], cause: 'gap' })
    desk.engine.bar({ venue: 'kalshi', market: null, by: 'exchange', reason: 'stands still' })
    desk.tell(desk.kalshi())
    desk.engine.watch([{ pair: { ...PAIR }, terms: () => desk.terms }])
    expect([desk.gone, desk.refused.map(({ reason }) => reason)]).toEqual([[], ['market not barred']])
    desk.tell({ kind: 'disconnected', venue: 'kalshi' })
    expect(desk.gone).toHaveLength(1)
  })
})

describe("a market's grid", () => {
  const bands = [{ start: price('0.01'), end: price('0.99'), step: price('0.01') }]
  const finer = [{ start: price('0.001'), end: price('0.999'), step: price('0.001') }]
  const deeper = (desk: Desk) =>
    ({
      kind: 'book',
      venue: 'kalshi',
      change: { book: desk.book('kalshi', 'yes'), op: 'add', side: 'bid', price: price('0.405'), delta: quantity('1') },
      venueMs: null,
    }) as const
  const life = { venue: 'kalshi', market: PAIR.kalshi, status: 'open', closeMs: millis(NOW + 1e9) } as const

  it('a price that it does not have refuses by name, until it is read again or told', () => {
    const desk = new Desk()
    desk.engine.list({ ...life, bands }, NOW)
    desk.tell(...desk.box(), deeper(desk))
    expect([desk.found.length, desk.refused.map(({ reason }) => reason)]).toEqual([1, ['price grid known']])
    desk.engine.list({ ...life, bands: finer }, NOW)
    desk.tell(desk.forecastex('no', '0.49'))
    expect(desk.found).toHaveLength(2)
  })

  it('that was listed before anybody watched the market is that of its book', () => {
    const desk = new Desk([])
    desk.engine.list({ ...life, bands }, NOW)
    desk.engine.watch([{ pair: PAIR, terms: () => desk.terms }])
    desk.tell(...desk.box(), deeper(desk))
    expect([desk.found.length, desk.refused.map(({ reason }) => reason)]).toEqual([1, ['price grid known']])
  })

  it('as the venue tells it while the market is open is that of its book at once', () => {
    const desk = new Desk()
    desk.engine.list({ ...life, bands }, NOW)
    desk.tell(...desk.box(), { kind: 'listing', venue: 'kalshi', market: PAIR.kalshi, closeMs: null, bands: finer }, deeper(desk))
    expect([desk.found.length, desk.refused]).toEqual([2, []])
  })
})
