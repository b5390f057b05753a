import type { Level } from '../market/event'
import { NO_QUANTITY, quantity, type Price, type Quantity } from '../units'

/**
 * Why an order's twin on paper did not fill whole. `own-fills`: what the order itself took was not known in time, so nothing is said of its twin.
 * `chance`: the preset let it have nothing, or only this part. `limit`: nothing was displayed within the limit. `depth`: less than it asked for was to be had.
 */
export const SHADOW_REASONS = ['own-fills', 'fees', 'closed', 'late', 'no-book', 'chance', 'limit', 'depth'] as const
export type ShadowReason = (typeof SHADOW_REASONS)[number]

/** What one book displays to one order at two times, best first. */
export interface Displayed {
  /** In the turn after the order's bytes had left. */
  readonly sent: readonly Level[]
  /** When its twin arrives. */
  readonly now: readonly Level[]
}

/**
 * What a twin meets: the book without what the order itself took from it. A live book has heard of the order, and without this every twin that is slower than its
 * order would find its own contracts gone. Of no price more than was displayed when the order was sent, or is displayed now: whether the book has heard of the order
 * yet is not known, and somebody else may have taken what was there.
 */
export function putBack(own: readonly Level[], { sent, now }: Displayed, action: 'buy' | 'sell'): readonly Level[] {
  const [had, shows, took] = [sizes(sent), sizes(now), sizes(own)]
  const at = (of: ReadonlyMap<Price, Quantity>, price: Price): Quantity => of.get(price) ?? NO_QUANTITY
  return [...new Set([...shows.keys(), ...took.keys()])]
    .toSorted((a, b) => (action === 'buy' ? a - b : b - a))
    .map((price) => ({
      price,
      quantity: quantity(Math.min(at(shows, price) + at(took, price), Math.max(at(had, price), at(shows, price)))),
    }))
    .filter(({ quantity: size }) => size > 0)
}

function sizes(levels: readonly Level[]): ReadonlyMap<Price, Quantity> {
  const found = new Map<Price, Quantity>()
  for (const { price, quantity: size } of levels) found.set(price, quantity((found.get(price) ?? 0) + size))
  return found
}
