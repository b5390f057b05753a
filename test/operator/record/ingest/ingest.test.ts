import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { constants, gunzipSync, gzipSync } from 'node:zlib'
import type { RecordRow } from '../../../../src/ports/record'
import { goneAtOnce, ingestFile, type BadLine, type Ingested } from '../../../../src/operator/record/ingest/ingest'
import { DamagedCapture, readCapture } from '../../../../src/stores/files/capture-reader'
import { SyntheticCapture } from '../../../replay/synthetic'
import { LogBook, temporaryDirectory } from '../../../stores/doubles'

const dir = temporaryDirectory()
let n = 0
const fileOf = (content: string | Buffer): string => {
  const file = path.join(dir, String((n += 1)))
  writeFileSync(file, content)
  return file
}
interface Loaded {
  readonly rows: RecordRow[]
  readonly bad: BadLine[]
  readonly warnings: string[]
  readonly told: Ingested
}
async function load(file: string): Promise<Loaded> {
  const [rows, bad, warnings]: [RecordRow[], BadLine[], string[]] = [[], [], []]
  const sink = { offer: (row: RecordRow) => void rows.push(row), room: () => Promise.resolve() }
  const tellers = { onBad: (each: BadLine) => void bad.push(each), onWarning: (each: string) => void warnings.push(each) }
  const told = await ingestFile(file, { sink, fetchedMs: null, ...tellers, onProgress: () => undefined })
  return { rows, bad, warnings, told }
}
const message = (recvMs: number, event: object): string => `${JSON.stringify({ recv_ms: recvMs, event })}\n`
const snapshot = { yes_dollars_fp: [['0.4000', '10.00']], no_dollars_fp: [['0.5000', '3.00']] }
const MARKET = { market_ticker: 'KXU3-26NOV-T4.0' }
const STREAM = [
  message(1_000, { type: 'orderbook_snapshot', sid: 1, seq: 1, msg: { ...MARKET, ...snapshot } }),
  message(1_005, {
    type: 'orderbook_delta',
    sid: 1,
    seq: 9,
    msg: { ...MARKET, price_dollars: '0.5000', delta_fp: '-3.00', side: 'no', ts_ms: 1_004 },
  }),
  message(1_010, {
    ...{ type: 'trade', sid: 2, seq: 5 },
    msg: {
      ...MARKET,
      trade_id: 'x',
      yes_price_dollars: '0.5000',
      no_price_dollars: '0.5000',
      count_fp: '3.00',
      taker_side: 'yes',
      ts_ms: 1_003,
    },
  }),
]

describe('a capture of ours', () => {
  it('has the series that its listings tell, as the live rows have: loading it changes none of them', async () => {
    const capture = new SyntheticCapture(path.join(dir, 'capture')).opened().snapshot().ask('no', 0.5, 10)
    const rows = (await Promise.all((await capture.files()).map(load))).flatMap((loaded) => loaded.rows)
    const ticks = rows.filter(({ kind }) => kind === 'tick')
    expect(new Set(ticks.map((row) => ('venue' in row ? row.venue : '')))).toEqual(new Set(['kalshi', 'forecastex']))
    expect(ticks.filter((row) => !('series' in row) || row.series !== 'a series')).toEqual([])
  })

  const CHANGES = 2_000
  /** A snapshot, then changes of one level. @returns its lines, the header among them */
  const written = async (name: string): Promise<{ readonly file: string; readonly lines: readonly string[] }> => {
    const capture = new SyntheticCapture(path.join(dir, name)).opened().snapshot()
    for (let i = 0; i < CHANGES; i++) capture.wait(i % 17).delta('yes', '0.3800', `${1 + (i % 7)}.${10 + ((i * i) % 89)}`)
    const [file = ''] = await capture.files()
    return { file, lines: gunzipSync(readFileSync(file)).toString().trimEnd().split('\n') }
  }
  const changesOf = ({ rows }: Loaded): number => rows.filter((row) => row.kind === 'change' && !row.snapshot).length

  it('that is whole becomes a row for each change, and nothing is said', async () => {
    const { file, lines } = await written('whole')
    const loaded = await load(file)
    expect(loaded.told).toMatchObject({ form: 'capture', lines: lines.length - 1, bad: 0, warnings: 0, cut: null })
    expect(changesOf(loaded)).toBe(CHANGES)
  })

  it('that is corrupt gives every frame before the damage', async () => {
    const { file, lines } = await written('corrupt')
    const packed = readFileSync(file)
    const at = Math.floor(packed.length / 2)
    packed.fill(0xff, at, at + 64)
    writeFileSync(file, packed)
    let frames = 0
    const reading = async (): Promise<void> => {
      for await (const { n } of readCapture(file, new LogBook())) frames = n
    }
    await expect(reading()).rejects.toThrow(DamagedCapture)
    const loaded = await load(file)
    expect(frames).toBeGreaterThan(CHANGES / 4)
    expect(changesOf(loaded)).toBe(frames - (lines.length - 1 - CHANGES))
    expect(loaded.told).toMatchObject({ lines: frames, bad: 0, cut: expect.stringContaining(`after ${frames} frames (${file}`) as string })
  })

  it('of another version is not loaded as one of this', async () => {
    const { lines } = await written('version')
    const file = fileOf(lines.join('\n').replace('"capture":1', '"capture":2'))
    await expect(load(file)).rejects.toThrow(`${file}:1 begins a capture of version 2, and version 1 is read here`)
  })

  it('whose frames are missing tells where, and what is left out for it', async () => {
    const { lines } = await written('missing')
    const gone = 5
    const from = lines.length - 100
    const loaded = await load(fileOf(lines.toSpliced(from, gone).join('\n')))
    const n = from + gone // its line's number, less the header, plus one
    expect(loaded.warnings).toEqual([
      `line ${from + 1}: frames are missing in the capture (${gone} frames)`,
      `frame ${n}: messages of Kalshi's subscription 1 before it are missing`,
      `frame ${n}: changes of KXU3-25MAR-T4.0 are left out until a snapshot`,
    ])
    expect([loaded.told.warnings, changesOf(loaded)]).toEqual([3, CHANGES - 100])
  })

  it('that begins in the middle of its process tells so', async () => {
    const { lines } = await written('middle')
    const { told, warnings } = await load(fileOf([lines[0], ...lines.slice(100)].join('\n')))
    expect(warnings[0]).toBe(
      'it begins with frame 100 of its process: what was subscribed to, listed and quoted before is in it from where it is told again',
    )
    expect(told.tables['kalshi_orderbook']).toBeUndefined()
  })
})

describe("a recording of Kalshi's stream", () => {
  it('makes the rows that the streaming process would have written', async () => {
    const { rows, bad, told } = await load(fileOf(STREAM.join('')))
    expect(bad).toEqual([])
    const tick = { kind: 'tick', market: 'KXU3-26NOV-T4.0', series: 'KXU3', bid: 4000, bidSize: 1000 }
    const change = { kind: 'change', ticker: 'KXU3-26NOV-T4.0', subscription: 1, venueSid: 1 }
    expect(rows).toEqual([
      expect.objectContaining({ ...tick, ask: 5000, askSize: 300, atMs: 1_000 }),
      { ...change, side: 'bid', price: 4000, delta: 1000, snapshot: true, seq: 1, venueSeq: 1, atMs: 1_000 },
      { ...change, side: 'ask', price: 5000, delta: 300, snapshot: true, seq: 1, venueSeq: 1, atMs: 1_000 },
      expect.objectContaining({ ...tick, ask: null, askSize: null, atMs: 1_005 }),
      { ...change, side: 'ask', price: 5000, delta: -300, snapshot: false, seq: 2, venueSeq: 9, atMs: 1_005 },
      expect.objectContaining({ kind: 'print', tradeId: 'x', takerSide: 'yes', price: 5000, quantity: 300, atMs: 1_003 }),
    ])
    expect(told).toMatchObject({ form: 'recording', lines: 3, bad: 0, cut: null })
    expect(told.tables).toEqual({
      kalshi_ticks: { rows: 2, firstMs: 1_000, lastMs: 1_005 },
      kalshi_orderbook: { rows: 3, firstMs: 1_000, lastMs: 1_005 },
      kalshi_trades: { rows: 1, firstMs: 1_003, lastMs: 1_003 },
    })
  })

  it('tells every line that cannot be read with its number, and reads all others', async () => {
    const broken = [STREAM[0], '{"recv_ms":1,"event":{"type":\n', '\n', message(1_001, { type: 'trade', sid: 2, msg: {} }), STREAM[2]]
    const { rows, bad, told } = await load(fileOf(broken.join('')))
    expect(bad.map(({ number }) => number)).toEqual([2, 4])
    expect(bad[0]).toMatchObject({ text: '{"recv_ms":1,"event":{"type":', reason: 'is not JSON' })
    expect([told.lines, told.bad, rows.filter(({ kind }) => kind === 'print')]).toEqual([4, 2, [expect.objectContaining({ tradeId: 'x' })]])
  })

  it('without its end tells so, and gives every complete line', async () => {
    const packed = gzipSync(STREAM.join('').repeat(200))
    expect((await load(fileOf(packed))).told).toMatchObject({ lines: 600, cut: null })
    const torn = packed.subarray(0, packed.length - 20)
    const whole = gunzipSync(torn, { finishFlush: constants.Z_SYNC_FLUSH }).toString().split('\n').length - 1
    expect(whole).toBeGreaterThan(100)
    const { told } = await load(fileOf(torn))
    expect([told.lines, told.cut]).toEqual([whole, `it has no end after line ${whole}`])
  })

  it('with damage at its end loses no line before it', async () => {
    const { told } = await load(fileOf(Buffer.concat([gzipSync(STREAM.join('').repeat(200)), Buffer.from('these bytes are no gzip')])))
    expect([told.lines, told.cut]).toEqual([600, expect.stringMatching(/^it is damaged after line 600 \(/)])
  })

  it('tells of which books it has changes and no snapshot', async () => {
    const { told, warnings } = await load(fileOf(STREAM.slice(1).join('')))
    expect(warnings).toEqual(['frame 1: changes of KXU3-26NOV-T4.0 are left out until a snapshot'])
    expect([told.warnings, told.tables['kalshi_orderbook']]).toEqual([1, undefined])
  })
})

describe('trades as CSV', () => {
  const HEADING = 'trade_id,ticker,count,created_time,yes_price,no_price,taker_side\n'
  const good = 'ecb4,KXU3-22DEC-T3.6,28,2022-12-25T13:00:11.989941Z,57,43,yes\n'

  it('are exact', async () => {
    const { rows } = await load(fileOf(`${HEADING}${good}`))
    const ids = { kind: 'print', ticker: 'KXU3-22DEC-T3.6', series: 'KXU3', tradeId: 'ecb4', takerSide: 'yes' }
    expect(rows).toEqual([{ ...ids, price: 5_700, quantity: 2_800, atMs: Date.UTC(2022, 11, 25, 13, 0, 11, 989) }])
  })

  it.each([
    ['a,b,28,2022-12-25T13:00:11Z,57,43', 'has 6 fields'],
    ['a,b,2.5,2022-12-25T13:00:11Z,57,43,yes', 'has a count "2.5"'],
    ['a,b,28,yesterday,57,43,yes', 'has a time "yesterday"'],
    ['a,b,28,2022-12-25T13:00:11Z,57,44,yes', 'has prices "57" and "44"'],
    ['a,b,28,2022-12-25T13:00:11Z,57,43,maybe', 'has a taker_side "maybe"'],
  ])('%s is told', async (line, reason) => {
    const { rows, bad } = await load(fileOf(`${HEADING}${good}${line}\n${good}`))
    expect(bad).toEqual([{ number: 3, text: line, reason: expect.stringContaining(reason) as string }])
    expect(rows).toHaveLength(2)
  })
})

describe('a file that is not loaded', () => {
  it.each([
    ['', 'has no lines'],
    ['hello\n', 'it begins with "hello", which is no form that is known'],
    ['{"n_events":1}\n', 'no form that is known'],
    ['{"captured_at":"2026-07-07T00:57:50Z","ticker":"T"}\n', 'fetches of The Odds API'],
    ['{"captured_at":"20260710T115340Z","market":', 'whole books of Kalshi'],
    ['date,sport,game_id,commence_time\n', 'it begins with "date,sport,game_id,commence_time", which is no form that is known'],
  ])('%j', async (content, sentence) => expect(load(fileOf(content))).rejects.toThrow(sentence))

  it('is not there', async () => expect(load(path.join(dir, 'none'))).rejects.toThrow('ENOENT'))
})

describe('rows that would go at once', () => {
  const told = {
    form: 'trades',
    lines: 1,
    bad: 0,
    warnings: 0,
    cut: null,
    tables: { kalshi_trades: { rows: 1, firstMs: 0, lastMs: 5 * 86_400_000 } },
  } as const

  it('are said before anything is written', () => {
    expect(goneAtOnce(told, {}, { kalshi_trades: 4 })).toMatch(/^the oldest row of kalshi_trades is of 1970-01-01, more than the 4 days/)
    expect(goneAtOnce(told, { kalshi_trades: 99 * 86_400_000 }, { kalshi_trades: 50 })).toContain('keep_days.kalshi_trades')
  })
  it('are none where a table is kept as long, or for ever', () => {
    expect(goneAtOnce(told, { kalshi_trades: null }, { kalshi_trades: 5 })).toBeNull()
    expect(goneAtOnce(told, {}, { kalshi_trades: 0 })).toBeNull()
  })
})

const recordings = path.resolve(__dirname, '..', '..', '..', '..', '..', 'shared', 'data', 'kalshi_ws')
const recorded = existsSync(recordings) ? it : it.skip
recorded('a recorded stream is read whole: every message a row, or why not', async () => {
  const { rows, bad, told } = await load(path.join(recordings, 'mlb_20260807_orderbook.ndjson.gz'))
  expect(told.lines).toBe(269)
  expect([bad.length, told.cut]).toEqual([0, null])
  expect(rows.filter((row) => row.kind === 'change' && row.snapshot).length).toBeGreaterThan(100)
})
recorded('every recorded trade becomes a row', async () => {
  const folder = path.join(recordings, '..', 'kalshi_trades')
  expect(readdirSync(folder)).toContain('unemployment.csv.gz')
  const { bad, told } = await load(path.join(folder, 'unemployment.csv.gz'))
  expect([bad, told.tables['kalshi_trades']?.rows]).toEqual([[], 12_527])
})
