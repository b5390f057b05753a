import { VENUES, type Venue } from '../../core/ids'
import { FEED_STATE_BELIEVED_MS } from '../../core/market/liveness'
import type { FeedMoment } from '../../core/report/feeds'
import type { Recorded, SeenMargin, TickedMinutes, TimedStep } from '../../core/report/record'
import type { Shadow } from '../../core/report/shadows/compare'
import type { Span } from '../../core/report/span'
import { millis, money, price, quantity } from '../../core/units'
import { query, QueryRefused } from '../../stores/questdb/query'

/** A report of a year reads a few ten thousand rows; a server that takes longer is busy with something that matters more. */
const ASK_LIMIT_MS = 20_000
/** Rows of one answer: a year of steps of ten thousand trades. More would be read by nobody, and fill the memory of a small machine. */
const ROWS_MAX = 500_000
export const MICROS_PER_MS = 1_000

/** What QuestDB answers for the columns that are asked for here. */
export type Cells = readonly (string | number | null)[]

/** The record of what was seen, as reports read it. What cannot be had says why: a report is made without it. */
export interface RecordReader {
  margins(span: Span): Promise<Recorded<readonly SeenMargin[]>>
  steps(span: Span): Promise<Recorded<readonly TimedStep[]>>
  ticked(span: Span): Promise<Recorded<readonly TickedMinutes[]>>
  /** Beginning with what was told just before the span and still held. */
  feeds(span: Span): Promise<Recorded<readonly FeedMoment[]>>
  quotes(venue: Venue, market: string, span: Span): Promise<Recorded<readonly Quote[]>>
  /** Twins on paper of orders that were sent in the span. */
  shadows(span: Span): Promise<Recorded<readonly Shadow[]>>
}
/** A top of book from a time on. At Kalshi of the YES book; at ForecastEx of one outcome's. Prices in 1e-4; null: none. */
export interface Quote {
  readonly atMs: number
  readonly outcome: string
  readonly bid: number | null
  readonly ask: number | null
}

/** Asks the record one question. What cannot be had says why; nothing is thrown. */
export type AskRecord = <T>(sql: string, read: (row: Cells) => T) => Promise<Recorded<readonly T[]>>

/** @param httpUrl null: this stack has none */
export const recordAsker =
  (httpUrl: string | null): AskRecord =>
  async (sql, read) => {
    if (httpUrl === null) return { unknown: 'this stack has no QuestDB' }
    try {
      const { rows } = await query(httpUrl, `${sql} LIMIT ${ROWS_MAX + 1}`, AbortSignal.timeout(ASK_LIMIT_MS))
      if (rows.length > ROWS_MAX) return { unknown: `there are more than ${ROWS_MAX} rows of it: ask for less time` }
      return { known: (rows as readonly Cells[]).map(read) }
    } catch (error) {
      if (error instanceof QueryRefused) return { unknown: `QuestDB refuses the question (${error.reason})` }
      return { unknown: `QuestDB does not answer (${(error as Error).message})` }
    }
  }

/** @param httpUrl null: this stack has none */
export function createRecordReader(httpUrl: string | null): RecordReader {
  const ask = recordAsker(httpUrl)
  return {
    margins: (span) => ask(`${MARGINS} WHERE ${within(span)} ORDER BY ts, n`, marginOf),
    steps: (span) =>
      ask(`SELECT measure, trade_id, micros FROM latency WHERE ${within(span)} ORDER BY ts`, ([measure, tradeId, micros]) => ({
        measure: String(measure),
        tradeId: tradeId === null ? null : String(tradeId),
        micros: Number(micros),
      })),
    ticked: (span) => tickedIn(span, ask),
    feeds: ({ fromMs, toMs }) =>
      ask(`${FEEDS} WHERE ${within({ fromMs: millis(fromMs - FEED_STATE_BELIEVED_MS), toMs })} ORDER BY ts, conn`, momentOf),
    quotes: (venue, market, span) =>
      ask(
        `${venue === 'kalshi' ? KALSHI : FORECASTEX} = ${literal(market)} AND ${within(span)} ORDER BY ts`,
        ([atMs, outcome, bid, best]) => ({
          atMs: Number(atMs),
          outcome: String(outcome),
          bid: whole(bid),
          ask: whole(best),
        }),
      ),
    shadows: (span) => ask(`${SHADOWS} WHERE ${within(span)} ORDER BY ts, client_order_id`, shadowOf),
  }
}

/** QuestDB reads a number against a timestamp as microseconds. */
export const within = ({ fromMs, toMs }: Span): string => `ts >= ${fromMs * MICROS_PER_MS} AND ts < ${toMs * MICROS_PER_MS}`
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`
export const whole = (value: Cells[number] | undefined): number | null => (value === null || value === undefined ? null : Number(value))

const MARGINS = `SELECT cast(ts AS LONG) / ${MICROS_PER_MS} at_ms, duration_ms, subject, direction, outcome, reason, refusals, best_size, best_net_edge, capital FROM arb_opportunities`
const KALSHI = `SELECT cast(ts AS LONG) / ${MICROS_PER_MS} at_ms, 'yes', yes_bid, yes_ask FROM kalshi_ticks WHERE ticker`
const FORECASTEX = `SELECT cast(ts AS LONG) / ${MICROS_PER_MS} at_ms, outcome, bid, ask FROM forecastex_ticks WHERE con_id`

const marginOf = ([atMs, durationMs, pair, direction, outcome, reason, refusals, size, netEdge, capital]: Cells): SeenMargin => ({
  firstMs: Number(atMs),
  durationMs: Number(durationMs),
  pair: String(pair),
  direction: String(direction) as SeenMargin['direction'],
  outcome: String(outcome),
  reason: String(reason),
  refusals: refusals === null ? '' : String(refusals),
  size: whole(size) as SeenMargin['size'],
  netEdge: whole(netEdge) as SeenMargin['netEdge'],
  capital: whole(capital) as SeenMargin['capital'],
})

const FEEDS = `SELECT cast(ts AS LONG) / ${MICROS_PER_MS} at_ms, venue, shard, state FROM feed_states`
const momentOf = ([atMs, venue, shard, state]: Cells): FeedMoment => ({
  atMs: Number(atMs),
  venue: String(venue) as Venue,
  shard: String(shard),
  state: String(state) as FeedMoment['state'],
})

const SHADOWS = `SELECT cast(ts AS LONG) / ${MICROS_PER_MS} at_ms, client_order_id, venue, preset, why, price_limit, quantity, wait_micros, filled, cost, fee, answered_micros FROM paper_shadow`
const shadowOf = ([atMs, order, venue, preset, why, limit, size, wait, filled, cost, fee, answered]: Cells): Shadow => ({
  ...{ sentMs: Number(atMs), clientOrderId: String(order), venue: String(venue) as Venue, preset: String(preset) },
  ...{ why: why as Shadow['why'], limit: price(Number(limit)), quantity: quantity(Number(size)), waitMicros: Number(wait) },
  ...{ filled: whole(filled) as Shadow['filled'], cost: money(Number(cost ?? 0)), fee: money(Number(fee ?? 0)) },
  answeredMicros: whole(answered),
})

async function tickedIn(span: Span, ask: AskRecord): Promise<Recorded<readonly TickedMinutes[]>> {
  const counted: TickedMinutes[] = []
  for (const venue of VENUES) {
    const sql = `SELECT count(), cast(min(ts) AS LONG) / ${MICROS_PER_MS}, cast(max(ts) AS LONG) / ${MICROS_PER_MS} FROM (SELECT ts, count() n FROM ${venue}_ticks WHERE ${within(span)} SAMPLE BY 1m) WHERE n > 0`
    const answer = await ask(sql, ([minutes, first, last]) => ({
      venue,
      minutes: Number(minutes),
      firstMs: whole(first),
      lastMs: whole(last),
    }))
    if ('unknown' in answer) return answer
    counted.push(...answer.known)
  }
  return { known: counted }
}
