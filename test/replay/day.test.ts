import path from 'node:path'
import { readFileSync, writeFileSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'
import { figuresOf, type BoxFound } from '../../src/core/box/finding'
import { replayDay } from '../../src/replay/day'
import type { DayReplay } from '../../src/workflows/messages'
import { temporaryDirectory } from '../stores/doubles'
import { OPTIONS, replayed as replayedFiles } from './reading'
import { START_MS, SyntheticCapture, TICKER, YES_ID } from './synthetic'

const root = temporaryDirectory()
let run = 0
const DAY = '2026-11-22'
/** What the box of these books comes to, by hand: see capture.test.ts. */
const FIGURES = [0, 1000, 1, 4000, 4169000, 0, 5000, 5100000, 731000, 333640, 894300, 4169000, 731000, 0, 9269000, -1, -1]

/** A process that finds the box and decides T1 upon it. */
class Deciding extends SyntheticCapture {
  constructor(override readonly dir: string) {
    super(dir)
  }
  decided(id: string, figures: readonly number[] = FIGURES): this {
    const book = { n: 1, confirmedMs: START_MS, bid: null, ask: null }
    const books = [
      { ...book, venue: 'kalshi', market: TICKER, outcome: 'yes' },
      { ...book, venue: 'forecastex', market: String(YES_ID), outcome: 'no' },
    ]
    return this.house('decided', { tradeId: id, pair: 'u3', seenMs: this.at(), figures, books, epoch: 1 })
  }
}
const deciding = (): Deciding => new Deciding(path.join(root, String((run += 1)))).opened().snapshot().ask('no', 0.5, 20)
const replayed = (dir: string, change: { day?: string; trades?: readonly string[]; signal?: AbortSignal } = {}): Promise<DayReplay> =>
  replayDay(change.day ?? DAY, {
    dataDir: dir,
    terms: OPTIONS,
    tradesOf: () => Promise.resolve(change.trades ?? []),
    onProgress: () => undefined,
    nowMs: () => 0,
    signal: change.signal ?? new AbortController().signal,
  })

describe('a day decided again', () => {
  it('comes to the same digest when everything is decided as it was', async () => {
    const capture = deciding().decided('T1').wait(10).decided('T2')
    await capture.files()
    const report = await replayed(capture.dir, { trades: ['T1', 'T2'] })
    expect(report).toMatchObject({
      day: DAY,
      files: 1,
      decisions: 2,
      compared: 2,
      ...{ same: true, withoutBeginning: 0 },
      differing: [],
      notCompared: [],
      warnings: [],
    })
    expect(report.replayedSha256).toBe(report.recordedSha256)
    expect(await replayed(capture.dir, { trades: ['T1', 'T2'] })).toEqual(report)
  })

  it('differs by one figure, or by a find that is none now', async () => {
    const other = FIGURES.with(8, 731_001)
    const gone = deciding().decided('T1', other).wait(10).ask('no', 0.65, 20).decided('T2')
    await gone.files()
    const report = await replayed(gone.dir)
    expect([report.same, report.compared, report.replayedSha256 === report.recordedSha256]).toEqual([false, 2, false])
    expect(report.differing).toMatchObject([
      { tradeId: 'T1', pair: 'u3', recorded: other, replayed: FIGURES },
      { tradeId: 'T2', replayed: null },
    ])
  })

  it('is asked without changing what is seen: the digest of a replay stays that of its frames', async () => {
    const files = await deciding().decided('T1').wait(10).delta('yes', '0.3700', '5.00').files()
    let asked = 0
    const [plain, asking] = [await replayedFiles(files), await replayedFiles(files, { onDecided: () => asked++ })]
    expect([asked, asking]).toEqual([1, plain])
  })
})

describe('a decision that cannot be made again', () => {
  it('is named: its books are told in files that are gone', async () => {
    const capture = deciding().decided('T1')
    const [file = ''] = await capture.files()
    const lines = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n')
    const late = lines.filter((line) => !line.includes('orderbook_snapshot') && !line.includes('"reqMktData"'))
    writeFileSync(file, gzipSync(`${late.join('\n')}\n`))
    const report = await replayed(capture.dir)
    expect(report).toMatchObject({
      decisions: 1,
      compared: 0,
      ...{ same: false, withoutBeginning: 1 },
      notCompared: [{ tradeId: 'T1', reason: expect.stringContaining('the ring has no more') }],
    })
    expect(report.warnings.join()).toContain('frames are missing in the capture')
  })

  it.each([
    ['its pair', '"pairs"'],
    ['the limits', '"limits"'],
    ['a listing of it', '"listing"'],
  ])('is named, and is no difference: %s was told in files that are gone, and its books again since', async (_what, house) => {
    const capture = deciding().decided('T1')
    const [file = ''] = await capture.files()
    const lines = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n')
    writeFileSync(file, gzipSync(`${lines.filter((line) => !line.includes(house)).join('\n')}\n`))
    expect(await replayed(capture.dir)).toMatchObject({
      ...{ decisions: 1, compared: 0, same: false, withoutBeginning: 1, differing: [] },
      notCompared: [
        {
          tradeId: 'T1',
          reason: expect.stringContaining('its pair, its listings or the limits were told in files that the ring has no more'),
        },
      ],
    })
  })

  it('is named: no capture tells of it, or a damaged file ends before it', async () => {
    const capture = deciding().decided('T1')
    const [file = ''] = await capture.files()
    const lines = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n')
    writeFileSync(file, gzipSync(`${lines.slice(0, -1).join('\n')}\nscribble\n`))
    const report = await replayed(capture.dir, { trades: ['T1'] })
    expect(report).toMatchObject({
      compared: 0,
      withoutBeginning: 0,
      notCompared: [{ tradeId: 'T1', reason: 'no capture tells of its decision' }],
    })
    expect(report.warnings).toEqual([`${file}:${lines.length} is not JSON`])
  })

  it('is none of the day before, and a text that is no day is refused', async () => {
    const capture = deciding().decided('T1')
    await capture.files()
    expect(await replayed(capture.dir, { day: '2026-11-21' })).toMatchObject({ files: 0, decisions: 0 })
    await expect(replayed(capture.dir, { day: 'yesterday' })).rejects.toThrow('"yesterday" is not a day: write it like 2026-11-22')
  })
})

describe('figures of a find', () => {
  it('are whole numbers, every one that makes it the trade that it becomes', () => {
    const leg = { outcome: 'yes', limit: 4_000, costBound: 4_169_000 }
    const found = {
      direction: 'A',
      quantity: 1_000,
      kalshi: leg,
      forecastex: { ...leg, outcome: 'no', limit: 5_000, costBound: 5_100_000 },
    }
    const worth = {
      netEdge: 731_000,
      expectedValue: 333_640,
      worst: { modelledLoss: 894_300, maximumLoss: 4_169_000 },
      worstCaseProfit: 731_000,
    }
    const capital = { first: 'kalshi', capital: 9_269_000, lockedDays: null, annualReturn: null }
    expect(figuresOf({ ...found, ...worth, ...capital } as unknown as BoxFound)).toEqual(FIGURES)
  })
})
