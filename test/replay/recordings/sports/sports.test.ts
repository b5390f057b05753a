import type { Frame } from '../../../../src/core/market/event'
import { millis, money } from '../../../../src/core/units'
import type { Listing } from '../../../../src/ports/catalog'
import { withTies } from '../../../../src/replay/recordings/sports/results'
import { readSports } from '../../../../src/replay/recordings/sports/sports'
import { RECORDINGS } from '../../../../src/replay/recordings/recording-list'
import { temporaryDirectory } from '../../../stores/doubles'
import { callbackOf, disorder, framesOf, messageOf, PLAYED, quotesAt, replayed } from '../folder'
import {
  at,
  best,
  BEST_HEAD,
  BRAVES,
  deep,
  edgesOf,
  EVENT,
  fetched,
  game,
  isHouse,
  kindOf,
  METS,
  quoted,
  record,
  result,
  sportsFolder,
  type Told,
} from './fixture'

const MINUTE_MS = 60_000
const dir = temporaryDirectory()
const read = (told: Told = {}, options: Partial<typeof PLAYED> = {}): ReturnType<typeof readSports> =>
  readSports(sportsFolder(dir, told), { ...PLAYED, ...options })
const played = async (told: Told = {}): Promise<readonly Frame[]> => framesOf(await read(told))
const listings = (frames: readonly Frame[]): readonly Listing[] =>
  frames.filter((frame) => isHouse(frame, 'listing')).map((frame) => callbackOf(frame)[1] as Listing)
const oddsOf = ({ payload }: Frame): { readonly sport: string; readonly events: readonly object[] } =>
  JSON.parse(Buffer.from(payload as Uint8Array).toString('utf8')) as { sport: string; events: object[] }

describe('the sports weeks', () => {
  it('tells house, odds and books in order, the same each time', async () => {
    const recording = await read()
    const frames = await framesOf(recording)
    expect(disorder(frames)).toEqual([])
    const told = frames.filter((frame) => kindOf(frame) !== 'pong').map((frame) => [kindOf(frame), frame.recvMs])
    const [captured, deeper] = [at('06:23:02.500'), at('06:24:00.500')]
    expect(told).toEqual([
      ['limits', at('06:15:27')],
      ['odds', at('06:15:27')],
      ...['listing', 'listing', 'edges', 'open', 'subscribe', 'subscribed'].map((kind) => [kind, captured]),
      ...['orderbook_snapshot', 'orderbook_snapshot'].map((kind) => [kind, captured]),
      ['orderbook_snapshot', deeper],
      ['odds', at('06:30:30')],
      ['orderbook_snapshot', captured + 15 * MINUTE_MS],
      ['orderbook_snapshot', deeper + 15 * MINUTE_MS],
    ])
    expect(await framesOf(recording)).toEqual(frames)
    expect((await RECORDINGS.sports(sportsFolder(dir), PLAYED)).name).toBe('sports')
  })

  it('shows a hundred contracts where no size was captured, all levels where they were, and nothing when the life is over', async () => {
    const recording = await read()
    const quotes = { yesBids: [['0.4600', '100.00']], yesAsks: [['0.4700', '100.00']], asks: [] }
    const levels = { yesBids: [['0.4600', '20.50'], ['0.4500', '3.00']], yesAsks: [['0.4700', '7.00']], asks: [] } // prettier-ignore
    expect(await quotesAt(recording, METS, at('06:23:02.500'))).toEqual(quotes)
    expect(await quotesAt(recording, METS, at('06:24:00.500'))).toEqual(levels)
    expect(await quotesAt(recording, METS, at('06:39:00.499'))).toEqual(levels)
    expect(await quotesAt(recording, METS, at('06:39:00.500'))).toEqual({ yesBids: [], yesAsks: [], asks: [] })
    expect(await quotesAt(recording, BRAVES, at('06:38:02.499'))).toMatchObject({ yesBids: [['0.5300', '100.00']] })
    expect(await quotesAt(recording, BRAVES, at('06:38:02.500'))).toMatchObject({ yesBids: [], yesAsks: [] })
    expect(await replayed(recording)).toMatchObject({ gaps: 0, unreadable: 0, inconsistent: 0 })
  })

  it('takes sizes and volume from the captures that tell them, and nothing and a dollar for no quote', async () => {
    const lines = [BEST_HEAD, best('07:00:00', '0.0000', '0.4700'), best('07:10:00', '0.4500', '1.0000', '1300.00')]
    const recording = await read({ best: lines })
    expect(await quotesAt(recording, METS, at('07:00:00'))).toMatchObject({ yesBids: [], yesAsks: [['0.4700', '9.25']] })
    expect(await quotesAt(recording, METS, at('07:10:00'))).toMatchObject({ yesBids: [['0.4500', '8.00']], yesAsks: [] })
    const volumes = (await framesOf(recording)).filter((frame) => isHouse(frame, 'edges')).map(edgesOf)
    expect(volumes.map((edges) => edges.map(({ volume }) => volume))).toEqual([
      [null, null],
      [123_456, null],
      [130_000, null],
    ])
  })

  it('vouches for books each second while one is believed, and not otherwise', async () => {
    const frames = await played()
    const pongs = frames.filter((frame) => kindOf(frame) === 'pong').map(({ recvMs }) => recvMs)
    expect([pongs[0], pongs.at(-1)]).toEqual([at('06:23:03.500'), at('06:38:59.500')])
    const heard = frames.filter(({ venue }) => venue === 'kalshi').map(({ recvMs }) => recvMs)
    expect(Math.max(...heard.map((ms, i) => ms - (heard[i - 1] ?? ms)))).toBe(1_000)
  })

  it('believes a book for as long as it is told to, and no longer than its market is open', async () => {
    const recording = await read({ quotes: [quoted('19:15:00')] }, { quoteLifeMs: 10 * MINUTE_MS })
    expect(await quotesAt(recording, BRAVES, at('19:19:59.999'))).toMatchObject({ yesBids: [{}] })
    expect(await quotesAt(recording, BRAVES, at('19:20:00'))).toMatchObject({ yesBids: [], yesAsks: [] })
    expect(await quotesAt(recording, METS, at('19:25:00.499'))).toMatchObject({ yesBids: [{}] })
    expect(await quotesAt(recording, METS, at('19:25:00.500'))).toMatchObject({ yesBids: [], yesAsks: [] })
  })

  it('adds markets to the subscription as they are captured, and counts the answer', async () => {
    const other = 'KXMLBGAME-26JUL051905BOSLAA-BOS'
    const recording = await read({ books: [deep('06:24:00', [[0.5, 1]], [], other)] })
    const frames = await framesOf(recording)
    const added = frames.filter((frame) => ['update_subscription', 'ok'].includes(kindOf(frame))).map(messageOf)
    expect(added).toEqual([
      { id: 2, cmd: 'update_subscription', params: { sids: [1], action: 'add_markets', market_tickers: [other] } },
      { type: 'ok', id: 2, sid: 1, seq: 3, msg: { market_tickers: [METS, BRAVES, other] } },
    ])
    expect(await quotesAt(recording, other, at('06:24:01'))).toMatchObject({ yesBids: [['0.5000', '1.00']], yesAsks: [] })
    expect(await replayed(recording)).toMatchObject({ gaps: 0, unreadable: 0, inconsistent: 0 })
  })

  it('tells the odds of the winner as they were told, and nothing else of them', async () => {
    const [first] = (await played()).filter(({ venue }) => venue === 'odds')
    if (!first) throw new Error('no odds were told')
    const { bookmakers, ...event } = game() as { bookmakers: { markets: { key: string }[] }[] }
    const winners = bookmakers.map((book) => ({ ...book, markets: book.markets.filter(({ key }) => key === 'h2h') }))
    expect(winners.map(({ markets }) => markets.length)).toEqual([1, 0])
    expect(oddsOf(first)).toEqual({ sport: 'baseball_mlb', events: [{ ...event, bookmakers: winners }] })
    expect([first.dir, first.recvMs]).toEqual(['in', at('06:15:27')])
  })

  it('tells a fetch without a time of its own when it was kept, and one without games too', async () => {
    const frames = await played({ mlb: [fetched('06:15:27', [], { fetched_at: null })] })
    expect(frames.filter(({ venue }) => venue === 'odds').map((frame) => [frame.recvMs, oddsOf(frame)])).toEqual([
      [at('06:15:27'), { sport: 'baseball_mlb', events: [] }],
    ])
  })

  it('maps a market by the odds that were told until then alone', async () => {
    const frames = await played({ mlb: [fetched('06:30:30'), fetched('06:45:30', [game({ commence_time: '2026-07-05T23:30:00Z' })])] })
    const told = frames.filter((frame) => isHouse(frame, 'edges'))
    expect(told.map(({ recvMs }) => recvMs)).toEqual([at('06:23:02.500'), at('06:30:30'), at('06:45:30')])
    expect(told.map((frame) => edgesOf(frame).map(({ mapping }) => [mapping.status, mapping.oddsEventId]))).toEqual([
      [['none', null], ['none', null]],
      [['confirmed', 'mets'], ['confirmed', 'mets']],
      [['review', 'mets'], ['review', 'mets']], // moved by seven hours
    ]) // prettier-ignore
    expect(edgesOf(told[1] as Frame)[0]).toEqual({
      ...{ id: METS, kalshi: METS, title: 'New York M vs Atlanta Winner?', volume: null },
      mapping: {
        ...{ kalshiEvent: EVENT, oddsEventId: 'mets', status: 'confirmed', sport: 'baseball_mlb', league: 'MLB', tie: 'none' },
        ...{ startMs: at('16:30:00'), yesTeams: { [METS]: 'New York Mets', [BRAVES]: 'Atlanta Braves' } },
        reasons: expect.any(Array) as string[],
      },
    })
  })

  it('tells a market no more when it was decided', async () => {
    const last = (await played({ mlb: [fetched('06:15:27'), fetched('19:30:00', [game({ commence_time: '2026-07-05T16:35:00Z' })])] }))
      .filter((frame) => isHouse(frame, 'edges'))
      .at(-1)
    expect(last && edgesOf(last).map(({ kalshi }) => kalshi)).toEqual([METS])
    expect(last?.recvMs).toBe(at('19:30:00'))
  })

  it('lists a market with its own times or those of its series, and again when its fees are half a day old', async () => {
    const frames = await played({ quotes: [quoted('06:23:02'), quoted('18:23:02'), quoted('18:53:02')] })
    const told = listings(frames)
    expect(told.map(({ market, fees }) => [market, fees.fetchedAtMs])).toEqual([
      ...[METS, BRAVES].map((market) => [market, at('06:23:02.500')]),
      ...[METS, BRAVES].map((market) => [market, at('18:53:02.500')]),
    ])
    expect(told[1]).toEqual({
      ...{ venue: 'kalshi', market: BRAVES, event: EVENT, series: 'KXMLBGAME', title: 'New York M vs Atlanta Winner?', status: 'open' },
      ...{ bands: [{ start: 0, end: 10_000, step: 100 }], closeMs: Date.parse('2026-07-08T16:30:00Z'), canCloseEarly: true },
      fees: { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: at('06:23:02.500') },
      ...{ shard: 0, contracts: null, payoutMs: at('19:32:00'), yesPays: null },
    })
    expect([told[0]?.closeMs, told[0]?.payoutMs]).toEqual([told[1]?.closeMs, told[1]?.payoutMs])
    const [own] = listings(await played({ list: [record({ close_time: '2026-07-09T00:00:00Z', settlement_timer_seconds: 30 })] }))
    expect([own?.closeMs, own?.payoutMs]).toEqual([Date.parse('2026-07-09T00:00:00Z'), at('19:30:30')])
  })

  it('puts the captures of a day in order, and leaves out what the odds do not have', async () => {
    const afl = quoted('06:00:00', 0.4, 0.5, { event_ticker: 'KXAFLGAME-26JUL090610SYDFRE', outcomes: 'never read' })
    const frames = await played({ quotes: [quoted('08:00:00', 0.4, 0.5), afl, quoted('06:23:02')] })
    expect(disorder(frames)).toEqual([])
    const told = frames.filter((frame) => kindOf(frame) === 'orderbook_snapshot').map(({ recvMs }) => recvMs)
    expect(new Set(told.map((ms) => new Date(ms).toISOString().slice(11, 16)))).toEqual(new Set(['06:23', '06:24', '06:38', '06:39', '08:00', '08:15'])) // prettier-ignore
  })

  it('settles what has a result when its market closed, and counts the others', async () => {
    const other = result({ ticker: 'KXMLBGAME-26JUL081230NYMATL-NYM' })
    const { settlements, caveats } = await read({ results: [result({ result: 'no' }), other] })
    expect(settlements).toEqual([{ venue: 'kalshi', market: BRAVES, yesPays: 0, atMs: at('19:20:00') }])
    const said = caveats.join('\n')
    expect(said).toContain(
      '1 of 2 markets have a recorded result, or one that follows from a recorded tie; a position in one of the other 1 stays open',
    )
    expect(said).toContain('Of 3 captured books 1 have all their levels and 0 the sizes of the best ones alone; 2 have no size')
    expect(said).toContain('at once for MLB (2 of 3 books, 2026-07-05 to 2026-07-05)')
    expect(said).toContain('They never were for World Cup and WNBA and KBO')
  })
  it('settles both sides of a game whose tie has paid, and neither of one that was no tie', () => {
    const [one, other] = ['KXWCGAME-26JUL07SUICOL', 'KXWCGAME-26JUL09FRAMAR']
    const markets = new Set([`${one}-SUI`, `${one}-COL`, `${one}-TIE`, `${other}-FRA`, `${other}-MAR`, `${other}-TIE`, BRAVES])
    const recorded = new Map([
      [`${one}-TIE`, { yesPays: money('1'), closedMs: millis(at('19:20:00')) }],
      [`${other}-TIE`, { yesPays: money(0), closedMs: millis(at('20:20:00')) }],
    ])
    const implied = [...withTies(recorded, markets)].filter(([ticker]) => !recorded.has(ticker))
    expect(implied).toEqual([`${one}-SUI`, `${one}-COL`].map((ticker) => [ticker, { yesPays: 0, closedMs: at('19:20:00') }]))
  })
})
