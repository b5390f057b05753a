import type { Row } from './record'

/** By which gate an opportunity was refused, with what it came to and what it wanted. */
export interface Refusal {
  readonly atMs: number
  readonly gate: string
  readonly actual: string | null
  readonly wanted: string | null
  readonly netEdgeMicros: number | null
  readonly expectedValueMicros: number | null
  /** Of the worst case. */
  readonly unwindLossMicros: number | null
  readonly maximumLossMicros: number | null
}
/** A top of book at the first sight: 1e-4 USD and 1e-2 contracts. */
export interface SeenTop {
  readonly venue: string
  readonly market: string
  readonly outcome: string
  readonly bid: number | null
  readonly bidSize: number | null
  readonly ask: number | null
  readonly askSize: number | null
  /** Since it was told. */
  readonly ageMs: number
}
/** The answer to why a margin became a trade or none, from the record alone. */
export interface WhyOpportunity {
  readonly kind: 'opportunity'
  readonly opportunityId: string
  readonly pair: string
  readonly direction: string
  readonly outcome: string
  /** The first reason that refused a look. */
  readonly reason: string
  /** Of its first trade: `why` of that tells the rest. */
  readonly tradeId: string | null
  readonly firstSeenMs: number
  readonly lastSeenMs: number
  readonly endedMs: number
  readonly looks: number
  readonly finds: number
  readonly bestQuantity: number | null
  readonly bestNetEdgeMicros: number | null
  readonly refusedLooks: string
  readonly refusals: readonly Refusal[]
  readonly seen: readonly SeenTop[]
  /** Where this comes from. */
  readonly source: 'history' | 'replay of the captures'
  readonly missing: readonly { readonly part: 'seen' | 'decided'; readonly what: string; readonly reason: string }[]
}

const OPPORTUNITY_ID = /^(.+)@(\d{12,14})$/

/** `<pair>@<first seen, ms>`; null: it is none. */
export function parseOpportunityId(id: string): { readonly pair: string; readonly firstSeenMs: number } | null {
  const match = OPPORTUNITY_ID.exec(id)
  return match ? { pair: match[1] ?? '', firstSeenMs: Number.parseInt(match[2] ?? '', 10) } : null
}
export const opportunityId = (pair: string, firstSeenMs: number): string => `${pair}@${firstSeenMs}`

const whole = (value: unknown): number | null => (typeof value === 'number' ? value : null)
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
const time = (value: unknown): number => Date.parse(String(value))

/** One row of `decisions`. */
export const refusalOf = (row: Row): Refusal => ({
  atMs: time(row['ts']),
  gate: String(row['reason']),
  actual: text(row['actual']),
  wanted: text(row['wanted']),
  netEdgeMicros: whole(row['net_edge']),
  expectedValueMicros: whole(row['expected_value']),
  unwindLossMicros: whole(row['unwind_loss']),
  maximumLossMicros: whole(row['maximum_loss']),
})

/** One row of `kalshi_ticks` or `forecastex_ticks`. */
export function topOf(row: Row, seenMs: number): SeenTop {
  const isKalshi = 'ticker' in row
  const side = isKalshi ? 'yes_' : ''
  return {
    venue: isKalshi ? 'kalshi' : 'forecastex',
    market: String(isKalshi ? row['ticker'] : row['con_id']),
    outcome: isKalshi ? 'yes' : String(row['outcome']),
    bid: whole(row[`${side}bid`]),
    bidSize: whole(row[`${side}bid_size`]),
    ask: whole(row[`${side}ask`]),
    askSize: whole(row[`${side}ask_size`]),
    ageMs: seenMs - time(row['ts']),
  }
}

/** Tells an opportunity from the rows of the history. */
export function whyOpportunity(
  row: Row,
  decisions: readonly Row[],
  seen: readonly SeenTop[],
  lacks: WhyOpportunity['missing'],
): WhyOpportunity {
  const [pair, firstSeenMs] = [String(row['subject']), time(row['ts'])]
  const refusals = decisions.map(refusalOf)
  const outcome = String(row['outcome'])
  const isUntold = outcome === 'refused' && refusals.length === 0
  return {
    kind: 'opportunity',
    opportunityId: opportunityId(pair, firstSeenMs),
    pair,
    direction: String(row['direction']),
    outcome,
    reason: String(row['reason']),
    tradeId: text(row['trade_id']),
    firstSeenMs,
    lastSeenMs: time(row['last_seen']),
    endedMs: firstSeenMs + (whole(row['duration_ms']) ?? 0),
    looks: whole(row['looks']) ?? 0,
    finds: whole(row['finds']) ?? 0,
    bestQuantity: whole(row['best_size']),
    bestNetEdgeMicros: whole(row['best_net_edge']),
    refusedLooks: text(row['refusals']) ?? '',
    refusals,
    seen,
    source: 'history',
    missing: isUntold
      ? [
          ...lacks,
          {
            part: 'decided',
            what: 'the figures of its refusals',
            reason: 'the history has none: they were refused within a second of others of the same reason, or rows were dropped',
          },
        ]
      : lacks,
  }
}
