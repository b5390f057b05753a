import type { DrillWatch } from '../../activities'
import type { Family } from '../../telemetry/metrics'

const MS_PER_SECOND = 1_000

/** What a scrape sees of kill drills; nothing where there is nothing to drill. */
export const drillMeasures = ({ state }: Pick<DrillWatch, 'state'>): readonly Family[] => [
  {
    name: 'crossbook_drill_age_seconds',
    help: 'since the last kill drill that passed, or since there is something to drill',
    type: 'gauge',
    read: () => of(state()?.ageMs ?? null, (ageMs) => ageMs / MS_PER_SECOND),
  },
  {
    name: 'crossbook_drill_overdue_state',
    help: '1 while the last passed kill drill is older than drill.overdue_after_days',
    type: 'gauge',
    read: () => of(state()?.isOverdue ?? null, Number),
  },
]

const of = <T>(known: T | null, value: (known: T) => number): ReturnType<Family['read']> =>
  known === null ? [] : [{ value: value(known) }]
