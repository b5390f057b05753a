import type { Millis } from '../../core/units'
import { RequestFailed } from './gateway/read'
import type { Requests } from './gateway/requests'
import { sentence } from './gateway/trouble'
import { NO_SUCH_CONTRACT } from './wire/errors'
import type { ContractRow } from './wire/messages'

/** What the gateway told of a product's contracts. */
export type Discovered =
  | {
      readonly kind: 'rows'
      readonly index: ContractRow | null
      readonly rows: readonly ContractRow[]
      /** What was not told, a sentence each. */
      readonly problems: readonly string[]
      readonly complete: boolean
    }
  | {
      readonly kind: 'unavailable'
      readonly cause: 'no-permission' | 'unknown-product' | 'unanswered'
      readonly reason: string
    }

/** Where the whole product is too much for one answer: questions beyond a year are found by their dates, or not at all. */
const MONTHS_ASKED = 13
/** A gateway that left two questions open will leave the third open as well. */
const SILENCES_MAX = 2

type Asked = Pick<Requests, 'contracts' | 'optionParameters'>
/** `silent`: no complete answer; `refused`: an answer other than "there is none", which is no rows. */
type Answer<T> =
  | { readonly kind: 'items'; readonly items: readonly T[] }
  | { readonly kind: 'silent' | 'refused'; readonly code: number | null; readonly why: string }

/**
 * Everything that is listed of a product: its dates from the option parameters where the gateway offers them, then the contracts of each date; else all
 * contracts at once, and by months where that is never answered. One request at a time, each within its own limit and the budget of requests, so that
 * orders always have room. An account without the permission for event contracts sees the index and none of its contracts (§2).
 * @throws RequestFailed when the session ends meanwhile.
 */
export async function discover(requests: Asked, symbol: string, nowMs: Millis, signal: AbortSignal): Promise<Discovered> {
  const indexed = await answerOf(requests.contracts({ symbol, index: true }, signal))
  const index = indexed.kind === 'items' ? (indexed.items[0] ?? null) : null
  const dates = index ? await datesOf(requests, symbol, index.conId, signal) : []
  const found = dates.length > 0 ? await rowsOf(requests, symbol, dates, true, signal) : await allRows(requests, symbol, nowMs, signal)
  if (found.rows.length > 0) return { kind: 'rows', index, ...found }
  const said = found.problems[0]
  if (index) {
    const message = said ?? `${symbol} is known and none of its contracts is shown${dates.length > 0 ? ', though dates of them are' : ''}`
    return { kind: 'unavailable', cause: 'no-permission', reason: sentence({ kind: 'no-permission', code: null, message }) }
  }
  if (said !== undefined) return { kind: 'unavailable', cause: 'unanswered', reason: said }
  const reason = `ForecastEx lists nothing under the symbol ${symbol}: correct forecastex.symbols in venues.yaml`
  return { kind: 'unavailable', cause: 'unknown-product', reason }
}

async function answerOf<T>(asked: Promise<readonly T[]>): Promise<Answer<T>> {
  try {
    return { kind: 'items', items: await asked }
  } catch (error) {
    if (!(error instanceof RequestFailed) || error.kind === 'disconnected') throw error
    if (error.code === NO_SUCH_CONTRACT) return { kind: 'items', items: [] }
    return { kind: error.kind === 'timeout' ? 'silent' : 'refused', code: error.code, why: error.message }
  }
}

/** Empty where the gateway does not offer them: whether it does at this exchange is not proven. */
async function datesOf(requests: Asked, symbol: string, underConId: number, signal: AbortSignal): Promise<readonly string[]> {
  const answer = await answerOf(requests.optionParameters(symbol, underConId, signal))
  return answer.kind === 'items' ? [...new Set(answer.items.flatMap(({ dates }) => dates))].toSorted() : []
}

interface Rows {
  readonly rows: readonly ContractRow[]
  readonly problems: readonly string[]
  readonly complete: boolean
}

async function allRows(requests: Asked, symbol: string, nowMs: Millis, signal: AbortSignal): Promise<Rows> {
  const answer = await answerOf(requests.contracts({ symbol }, signal))
  if (answer.kind === 'items') return { rows: answer.items, problems: [], complete: true }
  if (answer.kind === 'refused') return { rows: [], problems: [`the contracts of ${symbol}: ${answer.why}`], complete: false }
  return rowsOf(requests, symbol, monthsFrom(nowMs), false, signal)
}

/** @param all whether these dates are all there are. */
async function rowsOf(requests: Asked, symbol: string, dates: readonly string[], all: boolean, signal: AbortSignal): Promise<Rows> {
  const rows: ContractRow[] = []
  const problems: string[] = []
  let silences = 0
  for (const date of dates) {
    const answer = await answerOf(requests.contracts({ symbol, date }, signal))
    if (answer.kind === 'items') rows.push(...answer.items)
    else problems.push(`the contracts of ${symbol} ${date} were not told: ${answer.why}`)
    if (answer.kind === 'silent' && ++silences >= SILENCES_MAX) break
  }
  return { rows, problems, complete: all && problems.length === 0 }
}

/** `YYYYMM` from this month on. */
function monthsFrom(nowMs: Millis): readonly string[] {
  const [year = 0, month = 1] = new Date(nowMs).toISOString().split('-', 2).map(Number)
  return Array.from({ length: MONTHS_ASKED }, (_, n) => {
    const at = month - 1 + n
    return `${year + Math.floor(at / 12)}${String((at % 12) + 1).padStart(2, '0')}`
  })
}
