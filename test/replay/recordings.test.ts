import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { temporaryDirectory } from '../stores/doubles'
import { readLines, recordings, SHARED } from '../venues/kalshi/fakes'
import { booksOf } from './model'
import { ladders, replayed } from './reading'

const COMPLETE = 'kalshi_ws/mlb_20260807_orderbook.ndjson.gz'
const SPLIT = 'kalshi_ws/gold15m/KXGOLD15M-26AUG101900-00_2026-08-10.ndjson.gz'
const RECONNECTED = 'kalshi_ws/gold15m/KXGOLD15M-26AUG102030-30_2026-08-11.ndjson.gz'
/** Lines before the snapshot that follows the reconnect. */
const BEFORE_RECONNECT = 4_079
const shared = (name: string): string => path.join(SHARED, name)

const dir = temporaryDirectory()
function written(name: string, lines: readonly string[]): string {
  const file = path.join(dir, name)
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''))
  return file
}

recordings('a replay of recordings', () => {
  it('counts every line of a complete subscription, finds no gap, and ends with the books of an independent model', async () => {
    const report = await replayed([shared(COMPLETE)])
    expect(report).toMatchObject({ messages: 269, gaps: 0, resyncs: 0, unreadable: 0, inconsistent: 0, found: 0 })
    expect(ladders(report)).toEqual(booksOf(readLines(COMPLETE)))
  })

  it('stops after the lines it was told', async () => {
    const report = await replayed([shared(COMPLETE)], { until: 150 })
    expect(report.messages).toBe(150)
    expect(ladders(report)).toEqual(booksOf(readLines(COMPLETE).slice(0, 150)))
  })

  it('takes the parts of a recording as the whole', async () => {
    const lines = readLines(COMPLETE)
    const parts = [written('first.ndjson', lines.slice(0, 100)), written('second.ndjson', lines.slice(100))]
    expect(await replayed(parts)).toEqual(await replayed([shared(COMPLETE)]))
  })

  it('sees one missing line: one gap, and no book that may be wrong', async () => {
    const lines = readLines(COMPLETE)
    const report = await replayed([written('holed.ndjson', lines.toSpliced(-5, 1))])
    expect(report).toMatchObject({ messages: 268, gaps: 1, resyncs: 0 })
    expect(report.books.map(({ live }) => live)).toEqual(Array<boolean>(12).fill(false))
  })

  it('ends a market that was split from its subscription with the books of the model', async () => {
    const lines = readLines(SPLIT)
    for (const until of [null, 20_000]) {
      const report = await replayed([shared(SPLIT)], { sequence: 'ignore', until })
      expect([report.gaps, report.inconsistent, report.messages]).toEqual([0, 0, until ?? lines.length])
      expect(ladders(report)).toEqual(booksOf(lines.slice(0, report.messages)))
    }
  })

  it('repairs the book by the snapshot after a real reconnect', async () => {
    const lines = readLines(RECONNECTED)
    for (const [until, resyncs] of [
      [BEFORE_RECONNECT, 0],
      [BEFORE_RECONNECT + 1, 1],
      [30_000, 1],
      [lines.length, 3], // the close empties the book, twice
    ] as const) {
      const report = await replayed([shared(RECONNECTED)], { sequence: 'ignore', until })
      expect([report.gaps, report.resyncs]).toEqual([0, resyncs])
      expect(ladders(report)).toEqual(booksOf(lines.slice(0, until)))
    }
  })

  it('takes the jumps of a split recording for gaps when it checks', async () => {
    const { gaps, resyncs } = await replayed([shared(RECONNECTED)])
    expect([gaps > 0, resyncs]).toEqual([true, 3])
  })
})
