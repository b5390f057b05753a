import { stateOf } from '../../core/market/sessions'
import { formatPrice, millis, price, type Millis } from '../../core/units'
import type { Database } from '../../stores/postgres/pool'
import { readProducts, readQuestionChanges, readQuestions, type QuestionRow } from '../../stores/postgres/reference/questions'

/** Changes shown: a review looks at what is new. */
const CHANGES_SHOWN = 100

export interface QuestionView {
  /** The YES contract's conId, which names the market. */
  readonly market: string
  readonly yesConId: number
  readonly noConId: number
  readonly product: string
  readonly tradingClass: string
  readonly name: string
  /** A decimal exactly as the venue has it. */
  readonly strike: string
  /** YYYYMMDD. */
  readonly lastTradeDate: string
  readonly lastTradeMs: number
  readonly realExpiration: string
  readonly timeZone: string
  /** By its trading hours; `ended` after its last trading time, `delisted` when the venue lists it no more. `untilMs`: when that changes. */
  readonly hours: { readonly state: 'open' | 'closed' | 'unknown' | 'ended' | 'delisted'; readonly untilMs: number | null }
  readonly tradingHours: string
  readonly liquidHours: string
  /** In dollars. */
  readonly tick: string
  readonly firstSeenMs: number
  readonly lastSeenMs: number
  readonly delistedMs: number | null
  /** The active pairs that use it. */
  readonly pairs: readonly string[]
}
export interface QuestionsReport {
  readonly products: readonly {
    readonly symbol: string
    readonly name: string
    readonly category: string
    readonly underConId: number | null
    readonly problems: readonly string[]
    /** Why its contracts could not be seen when they were looked for last; null: they could. */
    readonly trouble: string | null
    readonly firstSeenMs: number
    readonly lastSeenMs: number | null
    readonly lookedMs: number
  }[]
  /** By product, last trading time and strike. */
  readonly questions: readonly QuestionView[]
  /** The newest first. */
  readonly changes: readonly {
    readonly market: string
    readonly atMs: number
    readonly field: string
    readonly before: string
    readonly after: string
  }[]
}

/** What ForecastEx lists as ingestContracts has read it, for the review of pairs. @param symbol null: every product. */
export async function reportQuestions(database: Database, symbol: string | null, nowMs: Millis): Promise<QuestionsReport> {
  const [products, questions, changes] = await Promise.all([
    readProducts(database, symbol),
    readQuestions(database, symbol),
    readQuestionChanges(database, symbol, CHANGES_SHOWN),
  ])
  return {
    products,
    questions: questions.map((row) => viewOf(row, nowMs)),
    changes: changes.map(({ yesConId, ...change }) => ({ market: String(yesConId), ...change })),
  }
}

function viewOf({ symbol, hours, tick, ...row }: QuestionRow, nowMs: Millis): QuestionView {
  return { ...row, market: String(row.yesConId), product: symbol, hours: hoursOf(row, hours, nowMs), tick: formatPrice(price(tick)) }
}

function hoursOf(
  { delistedMs, lastTradeMs }: Pick<QuestionRow, 'delistedMs' | 'lastTradeMs'>,
  hours: QuestionRow['hours'],
  nowMs: Millis,
): QuestionView['hours'] {
  if (nowMs >= lastTradeMs) return { state: 'ended', untilMs: null }
  if (delistedMs !== null) return { state: 'delisted', untilMs: null }
  const { state, untilMs } = stateOf(hours, nowMs)
  return { state, untilMs: untilMs === null ? null : millis(Math.min(untilMs, lastTradeMs)) }
}
