import { assertNever } from '../../../core/assert'
import type { RejectReason } from '../../../core/trade/outcome'

/** What the caller of a request does next. `code` is the venue's own word, or "http_<status>" where it gave none. */
export type KalshiFailure = {
  /** 0: refused here, before anything was sent. */
  readonly status: number
  readonly code: string
  readonly detail: string
} & (
  | {
      /** Nothing happened; ask again later. */
      readonly kind: 'retryable'
    }
  | {
      /** Nothing happened, and the same request would be refused again. */
      readonly kind: 'rejected'
    }
  | {
      /** A write may have been accepted: find it, never resend (E12). A read may be repeated. */
      readonly kind: 'unknown'
    }
  | {
      /** Key, signature, time stamp, permission: nothing happened. */
      readonly kind: 'authentication'
    }
  | {
      /** Nothing happened until trading is resumed. */
      readonly kind: 'paused'
    }
  | {
      /** 404 on one order: cancelled, executed, on another shard or never known. The list of orders tells (kalshi.md §13 trap 9). */
      readonly kind: 'ambiguous-not-found'
    }
)

export const DUPLICATE_ORDER = 'order_already_exists'
export const STALE_TIMESTAMP = 'header_timestamp_expired'
const PAUSED: readonly string[] = ['trading_is_paused', 'exchange_is_paused']
const DETAIL_CHARACTERS_MAX = 300
/** A call about one order, wherever the API root is: its 404 is a question, not an answer. */
const ONE_ORDER = /\/portfolio\/(?:events\/)?orders\/(?!batched(?:$|[?/])|queue_positions(?:$|[?/]))[^/?]+/

/**
 * The meaning of any answer that is not 2xx (kalshi.md §2.5): branches on `code` before the status, because 409 alone has four meanings.
 * @param path of the call: a 404 says little about an order
 */
export function readFailure(status: number, body: string, path: string): KalshiFailure {
  const { code, detail } = readBody(status, body)
  return { kind: kindOf(status, code, path), status, code, detail }
}

/** What this side refuses to send. The code is the venue's own where it has one for this. */
export const refusedHere = (code: string, detail: string): KalshiFailure => ({ kind: 'rejected', status: 0, code, detail })
/** A write was answered with 2xx and words that cannot be read, or that tell of something else: it may have been accepted. */
export const unreadable = (status: number, detail: string): KalshiFailure => ({
  kind: 'unknown',
  status,
  code: 'unreadable_answer',
  detail: clip(detail),
})

const REASONS: Readonly<Record<string, RejectReason>> = {
  insufficient_balance: 'funds',
  available_balance_too_low: 'funds',
  invalid_price: 'price',
  invalid_order_size: 'size',
  fill_or_kill_insufficient_resting_volume: 'size',
  market_inactive: 'closed',
  market_not_active: 'closed',
  market_closed: 'closed',
}

/** Why an order was refused, where the answer proves that it was; null: it may live (E12). */
export function rejectReason(failure: KalshiFailure): RejectReason | null {
  switch (failure.kind) {
    case 'unknown':
    case 'ambiguous-not-found':
      return null
    case 'paused':
      return 'paused'
    case 'authentication':
      return failure.code === STALE_TIMESTAMP ? 'other' : 'permission'
    case 'retryable':
      return 'other'
    case 'rejected':
      return REASONS[failure.code] ?? 'other'
    default:
      return assertNever(failure, 'Kalshi failure')
  }
}

function kindOf(status: number, code: string, path: string): KalshiFailure['kind'] {
  if (status === 429) return 'retryable'
  if (PAUSED.includes(code)) return 'paused'
  if (status === 401 || status === 403) return 'authentication'
  if (code === DUPLICATE_ORDER) return 'unknown' // something lives under this id
  // a gateway's own 408, a redirect and a 5xx say nothing about the order; a conflict may be about what is there already (OpenAPI), unless its word is known
  if (status < 400 || status >= 500 || status === 408 || (status === 409 && !Object.hasOwn(REASONS, code))) return 'unknown'
  if (status === 404 && ONE_ORDER.test(path)) return 'ambiguous-not-found'
  return 'rejected'
}

/** Three shapes on the wire, a bare string for 429, and whatever a gateway puts in front of them. */
function readBody(status: number, body: string): { code: string; detail: string } {
  const nothing = { code: `http_${status}`, detail: clip(body) }
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    return nothing
  }
  if (!isRecord(parsed)) return nothing
  if (typeof parsed.error === 'string') return { code: nothing.code, detail: clip(parsed.error) }
  if (typeof parsed.msg === 'string') return { code: 'parameter_validation', detail: clip(parsed.msg) }
  const error = isRecord(parsed.error) ? parsed.error : parsed
  if (typeof error.code !== 'string' || error.code === '') return nothing
  const texts = [error.message, error.details].filter((text) => typeof text === 'string' && text !== '')
  return { code: error.code, detail: clip(texts.join(': ')) }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const clip = (text: string): string => text.slice(0, DETAIL_CHARACTERS_MAX)
