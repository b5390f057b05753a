import { assertNever } from '../../../core/assert'
import type { ClientOrderId, MarketId, Outcome } from '../../../core/ids'
import type { Fill } from '../../../core/trade/order'
import type { Final, LegOutcome, RejectReason } from '../../../core/trade/outcome'
import { quantity, type Millis, type Price, type Quantity } from '../../../core/units'
import type { Execution, OrderCallback, OrderEcho } from './messages'
import { orderVerdict } from './errors'
import { baseOf, boughtBy, feeOf, isCorrection, isDecided, withExecution, type Fees } from './executions'

export { feeOf, type Fees } from './executions'

/** ForecastEx has these and no others; workflows reach IOC alone (E15). */
export type TimeInForce = 'IOC' | 'DAY' | 'GTC'

/** The intent as it is spelled at the venue: what every echo is compared with (E13). */
export interface OrderTerms {
  readonly clientOrderId: ClientOrderId
  readonly clientId: number
  readonly account: string
  readonly market: MarketId
  readonly outcome: Outcome
  readonly conId: number
  /** The other outcome's contract: an execution of it that names this order nets a pair. */
  readonly oppositeConId: number
  readonly quantity: Quantity
  readonly limit: Price
  readonly timeInForce: TimeInForce
}
/** `largest`: of all that was told of this execution; more than its quantity once it was corrected to fewer. */
type Seen = Execution & { readonly seenMs: Millis; readonly atMs: Millis | null; readonly largest: Quantity }
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
  /** The venue has said that it works: of an order that rests, its answer. */
  readonly working: boolean
  /** The largest count a status or completed order has named: a hint that executions are still missing, never a fill. */
  readonly hinted: Quantity
  /** What a completed order tells as filled; null: none was told. */
  readonly counted: Quantity | null
  /** The lowest-numbered whitelisted refusal, so that the order of arrival does not matter. */
  readonly refusal: Refusal | null
  /** An error nobody can vouch for has named the order. */
  readonly unproven: boolean
  /** What the venue works is not what we asked for: the field that differs. */
  readonly differs: string | null
}

const WORKING: ReadonlySet<string> = new Set(['PreSubmitted', 'Submitted'])
const ENDED: ReadonlySet<string> = new Set(['Filled', 'Cancelled', 'ApiCancelled', 'Inactive'])

/** Whether an order of a list may still trade. */
export const rests = (echo: OrderEcho): boolean => !ENDED.has(echo.status)

export const newOrder = (terms: OrderTerms, orderId: number | null): OrderState => ({
  terms,
  orderId,
  permId: 0,
  executions: new Map(),
  ended: false,
  working: false,
  hinted: quantity(0),
  counted: null,
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

/** A reference that is not ours proves a stranger; without one the numbers must agree. */
function names(state: OrderState, { orderRef, orderId, clientId, permId }: Execution): boolean {
  if (orderRef !== '') return orderRef === state.terms.clientOrderId
  return isNumber(state, orderId, clientId) || (permId !== 0 && permId === state.permId)
}

/** The first field of an echo that is not what was asked for; null when all agree. `complete` orders may leave quantity and limit out. */
function difference(terms: OrderTerms, echo: OrderEcho, complete: boolean): string | null {
  if (echo.conId !== terms.conId) return `contract ${echo.conId}`
  if (echo.account !== terms.account) return `account ${echo.account}`
  if (echo.action !== 'BUY') return `action ${echo.action}`
  if (echo.orderType !== 'LMT') return `order type ${echo.orderType}`
  if (echo.timeInForce !== terms.timeInForce) return `time in force ${echo.timeInForce}`
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
    working: state.working || WORKING.has(echo.status),
    hinted: complete ? larger(state.hinted, echo.filled) : state.hinted,
    counted: complete && echo.filled !== null ? larger(state.counted ?? quantity(0), echo.filled) : state.counted,
    differs: state.differs ?? differs,
  }
}

/**
 * E13 of an execution: another account's, or of a contract that is neither side of the question, is not what was asked for. One of the other side,
 * or with another side than BOT, nets a pair: it is no fill, and as no order of ours can sell, no difference either (§3).
 */
function applyExecution(state: OrderState, execution: Omit<Seen, 'largest'>): OrderState {
  if (!names(state, execution)) return state
  const { account, conId, oppositeConId } = state.terms
  if (execution.account !== account) return { ...state, differs: state.differs ?? `account ${execution.account}` }
  if (execution.conId === oppositeConId) return state
  if (execution.conId !== conId) return { ...state, differs: state.differs ?? `contract ${execution.conId}` }
  const executions = withLargest(state.executions, execution)
  return executions === state.executions ? state : { ...state, permId: state.permId || execution.permId, executions }
}

function withLargest(known: OrderState['executions'], execution: Omit<Seen, 'largest'>): OrderState['executions'] {
  const base = baseOf(execution.execId)
  const largest = larger(execution.quantity, known.get(base)?.largest ?? null)
  const executions = withExecution(known, { ...execution, largest })
  const last = executions.get(base)
  return !last || last.largest === largest ? executions : new Map(executions).set(base, { ...last, largest })
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
      const working = state.working || WORKING.has(callback.status)
      return { ...state, permId: state.permId || callback.permId, ended, working, hinted: larger(state.hinted, callback.filled) }
    }
    case 'error':
      return state.orderId === callback.id ? applyError(state, callback.code, callback.message) : state
    case 'execution':
      return applyExecution(state, { ...callback.execution, seenMs, atMs })
    default:
      return assertNever(callback, 'order callback')
  }
}

const bought = (state: OrderState, fees?: Fees): readonly Seen[] => boughtBy(state.executions.values(), state.terms.quantity, fees)
/** Σ of the executions that bought: the only source of a quantity. */
export const filledOf = (state: OrderState): Quantity => quantity(bought(state).reduce((sum, { quantity: part }) => sum + part, 0))
/** Whether the venue has named a larger count than its executions show. What a correction took away is not missing: it was shown once. */
export function lacksExecutions(state: OrderState): boolean {
  const takenAway = [...state.executions.values()].reduce((sum, { largest, quantity: now }) => sum + largest - now, 0)
  return state.hinted > filledOf(state) + takenAway
}
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
  if (lacksExecutions(state)) return null
  if (filled > 0 || state.refusal === null) return { kind: 'done', filled }
  return { kind: 'rejected', reason: state.refusal.reason, detail: `${state.refusal.code}: ${state.refusal.message}` }
}

/** How an order's callbacks answer it: at once, and when nothing has followed for a while. */
export interface Answers<T extends string> {
  readonly prompt: (state: OrderState) => LegOutcome | T | 'settling' | null
  readonly settled: (state: OrderState) => LegOutcome | T | null
}
export const IMMEDIATE: Answers<never> = { prompt: promptAnswer, settled: settledAnswer }
/** Of an order that may rest: that it works is an answer, unless it is filled in the same burst. */
export const RESTING: Answers<'resting'> = {
  prompt: (state) => promptAnswer(state) ?? (state.working ? 'settling' : null),
  settled: (state) => settledAnswer(state) ?? (state.working && !isEnded(state) ? 'resting' : null),
}

/** The order's fills as told so far, fees included where told. @throws never; an execution without a readable price is left out. */
export function fillsOf(state: OrderState, fees: Fees): readonly Fill[] {
  const { terms } = state
  return bought(state, fees).flatMap((execution) => {
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

/** The venue's own count of a completed order is smaller than its executions: a late fill that it does not count, or a netting report among them. */
export const isOvercounted = (state: OrderState): boolean => state.counted !== null && state.counted < filledOf(state)
/** Whether its fills are certain to the cent ({@link isDecided}). */
export const areFillsDecided = (state: OrderState, fees: Fees): boolean => isDecided(state.executions.values(), state.terms.quantity, fees)

/** E14, the part that callbacks prove: over, every execution priced and every fee told, nothing hinted that is missing, no netting report that could be a fill. Else null. `lacksFees`: fees are not waited for any longer. */
export function finalOf(state: OrderState, fees: Fees, lacksFees = false): Final | null {
  const filled = filledOf(state)
  const fills = fillsOf(state, fees)
  const told = fills.reduce((sum, fill) => sum + fill.quantity, 0)
  if (!isEnded(state) || lacksExecutions(state) || told !== filled) return null
  if (!lacksFees && !fills.every((fill) => fill.fee !== null)) return null
  return areFillsDecided(state, fees) ? { quantity: filled, fills } : null
}
