import { VENUES, type Venue } from '../../core/ids'
import type { BookDirectory } from '../../core/market/reference'
import { bookIndex } from '../../core/units'
import type { TokenDesk } from '../../ports/guard'
import { alarmMeasure, type CountingLog } from '../../telemetry/alarms'
import type { Family, Sample } from '../../telemetry/metrics'
import type { Shard } from '../shard'
import { reconcileMeasures } from '../reconcile/measures'
import type { ReconcilerState } from '../reconcile/reconciler'
import { gatewayMeasures, type MeasuredEntry, type MeasuredGateway } from './gateway-measures'
import type { Overseen, Oversight } from './oversight'
import { shardMeasures, type MeasuredShard } from './shard-measures'
import { twinMeasures, type MeasuredTwins } from './twin-measures'

const MS_PER_SECOND = 1_000
const MS_PER_DAY = 86_400_000

export interface Measured extends MeasuredShard {
  readonly shard: Shard
  readonly directory: BookDirectory
  readonly oversight: Oversight
  readonly sessions: MeasuredGateway & {
    readonly overseen: Pick<Overseen, 'scanned' | 'clock' | 'announcedWindows'>
    readonly tokens: TokenDesk
    readonly kalshi: { readonly rest: { budget(): readonly BucketLevel[] } }
  }
  /** null while another process holds the lease. */
  readonly orders: { forecastex(): NonNullable<MeasuredEntry>; twins(): MeasuredTwins | null } | null
  readonly reconciler: { state(): ReconcilerState } | null
  /** Lines of the log by the failure of the runbook that they tell. */
  readonly log: Pick<CountingLog, 'alarms'>
  readonly nowMs: () => number
}
interface BucketLevel {
  readonly bucket: string
  readonly level: number
  readonly capacity: number
}

const one = (value: number | null | undefined): readonly Sample[] => (value === null || value === undefined ? [] : [{ value }])

/** Everything that a streaming process is asked for in figures. */
export const measuresOf = (measured: Measured): readonly Family[] => [
  ...feedMeasures(measured),
  ...streamMeasures(measured),
  ...tradingMeasures(measured),
  ...shardMeasures(measured),
  ...twinMeasures(() => measured.orders?.twins() ?? null),
  ...auditMeasures(measured),
  ...accountMeasures(measured),
  ...gatewayMeasures(measured.sessions, () => measured.orders?.forecastex() ?? null, measured.nowMs),
  ...reconcileMeasures(() => measured.reconciler?.state() ?? null, measured.nowMs),
  alarmMeasure(measured.log),
]

function feedMeasures({ shard, directory, nowMs }: Measured): readonly Family[] {
  const { books } = shard.engine
  const feeds = (value: (venue: Venue) => number | null): readonly Sample[] =>
    VENUES.flatMap((venue) => one(value(venue)).map((sample) => ({ ...sample, labels: { venue } })))
  const of = (venue: Venue): readonly { readonly isLive: boolean; readonly ageMs: number | null }[] =>
    Array.from({ length: directory.size }, (_, at) => bookIndex(at))
      .filter((index) => directory.keyOf(index).venue === venue)
      .map((index) => {
        const confirmedMs = books.bookConfirmedAtMs(index)
        return { isLive: books.at(index).isLive, ageMs: confirmedMs === null ? null : nowMs() - confirmedMs }
      })
  return [
    {
      name: 'crossbook_feed_up_state',
      help: '1 while every connection of the feed is up',
      type: 'gauge',
      labels: ['venue'],
      read: () => feeds((venue) => (shard.engine.isConnected(venue) ? 1 : 0)),
    },
    {
      name: 'crossbook_feed_confirmed_age_seconds',
      help: 'since the venue last vouched for its books',
      type: 'gauge',
      labels: ['venue'],
      read: () => {
        const age = (venue: Venue): number | null => {
          const confirmedMs = books.confirmedAtMs(venue)
          return confirmedMs === null ? null : (nowMs() - confirmedMs) / MS_PER_SECOND
        }
        return feeds(age)
      },
    },
    {
      name: 'crossbook_books_count',
      help: 'books by state: live ones are told, the others wait for a snapshot or a quote',
      type: 'gauge',
      labels: ['venue', 'state'],
      read: () =>
        VENUES.flatMap((venue) => {
          const all = of(venue)
          const live = all.filter(({ isLive }) => isLive).length
          return [
            { labels: { venue, state: 'live' }, value: live },
            { labels: { venue, state: 'unknown' }, value: all.length - live },
          ]
        }),
    },
    {
      name: 'crossbook_book_confirmed_age_max_seconds',
      help: 'the live book whose connection has been silent for longest',
      type: 'gauge',
      labels: ['venue'],
      read: () =>
        feeds((venue) => {
          const ages = of(venue).flatMap(({ isLive, ageMs }) => (isLive && ageMs !== null ? [ageMs] : []))
          return ages.length === 0 ? null : ages.reduce((oldest, age) => Math.max(oldest, age)) / MS_PER_SECOND
        }),
    },
  ]
}

function streamMeasures({ shard, sessions }: Measured): readonly Family[] {
  const counter = (name: string, help: string, key: string): Family => ({
    name,
    help,
    type: 'counter',
    read: () => one(shard.counters()[key]),
  })
  return [
    counter('crossbook_feed_events_total', 'events of both feeds', 'events'),
    counter('crossbook_feed_gaps_total', 'gaps in a sequence', 'gaps'),
    counter('crossbook_feed_unreadable_total', 'frames that could not be read', 'unreadable'),
    {
      name: 'crossbook_scanner_frames_total',
      help: 'frames of Kalshi: "scanned", or why the general parser read them',
      type: 'counter',
      labels: ['outcome'],
      read: () => Object.entries(sessions.overseen.scanned()).map(([outcome, value]) => ({ labels: { outcome }, value })),
    },
    counter('crossbook_book_inconsistent_total', 'changes that could not follow what was known; each emptied its book', 'inconsistent'),
  ]
}

function tradingMeasures({ shard }: Measured): readonly Family[] {
  return [
    {
      name: 'crossbook_finds_total',
      help: 'positive margins: found, or refused by a check',
      type: 'counter',
      labels: ['verdict'],
      read: () => {
        const { found, refused } = shard.engine.counters
        return [
          { labels: { verdict: 'found' }, value: found },
          { labels: { verdict: 'refused' }, value: refused },
        ]
      },
    },
    ...opportunityMeasures(shard),
    { name: 'crossbook_trades_launched_total', help: 'trades started', type: 'counter', read: () => one(shard.launcher.counters.launched) },
    { name: 'crossbook_trades_running_count', help: 'trades in flight', type: 'gauge', read: () => one(shard.launcher.inFlight) },
  ]
}

/** Few and bounded: every check and gate has its name in the runbook. */
const opportunityMeasures = (shard: Shard): readonly Family[] => [
  {
    name: 'crossbook_refusals_total',
    help: 'looks at a margin that were no trade, by the first check or gate that refused',
    type: 'counter',
    labels: ['gate'],
    read: () => [...shard.opportunities.refusals].map(([gate, value]) => ({ labels: { gate }, value })),
  },
  {
    name: 'crossbook_opportunities_total',
    help: 'margins from first sight to end, by what became of them',
    type: 'counter',
    labels: ['outcome'],
    read: () => Object.entries(shard.opportunities.ended).map(([outcome, value]) => ({ labels: { outcome }, value })),
  },
  {
    name: 'crossbook_opportunities_open_count',
    help: 'margins that last',
    type: 'gauge',
    read: () => one(shard.opportunities.open),
  },
]

function auditMeasures({ oversight, nowMs }: Measured): readonly Family[] {
  const { auditor } = oversight
  const counter = (what: string, help: string, key: 'reads' | 'books' | 'differed' | 'mismatches' | 'void' | 'unanswered'): Family => ({
    name: `crossbook_audit_${what}_total`,
    help,
    type: 'counter',
    read: () => one(auditor.state()[key]),
  })
  return [
    counter('reads', 'requests for books', 'reads'),
    counter('books', 'books compared with REST', 'books'),
    counter('differed', 'books that differed in one look', 'differed'),
    counter('mismatches', 'books that differed again and were forgotten', 'mismatches'),
    counter('void', 'looks that could not be judged', 'void'),
    counter('unanswered', 'reads without an answer', 'unanswered'),
    {
      name: 'crossbook_audit_degraded_markets_count',
      help: 'markets without openings because their book differed',
      type: 'gauge',
      read: () => one(auditor.state().degraded.length),
    },
    {
      name: 'crossbook_audit_read_age_seconds',
      help: 'since books were last read for the audit',
      type: 'gauge',
      read: () => {
        const { lastReadMs } = auditor.state()
        return one(lastReadMs === null ? null : (nowMs() - lastReadMs) / MS_PER_SECOND)
      },
    },
    {
      name: 'crossbook_openings_barred_count',
      help: 'what forbids openings besides halts, at a whole venue or in one market',
      type: 'gauge',
      labels: ['venue', 'by', 'scope'],
      read: () => {
        const { bars } = oversight.state()
        return VENUES.flatMap((venue) =>
          ['audit', 'inspection', 'messages', 'exchange', 'reconciliation'].flatMap((by) =>
            ['venue', 'market'].map((scope) => ({
              labels: { venue, by, scope },
              value: bars.filter((bar) => bar.venue === venue && bar.by === by && (bar.market === null) === (scope === 'venue')).length,
            })),
          ),
        )
      },
    },
  ]
}

function accountMeasures({ sessions, oversight, nowMs }: Measured): readonly Family[] {
  const { messages } = sessions.gateway
  const levels = (value: (bucket: BucketLevel) => number): readonly Sample[] => [
    {
      labels: { venue: 'forecastex', bucket: 'messages' },
      value: value({ bucket: 'messages', level: messages.left, capacity: messages.limit }),
    },
    ...sessions.kalshi.rest.budget().map((each) => ({ labels: { venue: 'kalshi', bucket: each.bucket }, value: value(each) })),
    ...sessions.tokens
      .state()
      .map(({ venue, ...each }) => ({ labels: { venue, bucket: 'trades' }, value: value({ bucket: 'trades', ...each }) })),
  ]
  return [
    {
      name: 'crossbook_request_budget_tokens',
      help: 'what the account may still send; bucket "trades" is what trades lease from',
      type: 'gauge',
      labels: ['venue', 'bucket'],
      read: () => levels(({ level }) => level),
    },
    {
      name: 'crossbook_request_budget_capacity_tokens',
      help: 'what the account may save up',
      type: 'gauge',
      labels: ['venue', 'bucket'],
      read: () => levels(({ capacity }) => capacity),
    },
    {
      name: 'crossbook_clock_offset_seconds',
      help: "the clock of Kalshi minus this machine's",
      type: 'gauge',
      read: () => one(oversight.inspection ? oversight.inspection.clockOffsetMs / MS_PER_SECOND : null),
    },
    {
      name: 'crossbook_clock_uncertainty_seconds',
      help: 'how far off the measured time of Kalshi may be, with which requests are signed',
      type: 'gauge',
      read: () => {
        const measured = sessions.overseen.clock()
        return one(measured && measured.uncertaintyMs / MS_PER_SECOND)
      },
    },
    {
      name: 'crossbook_exchange_windows_announced_count',
      help: 'windows without trading that Kalshi has announced',
      type: 'gauge',
      read: () => one(sessions.overseen.announcedWindows()),
    },
    {
      name: 'crossbook_attestation_left_days',
      help: 'until the location attestation of the Kalshi key lapses',
      type: 'gauge',
      read: () => {
        const endsMs = oversight.inspection?.attestationEndsMs ?? null
        return one(endsMs === null ? null : (endsMs - nowMs()) / MS_PER_DAY)
      },
    },
  ]
}
