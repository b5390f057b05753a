import { formatMoney, formatPrice, formatQuantity, quantity } from '../../../core/units'
import { readCallback } from '../wire/callbacks'
import type { Callback, Execution, OrderEcho } from '../wire/messages'
import type { Direction } from './visit'

/** One frame of a capture, redacted. */
export interface RawFrame {
  readonly dir: Direction
  readonly tokens: readonly string[]
}
/** How often a message came, and how many tokens its frames had, its id included. */
interface Frames {
  readonly count: number
  readonly tokens: readonly number[]
}
type Counts = Readonly<Record<string, number>>

/**
 * What a session came to, without accounts: what its capture must come to again whenever it is read (docs/venues/ibkr.md). Written beside a capture
 * by the command that made it, from what the client library said at the time.
 */
export interface CaptureSummary {
  readonly serverVersion: number | null
  readonly sent: Readonly<Record<string, Frames>>
  readonly received: Readonly<Record<string, Frames>>
  readonly callbacks: Counts
  /** By code. */
  readonly notices: Counts
  readonly errors: Counts
  readonly executions: readonly {
    readonly execId: string
    readonly ref: string
    readonly side: string
    readonly quantity: string
    readonly price: string | null
    /** null: no commission report came. */
    readonly fee: string | null
  }[]
  readonly orders: readonly {
    readonly ref: string
    readonly terms: string
    readonly status: string
    readonly filled: string | null
  }[]
  readonly positions: number
  readonly unreadable: number
}

/** The client library's own words about the connection; a replay opens its own. */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set(['connected', 'disconnected', 'server', 'received', 'sent', 'result', 'all'])
const HELLO = 'API\0'

/** @param payloads every callback as [name, …args], in order */
export function summarise(frames: readonly RawFrame[], payloads: readonly (readonly unknown[])[]): CaptureSummary {
  const heard = payloads.filter(([name]) => !OF_THE_CONNECTION.has(String(name)))
  const read = heard.map(readOrNull)
  const callbacks = read.flatMap((each) => (each === 'unreadable' || each === null ? [] : [each]))
  const [hello, ...inbound] = frames.filter(({ dir }) => dir === 'in')
  return {
    serverVersion: hello ? Number.parseInt(hello.tokens[0] ?? '', 10) : null,
    sent: framesOf(frames.filter(({ dir, tokens }) => dir === 'out' && tokens[0] !== HELLO)),
    received: framesOf(inbound),
    callbacks: countsOf(heard.map(([name]) => String(name))),
    notices: countsOf(callbacks.flatMap((each) => (each.kind === 'notice' ? [String(each.code)] : []))),
    errors: countsOf(callbacks.flatMap((each) => (each.kind === 'error' ? [String(each.code)] : []))),
    executions: executionsOf(callbacks),
    orders: ordersOf(callbacks),
    positions: callbacks.filter(({ kind }) => kind === 'position').length,
    unreadable: read.filter((each) => each === 'unreadable').length,
  }
}

function readOrNull(payload: readonly unknown[]): Callback | null | 'unreadable' {
  try {
    return readCallback(payload)
  } catch {
    return 'unreadable'
  }
}

const byKey = <T>(entries: Iterable<readonly [string, T]>): Readonly<Record<string, T>> =>
  Object.fromEntries([...entries].toSorted(([a], [b]) => a.localeCompare(b, 'en', { numeric: true })))

function framesOf(frames: readonly RawFrame[]): CaptureSummary['received'] {
  const seen = new Map<string, { count: number; tokens: Set<number> }>()
  for (const { tokens } of frames) {
    const id = tokens[0] ?? ''
    const of = seen.get(id) ?? { count: 0, tokens: new Set<number>() }
    of.count += 1
    of.tokens.add(tokens.length)
    seen.set(id, of)
  }
  return byKey([...seen].map(([id, { count, tokens }]) => [id, { count, tokens: [...tokens].toSorted((a, b) => a - b) }] as const))
}

function countsOf(names: readonly string[]): Counts {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return byKey(counts)
}

function executionsOf(callbacks: readonly Callback[]): CaptureSummary['executions'] {
  const fees = new Map(callbacks.flatMap((each) => (each.kind === 'commission' ? [[each.execId, formatMoney(each.fee)] as const] : [])))
  const executions = new Map<string, Execution>()
  for (const each of callbacks) if (each.kind === 'execution') executions.set(each.execution.execId, each.execution)
  return [...executions.values()].map(({ execId, orderRef, side, quantity: shares, price }) => ({
    execId,
    ref: orderRef,
    side,
    quantity: formatQuantity(shares),
    price: price === null ? null : formatPrice(price),
    fee: fees.get(execId) ?? null,
  }))
}

/** The last word on each order. */
function ordersOf(callbacks: readonly Callback[]): CaptureSummary['orders'] {
  const orders = new Map<string, OrderEcho>()
  for (const each of callbacks)
    if (each.kind === 'openOrder' || each.kind === 'completedOrder')
      orders.set(each.order.orderRef || String(each.order.permId), each.order)
  return [...orders].map(([ref, { action, orderType, timeInForce, status, filled }]) => ({
    ref,
    terms: `${action} ${orderType} ${timeInForce}`,
    status,
    filled: filled === null ? null : formatQuantity(quantity(filled)),
  }))
}
