import type { Scope } from '../../core/risk/scope'
import type { Family, Sample } from '../../telemetry/metrics'
import type { RoleName } from '../failover/role'
import type { Quantiles } from '../latency'

const MS_PER_SECOND = 1_000
/** By what is halted, not by its name: pairs and trades are without number. */
const SCOPES = ['all', 'venue', 'strategy', 'pair', 'trade'] as const
const ROLES: readonly RoleName[] = ['standby', 'taking over', 'resolving', 'trading']

interface Counted {
  readonly dropped: number
  readonly queued: number
}
/** What a shard knows of itself beside its feeds and orders. */
export interface MeasuredShard {
  readonly shard: { readonly stopwatch: { readonly windows: Readonly<Record<string, { quantiles(): Quantiles }>> } }
  readonly role: { readonly name: RoleName }
  readonly lease: { valid(): boolean }
  readonly halts: { active(): readonly Scope[] }
  readonly stores: { readonly frameLog: { readonly lost: number }; readonly cache: Counted | null; readonly record: Counted | null }
}

export const shardMeasures = (measured: MeasuredShard): readonly Family[] => [
  ...latencyMeasures(measured),
  ...standingMeasures(measured),
  ...lossMeasures(measured),
]

/** `detectionToWireMs` is the stage `detection_to_wire`. */
const stageOf = (window: string): string => window.replace(/Ms$/, '').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

function latencyMeasures({ shard: { stopwatch } }: MeasuredShard): readonly Family[] {
  const stages = (): readonly (Quantiles & { readonly stage: string })[] =>
    Object.entries(stopwatch.windows).map(([window, samples]) => ({ stage: stageOf(window), ...samples.quantiles() }))
  return [
    {
      name: 'crossbook_latency_seconds',
      help: 'of the last thousand trades, by stage and quantile (p50, p90, p99); a stage that no trade has reached is left out',
      type: 'gauge',
      labels: ['stage', 'at'],
      read: () =>
        stages().flatMap(({ stage, p50, p90, p99 }) =>
          Object.entries({ p50, p90, p99 }).flatMap(([at, ms]): readonly Sample[] =>
            ms === null ? [] : [{ labels: { stage, at }, value: ms / MS_PER_SECOND }],
          ),
        ),
    },
    {
      name: 'crossbook_latency_samples_total',
      help: 'trades that have reached the stage',
      type: 'counter',
      labels: ['stage'],
      read: () => stages().map(({ stage, count }) => ({ labels: { stage }, value: count })),
    },
  ]
}

const standingMeasures = ({ role, lease, halts }: MeasuredShard): readonly Family[] => [
  {
    name: 'crossbook_role_state',
    help: '1 for what this process is of its shard',
    type: 'gauge',
    labels: ['role'],
    read: () => ROLES.map((name) => ({ labels: { role: name }, value: Number(role.name === name) })),
  },
  {
    name: 'crossbook_lease_held_state',
    help: '1 while the lease of the shard is held by this process',
    type: 'gauge',
    read: () => [{ value: Number(lease.valid()) }],
  },
  {
    name: 'crossbook_halts_count',
    help: 'halts in force as this process knows them, by what they halt',
    type: 'gauge',
    labels: ['scope'],
    read: () => {
      const active = halts.active()
      return SCOPES.map((scope) => ({ labels: { scope }, value: active.filter((each) => each.split(':', 1)[0] === scope).length }))
    },
  },
]

function lossMeasures({ stores: { frameLog, cache, record } }: MeasuredShard): readonly Family[] {
  const one = (value: number | undefined): readonly Sample[] => (value === undefined ? [] : [{ value }])
  return [
    {
      name: 'crossbook_capture_lost_total',
      help: 'frames that are in no capture',
      type: 'counter',
      read: () => one(frameLog.lost),
    },
    {
      name: 'crossbook_cache_dropped_total',
      help: 'tops of books that never reached Redis',
      type: 'counter',
      read: () => one(cache?.dropped),
    },
    {
      name: 'crossbook_record_dropped_total',
      help: 'rows that never reached QuestDB',
      type: 'counter',
      read: () => one(record?.dropped),
    },
    {
      name: 'crossbook_record_queued_count',
      help: 'rows that wait for QuestDB',
      type: 'gauge',
      read: () => one(record?.queued),
    },
  ]
}
