import { VENUES } from '../../core/ids'
import type { Family } from '../../telemetry/metrics'
import type { ReconcilerState } from './reconciler'

const MS_PER_SECOND = 1_000

/** Open breaks and how old the oldest is; null: another process reconciles. */
export function reconcileMeasures(state: () => ReconcilerState | null, nowMs: () => number): readonly Family[] {
  return [
    {
      name: 'crossbook_breaks_open_count',
      help: 'differences between a venue and the ledger that nobody has explained',
      type: 'gauge',
      labels: ['venue'],
      read: () => {
        const open = state()?.openBreaks ?? []
        return VENUES.map((venue) => ({ labels: { venue }, value: open.filter((each) => each.venue === venue).length }))
      },
    },
    {
      name: 'crossbook_break_oldest_age_seconds',
      help: 'since the oldest open break was opened; 0 without one',
      type: 'gauge',
      read: () => {
        const opened = (state()?.openBreaks ?? []).map(({ openedMs }) => openedMs)
        return [{ value: opened.length === 0 ? 0 : (nowMs() - Math.min(...opened)) / MS_PER_SECOND }]
      },
    },
    {
      name: 'crossbook_reconciliation_look_age_seconds',
      help: 'since an account was last compared with the ledger',
      type: 'gauge',
      labels: ['venue'],
      read: () =>
        (state()?.venues ?? []).flatMap(({ venue, lookedMs }) =>
          lookedMs === null ? [] : [{ labels: { venue }, value: (nowMs() - lookedMs) / MS_PER_SECOND }],
        ),
    },
  ]
}
