import { marketId } from '../../../src/core/ids'
import { quantity } from '../../../src/core/units'
import { mappedMarkets } from '../../../src/operator/pipeline/cycle'
import { wordsOf } from '../../../src/operator/pipeline/ledger'
import { feesOf } from '../../../src/operator/pipeline/fees'
import { millis } from '../../../src/core/units'
import type { World } from '../../../src/operator/pipeline/world'
import { BRAVES, EVENT, game, later, market, METS, NOW, pipeline, START, top, world } from './world'

describe('one cycle', () => {
  it('finds the edge of one side, and counts what it did', () => {
    const { statistics, signals, mappings } = pipeline().run(world())
    expect(statistics).toEqual({
      ...{ scanned: 2, listed: 2, mapped: { confirmed: 2, review: 0, none: 0 }, lookedAt: 2, withOdds: 2, withConsensus: 2 },
      ...{ none: 1, signals: { HIGH: 1 }, refused: {}, stageMs: { scan: 1, map: 1, lookup: 1, detect: 1, signal: 1 }, totalMs: 11 },
    })
    expect(mappings).toMatchObject([{ kalshiEvent: EVENT, oddsEventId: 'abc', status: 'confirmed' }])
    expect(signals).toMatchObject([
      { signal: { action: 'BUY_YES', should_trade: true, kalshi: { ticker: BRAVES } }, validation: { reason: null } },
    ])
  })

  it('an edge that is refused has its document too, with what refused it', () => {
    const { statistics, signals } = pipeline().run(
      world({ markets: [market(METS, { top: top('0.42', '0.45') }), market(BRAVES, { top: top('0.49', '0.51'), volume: null })] }),
    )
    expect(statistics).toMatchObject({ signals: {}, refused: { min_volume: 1 } })
    expect(signals.find(({ signal }) => signal.kalshi.ticker === BRAVES)).toMatchObject({
      signal: { should_trade: false },
      validation: { reason: 'min_volume' },
    })
  })

  it('looks at open markets on winners alone', () => {
    const markets = [
      market(METS, { status: 'closed' }),
      market(BRAVES, { top: top('0.49', '0.51') }),
      market('KXMLBSPREAD-26JUL051230NYMATL-NYM2'),
      market('KXMLBGAME-26JUN011230NYMATL-ATL', { status: 'settled', closeMs: millis(NOW - 34 * 86_400_000) }),
    ]
    expect(pipeline().run(world({ markets })).statistics).toMatchObject({
      ...{ listed: 4, scanned: 2, mapped: { confirmed: 2, review: 0, none: 0 }, lookedAt: 1, signals: { HIGH: 1 } },
    })
  })

  it.each([
    ['no odds in the cache', { games: [] }, { mapped: { confirmed: 0, review: 0, none: 2 }, lookedAt: 0 }],
    ['no book in the cache', { markets: [market(BRAVES, { top: null })] }, { refused: { 'kalshi book confirmed': 1 } }],
    ['a book that nobody vouches for', { confirmedAtMs: null }, { signals: {}, refused: { 'kalshi book confirmed': 1 } }],
    [
      'odds of before Kalshi moved',
      { markets: [market(BRAVES, { top: top('0.49', '0.51', later(-1_000)) })] },
      { refused: { 'odds later than the kalshi move': 1 } },
    ],
    ['old odds', { games: [game({ fetchedMs: later(-400_000) })] }, { refused: { 'odds fetched lately': 2 } }],
    ['an account that is not opened', { equity: null }, { refused: { 'bankroll known': 1 } }],
    ['a game that has begun', { nowMs: millis(START + 1) }, { refused: { 'game not started': 2 } }],
  ])('without guessing: %s', (_what, change, statistics) => {
    expect(pipeline().run(world(change)).statistics).toMatchObject({ signals: {}, ...statistics })
  })

  it('what is too good is confirmed by later lines of the next fetch, and born anew after a cycle without it', () => {
    const cheap = [market(BRAVES, { top: top('0.46', '0.48') })]
    const fetched = (ms: number): Partial<World> => {
      const lines = game().lines.map((line) => ({ ...line, updatedMs: later(ms - 10_000) }))
      return { games: [game({ fetchedMs: later(ms), lines })], nowMs: later(ms), confirmedAtMs: later(ms) }
    }
    const cycles = pipeline()
    const reason = (change: Partial<World>): string =>
      Object.keys(cycles.run(world({ markets: cheap, ...change })).statistics.refused).join()
    expect(reason(fetched(0))).toBe('too good to be true')
    expect(reason(fetched(1_000))).toBe('')
    expect(reason({ ...fetched(2_000), markets: [] })).toBe('')
    expect(reason(fetched(3_000))).toBe('too good to be true')
  })

  it('remembers the first start that was told: a game that moves is no evidence', () => {
    const cycles = pipeline()
    expect(cycles.run(world()).statistics.mapped.confirmed).toBe(2)
    const moved = world({ games: [game({ commenceMs: millis(START + 10_800_000), fetchedMs: later(1_000) })], nowMs: later(2_000) })
    expect(cycles.run(moved).statistics).toMatchObject({ signals: {} })
    expect(pipeline().run(moved).statistics.mapped.confirmed).toBe(0)
  })
})

it('what is listed, told and thought anew is judged anew, whatever was remembered', () => {
  const cycles = pipeline()
  const looks = (change: Parameters<typeof world>[0]): unknown => {
    const { signals, refused, withConsensus, mapped } = cycles.run(world(change)).statistics
    return [signals, refused, withConsensus, mapped.confirmed]
  }
  const seen = looks({})
  expect(seen).toEqual([{ HIGH: 1 }, {}, 2, 2])
  expect(looks({})).toEqual(seen)
  // the same fetch, its lines too old by now: thought anew, and nobody is left
  expect(looks({ nowMs: later(200_000), confirmedAtMs: later(200_000) })).toEqual([{}, { 'odds fetched lately': 2 }, 0, 2])
  // other lines in another fetch
  const [line] = game().lines
  expect(looks({ games: [game({ fetchedMs: later(-4_000), lines: line ? [line] : [] })] })).toMatchObject([{}, {}, 2, 2])
  // the same teams listed as another event of the source
  expect(looks({ games: [game({ eventId: 'xyz', fetchedMs: later(-3_000) })] })).toMatchObject([{}, {}, 0, 0])
  // another question under the same tickers
  expect(
    looks({ markets: [market(METS), market(BRAVES)].map((each) => ({ ...each, title: 'Will it go to extra innings?' })) }),
  ).toMatchObject([{}, {}, 0, 0])
})

it('what goes into the cache: each market of an event that has a game, never one without', () => {
  const { mappings } = pipeline().run(world())
  expect(mappedMarkets(mappings).map(({ ticker, eventId, sport, yesTeam }) => [ticker, eventId, sport, yesTeam])).toEqual([
    [METS, 'abc', 'baseball_mlb', 'New York Mets'],
    [BRAVES, 'abc', 'baseball_mlb', 'Atlanta Braves'],
  ])
  expect(mappedMarkets(pipeline().run(world({ games: [] })).mappings)).toEqual([])
})

it('the words of a market are read out of its text, the first of each name', () => {
  const text =
    'series: MLB\nmarket: A vs B Winner?\nyes: Atlanta\nno: Atlanta\nrules: If Atlanta wins: Yes.\nfurther rules: A tie pays 0.50.'
  expect(wordsOf(text)).toEqual({ subtitle: 'Atlanta', rulesPrimary: 'If Atlanta wins: Yes.', rulesSecondary: 'A tie pays 0.50.' })
  expect(wordsOf('')).toEqual({ subtitle: '', rulesPrimary: '', rulesSecondary: '' })
})

it('fees that the venue has overtaken price nothing', () => {
  const fees = { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: later(-1_000) }
  const listing = { bands: market(METS).bands, fees } as never
  expect(feesOf(listing, 'direct', NOW)).toMatchObject({ kind: 'priced', knownAtMs: later(-1_000) })
  const overtaken = { bands: market(METS).bands, fees: { ...fees, changesMs: NOW } } as never
  expect(feesOf(overtaken, 'direct', NOW)).toMatchObject({ kind: 'cannot-be-priced' })
  expect(feesOf(overtaken, 'direct', later(-1))).toMatchObject({ kind: 'priced' })
})

describe('what is held', () => {
  const held = { market: marketId(BRAVES), outcome: 'yes', quantity: quantity('10') } as const

  it('stays so while nobody bids more than the books think it worth', () => {
    expect(pipeline().run(world({ held: [held] })).held).toMatchObject([{ held, exit: { kind: 'hold', reason: 'worth more than is bid' } }])
  })
  it('may be sold when somebody does, net of the fee', () => {
    const markets = [market(METS), market(BRAVES, { top: top('0.61', '0.63') })]
    expect(pipeline().run(world({ markets, held: [held] })).held).toMatchObject([{ exit: { kind: 'exit', quantity: quantity('10') } }])
  })
  it('is held where the market cannot be looked at', () => {
    const other = { ...held, market: marketId('KXMLBGAME-26JUL051230AAABBB-AAA') }
    expect(pipeline().run(world({ held: [other] })).held).toEqual([
      { held: other, exit: { kind: 'hold', reason: 'market not watched', netBid: null } },
    ])
  })
})
