import path from 'node:path'
import type { OpportunityRow } from '../../src/ports/record'
import { POLICY } from '../core/box/fixture'
import { temporaryDirectory } from '../stores/doubles'
import { readLines, recordings } from '../venues/kalshi/fakes'
import { replayed } from './reading'
import { overlay } from './reference/overlay/play'

/** Frames between two troubles on the average: some dozens in what is played here. */
const TROUBLE_EVERY = 40

const dir = temporaryDirectory()
/** A recording under pairs, quotes, gaps and disconnects that follow from a seed. */
const played = (recording: string, lines: number): string => {
  const file = path.join(dir, `${path.basename(recording)}.capture.gz`)
  overlay(file, readLines(recording).slice(0, lines), 'opportunities', TROUBLE_EVERY)
  return file
}
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** Of one pair, in the order of their beginnings: whether one begins before the last one has ended. */
function overlaps(list: readonly OpportunityRow[]): readonly string[] {
  const endedMs = new Map<string, number>()
  return list
    .toSorted((a, b) => a.firstSeenMs - b.firstSeenMs || a.n - b.n)
    .flatMap(({ subject, firstSeenMs, endedMs: thisMs }) => {
      const isOver = firstSeenMs >= (endedMs.get(subject) ?? 0)
      endedMs.set(subject, thisMs)
      return isOver ? [] : [`${subject} at ${firstSeenMs}`]
    })
}

recordings('the opportunities of a recording', () => {
  it.each([
    { ms: 0, confirmations: 0 },
    { ms: 250, confirmations: 3 },
  ])('each look is in one, none overlaps, and all are the same again (persistence: %j)', async (persistence) => {
    const file = played('kalshi_ws/gold15m/KXGOLD15M-26AUG050000-00_2026-08-05.ndjson.gz', 1_000)
    const options = { policy: { ...POLICY, persistence } }
    const report = await replayed([file], options)
    const { count, list, outcomes } = report.opportunities
    expect(list.length).toBeGreaterThan(5)
    expect([count, sum(Object.values(outcomes))]).toEqual([list.length, list.length])
    expect(sum(list.map(({ looks }) => looks))).toBe(report.found + report.refused)
    expect(sum(list.map(({ finds }) => finds))).toBe(report.found)
    expect(overlaps(list)).toEqual([])
    expect(await replayed([file], options)).toEqual(report)
  })
})
