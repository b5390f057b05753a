import type { Frame } from '../../../src/core/market/event'
import { ONE_CONTRACT } from '../../../src/core/units'
import { readUnemployment } from '../../../src/replay/recordings/unemployment'
import { temporaryDirectory } from '../../stores/doubles'
import { recordings, SHARED } from '../../venues/kalshi/fakes'
import { callbackOf, disorder, folderOf, framesOf, messageOf, PLAYED, quotesAt, replayed } from './folder'

const TICKER = 'KXU3-25MAR-T4.0'
const TRADES = 'kalshi_trades/unemployment.csv.gz'
const PAIRS = 'forecastex/pairs_UNR.csv.gz'
const MAP = 'cross_venue/unemployment_map.json'
const TRADES_HEAD = 'trade_id,ticker,count,created_time,yes_price,no_price,taker_side'
const PAIRS_HEAD = 'pair_id,event_contract,expiration_date,quantity,yes_price,no_price,pair_time'
const EXPIRES = '2025-04-04T07:30:00-05:00'
const entry = (ticker: string, question: string, settled: number): object => ({
  ...{ kalshi_tickers: [ticker], forecastex_contracts: [question], strike: 4, forecastex_expiration: EXPIRES },
  forecastex_settled_yes: settled,
})
const trade = (time: string, yes: number, count = 10, ticker = TICKER): string =>
  `id-${time},${ticker},${count},${time},${yes},${100 - yes},yes`
const matched = (time: string, yes: string, no: string, count = 5): string => `P,UNR_0325_4.0,${EXPIRES},${count},${yes},${no},${time}`
const at = (time: string): number => Date.parse(time)

const dir = temporaryDirectory()
interface Told {
  readonly trades?: readonly string[]
  readonly pairs?: readonly string[]
  readonly files?: Readonly<Record<string, string | Buffer>>
}
/** YES at 0.61 there and NO at 0.30 here: a gap of some cents. */
const folder = ({
  trades = [trade('2025-03-03T15:05:00.5Z', 60)],
  pairs = [matched('2025-03-03T09:05:10.123456789-06:00', '0.71', '0.3')],
  files = {},
}: Told = {}): string =>
  folderOf(dir, {
    [TRADES]: `${[TRADES_HEAD, 'x,U3-22JAN-T3.6,6,2022-01-09T18:11:50.106309Z,82,18,yes', ...trades].join('\n')}\n`,
    [PAIRS]: `${[PAIRS_HEAD, ...pairs].join('\n')}\n`,
    [MAP]: JSON.stringify([entry(TICKER, 'UNR_0325_4.0', 1), entry('KXU3-25MAR-T4.1', 'UNR_0325_4.1', 0)]),
    ...files,
  })

describe('unemployment as it was traded', () => {
  it('tells the house first, then frames in order, the same each time', async () => {
    const recording = await readUnemployment(folder(), PLAYED)
    const frames = await framesOf(recording)
    expect(disorder(frames)).toEqual([])
    expect(frames.slice(0, 6).map((frame) => [frame.venue, callbackOf(frame)[0]])).toEqual([
      ['house', 'limits'],
      ...Array<unknown>(4).fill(['house', 'listing']),
      ['house', 'pairs'],
    ])
    expect(await framesOf(recording)).toEqual(frames)
  })

  it('quotes a cent on either side of a trade, and both outcomes of a matched pair, with their sizes', async () => {
    const recording = await readUnemployment(folder(), PLAYED)
    const bothQuoted = { yesBids: [['0.59', '10']], yesAsks: [['0.61', '10']], asks: [['0.71', '5'], ['0.3', '5']] } // prettier-ignore
    expect(await quotesAt(recording, TICKER, at('2025-03-03T15:05:10.123Z'))).toEqual(padded(bothQuoted))
    expect(await quotesAt(recording, TICKER, at('2025-03-03T15:05:10.122Z'))).toEqual(padded({ ...bothQuoted, asks: [] }))
    const report = await replayed(recording)
    expect(report).toMatchObject({ found: 1, refused: 0, gaps: 0, unreadable: 0, inconsistent: 0 })
    expect(report.opportunities.best?.best?.quantity).toBe(5 * ONE_CONTRACT)
  })

  it('ends a quote after its life, and the frames with the last one', async () => {
    const recording = await readUnemployment(folder(), { ...PLAYED, quoteLifeMs: 20_000 })
    const kalshiEnds = at('2025-03-03T15:05:20.5Z')
    expect(await quotesAt(recording, TICKER, kalshiEnds - 1)).toMatchObject({ yesBids: [['0.5900', '10.00']] })
    expect(await quotesAt(recording, TICKER, kalshiEnds)).toMatchObject({ yesBids: [], yesAsks: [], asks: [{}, {}] })
    const frames = await framesOf(recording)
    expect(frames.at(-1)?.recvMs).toBe(at('2025-03-03T15:05:30.123Z'))
    expect(await quotesAt(recording, TICKER, Infinity)).toEqual({ yesBids: [], yesAsks: [], asks: [] })
  })

  it('replaces a quote by the next one of its market, whose life is its own', async () => {
    const trades = [trade('2025-03-03T15:05:00Z', 60), trade('2025-03-03T15:05:30Z', 99, 7)]
    const recording = await readUnemployment(folder({ trades }), PLAYED)
    const replaced = { yesBids: [['0.9800', '7.00']], yesAsks: [] }
    expect(await quotesAt(recording, TICKER, at('2025-03-03T15:05:30Z'))).toMatchObject(replaced)
    expect(await quotesAt(recording, TICKER, at('2025-03-03T15:06:29.999Z'))).toMatchObject(replaced)
    expect(await quotesAt(recording, TICKER, at('2025-03-03T15:06:30Z'))).toMatchObject({ yesBids: [], yesAsks: [] })
  })

  it('gives an equal matched pair a life and an age of its own', async () => {
    const times = ['2025-03-03T15:05:10Z', '2025-03-03T15:06:00Z']
    const trades = [trade('2025-03-03T15:06:55Z', 60)]
    const recording = await readUnemployment(folder({ trades, pairs: times.map((time) => matched(time, '0.71', '0.3')) }), PLAYED)
    expect(await replayed(recording)).toMatchObject({ found: 1, refused: 0 })
  })

  it('leaves one quote of the trades of one millisecond, and says so', async () => {
    const trades = [
      trade('2025-03-03T15:05:00.000200Z', 40),
      trade('2025-03-03T15:05:00.000200Z', 60, 3),
      trade('2025-03-03T15:05:00.0009Z', 50, 2, 'KXU3-25MAR-T4.1'),
    ]
    const recording = await readUnemployment(folder({ trades }), PLAYED)
    const told = (await framesOf(recording)).flatMap((frame) => messageOf(frame)?.type ?? [])
    expect(told.filter((type) => type === 'trade')).toHaveLength(3)
    // two empty books, two quotes, two ends
    expect(told.filter((type) => type === 'orderbook_snapshot')).toHaveLength(6)
    expect(await quotesAt(recording, TICKER, at('2025-03-03T15:05:00Z'))).toMatchObject({ yesAsks: [['0.6100', '3.00']] })
    expect(recording.caveats.join(' ')).toContain('1 trades left no quote')
  })

  it('ends a quote with its market: Kalshi stops five minutes before the release', async () => {
    const trades = [trade('2025-04-04T12:24:40Z', 60)]
    const pairs = [matched('2025-04-04T12:24:30Z', '0.71', '0.3')]
    const recording = await readUnemployment(folder({ trades, pairs }), PLAYED)
    expect(await quotesAt(recording, TICKER, at('2025-04-04T12:24:59.999Z'))).toMatchObject({ yesAsks: [{}] })
    expect(await quotesAt(recording, TICKER, at('2025-04-04T12:25:00Z'))).toMatchObject({ yesAsks: [], asks: [{}, {}] })
  })

  it('tells heartbeats while quotes live and nothing in between, and prices a find of another day', async () => {
    const trades = [trade('2025-03-03T15:05:00Z', 60), trade('2025-03-09T15:05:00Z', 60)]
    const pairs = ['2025-03-03T15:05:59Z', '2025-03-09T15:05:59Z'].map((time) => matched(time, '0.71', '0.3'))
    const recording = await readUnemployment(folder({ trades, pairs }), PLAYED)
    expect(await replayed(recording)).toMatchObject({ found: 2, refused: 0 })
    const frames = await framesOf(recording)
    const silences = frames.map(({ recvMs }, i) => recvMs - (frames[i - 1]?.recvMs ?? recvMs)).filter((ms) => ms > 2_000)
    expect(silences.map((ms) => Math.round(ms / 3_600_000))).toEqual([15, 6 * 24])
    expect(frames.filter((frame) => callbackOf(frame)[0] === 'pong')).toHaveLength(2 * 60)
  })

  it('settles each market at both venues as it was decided', async () => {
    const { settlements } = await readUnemployment(folder(), PLAYED)
    const atMs = at('2025-04-04T14:30:00Z')
    expect(settlements).toEqual([
      { venue: 'kalshi', market: TICKER, yesPays: 1_000_000, atMs },
      { venue: 'forecastex', market: '990000001', yesPays: 1_000_000, atMs },
      { venue: 'kalshi', market: 'KXU3-25MAR-T4.1', yesPays: 0, atMs },
      { venue: 'forecastex', market: '990000003', yesPays: 0, atMs },
    ])
  })

  it('begins with the day on which both venues have traded', async () => {
    const trades = [trade('2024-12-24T10:00:00Z', 50), trade('2025-03-03T15:05:00.5Z', 60)]
    const recording = await readUnemployment(folder({ trades }), PLAYED)
    expect((await framesOf(recording))[0]?.recvMs).toBe(at('2025-03-03T00:00:00Z'))
    expect(recording.caveats.join(' ')).toContain('1 trades at Kalshi before')
  })

  const good = trade('2025-03-03T15:05:00Z', 60)
  it.each<[string, Told, string]>([
    ['a price that is none', { trades: [good.replace(',60,40', ',101,-1')] }, `${TRADES}:3 is damaged: yes_price is "101 cents"`],
    ['prices that make no dollar', { trades: [good.replace(',40,', ',39,')] }, `${TRADES}:3 is damaged: no_price`],
    ['a time without zone', { trades: [good, trade('2025-03-03T15:06:00', 60)] }, `${TRADES}:4 is damaged: created_time`],
    ['a size that is none', { trades: [trade('2025-03-03T15:05:00Z', 60, 0)] }, `${TRADES}:3 is damaged: count is "0"`],
    ['an unknown side', { trades: [good.replace(/yes$/, 'both')] }, `${TRADES}:3 is damaged: taker_side is "both"`],
    ['a line that breaks off', { trades: [good.slice(0, 40)] }, `${TRADES}:3 has`],
    ['an order that is none', { trades: [good, trade('2025-03-03T15:04:00Z', 60)] }, `${TRADES}:4 is damaged: it is earlier`],
    ['a trade after the close', { trades: [trade('2025-04-04T12:26:00Z', 60)] }, `${TRADES}:3 is damaged: ${TICKER} had closed`],
    ['a price below a dollar’s grid', { pairs: [matched('2025-03-03T15:05:10Z', '0.71', '0.30001')] }, `${PAIRS}:2 is damaged: no_price`],
    ['other columns', { files: { [PAIRS]: `${PAIRS_HEAD},fee\n` } }, `${PAIRS}:1 has the columns`],
    ['a file that is no gzip', { files: { [TRADES]: Buffer.from('no gzip') } }, `${TRADES} cannot be read`],
    ['a map that is no JSON', { files: { [MAP]: '[{' } }, `${MAP} is not JSON`],
    ['a map with two tickers for one question', { files: { [MAP]: JSON.stringify([{ ...entry('A', 'B', 1), kalshi_tickers: ['A', 'B'] }]) } }, `${MAP} is damaged: 0.kalshi_tickers`], // prettier-ignore
    ['a map without a result', { files: { [MAP]: JSON.stringify([{ ...entry(TICKER, 'B', 2) }]) } }, `${MAP} is damaged: 0.forecastex_settled_yes`], // prettier-ignore
  ])('refuses %s, naming where', async (_what, told, sentence) => {
    const data = folder(told)
    const reading = readUnemployment(data, PLAYED)
    await expect(reading).rejects.toThrow(RangeError)
    await expect(reading).rejects.toThrow(`${data}/${sentence}`)
  })

  it('refuses a folder without recordings and a life that is none', async () => {
    await expect(readUnemployment('/nowhere', PLAYED)).rejects.toThrow(`/nowhere/${MAP} does not exist: name the folder`)
    await expect(readUnemployment(folder(), { ...PLAYED, quoteLifeMs: 0 })).rejects.toThrow('a quote cannot live 0 ms')
  })
})

recordings('unemployment over eight months', () => {
  it('is accepted by sessions and engine without a fault, and is decided the same twice', async () => {
    const recording = await readUnemployment(SHARED, PLAYED)
    const wrong: string[] = []
    async function* checked(): AsyncGenerator<Frame, void, undefined> {
      let before: Frame | null = null
      for await (const frame of recording.frames()) {
        if (frame.n !== (before?.n ?? 0) + 1 || frame.recvMs < (before?.recvMs ?? 0)) wrong.push(`frame ${frame.n}`)
        before = frame
        yield frame
      }
    }
    const report = await replayed({ frames: checked })
    expect(wrong).toEqual([])
    expect(report).toMatchObject({ unreadable: 0, gaps: 0, inconsistent: 0 })
    expect(report.found).toBeGreaterThan(100)
    // nothing is refused for a quote, a feed, fees or a market that would not be what they were said to be
    expect(Object.keys(report.refusals).toSorted()).toEqual(['exit depth', 'expected value'])
    const standing = report.books.filter((book) => (book.venue === 'kalshi' ? !book.live || book.yesAsks.length > 0 : book.asks.length > 0))
    expect(standing).toEqual([])
    expect((await replayed(recording)).decisionsSha256).toBe(report.decisionsSha256)
    expect(recording.settlements).toHaveLength(78)
  })
})

interface Quotes {
  readonly yesBids: readonly (readonly string[])[]
  readonly yesAsks: readonly (readonly string[])[]
  readonly asks: readonly (readonly string[])[]
}
/** As a report writes them. */
function padded(quotes: Quotes): Quotes {
  const level = ([price = '', size = '']: readonly string[]): readonly string[] => [price.padEnd(6, '0'), `${size}.00`]
  return { yesBids: quotes.yesBids.map(level), yesAsks: quotes.yesAsks.map(level), asks: quotes.asks.map(level) }
}
