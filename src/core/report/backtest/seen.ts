import { column, type Chart, type Table, type Value } from '../document'
import { groupBy, quantilesOf, ratioOf, SHOWN_PERCENT, sumOf } from '../quantiles'
import { inBuckets, WITHOUT_BOUND, type Bucket } from './buckets'
import type { PaperOpportunity } from './result'

/** By how long an opportunity was there, in ms. */
const LIVES: readonly Bucket[] = [
  { label: 'up to 100 ms', most: 100 },
  { label: 'up to 1 s', most: 1_000 },
  { label: 'up to 5 s', most: 5_000 },
  { label: 'up to 30 s', most: 30_000 },
  { label: 'up to 2 min', most: 120_000 },
  { label: 'longer', most: WITHOUT_BOUND },
]
const byLife = (all: readonly PaperOpportunity[]): ReturnType<typeof inBuckets<PaperOpportunity>> =>
  inBuckets(LIVES, all, ({ lastedMs }) => lastedMs)

export function livesTable(opportunities: readonly PaperOpportunity[]): Table {
  return {
    name: 'lives',
    title: 'Opportunities by life',
    columns: [
      column('lasted', 'lasted', 'text'),
      column('opportunities', 'opportunities', 'count'),
      column('share', 'of all', 'ratio'),
      column('sized', 'with an edge', 'count'),
      column('edge', 'best edges', 'money'),
    ],
    rows: byLife(opportunities).map(({ label, own }): readonly Value[] => {
      const sized = own.filter(({ bestEdge }) => bestEdge !== null)
      return [label, own.length, ratioOf(own.length, opportunities.length), sized.length, sumOf(sized, ({ bestEdge }) => bestEdge ?? 0)]
    }),
  }
}

export const livesChart = (opportunities: readonly PaperOpportunity[]): Chart => ({
  kind: 'bars',
  title: 'Opportunities by life',
  unit: 'count',
  bars: opportunities.length === 0 ? [] : byLife(opportunities).map(({ label, own }) => ({ label, value: own.length })),
})

/** How opportunities ended, most first, and how long those were there. */
export function seenTable(opportunities: readonly PaperOpportunity[]): Table {
  const groups = [...groupBy(opportunities, ({ outcome }) => outcome)].toSorted(([a, m], [b, n]) => n.length - m.length || (a < b ? -1 : 1))
  return {
    name: 'seen',
    title: 'Opportunities by how they ended',
    columns: [
      column('outcome', 'ended', 'text'),
      column('opportunities', 'opportunities', 'count'),
      ...SHOWN_PERCENT.map((percent) =>
        column(percent === 100 ? 'lifeMost' : `lifeP${percent}`, percent === 100 ? 'life, most' : `life, p${percent}`, 'duration'),
      ),
    ],
    rows: groups.map(([outcome, own]) => [outcome, own.length, ...quantilesOf(own.map(({ lastedMs }) => lastedMs))]),
  }
}
