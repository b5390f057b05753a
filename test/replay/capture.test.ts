import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { LogBook, temporaryDirectory } from '../stores/doubles'
import { OPTIONS, replayed } from './reading'
import { START_MS, SyntheticCapture, TICKER, YES_ID } from './synthetic'

const root = temporaryDirectory()
let run = 0
const capture = (startMs?: number): SyntheticCapture => new SyntheticCapture(path.join(root, String((run += 1))), startMs)
function written(name: string, content: string | Uint8Array): string {
  const file = path.join(root, name)
  writeFileSync(file, content)
  return file
}
const digest = (...lines: readonly string[]): string =>
  createHash('sha256')
    .update(lines.map((line) => `${line}\n`).join(''))
    .digest('hex')

/**
 * YES at 0.40 at Kalshi and NO at 0.50 at ForecastEx, 10 contracts. Kalshi: 4.00 and 0.168 of fee and 0.001 of slack; ForecastEx: 5.00 and
 * 0.10. Leaving again at 0.38 brings 3.80 less 0.16492 and 0.001, on the grid 3.634. 0.7 · 731000 − 0.3 · 535000 = 351200, of which 0.95. The dearest
 * fill is one that leaves most of a contract as dust: 0.8943. Kalshi is first, both cost 9.269, and nobody tells when they pay.
 */
const found = (atMs: number): string =>
  `1 0 ${atMs} 0 1000 1 4000 4169000 0 5000 5100000 731000 333640 894300 4169000 731000 0 9269000 -1 -1`
/** Check 9, "forecastex books confirmed", failed in direction A. */
const refused = (atMs: number): string => `2 0 ${atMs} 0 9`
/** Two finds and a refusal from first sight to the last frame: refused, by check 9 once. */
const EPISODE = `3 0 ${START_MS} ${START_MS + 5_010} ${START_MS + 5_010} 0 3 2 1000 731000 1000 731000 1 9 1`

/** A find on the size, one on the next change of the book, then a refusal: the gateway has said nothing for five seconds. */
const story = (): SyntheticCapture =>
  capture().opened().snapshot().ask('no', 0.5, 20).wait(10).delta('yes', '0.3700', '5.00').wait(5_000).delta('yes', '0.3700', '-5.00')

describe('a replay of a capture', () => {
  it('finds what was to be found, to the unit', async () => {
    const report = await replayed(await story().files())
    expect(report).toMatchObject({ messages: 20, gaps: 0, resyncs: 0, found: 2, refused: 1, unreadable: 0, inconsistent: 0 })
    const finds = [found(START_MS), found(START_MS + 10), refused(START_MS + 5_010)]
    expect(report.findsSha256).toBe(digest(...finds))
    expect(report.decisionsSha256).toBe(digest(...finds, digest(EPISODE)))
  })

  it('follows the opportunity from first sight to end', async () => {
    const { refusals, opportunities } = await replayed(await story().files())
    expect(refusals).toEqual({ 'forecastex books confirmed': 1 })
    const times = { firstSeenMs: START_MS, lastSeenMs: START_MS + 5_010, endedMs: START_MS + 5_010 }
    const best = { quantity: 1_000, netEdge: 731_000, annualReturn: null, unwindLoss: 894_300, maximumLoss: 4_169_000 }
    const row = {
      ...{ kind: 'opportunity', subject: 'u3', direction: 'A', mode: 'sim', n: 3, tradeId: null, trades: 0, looks: 3, finds: 2, ...times },
      ...{ outcome: 'refused', reason: 'forecastex books confirmed', refusals: 'forecastex books confirmed 1' },
      ...{ best: { ...best, capital: 9_269_000, lockedDays: null }, last: { quantity: 1_000, netEdge: 731_000 } },
    }
    const outcomes = { taken: 0, refused: 1, superseded: 0, vanished: 0 }
    expect(opportunities).toEqual({ count: 1, outcomes, longest: row, best: row, list: [row] })
    expect((await replayed(await story().files(), { opportunities: false })).opportunities).toMatchObject({ count: 1, list: [] })
  })

  it('ends an opportunity with its margin, and begins another one with the next', async () => {
    const twice = capture().opened().snapshot().ask('no', 0.5, 20).wait(30).ask('no', 0.65, 20).wait(40).ask('no', 0.5, 20).wait(50)
    const { opportunities } = await replayed(await twice.delta('yes', '0.3700', '5.00').files())
    expect(opportunities.list.map(({ firstSeenMs, endedMs, looks }) => [firstSeenMs - START_MS, endedMs - START_MS, looks])).toEqual([
      [0, 30, 1],
      [70, 120, 2],
    ])
  })

  it('an edge that has to persist is no find before, and the digest says so', async () => {
    const policy = { ...OPTIONS.policy, persistence: { ms: 10, confirmations: 0 } }
    const files = await story().files()
    const report = await replayed(files, { policy })
    expect(report.refusals).toEqual({ 'edge persists': 1, 'forecastex books confirmed': 1 })
    expect(report.opportunities.list).toMatchObject([{ outcome: 'refused', reason: 'edge persists' }])
    const plain = await replayed(files)
    expect(report.findsSha256).toBe(plain.findsSha256)
    expect(report.decisionsSha256).toBe(
      digest(found(START_MS), found(START_MS + 10), refused(START_MS + 5_010), digest(`${EPISODE} 100 1`)),
    )
  })

  it('shows the books of both venues, best level first', async () => {
    const { books } = await replayed(await story().delta('yes', '0.3900', '1.50').files())
    const kalshi = { yesBids: [['0.3900', '1.50'], ['0.3800', '30.00']], yesAsks: [['0.4000', '50.00']] } // prettier-ignore
    const forecastex = { venue: 'forecastex', market: String(YES_ID), live: true, bids: [] }
    expect(books).toEqual([
      { venue: 'kalshi', market: TICKER, live: true, ...kalshi },
      { ...forecastex, outcome: 'yes', asks: [] },
      { ...forecastex, outcome: 'no', asks: [['0.5000', '20.00']] },
    ])
  })

  it('decides the same twice, and by the time of the frames alone', async () => {
    const files = await story().files()
    expect(await replayed(files)).toEqual(await replayed(files))
    const later = await replayed(
      await capture(START_MS + 3_600_000)
        .opened()
        .snapshot()
        .ask('no', 0.5, 20)
        .files(),
    )
    expect(later.findsSha256).toBe(digest(found(START_MS + 3_600_000)))
  })

  it('does not hold against a process what another one barred before it', async () => {
    const bar = { venue: 'kalshi', market: TICKER, by: 'audit', reason: 'its book differed' }
    const barred = await capture().opened().house('bar', bar).snapshot().ask('no', 0.5, 20).files()
    const alone = await replayed(barred)
    expect([alone.found, alone.refusals]).toEqual([0, { 'market not barred': 1 }])
    const [both, whole] = [await replayed([...barred, ...(await story().files())]), await replayed(await story().files())]
    expect(both.found).toBe(whole.found)
    expect(both.opportunities.list).toMatchObject([{ reason: 'market not barred' }, { ...whole.opportunities.list[0], n: 4 }])
  })

  it('forgets at a gap and trades again after the snapshot', async () => {
    const gapped = story().skipSequence().delta('yes', '0.3700', '1.00')
    const torn = await replayed(await gapped.files())
    expect(torn).toMatchObject({ gaps: 1, resyncs: 0, found: 2, refused: 1 })
    expect(torn.books[0]).toMatchObject({ live: false, yesBids: [], yesAsks: [] })
    const repaired = story().skipSequence().delta('yes', '0.3700', '1.00').gateway('currentTime', 0).snapshot()
    expect(await replayed(await repaired.files())).toMatchObject({ gaps: 1, resyncs: 1, found: 3, refused: 1 })
  })

  it('forgets the quotes of a gateway that has gone', async () => {
    const report = await replayed(await story().gateway('disconnected', 'lost').files())
    expect(report.books.map(({ live }) => live)).toEqual([true, false, false])
  })
})

describe('the files of a replay', () => {
  it('are read in order: a rotated capture is one, and its second file alone is not', async () => {
    const [file = ''] = await story().files()
    const lines = gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n')
    const parts = [lines.slice(0, 15), lines.slice(15)].map((part, i) => written(`part-${i}.gz`, gzipSync(`${part.join('\n')}\n`)))
    const log = new LogBook()
    expect(await replayed(parts, {}, log)).toEqual(await replayed([file]))
    expect(log.lines).toEqual([])
    await replayed(parts.slice(1), {}, log)
    expect(log.messages('warn')).toEqual([expect.stringContaining('frames before this file are missing')])
  })

  it('may be of a process that was killed and of its successor', async () => {
    const killed = await story().files()
    const successor = await capture(START_MS + 3_600_000)
      .opened()
      .snapshot()
      .ask('no', 0.5, 20)
      .files()
    const report = await replayed([...killed, ...successor])
    expect(report).toMatchObject({ messages: 38, gaps: 0, found: 3, refused: 1 })
    const lines = [found(START_MS), found(START_MS + 10), refused(START_MS + 5_010), found(START_MS + 3_600_000)]
    expect(report.findsSha256).toBe(digest(...lines))
    expect(report.opportunities.list).toMatchObject([
      { endedMs: START_MS + 5_010, looks: 3 },
      { firstSeenMs: START_MS + 3_600_000, looks: 1 },
    ])
  })

  it('may end in the middle: everything before the tear counts, and it is said', async () => {
    const [file = ''] = await story().files()
    const torn = written('torn.ndjson.gz', readFileSync(file).subarray(0, -20))
    const log = new LogBook()
    const report = await replayed([torn], {}, log)
    expect(report.messages).toBeGreaterThan(0)
    expect(report.messages).toBeLessThan(20)
    expect(log.messages('warn')).toEqual([expect.stringContaining('has no end')])
  })

  it('are refused in one sentence when they cannot be read', async () => {
    const text = written('notes.txt', 'these are notes\n')
    await expect(replayed([path.join(root, 'none.gz')])).rejects.toThrow(/none\.gz does not exist: name a capture/)
    await expect(replayed([root])).rejects.toThrow(/is a folder/)
    await expect(replayed([text])).rejects.toThrow(`${text}:1 is not JSON`)
  })
})

describe('frames of the house', () => {
  it.each([
    ['claims', {}, /frame 1 is of the house and tells "claims", which is unknown here/],
    ['limits', { version: 'x' }, /frame 1 is of the house and cannot be used: limits\./],
    ['pairs', [{ id: 'x' }], /cannot be used: pairs\.0\./],
    ['listing', { venue: 'elsewhere' }, /cannot be used: listing\.venue/],
  ])('%s that cannot be used are refused', async (what, body, sentence) => {
    await expect(replayed(await capture().house(what, body).files())).rejects.toThrow(sentence)
  })

  it('decide: without limits nothing is judged', async () => {
    const silent = capture().opened()
    expect(await replayed(await silent.files(), { until: 4 })).toMatchObject({ messages: 4, found: 0, books: [] })
  })
})
