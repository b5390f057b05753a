import type { SubjectId, TradeId, Venue } from '../ids'
import type { OrderIntent } from '../trade/order'

/** Who gives a command; kept with everything he changes. */
export interface Operator {
  readonly name: string
  readonly role: 'viewer' | 'operator' | 'approver' | 'system'
}

/** What a halt covers (E26). */
export type Scope = 'all' | `venue:${Venue}` | `strategy:${'box' | 'edge'}` | `pair:${string}` | `trade:${string}`

const SCOPE = /^(all|venue:(kalshi|forecastex)|strategy:(box|edge)|pair:[\w.-]{1,80}|trade:[0-9A-Za-z]{1,20})$/

/** @throws RangeError naming the accepted forms. */
export function parseScope(value: string): Scope {
  if (!SCOPE.test(value))
    throw new RangeError(`"${value}" is not a scope: use all, venue:kalshi, venue:forecastex, strategy:box, pair:ID or trade:ID`)
  return value as Scope
}

/** Who is asked about: a trade of a strategy on a subject, and the venues it touches. */
export interface HaltSubject {
  readonly strategy: 'box' | 'edge'
  readonly subject: SubjectId
  readonly tradeId: TradeId
  readonly venues: readonly Venue[]
}

/** The scopes among `halts` that stop an opening of this trade. */
export function haltsOpening(halts: readonly Scope[], { strategy, subject, tradeId, venues }: HaltSubject): readonly Scope[] {
  const stopping: readonly Scope[] = [
    'all',
    `strategy:${strategy}`,
    `pair:${subject}`,
    `trade:${tradeId}`,
    ...venues.map((venue): Scope => `venue:${venue}`),
  ]
  return halts.filter((scope) => stopping.includes(scope))
}

const CURE_ID = /-c\d+$/

/** Whether the order is a cure (E2: leg letter c). */
export const isCure = (order: OrderIntent): boolean => CURE_ID.test(order.clientOrderId)

/**
 * E26, as far as one order of a running trade goes: every halt stops openings; a venue halt stops all orders to that venue;
 * a pair halt stops the second leg too (the cheapest exit elsewhere takes its place), but never a cure.
 */
export const haltCovers = (scope: Scope, order: OrderIntent): boolean =>
  order.purpose === 'opening' || scope === `venue:${order.venue}` || (scope.startsWith('pair:') && !isCure(order))
