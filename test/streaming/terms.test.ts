import { marketId, type Venue } from '../../src/core/ids'
import { CLEARED_GRID, DIRECT_GRID } from '../../src/core/market/fees-kalshi'
import { FORECASTEX_REGIMES } from '../../src/core/market/fees-forecastex'
import type { Limits } from '../../src/core/risk/limits'
import { millis, money, price, quantity } from '../../src/core/units'
import { ROUTED_BY_VENUE, type Listing } from '../../src/ports/catalog'
import { Terms, type TermsOptions } from '../../src/streaming/terms'
import { NOW, PAIR, POLICY } from '../core/box/fixture'

const LIMITS = {
  version: 'l1',
  minNetEdgePerContract: money('0.01'),
  minExpectedValue: money('0.30'),
  maxContractsPerTrade: quantity('10'),
  maxPremiumPerTrade: money('100'),
} as Limits

function listing(venue: Venue, change: Partial<Listing> = {}): Listing {
  return {
    venue,
    market: venue === 'kalshi' ? PAIR.kalshi : PAIR.forecastex,
    event: '',
    series: '',
    title: '',
    status: 'open',
    bands: [{ start: price('0.01'), end: price('0.99'), step: price('0.01') }],
    closeMs: millis(NOW + 3_600_000),
    fees: { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: NOW },
    shard: venue === 'kalshi' ? 3 : null,
    contracts: null,
    yesPays: null,
    ...change,
  }
}
const terms = (change: Partial<TermsOptions> = {}): Terms =>
  new Terms({ mode: 'sim', balancePrecision: 'direct', regimes: FORECASTEX_REGIMES, policy: POLICY, nowMs: () => NOW, ...change })

describe('the terms of a pair', () => {
  it('are unknown until the limits and the listing are told', () => {
    const told = terms()
    expect(told.of(PAIR)).toBeNull()
    told.tellLimits(LIMITS)
    expect(told.of(PAIR)).toBeNull()
    told.tellListing(listing('kalshi'))
    expect(told.of(PAIR)).toMatchObject({
      mode: 'sim',
      limits: { minNetEdge: 10_000, maxContracts: 1_000, maxCapital: 100_000_000, capAtExitDepth: true },
      fees: { kalshi: { kind: 'priced', knownAtMs: NOW }, forecastex: { feePerContract: 10_000 } },
    })
  })

  it('are made once, and anew for what is told and for a time that changes them', () => {
    let nowMs = millis(FORECASTEX_REGIMES[1]!.effectiveFromMs - 10_000)
    const told = terms({ nowMs: () => nowMs })
    const fees = { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: nowMs, changesMs: millis(nowMs + 5_000) }
    told.tellLimits(LIMITS)
    told.tellListing(listing('kalshi', { fees }))
    const first = told.of(PAIR)
    const differs = (act: () => void): boolean => {
      const before = told.of(PAIR)
      act()
      return told.of(PAIR) !== before
    }
    expect(told.of(PAIR)).toBe(first)
    expect(differs(() => (nowMs = millis(nowMs + 4_999)))).toBe(false)
    expect(differs(() => (nowMs = millis(nowMs + 1)))).toBe(true) // the scheduled fees
    expect(told.of(PAIR)?.fees.kalshi.kind).toBe('cannot-be-priced')
    expect(differs(() => (nowMs = millis(nowMs + 5_000)))).toBe(true) // the regime of the day
    expect(told.of(PAIR)?.fees.forecastex).toMatchObject({ feePerContract: 10_000 })
    expect(differs(() => void told.tellLimits({ ...LIMITS, version: 'l2' }))).toBe(true)
    expect(differs(() => told.tellListing(listing('kalshi')))).toBe(true)
    expect(differs(() => (nowMs = millis(nowMs - 60_000)))).toBe(true) // a clock that was set back
  })

  it('tell whether a set of limits is a new one', () => {
    const told = terms()
    expect([told.tellLimits(LIMITS), told.tellLimits(LIMITS), told.tellLimits({ ...LIMITS, version: 'l2' })]).toEqual([true, false, true])
  })

  it('say so when nobody can price a market', () => {
    const told = terms()
    told.tellLimits(LIMITS)
    told.tellListing(listing('kalshi', { fees: { feeType: 'flat', multiplier: 10_000, fetchedAtMs: NOW } }))
    expect(told.of(PAIR)?.fees.kalshi).toEqual({ kind: 'cannot-be-priced', reason: 'fee type flat' })
    expect(told.fees('kalshi', PAIR.kalshi)).toBeNull()
  })

  it.each([
    ['direct', price('0.01'), DIRECT_GRID, 100],
    ['direct', price('0.001'), DIRECT_GRID, 10_000],
    ['non_direct', price('0.01'), CLEARED_GRID, 1_000_000],
  ] as const)('bound what rounding costs a %s account on a grid of %i', (balancePrecision, step, balanceGrid, slackPerContract) => {
    const told = terms({ balancePrecision })
    told.tellListing(listing('kalshi', { bands: [{ start: price('0.01'), end: price('0.99'), step }] }))
    expect(told.fees('kalshi', PAIR.kalshi)).toMatchObject({ balanceGrid, slackPerContract })
  })

  it('follow the fee regime of the day', () => {
    const before = terms({ nowMs: () => millis(Date.UTC(2026, 2, 30)) })
    expect([before, terms()].map((each) => each.fees('forecastex', '751'))).toMatchObject([
      { feePerContract: 0 },
      { feePerContract: 10_000 },
    ])
  })

  it('E18 know the shard of a market, and leave it to the venue where it is not told', () => {
    const told = terms()
    told.tellListing(listing('kalshi'))
    expect([told.shardOf(PAIR.kalshi), told.shardOf(marketId('KXCPI'))]).toEqual([3, ROUTED_BY_VENUE])
  })

  it('E28 end with the market that closes first, and not before both are listed', () => {
    const told = terms()
    told.tellCalendars([], [])
    told.tellListing(listing('kalshi', { closeMs: millis(NOW + 2) }))
    expect(told.closures(PAIR, NOW)).toBeNull()
    told.tellListing(listing('forecastex', { closeMs: millis(NOW + 1) }))
    expect(told.closures(PAIR, NOW)?.map(({ fromMs }) => fromMs)).toEqual([NOW + 2, NOW + 1])
  })
})

it('E28 a scheduled release is an edge without length of the series that it names, and of no other', () => {
  const edgesOf = (series: string) => {
    const told = terms()
    told.tellCalendars([], [{ what: 'the jobs report', atMs: millis(NOW + 60_000), series: ['KXU3', 'KXPAYROLLS'] }])
    told.tellListing(listing('kalshi', { series }))
    told.tellListing(listing('forecastex'))
    return told.closures(PAIR, NOW)?.filter(({ what }) => what === 'the jobs report')
  }
  expect(edgesOf('KXU3')).toEqual([{ what: 'the jobs report', fromMs: NOW + 60_000, untilMs: NOW + 60_000 }])
  expect(edgesOf('KXCPI')).toEqual([])
})

it('E28 a venue is closed as planned by its own calendar alone, and only while that lasts', () => {
  const pause = { what: 'the pause', fromMs: NOW, untilMs: millis(NOW + 1) }
  const told = terms()
  told.tellCalendars([{ venue: 'kalshi', closures: () => [pause] }], [])
  expect([told.planned('kalshi', NOW), told.planned('kalshi', millis(NOW + 1)), told.planned('forecastex', NOW)]).toEqual([
    pause,
    null,
    null,
  ])
})

describe('E28 the hours of a contract', () => {
  const session = { fromMs: millis(NOW - 1_000), untilMs: millis(NOW + 1_000) }
  const hours = (kind: 'told' | 'unreadable') =>
    kind === 'unreadable'
      ? ({ kind, text: 'round the clock' } as const)
      : ({ kind, fromMs: session.fromMs, untilMs: millis(NOW + 5_000), sessions: [session] } as const)
  const told = (of: Listing['hours']): Terms => {
    const made = terms()
    made.tellCalendars([], [])
    made.tellListing(listing('kalshi'))
    made.tellListing(listing('forecastex', of === undefined ? {} : { hours: of }))
    return made
  }
  const edges = (of: Listing['hours']) =>
    told(of)
      .closures(PAIR, NOW)
      ?.map(({ what, fromMs }) => [what, fromMs])

  it('are edges beside the ends of both markets', () => {
    expect(edges(hours('told'))?.slice(0, 2)).toEqual([
      ['the closed hours of forecastex', NOW + 1_000],
      ['the closed hours of forecastex (not told)', NOW + 5_000],
    ])
  })

  it('that cannot be read forbid every opening, and where the calendar alone tells them there are none', () => {
    expect(edges(hours('unreadable'))?.[0]).toEqual(['the closed hours of forecastex (unreadable)', 0])
    expect(edges(undefined)).toEqual([
      ['the close at kalshi', NOW + 3_600_000],
      ['the close at forecastex', NOW + 3_600_000],
    ])
  })

  it('say what a market is closed by, with the calendar of its venue and its end', () => {
    const made = terms()
    const reset = { what: 'the daily reset of IBKR', fromMs: millis(NOW + 2_000), untilMs: millis(NOW + 3_000) }
    const calendar = (venue: Venue, closure: typeof reset) => ({
      venue,
      closures: (fromMs: number, untilMs: number) => (closure.fromMs < untilMs && closure.untilMs > fromMs ? [closure] : []),
    })
    const pause = { ...reset, what: 'the Thursday pause of Kalshi', fromMs: NOW }
    made.tellCalendars([calendar('forecastex', reset), calendar('kalshi', pause)], [])
    const market = listing('forecastex', { hours: hours('told'), closeMs: millis(NOW + 10_000) })
    const closedBy = (afterMs: number) => made.closedBy(market, millis(NOW + afterMs))?.what ?? null
    expect([0, 1_000, 2_000, 3_000, 10_000].map(closedBy)).toEqual([
      ...[null, 'the closed hours of forecastex', 'the daily reset of IBKR', 'the closed hours of forecastex', 'the close at forecastex'],
    ])
  })
})

describe('a listing that the venue has overtaken', () => {
  const event = { venue: 'kalshi', conn: 1, n: 1, recvMs: millis(NOW + 10) } as const
  const told = (): Terms => {
    const made = terms({ nowMs: () => millis(NOW + 20) })
    made.tellLimits(LIMITS)
    made.tellListing(listing('kalshi', { event: 'KXU3-25MAR' }))
    return made
  }
  const priced = (of: Terms): string | undefined => of.of(PAIR)?.fees.kalshi.kind
  const anew = (fetchedAtMs: number): Listing =>
    listing('kalshi', { event: 'KXU3-25MAR', fees: { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: millis(fetchedAtMs) } })

  it('prices nothing for an opening from the fee message on, until it is read again; a cure is priced all the same', () => {
    const known = told()
    known.hear({ ...event, kind: 'fees', event: 'KXU3-25MAR', feeType: 'flat', multiplier: null })
    expect([priced(known), known.fees('kalshi', PAIR.kalshi)?.venue, known.stale(NOW)]).toMatchObject([
      'cannot-be-priced',
      'kalshi',
      [{ market: PAIR.kalshi }],
    ])
    known.tellListing(anew(NOW + 2_009)) // the venue's reads may lag its messages
    expect(priced(known)).toBe('cannot-be-priced')
    known.tellListing(anew(NOW + 2_010))
    expect([priced(known), known.stale(NOW)]).toEqual(['priced', []])
  })

  it('is not touched by the fees of another event', () => {
    const known = told()
    known.hear({ ...event, kind: 'fees', event: 'KXCPI-25MAR', feeType: 'flat', multiplier: null })
    expect(priced(known)).toBe('priced')
  })

  it('prices nothing for an opening once a scheduled change has come, until it is read again', () => {
    const known = told()
    known.tellListing({ ...anew(NOW), fees: { ...anew(NOW).fees, changesMs: millis(NOW + 15) } })
    expect([priced(known), known.stale(millis(NOW + 14)).length, known.stale(millis(NOW + 15)).length]).toEqual(['cannot-be-priced', 0, 1])
    known.tellListing(anew(NOW + 16))
    expect(priced(known)).toBe('priced')
  })

  it('has the grid and the closing time of the message at once, and is read again where the message tells neither', () => {
    const known = told()
    const bands = [{ start: price('0.001'), end: price('0.999'), step: price('0.001') }]
    known.hear({ ...event, kind: 'listing', market: PAIR.kalshi, closeMs: millis(NOW + 5), bands })
    expect(known.listing('kalshi', PAIR.kalshi)).toMatchObject({ closeMs: NOW + 5, bands })
    expect(known.stale(NOW)).toEqual([])
    known.hear({ ...event, kind: 'listing', market: PAIR.kalshi, closeMs: null, bands: null })
    expect(known.stale(NOW)).toHaveLength(1)
  })

  it('has what the message told beside a reading that may be of before it', () => {
    const known = told()
    const bands = [{ start: price('0.001'), end: price('0.999'), step: price('0.001') }]
    known.hear({ ...event, kind: 'listing', market: PAIR.kalshi, closeMs: millis(NOW + 5), bands: null })
    known.hear({ ...event, kind: 'listing', market: PAIR.kalshi, closeMs: null, bands })
    expect(known.tellListing(anew(NOW + 2_009))).toMatchObject({ closeMs: NOW + 5, bands })
    expect(known.of(PAIR)?.told.bands.kalshi).toBe(bands)
    expect(known.tellListing(anew(NOW + 2_010))).toEqual(anew(NOW + 2_010))
    expect(known.of(PAIR)?.told.bands.kalshi).toEqual(anew(0).bands)
  })

  it('has no grid from a message that tells nothing until it is read so much later that it is of after it', () => {
    const known = told()
    known.hear({ ...event, kind: 'listing', market: PAIR.kalshi, closeMs: null, bands: null })
    const grid = () => known.of(PAIR)?.told.bands.kalshi
    expect([grid(), priced(known)]).toEqual([null, 'priced'])
    known.tellListing(anew(NOW + 2_009))
    expect(grid()).toBeNull()
    known.tellListing(anew(NOW + 2_010))
    expect([grid(), known.stale(NOW)]).toEqual([anew(0).bands, []])
  })

  it('tells what both venues say of the pair, and null for what one does not', () => {
    const known = told()
    expect(known.of(PAIR)?.told).toEqual({
      bands: { kalshi: anew(0).bands, forecastex: null },
      rules: { kalshi: null, forecastex: null },
      payoutMs: { kalshi: null, forecastex: null },
    })
    known.tellListing(listing('kalshi', { rulesSha256: 'a1', payoutMs: millis(NOW + 5) }))
    known.tellListing(listing('forecastex', { rulesSha256: 'b2', payoutMs: millis(NOW + 9) }))
    expect(known.of(PAIR)?.told).toEqual({
      bands: { kalshi: anew(0).bands, forecastex: anew(0).bands },
      rules: { kalshi: 'a1', forecastex: 'b2' },
      payoutMs: { kalshi: NOW + 5, forecastex: NOW + 9 },
    })
  })
})
