import { assertNever } from '../../../core/assert'
import type { ClientOrderId, MarketId, Outcome } from '../../../core/ids'
import type { Fill } from '../../../core/trade/order'
import type { Final, LegOutcome, RejectReason } from '../../../core/trade/outcome'
import { quantity, type Millis, type Money, type Price, type Quantity } from '../../../core/units'
import type { Execution, OrderCallback, OrderEcho } from './messages'
import { orderVerdict } from './errors'
import { baseOf, boughtBy, isCorrection, withExecution } from './executions'

/** The intent as it is spelled at the venue: what every echo is compared with (E13). */
export interface OrderTerms {
  readonly clientOrderId: ClientOrderId
  readonly clientId: number
  readonly account: string
  readonly market: MarketId
  readonly outcome: Outcome
  readonly conId: number
  readonly quantity: Quantity
  readonly limit: Price
}
/** Told fees by execution id: a report belongs to one correction of an execution, and may come before it. */
export type Fees = ReadonlyMap<string, Money>
type Seen = Execution & { readonly seenMs: Millis; readonly atMs: Millis | null }
interface Refusal {
  readonly code: number
  readonly reason: RejectReason
  readonly message: string
}

/** All that is known of one order. Callbacks may come in any order, twice or not at all: the same set gives the same state. */
export interface OrderState {
  readonly terms: OrderTerms
  /** null until sent or until an echo tells it. */
  readonly orderId: number | null
  /** The account-wide identity; 0: not told yet. */
  readonly permId: number
  /** By execution base id. */
  readonly executions: ReadonlyMap<string, Seen>
  /** The venue has said that nothing rests any more. */
  readonly ended: boolean
  /** The largest count a status or completed order has named: a hint that executions are still missing, never a fill. */
  readonly hinted: Quantity
  /** The lowest-numbered whitelisted refusal, so that the order of arrival does not matter. */
  readonly refusal: Refusal | null
  /** An error nobody can vouch for has named the order. */
  readonly unproven: boolean
  /** What the venue works is not what we asked for: the field that differs. */
  readonly differs: string | null
}

const ENDED: ReadonlySet<string> = new Set(['Filled', 'Cancelled', 'ApiCancelled', 'Inactive'])

/** Whether an order of a list may still trade. */
export const rests = (echo: OrderEcho): boolean => !ENDED.has(echo.status)

export const newOrder = (terms: OrderTerms, orderId: number | null): OrderState => ({
  terms,
  orderId,
  permId: 0,
  executions: new Map(),
  ended: false,
  hinted: quantity(0),
  refusal: null,
  unproven: false,
  differs: null,
})

const isNumber = (state: OrderState, orderId: number, clientId: number): boolean =>
  state.orderId === orderId && clientId === state.terms.clientId

function ownsEcho(state: OrderState, echo: OrderEcho): boolean {
  if (echo.orderRef !== '') return echo.orderRef === state.terms.clientOrderId
  return isNumber(state, echo.orderId, echo.clientId) || (echo.permId !== 0 && echo.permId === state.permId)
}

/** A reference that is not ours proves a stranger; without one the numbers must agree, and the contract and account always. */
function ownsExecution(state: OrderState, execution: Execution): boolean {
  const { terms } = state
  if (execution.conId !== terms.conId || execution.account !== terms.account) return false
  if (execution.orderRef !== '') return execution.orderRef === terms.clientOrderId
  return isNumber(state, execution.orderId, execution.clientId) || (execution.permId !== 0 && execution.permId === state.permId)
}

/** The first field of an echo that is not what was asked for; null when all agree. `complete` orders may leave quantity and limit out. */
function difference(terms: OrderTerms, echo: OrderEcho, complete: boolean): string | null {
  if (echo.conId !== terms.conId) return `contract ${echo.conId}`
  if (echo.account !== terms.account) return `account ${echo.account}`
  if (echo.action !== 'BUY') return `action ${echo.action}`
  if (echo.orderType !== 'LMT') return `order type ${echo.orderType}`
  if (echo.timeInForce !== 'IOC') return `time in force ${echo.timeInForce}`
  if (echo.limit !== terms.limit && !(complete && !echo.limit)) return `limit ${echo.limit}`
  if (echo.quantity !== terms.quantity && !(complete && !echo.quantity)) return `quantity ${echo.quantity}`
  return null
}

const larger = (a: Quantity, b: number | null): Quantity => (b !== null && b > a ? quantity(b) : a)

function applyEcho(state: OrderState, echo: OrderEcho, complete: boolean): OrderState {
  if (!ownsEcho(state, echo)) return state
  const differs = difference(state.terms, echo, complete)
  return {
    ...state,
    orderId: state.orderId ?? (echo.orderId > 0 && echo.clientId === state.terms.clientId ? echo.orderId : null),
    permId: state.permId || echo.permId,
    ended: state.ended || complete || ENDED.has(echo.status),
    hinted: complete ? larger(state.hinted, echo.filled) : state.hinted,
    differs: state.differs ?? differs,
  }
}

function applyError(state: OrderState, code: number, message: string): OrderState {
  const verdict = orderVerdict(code, message)
  switch (verdict.kind) {
    case 'warning':
      return state
    case 'cancelled':
      return { ...state, ended: true }
    case 'rewritten':
      return { ...state, differs: state.differs ?? message }
    case 'unproven':
      return { ...state, unproven: true }
    case 'refused':
      if (state.refusal !== null && state.refusal.code <= code) return state
      return { ...state, refusal: { code, reason: verdict.reason, message } }
    default:
      return assertNever(verdict, 'order verdict')
  }
}

/** What one callback changes. `seenMs`: when it came; `atMs`: when the venue says the execution happened, if it says so readably. */
export function applyCallback(state: OrderState, callback: OrderCallback, seenMs: Millis, atMs: Millis | null): OrderState {
  switch (callback.kind) {
    case 'openOrder':
      return applyEcho(state, callback.order, false)
    case 'completedOrder':
      return applyEcho(state, callback.order, true)
    case 'orderStatus': {
      if (!isNumber(state, callback.orderId, callback.clientId)) return state
      const ended = state.ended || ENDED.has(callback.status)
      return { ...state, permId: state.permId || callback.permId, ended, hinted: larger(state.hinted, callback.filled) }
    }
    case 'error':
      return state.orderId === callback.id ? applyError(state, callback.code, callback.message) : state
    case 'execution': {
      const { execution } = callback
      if (!ownsExecution(state, execution)) return state
      const executions = withExecution(state.executions, { ...execution, seenMs, atMs })
      return { ...state, permId: state.permId || execution.permId, executions }
    }
    default:
      return assertNever(callback, 'order callback')
  }
}

const bought = (state: OrderState): readonly Seen[] => boughtBy(state.executions.values(), state.terms.quantity)
/** Σ of the executions that bought: the only source of a quantity. */
export const filledOf = (state: OrderState): Quantity => quantity(bought(state).reduce((sum, { quantity: part }) => sum + part, 0))
export const isFilled = (state: OrderState): boolean => filledOf(state) === state.terms.quantity
/** Nothing rests and nothing more can trade, as far as the venue has said. */
export const isEnded = (state: OrderState): boolean => state.ended || state.refusal !== null || isFilled(state)

/** What the order's own callbacks say at once: null = wait; 'settling' = over, but executions of the same burst may still be on their way. */
export function promptAnswer(state: OrderState): LegOutcome | 'settling' | null {
  if (state.differs !== null) return { kind: 'unknown', cause: 'echo-differs' }
  if (isFilled(state)) return { kind: 'done', filled: state.terms.quantity }
  return isEnded(state) || state.unproven ? 'settling' : null
}

/** What they say when nothing has followed for a while; null when the venue has named a larger count than its executions show. */
export function settledAnswer(state: OrderState): LegOutcome | null {
  const filled = filledOf(state)
  if (!isEnded(state)) return state.unproven ? { kind: 'unknown', cause: 'server-error' } : null
  if (state.hinted > filled) return null
  if (filled > 0 || state.refusal === null) return { kind: 'done', filled }
  return { kind: 'rejected', reason: state.refusal.reason, detail: `${state.refusal.code}: ${state.refusal.message}` }
}

/** null: not told yet. */
export function feeOf(execution: Execution, fees: Fees): Money | null {
  const exact = fees.get(execution.execId)
  if (exact !== undefined) return exact
  // A correction need not come with a commission report of its own: the fee told for what it corrects stands.
  const base = baseOf(execution.execId)
  return [...fees].filter(([execId]) => baseOf(execId) === base).sort(([a], [b]) => (a < b ? 1 : -1))[0]?.[1] ?? null
}

/** The order's fills as told so far, fees included where told. @throws never; an execution without a readable price is left out. */
export function fillsOf(state: OrderState, fees: Fees): readonly Fill[] {
  const { terms } = state
  return bought(state).flatMap((execution) => {
    if (execution.price === null) return []
    const fill: Fill = {
      venue: 'forecastex',
      account: terms.account,
      venueOrderId: String(execution.permId || state.permId || terms.clientOrderId),
      executionId: baseOf(execution.execId),
      corrects: isCorrection(execution.execId) ? baseOf(execution.execId) : null,
      market: terms.market,
      outcome: terms.outcome,
      action: 'buy',
      price: execution.price,
      quantity: execution.quantity,
      fee: feeOf(execution, fees),
      atMs: execution.atMs ?? execution.seenMs,
    }
    return [fill]
  })
}

/** E14, the part that callbacks prove: over, every execution priced and every fee told, nothing hinted that is missing. Else null. */
export function finalOf(state: OrderState, fees: Fees): Final | null {
  const filled = filledOf(state)
  const fills = fillsOf(state, fees)
  const told = fills.reduce((sum, fill) => sum + fill.quantity, 0)
  if (!isEnded(state) || state.hinted > filled || told !== filled) return null
  return fills.every((fill) => fill.fee !== null) ? { quantity: filled, fills } : null
}
