import { z } from 'zod'
import { price, quantity, type Price } from '../../core/units'
import { describeIssues } from '../describe'
import type { ArmedFaults } from '../faults'
import { countText, priceText } from '../schema'
import type { Stream } from './api/stream'
import { marketOf, type Floor } from './floor'
import { onGrid } from './grid'
import { changeStatus, pause, settle } from './lifecycle'
import { resolveTicker } from './listing'
import { isFillable, placeOutside } from './outside'

/** What the outside world can do to the exchange: timeline entries and control events. */

const common = { venue: z.literal('kalshi'), at_ms: z.unknown().optional() }
export const kalshiEventSchema = z.discriminatedUnion('type', [
  z.strictObject({
    ...common,
    type: z.literal('external_order'),
    ticker: z.string(),
    side: z.enum(['bid', 'ask']),
    price: priceText,
    count: countText,
    time_in_force: z.enum(['good_till_canceled', 'immediate_or_cancel', 'fill_or_kill']).default('good_till_canceled'),
  }),
  z.strictObject({ ...common, type: z.literal('market_status'), ticker: z.string(), status: z.enum(['inactive', 'active', 'closed']) }),
  z.strictObject({
    ...common,
    type: z.literal('settle'),
    ticker: z.string(),
    result: z.enum(['yes', 'no', 'scalar']),
    settlement_value_dollars: priceText.optional(),
  }),
  z.strictObject({ ...common, type: z.literal('pause'), scope: z.enum(['trading', 'exchange']), on: z.boolean() }),
])
type KalshiEvent = z.output<typeof kalshiEventSchema>

/** @throws Error with one sentence when it cannot be applied. */
export function applyEvent(floor: Floor, stream: Stream, faults: ArmedFaults, event: Record<string, unknown>): void {
  if (event['type'] === 'fault') return applyFault(stream, faults, event)
  const parsed = kalshiEventSchema.safeParse(event)
  if (!parsed.success) throw new Error(describeIssues(parsed.error, kalshiEventSchema, 'event'))
  apply(floor, parsed.data)
}

function apply(floor: Floor, event: KalshiEvent): void {
  switch (event.type) {
    case 'external_order':
      return externalOrder(floor, event)
    case 'market_status':
      return changeStatus(floor, resolveTicker(floor, event.ticker), event.status)
    case 'settle':
      return settle(floor, resolveTicker(floor, event.ticker), event.result, scalarValue(event))
    case 'pause':
      return pause(floor, event.scope, event.on)
  }
}

const scalarValue = (event: Extract<KalshiEvent, { type: 'settle' }>): Price | null =>
  event.settlement_value_dollars === undefined ? null : price(event.settlement_value_dollars)

function externalOrder(floor: Floor, event: Extract<KalshiEvent, { type: 'external_order' }>): void {
  const market = marketOf(floor, resolveTicker(floor, event.ticker))
  if (market.status !== 'active') throw new Error(`${market.ticker} is ${market.status}: no order can be placed on it`)
  const order = { side: event.side, price: price(event.price), count: quantity(event.count) }
  if (!onGrid(market.definition.price_level_structure, order.price))
    throw new Error(`price ${event.price} is not on the grid of ${market.ticker}`)
  if (event.time_in_force === 'fill_or_kill' && !isFillable(floor, market.ticker, order)) return
  placeOutside(floor, market.ticker, order, event.time_in_force === 'good_till_canceled')
}

const CONNECTION_FAULTS = new Set(['drop_ws', 'half_open_ws', 'ws_error_25'])

/** A connection fault without a probability strikes what is open now; every other fault waits for its occasion. */
function applyFault(stream: Stream, faults: ArmedFaults, event: Record<string, unknown>): void {
  const open = stream.connections(event['account_id'])
  if (
    typeof event['name'] !== 'string' ||
    !CONNECTION_FAULTS.has(event['name']) ||
    event['probability'] !== undefined ||
    open.length === 0
  ) {
    return faults.arm(event)
  }
  for (const connection of open) {
    if (event['name'] === 'drop_ws') connection.drop()
    else if (event['name'] === 'half_open_ws') connection.goHalfOpen()
    else connection.overflow()
  }
}
