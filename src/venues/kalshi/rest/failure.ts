import { assertNever } from '../../../core/assert'
import type { HttpOutcome } from '../../http'
import { describeFailure } from '../wire/answers/remedies'
import { readFailure, STALE_TIMESTAMP, unreadable, type KalshiFailure } from '../wire/errors'

/** No whole answer of the venue. */
export type NoAnswer = Exclude<HttpOutcome, { readonly kind: 'answer' }>
export type WriteAnswer =
  | { readonly kind: 'accepted'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'failed'; readonly failure: KalshiFailure }
  | NoAnswer
/** A write whose 2xx answer was read. What cannot be read, or tells of another order, is `failed` and unknown. */
export type Written<T> =
  { readonly kind: 'accepted'; readonly value: T } | { readonly kind: 'failed'; readonly failure: KalshiFailure } | NoAnswer

/** A read that stayed without an answer we can use. Its message ends with the remedy, where the operator has one. */
export class KalshiReadError extends Error {
  override readonly name = 'KalshiReadError'
  constructor(
    path: string,
    readonly failure: KalshiFailure | NoAnswer,
  ) {
    super(`Kalshi did not answer GET ${path}: ${describe(failure)}`)
  }
}

/** While it does not trade, the exchange tells its state with these statuses as well (kalshi.md §12.2): that is the answer, and nothing failed. */
const STATE_PATH = '/exchange/status'
const DOWN: readonly number[] = [500, 503, 504]

export function readAnswer(status: number, body: string, path: string): WriteAnswer {
  if (status < 200 || status >= 300) {
    const state = path === STATE_PATH && DOWN.includes(status) ? stateIn(body) : null
    return state ? { kind: 'accepted', status, body: state } : { kind: 'failed', failure: readFailure(status, body, path) }
  }
  try {
    return { kind: 'accepted', status, body: body === '' ? null : (JSON.parse(body) as unknown) }
  } catch {
    return { kind: 'failed', failure: { kind: 'unknown', status, code: `http_${status}`, detail: 'the body is not JSON' } }
  }
}

/** null: a gateway's own words. */
function stateIn(body: string): object | null {
  try {
    const told = JSON.parse(body) as unknown
    return typeof told === 'object' && told !== null && 'exchange_active' in told ? told : null
  } catch {
    return null
  }
}

/** @param read throws for what is no answer to this call: the write may have been executed all the same */
export function readWritten<T>(answer: WriteAnswer, read: (body: unknown) => T): Written<T> {
  if (answer.kind !== 'accepted') return answer
  try {
    return { kind: 'accepted', value: read(answer.body) }
  } catch (error) {
    return { kind: 'failed', failure: unreadable(answer.status, error instanceof Error ? error.message : String(error)) }
  }
}

/** A read changes nothing: it is asked again unless the venue understood it and said no. */
export function isRepeatable(failure: KalshiFailure | NoAnswer): boolean {
  switch (failure.kind) {
    case 'retryable':
    case 'unknown':
    case 'lost':
    case 'unsent':
      return true
    case 'authentication': // measured anew by the answer that said so
      return failure.code === STALE_TIMESTAMP
    case 'rejected':
    case 'ambiguous-not-found':
    case 'paused':
    case 'refused':
      return false
    default:
      return assertNever(failure, 'failure of a read')
  }
}

/** 404, whatever it means. */
export const isNotFound = (error: unknown): boolean =>
  error instanceof KalshiReadError && 'status' in error.failure && error.failure.status === 404

function describe(failure: KalshiFailure | NoAnswer): string {
  if ('code' in failure) return describeFailure(failure)
  return failure.kind === 'refused' ? failure.reason : failure.detail
}
