import type { Millis } from '../../core/units'
import type { KalshiRest } from './rest/call'
import { listOrders } from './rest/orders'
import { getFills } from './rest/portfolio'

/** Orders whose owner is remembered, so that a fill does not cost a list of its market each time: minutes of the most that the order port lets out. */
const OWNERS_MAX = 1_000

/**
 * What the private channels may have lost since then, from the fill list (`min_ts`): each fill of an order that carries a client id is told as the
 * channel would have told it, also one that was told before. Fills carry no client id, so orders are read for it.
 * @throws KalshiReadError, z.ZodError when a list cannot be read: then nothing is known, and the same time is asked for again
 */
export function readMissedFills(
  rest: KalshiRest,
  tell: (hint: { readonly clientOrderId: string; readonly executionId: string }) => void,
): (sinceMs: Millis, signal: AbortSignal) => Promise<void> {
  const owners = new Map<string, string>()
  return async (sinceMs, signal) => {
    const fills = await getFills(rest, { sinceMs }, signal)
    const told = new Set(fills.map(({ venueOrderId }) => venueOrderId))
    for (const market of new Set(fills.filter(({ venueOrderId }) => !owners.has(venueOrderId)).map((fill) => fill.market))) {
      for (const { venueOrderId, clientOrderId } of await listOrders(rest, { ticker: market }, signal))
        if (told.has(venueOrderId)) owners.set(venueOrderId, clientOrderId)
    }
    for (const { venueOrderId, executionId } of fills) {
      const clientOrderId = owners.get(venueOrderId) ?? ''
      if (clientOrderId !== '') tell({ clientOrderId, executionId })
    }
    const excess = owners.size - OWNERS_MAX
    for (const oldest of excess > 0 ? [...owners.keys()].slice(0, excess) : []) owners.delete(oldest)
  }
}
