import { marketId, type MarketId } from '../../../../src/core/ids'
import { millis } from '../../../../src/core/units'
import type { KalshiRest } from '../../../../src/venues/kalshi/rest/call'
import { marketQuery, type MarketFilter } from '../../../../src/venues/kalshi/rest/filters'
import * as markets from '../../../../src/venues/kalshi/rest/markets'
import { readOrderbook } from '../../../../src/venues/kalshi/wire/answers/books'
import { readMarket } from '../../../../src/venues/kalshi/wire/markets'
import { json } from '../fakes'
import { never, Venue } from './venue'

const [A, B] = [marketId('A'), marketId('B')]
const at = millis(1_789_000_000_000)
const MARKET = { ticker: 'A', event_ticker: 'E', status: 'active', close_time: '2026-12-01T13:25:00Z' }
const book = (bid: string) => ({
  yes_dollars: [
    ['0.0100', '5.00'],
    [bid, '1.00'],
  ],
  no_dollars: [],
})

describe('filters of markets (kalshi.md §3)', () => {
  it.each([
    [{ created: { fromMs: at }, close: { fromMs: at } }, 'markets are filtered by one kind of time, not by created and close'],
    [
      { created: { fromMs: at }, status: 'closed' },
      'the created times of markets go with status unopened or open or none, not with closed',
    ],
    [{ settled: { untilMs: at }, status: 'open' }, 'the settled times of markets go with status settled or none'],
    [{ updatedSinceMs: at, status: 'open' }, 'filtered by their series alone'],
    [{ updatedSinceMs: at, combos: 'include' }, 'without combos'],
    [{ markets: [] }, 'a list of no markets would be all of them'],
  ] as const)('%j is refused before it is sent', (filter, sentence) => {
    expect(() => marketQuery(filter as MarketFilter)).toThrow(sentence)
  })

  it('become seconds, one wider on either side, and leave combos out', () => {
    expect(marketQuery({ series: 'S', close: { fromMs: at, untilMs: at }, status: 'closed', markets: [A, B] })).toMatchObject({
      series_ticker: 'S',
      status: 'closed',
      tickers: 'A,B',
      min_close_ts: 1_788_999_999,
      max_close_ts: 1_789_000_001,
      mve_filter: 'exclude',
    })
  })
})

describe('what a market pays', () => {
  it('is nothing where a scalar value is 0, which is not "undecided"', () => {
    const decided = { ...MARKET, status: 'finalized', result: 'scalar' }
    expect(readMarket({ market: { ...decided, settlement_value_dollars: '0.0000' } }).yesPays).toBe(0)
    expect(readMarket({ market: { ...decided, settlement_value_dollars: '' } }).yesPays).toBeNull()
  })
})

describe('quotes and books', () => {
  const quote = (fields: object) => readMarket({ market: { ...MARKET, yes_bid_size_fp: '3.00', yes_ask_size_fp: '0.00', ...fields } }).quote

  it('B8 a missing NO bid is no YES ask: a one-sided market has one side', () => {
    expect(quote({ yes_bid_dollars: '0.4700', yes_ask_dollars: '1.0000' })).toEqual({ bid: { price: 4_700, quantity: 300 }, ask: null })
    expect(quote({ yes_bid_dollars: '0.4700', yes_ask_dollars: '1.0000', yes_ask_size_fp: '9.00' }).ask).toBeNull()
    expect(readOrderbook({ orderbook_fp: { yes_dollars: [['0.4700', '3.00']] } })).toEqual({
      bids: [{ price: 4_700, quantity: 300 }],
      asks: [],
    })
  })
  it('B8 only an active market is quoted', () => {
    expect(quote({ status: 'initialized', yes_bid_dollars: '0.4700', yes_ask_dollars: '0.5000', yes_ask_size_fp: '1.00' })).toEqual({
      bid: null,
      ask: null,
    })
  })
  it('A1 a book read by REST is the whole of it, best first, and one that is not sorted is refused', () => {
    const sides = {
      yes_dollars: [
        ['0.4400', '120.00'],
        ['0.4600', '35.50'],
      ],
      no_dollars: [
        ['0.5000', '10.00'],
        ['0.5200', '80.00'],
      ],
    }
    const read = readOrderbook({ orderbook_fp: sides })
    expect([read.bids[0], read.asks[0]]).toEqual([
      { price: 4_600, quantity: 3_550 },
      { price: 4_800, quantity: 8_000 },
    ])
    const turned = { yes_dollars: sides.yes_dollars.toReversed(), no_dollars: [] }
    expect(() => readOrderbook({ orderbook_fp: turned })).toThrow('not ascending')
    expect(() => readOrderbook({ orderbook_fp: { yes_dollars: [['0.4400', '-1.00']] } })).toThrow('without contracts')
  })
})

describe('calls of market data', () => {
  let venue: Venue
  beforeEach(async () => {
    venue = await Venue.open()
  })
  afterEach(() => venue.close())
  const books = (...told: [MarketId, string][]) =>
    json(200, { orderbooks: told.map(([ticker, bid]) => ({ ticker, orderbook_fp: book(bid) })) })

  it('asks for books by a repeated parameter', async () => {
    venue.replies = { 'GET /markets/orderbooks': books([A, '0.4000'], [B, '0.3000']) }
    const read = await markets.getOrderbooks(venue.rest, [A, B, A], never)
    expect(read.get(B)?.bids[0]).toEqual({ price: 3_000, quantity: 100 })
    expect(venue.asked()[0]?.call).toBe('GET /markets/orderbooks?tickers=A&tickers=B')
  })
  it('A15 the book of a market that was not asked for is never taken for one that was', async () => {
    venue.replies = { 'GET /markets/orderbooks': books([A, '0.4000'], [marketId('Z'), '0.3000']) }
    await expect(markets.getOrderbooks(venue.rest, [A, B], never)).rejects.toThrow('told the book of Z, which was not asked for')
    venue.replies = { 'GET /markets/orderbooks': books([A, '0.4000']) }
    await expect(markets.getOrderbooks(venue.rest, [A, B], never)).rejects.toThrow('left the book of B out')
    venue.replies = { 'GET /markets/orderbooks': books([A, '0.4000'], [A, '0.3000']) }
    await expect(markets.getOrderbooks(venue.rest, [A], never)).rejects.toThrow('twice')
    await expect(markets.getOrderbooks(venue.rest, [], never)).rejects.toThrow('1 to 100 books at once, not 0')
  })

  it('asks for one of very many as for a page of a list, live and archived', async () => {
    const asked: (readonly [path: string, urgency: string | undefined])[] = []
    const get: KalshiRest['get'] = (path, query, read, signal, urgency) => {
      asked.push([path, urgency])
      return venue.rest.get(path, query, read, signal, urgency)
    }
    const rest = { get } as KalshiRest
    expect(await markets.getMarketAcross(rest, B, never, 'list')).toBeNull()
    await markets.getMarketAcross(rest, B, never)
    expect(asked).toEqual(['list', undefined].flatMap((urgency) => ['/markets/B', '/historical/markets/B'].map((path) => [path, urgency])))
  })

  it('finds a market and its candles where they are archived', async () => {
    const candle = {
      end_period_ts: 1_789_000_000,
      yes_bid: { open: '0.0100', low: '0.0100', high: '0.0200', close: '0.0200' },
      yes_ask: { open: '0.0300', low: '0.0300', high: '0.0300', close: '0.0300' },
      price: { open: null, low: null, high: null, close: null, mean: '0.012345', previous: '0.0200' },
      volume: '7.77',
      open_interest: '12432.00',
    }
    venue.replies = {
      'GET /historical/markets/A': json(200, { market: { ...MARKET, status: 'finalized', result: 'yes' } }),
      'GET /historical/markets/A/candlesticks': json(200, { ticker: 'A', candlesticks: [candle] }),
    }
    expect(await markets.getMarketAcross(venue.rest, A, never)).toMatchObject({ yesPays: 1_000_000, statusWord: 'finalized' })
    expect(await markets.getMarketAcross(venue.rest, B, never)).toBeNull()
    const window = { fromMs: at, untilMs: at, minutes: 60 } as const
    expect(await markets.getCandles(venue.rest, { series: 'S', market: A }, window, never)).toMatchObject([
      { endMs: at, yesBid: { high: 200 }, traded: { close: null, mean: 12_345, previous: 200 }, volume: 777, openInterest: 1_243_200 },
    ])
  })

  it('reads candles of several markets and of an event', async () => {
    const spread = { open_dollars: '0.0100', low_dollars: '0.0100', high_dollars: '0.0100', close_dollars: '0.0100' }
    const candle = { end_period_ts: 60, yes_bid: spread, yes_ask: spread, price: {}, volume_fp: '1.00', open_interest_fp: '2.00' }
    venue.replies = {
      'GET /markets/candlesticks': json(200, { markets: [{ market_ticker: 'A', candlesticks: [candle] }] }),
      'GET /series/S/events/E/candlesticks': json(200, { market_tickers: ['A'], market_candlesticks: [[candle]], adjusted_end_ts: 60 }),
    }
    const window = { fromMs: millis(1_500), untilMs: millis(59_500), minutes: 1 } as const
    expect((await markets.getBatchCandles(venue.rest, [A, B], window, never)).get(A)).toHaveLength(1)
    expect((await markets.getEventCandles(venue.rest, { series: 'S', event: 'E' }, window, never)).endMs).toBe(60_000)
    expect(venue.asked()[0]?.call).toBe('GET /markets/candlesticks?start_ts=1&end_ts=60&period_interval=1&market_tickers=A%2CB')
    expect(() => markets.getBatchCandles(venue.rest, [], window, never)).toThrow('1 to 100 markets')
  })

  it('reads milestones, targets, metadata, series and changes of fees', async () => {
    const start_date = '2026-09-13T17:00:00Z'
    venue.replies = {
      'GET /milestones': json(200, { milestones: [{ id: 'm', type: 'football_game', start_date }], cursor: '' }),
      'GET /milestones/m': json(200, { milestone: { id: 'm', type: 'chess_match', start_date, related_event_tickers: ['E'] } }),
      'GET /structured_targets/t': json(200, { structured_target: { id: 't', name: 'Jets' } }),
      'GET /events/E/metadata': json(200, { image_url: '', settlement_sources: [{ name: 'NFL', url: 'https://nfl.com' }] }),
      'GET /series': json(200, { series: [{ ticker: 'S', fee_type: 'quadratic', fee_multiplier: 1 }] }),
      'GET /events/fee_changes': json(200, {
        event_fee_changes: [
          {
            id: 'c',
            event_ticker: 'E',
            series_ticker: 'S',
            fee_type_override: null,
            fee_multiplier_override: null,
            scheduled_ts: start_date,
          },
        ],
        cursor: '',
      }),
    }
    const startMs = Date.parse(start_date)
    expect(await markets.getMilestones(venue.rest, { kind: 'football_game', fromMs: at }, never)).toMatchObject([{ id: 'm', startMs }])
    expect(await markets.getMilestone(venue.rest, 'm', never)).toMatchObject({ kind: 'chess_match', events: ['E'] })
    expect(await markets.getTarget(venue.rest, 't', never)).toMatchObject({ name: 'Jets' })
    expect(await markets.getEventMetadata(venue.rest, 'E', never)).toMatchObject({ settlementSources: [{ name: 'NFL' }] })
    expect(await markets.listSeries(venue.rest, { tags: ['Tennis', 'Golf'] }, never)).toMatchObject([{ fee: { multiplier: 10_000 } }])
    expect(await markets.getEventFeeChanges(venue.rest, 'E', never)).toMatchObject([{ feeType: null, multiplier: null, fromMs: startMs }])
    expect(venue.asked()[0]?.call).toContain('/milestones?limit=500&minimum_start_date=2026-09-10T')
  })
})
