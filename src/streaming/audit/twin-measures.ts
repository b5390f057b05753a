import type { Family, Sample } from '../../telemetry/metrics'

/** Twins on paper of orders that were sent: under way, and those that an order did not get because too many were. */
export interface MeasuredTwins {
  readonly waiting: number
  readonly refused: number
}

/** @param twins null: no order has one here, or the orders are another process's */
export function twinMeasures(twins: () => MeasuredTwins | null): readonly Family[] {
  const one = (value: (of: MeasuredTwins) => number): readonly Sample[] => {
    const counted = twins()
    return counted === null ? [] : [{ value: value(counted) }]
  }
  return [
    {
      name: 'crossbook_twins_running_count',
      help: 'twins on paper of orders that were sent',
      type: 'gauge',
      read: () => one(({ waiting }) => waiting),
    },
    {
      name: 'crossbook_twins_refused_total',
      help: 'orders that have no twin on paper, because too many were under way',
      type: 'counter',
      read: () => one(({ refused }) => refused),
    },
  ]
}
