import { shards } from '../cash/pockets'
import type { Floor } from '../floor'
import type { Bill } from './limits'
import type { Call } from './pages'

/** What a request costs and whose bucket pays (kalshi.md §8). Read leniently: a body that is wrong is refused later, and was billed. */

/** How the shard of a write is found. */
export type Routing =
  /** Named in the body; absent or -1: routed by the market, which bills every shard. */
  | 'body'
  /** Named in the query; absent: shard 0, or by `market_ticker`. */
  | 'query'
  /** The unscoped bucket, whatever it is about. */
  | 'unscoped'

export function billOf(floor: Floor, call: Call, cost: number, routing: Routing): Bill {
  if (call.method === 'GET') return { kind: 'read', tokens: cost, shards: [0] }
  const body = parsed(call.body)
  const items = Array.isArray(body['orders']) ? Math.max(1, body['orders'].length) : 1
  return { kind: 'write', tokens: cost * items, shards: billed(floor, call, body, routing) }
}

function billed(floor: Floor, call: Call, body: Readonly<Record<string, unknown>>, routing: Routing): readonly number[] {
  switch (routing) {
    case 'unscoped':
      return [0]
    case 'body':
      return typeof body['exchange_index'] === 'number' && body['exchange_index'] >= 0 ? [body['exchange_index']] : shards(floor)
    case 'query': {
      const named = call.query.get('exchange_index')
      if (named !== null && /^\d+$/.test(named)) return [Number.parseInt(named, 10)]
      return named === '-1' || call.query.get('market_ticker') ? shards(floor) : [0]
    }
  }
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** The fields of an order in a body, for faults to be aimed at. */
export function orderMatch(text: string): Record<string, unknown> {
  const { ticker, side, client_order_id, time_in_force } = parsed(text)
  return { ticker, side, client_order_id, time_in_force }
}
