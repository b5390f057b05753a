import { parseOrderId, type LegLetter } from '../../core/ids'
import type { OrderIntent } from '../../core/trade/order'
import type { Evidence, Sighting, VenueFill, VenueOrder, Workflow } from '../evidence/evidence'
import type { IntentRow, TradeRow } from '../evidence/tables'
import type { Struck } from '../where'

/** One order whose bytes left, with everything the evidence has of it. */
export interface SentOrder extends Sighting {
  readonly leg: LegLetter
  /** Where its bytes were seen: in captures, and at the venue. */
  readonly sent: readonly Sighting[]
  readonly arrived: readonly Sighting[]
  readonly purpose: 'opening' | 'reducing'
  readonly intent: IntentRow | null
  readonly trade: TradeRow | null
  /** null: neither the plan nor a cure that was recorded tells. */
  readonly notAfterMs: number | null
  readonly atVenue: VenueOrder | null
  readonly fills: readonly VenueFill[]
}

/** The evidence, put together order by order. Oldest first. */
export interface Case {
  readonly evidence: Evidence
  readonly struck: readonly Struck[]
  readonly orders: readonly SentOrder[]
  readonly trades: ReadonlyMap<string, TradeRow>
  readonly fillsOf: ReadonlyMap<string, readonly VenueFill[]>
  readonly answers: readonly Answer[]
}

/** What an activity of a saga answered about an order. */
export interface Answer {
  readonly workflow: Pick<Workflow, 'workflowId' | 'type' | 'tradeId'>
  readonly activity: string
  readonly order: Partial<Pick<OrderIntent, 'clientOrderId' | 'tradeId' | 'purpose' | 'venue' | 'notAfterMs'>>
  readonly value: unknown
  readonly atMs: number
}

/** The canaries of a kill drill are no trade's orders: the drill reports on them itself. */
export function caseOf(evidence: Evidence, struck: readonly Struck[]): Case {
  const { tables, venues } = evidence
  const trades = new Map(tables.trades.map((trade) => [trade.tradeId, trade]))
  const intents = new Map(tables.intents.map((intent) => [intent.clientOrderId, intent]))
  const fillsOf = grouped(
    venues.flatMap(({ fills }) => fills).filter(({ clientOrderId }) => clientOrderId !== null),
    ({ clientOrderId }) => clientOrderId ?? '',
  )
  const atVenue = new Map(venues.flatMap(({ orders }) => orders).map((order) => [order.clientOrderId, order]))
  const limits = notAfters(evidence)
  const sent = grouped(evidence.sent, ({ clientOrderId }) => clientOrderId)
  const arrived = grouped(evidence.arrived, ({ clientOrderId }) => clientOrderId)
  const drills = new Set(tables.drills)
  const orders = [...new Set([...sent.keys(), ...arrived.keys()])].flatMap((id): SentOrder[] => {
    const [first] = [...(sent.get(id) ?? []), ...(arrived.get(id) ?? [])]
    if (!first || drills.has(first.tradeId)) return []
    const { leg, tradeId } = parseOrderId(id)
    const intent = intents.get(id) ?? null
    return [
      {
        ...first,
        leg,
        sent: sent.get(id) ?? [],
        arrived: arrived.get(id) ?? [],
        purpose: intent?.purpose ?? (leg === 'a' ? 'opening' : 'reducing'),
        intent,
        trade: trades.get(tradeId) ?? null,
        notAfterMs: limits.get(id) ?? null,
        atVenue: atVenue.get(id) ?? null,
        fills: fillsOf.get(id) ?? [],
      },
    ]
  })
  const inTime = orders.toSorted((a, b) => a.atMs - b.atMs || a.n - b.n)
  return { evidence, struck, orders: inTime, trades, fillsOf, answers: evidence.workflows.flatMap(answersIn) }
}

export function grouped<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group) group.push(item)
    else groups.set(keyOf(item), [item])
  }
  return groups
}

/** Every answer of a history with the first argument of its question, which is the order where it is about one. */
function answersIn(workflow: Workflow): readonly Answer[] {
  const asked = new Map<number, Answer['order']>()
  return workflow.steps.flatMap(({ kind, name, n, value, atMs }) => {
    if (kind === 'asked') asked.set(n, (value as readonly Answer['order'][])[0] ?? {})
    return kind === 'answered' ? [{ workflow, activity: name, order: asked.get(n) ?? {}, value, atMs }] : []
  })
}

/** The not-after of legs is the plan's; a cure's stands where it was chosen: the reserved one's is a ceiling of another moment. */
function notAfters({ tables, workflows }: Evidence): ReadonlyMap<string, number> {
  const limits = new Map<string, number>()
  for (const { plan } of tables.trades) for (const { order } of plan.legs) limits.set(order.clientOrderId, order.notAfterMs)
  for (const { result } of tables.trades)
    for (const { chosen } of result?.cures ?? []) if ('order' in chosen) limits.set(chosen.order.clientOrderId, chosen.order.notAfterMs)
  for (const { name, kind, value } of workflows.flatMap(({ steps }) => steps))
    if (name === 'place' && kind === 'asked') {
      const [order] = value as readonly { readonly clientOrderId: string; readonly notAfterMs: number }[]
      if (order) limits.set(order.clientOrderId, order.notAfterMs)
    }
  return limits
}

/** Contracts of an order that the venue had executed at a moment, counted by the version of each execution that is wanted. */
export const filledBy = (order: Pick<SentOrder, 'fills'>, atMs: number, count: 'most' | 'least' | 'quantity'): number =>
  order.fills.reduce((sum, fill) => (fill.atMs <= atMs ? sum + fill[count] : sum), 0)

/** Whether a fault of this name struck at all: what it permits is said where it is asked. */
export const hasStruck = (struck: readonly Struck[], ...names: readonly string[]): boolean =>
  struck.some(({ name }) => names.includes(name.split(':')[0] ?? ''))
