import { gzipSync } from 'node:zlib'
import { money } from '../../../src/core/units'
import { readWindows } from '../../../src/replay/recordings/gold-files'
import { playGold } from '../../../src/replay/recordings/gold-play'
import { readGold } from '../../../src/replay/recordings/gold'
import { RECORDINGS } from '../../../src/replay/recordings/recording-list'
import { InventedQuotes } from '../../../src/replay/recordings/invented-quotes'
import { temporaryDirectory } from '../../stores/doubles'
import { readLines, recordings, SHARED } from '../../venues/kalshi/fakes'
import { callbackOf, disorder, folderOf, framesOf, ladders, messageOf, PLAYED, replayed } from './folder'

const TICKER = 'KXGOLD15M-26AUG050000-00'
const MARKETS = 'kalshi_ws/gold15m/MARKETS.csv'
const MESSAGES = `kalshi_ws/gold15m/${TICKER}_2026-08-05.ndjson.gz`
const HEAD =
  'window,event_ticker,open_time,close_time,strike_type,floor_strike,status,result,expiration_value,settlement_value_dollars,settlement_ts,price_level_structure,volume_fp,open_interest_fp'
const ROW = `${TICKER},KXGOLD15M-26AUG050000,2026-08-05T03:45:00Z,2026-08-05T04:00:00Z,greater_or_equal,4128.56,finalized,no,4128.40,0.0000,2026-08-05T04:00:04.828502Z,linear_cent,1.00,1.00`
const OPEN_MS = Date.parse('2026-08-05T03:45:00Z')
const CLOSE_MS = Date.parse('2026-08-05T04:00:00Z')

const line = (afterMs: number, seq: number, event: object): string =>
  JSON.stringify({ recv_ms: OPEN_MS + afterMs, event: { ...event, sid: 1, seq } })
const snapshot = (yes: string, no: string): object => ({
  type: 'orderbook_snapshot',
  msg: { market_ticker: TICKER, yes_dollars_fp: [[yes, '50.00']], no_dollars_fp: [[no, '50.00']] },
})
const delta = (price: string, change: string): object => ({
  type: 'orderbook_delta',
  msg: { market_ticker: TICKER, side: 'yes', price_dollars: price, delta_fp: change },
})
/** Bid 0.40, ask 0.44 from ten seconds after the opening on; a silence of five seconds, a reconnect after eleven. */
const LINES = [
  line(10_000, 500, snapshot('0.4000', '0.5600')),
  line(15_000, 900, delta('0.3900', '10.00')),
  line(26_500, 22, snapshot('0.4000', '0.5600')),
]
const dir = temporaryDirectory()
const folder = (files: Readonly<Record<string, string | Buffer>> = {}): string =>
  folderOf(dir, { [MARKETS]: `${HEAD}\n${ROW}\n`, [MESSAGES]: `${LINES.join('\n')}\n`, ...files })

describe('gold with an invented other side', () => {
  it('hands every message on as it was received, in order, the same for the same seed', async () => {
    const recording = await readGold(folder(), PLAYED)
    const frames = await framesOf(recording)
    expect(disorder(frames)).toEqual([])
    expect(frames.slice(0, 4).map((frame) => callbackOf(frame)[0])).toEqual(['limits', 'listing', 'listing', 'pairs'])
    const told = frames.filter((frame) => messageOf(frame) !== null)
    expect(told.map(({ recvMs, payload }) => `{"recv_ms":${recvMs},"event":${Buffer.from(payload as Uint8Array).toString()}}`)).toEqual(
      LINES,
    )
    expect(await framesOf(recording)).toEqual(frames)
    expect(await framesOf(await readGold(folder(), PLAYED))).toEqual(frames)
    expect(await framesOf(await readGold(folder(), { ...PLAYED, seed: 'another' }))).not.toEqual(frames)
  })

  it('quotes the other side until the close, and nothing after it', async () => {
    const recording = await readGold(folder(), PLAYED)
    const frames = await framesOf(recording)
    expect(frames.at(-1)?.recvMs).toBe(CLOSE_MS)
    const asked = frames.filter((frame) => ['tickPrice', 'tickSize'].includes(String(callbackOf(frame)[0])))
    expect(asked.length).toBeGreaterThan(100)
    const report = await replayed(recording, { sequence: 'ignore' })
    expect(report).toMatchObject({ gaps: 0, unreadable: 0, inconsistent: 0, resyncs: 1 })
    const other = report.books.filter(({ venue }) => venue === 'forecastex')
    expect(other.map(({ live }) => live)).toEqual([false, false])
  })

  it('vouches for Kalshi in a silence, and not where its numbers began anew', async () => {
    const frames = await framesOf(await readGold(folder(), PLAYED))
    const pongs = frames.filter((frame) => callbackOf(frame)[0] === 'pong')
    expect(pongs.map(({ recvMs }) => recvMs - OPEN_MS)).toEqual([11_000, 12_000, 13_000, 14_000])
  })

  it('is late by one to five seconds, asks 1.01 to 1.03 for both outcomes, and 5 to 100 contracts of each', () => {
    const quotes = new InventedQuotes('seed', 'market', 0)
    const lags: number[] = []
    const pauses: number[] = []
    const prices: number[] = []
    const sizes: number[] = []
    const sums = new Set<number>()
    const atFortyTwo = new Set<number>()
    for (let i = 0; i < 2_000; i++) {
      const atMs = quotes.nextMs
      const quote = quotes.next((ms) => (lags.push(atMs - ms), [42, 1, 99][i % 3] ?? null))
      if (!quote) throw new Error('a middle was told, and nothing is quoted')
      const { yes, no } = quote
      pauses.push(quotes.nextMs - atMs)
      prices.push(yes.price, no.price)
      sizes.push(yes.quantity, no.quantity)
      sums.add(yes.price + no.price)
      if (i % 3 === 0) atFortyTwo.add(yes.price)
    }
    const range = (values: readonly number[]): readonly number[] => [Math.min(...values), Math.max(...values)]
    const sorted = (values: ReadonlySet<number>): readonly number[] => [...values].toSorted((a, b) => a - b)
    const outside = (values: readonly number[], least: number, most: number): boolean => values.some((ms) => ms < least || ms > most)
    expect([lags.length, outside(lags, 1_000, 5_000), outside(pauses, 2_000, 10_000)]).toEqual([2_000, false, false])
    const toATenth = (values: readonly number[]): readonly number[] => range(values).map((ms) => Math.round(ms / 100) / 10)
    expect([toATenth(lags), toATenth(pauses)]).toEqual([[1, 5], [2, 10]]) // prettier-ignore
    expect([range(sizes), [...prices, ...sizes].filter((each) => each % 100 !== 0)]).toEqual([[500, 10_000], []])
    expect([range(prices), sorted(sums), sorted(atFortyTwo)]).toEqual([
      [200, 9_900],
      [10_100, 10_200, 10_300],
      [4_200, 4_300, 4_400, 4_500],
    ])
    expect(quotes.next(() => null)).toBeNull()
  })

  it('is read by its name', async () => {
    expect((await RECORDINGS.gold(folder(), PLAYED)).name).toBe('gold')
  })

  it('settles both sides as Kalshi did, and says what is invented', async () => {
    const { settlements, caveats } = await readGold(folder(), PLAYED)
    const settled = { yesPays: money(0), atMs: Date.parse('2026-08-05T04:00:04.828Z') }
    expect(settlements).toEqual([
      { venue: 'kalshi', market: TICKER, ...settled },
      { venue: 'forecastex', market: '990000001', ...settled },
    ])
    expect(caveats[0]).toContain('invented')
  })

  const second = `kalshi_ws/gold15m/${TICKER}_2026-08-06.ndjson.gz`
  it.each<[string, Record<string, string | Buffer>, string]>([
    ['a message that is no JSON', { [MESSAGES]: `${LINES[0]}\n{"recv_ms":1,"event":{"type"\n` }, `${MESSAGES}:2 is not JSON`],
    ['a recording that breaks off', { [MESSAGES]: gzipSync(LINES.join('\n')).subarray(0, 80) }, `${MESSAGES} is damaged`],
    ['a capture of ours', { [MESSAGES]: '{"n":1,"recv_ms":1,"mono_ns":"1","venue":"house","conn":0,"dir":"in","event":["halts"]}\n' }, `${MESSAGES}:1 is no message`], // prettier-ignore
    ['a second file of before the first', { [second]: `${LINES[0]}\n` }, `${second}:1 was received before`],
  ])('refuses %s, naming where', async (_what, files, sentence) => {
    const data = folder(files)
    const reading = readGold(data, PLAYED).then(framesOf)
    await expect(reading).rejects.toThrow(RangeError)
    await expect(reading).rejects.toThrow(`${data}/${sentence}`)
  })

  it.each<[string, Record<string, string | Buffer>, string]>([
    [
      'a result that does not fit',
      { [MARKETS]: `${HEAD}\n${ROW.replace(',no,', ',yes,')}\n` },
      `${MARKETS}:2 is damaged: settlement_value_dollars`,
    ],
    [
      'another price grid',
      { [MARKETS]: `${HEAD}\n${ROW.replace('linear_cent', 'tapered')}\n` },
      `${MARKETS}:2 is damaged: price_level_structure`,
    ],
    [
      'a window without messages',
      { [MARKETS]: `${HEAD}\n${ROW}\n${ROW.replaceAll('AUG05', 'AUG06')}\n` },
      `${MARKETS}:3 names KXGOLD15M-26AUG060000-00`,
    ],
    [
      'messages without a window',
      { 'kalshi_ws/gold15m/KXGOLD15M-X_2026-08-05.ndjson.gz': '' },
      'kalshi_ws/gold15m/KXGOLD15M-X_2026-08-05.ndjson.gz is of a market',
    ],
    ['other columns', { [MARKETS]: `${HEAD},more\n${ROW},1\n` }, `${MARKETS}:1 has the columns`],
  ])('refuses %s before a frame is read', async (_what, files, sentence) => {
    const data = folder(files)
    await expect(readGold(data, PLAYED)).rejects.toThrow(`${data}/${sentence}`)
  })

  it('refuses a folder without recordings, and no windows', async () => {
    await expect(readGold('/nowhere', PLAYED)).rejects.toThrow(`/nowhere/${MARKETS} does not exist`)
    await expect(readGold(folder(), { ...PLAYED, windows: 0 })).rejects.toThrow('0 windows cannot be played')
  })
})

recordings('gold as it was recorded', () => {
  it('plays the beginning of a window without a fault, finds gaps, and decides the same twice', async () => {
    const recording = await readGold(SHARED, { ...PLAYED, windows: 1 })
    const options = { sequence: 'ignore', until: 20_000 } as const
    const report = await replayed(recording, options)
    expect(report).toMatchObject({ messages: 20_000, gaps: 0, unreadable: 0, inconsistent: 0 })
    expect(report.found).toBeGreaterThan(100)
    expect((await replayed(recording, options)).decisionsSha256).toBe(report.decisionsSha256)
    expect(recording.settlements.map(({ yesPays }) => yesPays)).toEqual([0, 0])
  })

  it('reads the two files of the window around midnight as one: the second begins in the middle of a book', async () => {
    const [window] = (await readWindows(SHARED)).filter(({ pair }) => pair.kalshi.market === 'KXGOLD15M-26AUG102000-00')
    if (!window) throw new Error('the window is not there')
    const frames = await framesOf({ frames: () => playGold({ windows: [window], limits: PLAYED.limits, seed: PLAYED.seed }) })
    expect(disorder(frames)).toEqual([])
    expect(frames.filter((frame) => messageOf(frame) !== null)).toHaveLength(47_653 + 5)
    async function* again(): AsyncGenerator<(typeof frames)[number], void, undefined> {
      yield* frames
    }
    const report = await replayed({ frames: again }, { sequence: 'ignore' })
    expect([report.inconsistent, ladders(report).get(window.pair.kalshi.market)]).toEqual([0, { yesBids: [], yesAsks: [] }])
  })

  it('has all windows, each with what came of it', async () => {
    const windows = await readWindows(SHARED)
    expect([windows.length, windows.flatMap(({ files }) => files).length]).toEqual([21, 22])
    const won = readLines(MARKETS).filter((row) => row.includes(',yes,')).length
    expect(windows.filter(({ yesPays }) => yesPays > 0)).toHaveLength(won)
  })
})
