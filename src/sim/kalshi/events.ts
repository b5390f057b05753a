import { z } from 'zod'
import { assertNever } from '../../core/assert'
import { parseFixed, price, quantity, type Price } from '../../core/units'
import { describeIssues } from '../describe'
import type { ArmedFaults } from '../faults'
import { feeType, kalshiEvent, multiplier, priceStructure, strikeType } from '../schema'
import { countText, priceText, time } from '../texts'
import { momentMs, timeOf } from '../times'
import { addCash, cashIn } from './cash/pockets'
import { marketOf, type Floor } from './floor'
import { onGrid } from './grid'
import { changeGrid, changeMetadata, scheduleEventFee, scheduleFee, type Metadata, type Texts } from './lifecycle/changes'
import { changeStatus, moveClose, pause } from './lifecycle/markets'
import { absoluteEvent } from './lifecycle/moments'
import { amend, amendPaid, determine, dispute, settle } from './lifecycle/outcome'
import { latestListing, listNow, resolveTicker } from './listing'
import { isFillable, placeOutside } from './outside'
import { applyFault } from './ws/line-faults'
import type { Stream } from './ws/stream'

/** What the outside world can do to the exchange: timeline entries and control events. */

const common = { venue: z.literal('kalshi'), at_ms: z.unknown().optional() }
const market = { ...common, ticker: z.string() }
const outcome = { ...market, result: z.enum(['yes', 'no', 'scalar']), settlement_value_dollars: priceText.optional() }
export const kalshiEventSchema = z.discriminatedUnion('type', [
  z.strictObject({
    ...market,
    type: z.literal('external_order'),
    side: z.enum(['bid', 'ask']),
    price: priceText,
    count: countText,
    time_in_force: z.enum(['good_till_canceled', 'immediate_or_cancel', 'fill_or_kill']).default('good_till_canceled'),
  }),
  z.strictObject({ ...market, type: z.literal('market_status'), status: z.enum(['inactive', 'active', 'closed']) }),
  z.strictObject({ ...outcome, type: z.literal('settle') }),
  z.strictObject({ ...outcome, type: z.literal('determine') }),
  z.strictObject({ ...market, type: z.literal('dispute') }),
  z.strictObject({ ...outcome, type: z.literal('amend') }),
  z.strictObject({ ...outcome, type: z.literal('amend_settlement') }),
  z.strictObject({ ...market, type: z.literal('close_time'), close_time: time }),
  z.strictObject({ ...market, type: z.literal('price_level_structure'), price_level_structure: priceStructure }),
  z.strictObject({
    ...market,
    type: z.literal('metadata'),
    strike_type: strikeType.optional(),
    floor_strike: z.number().optional(),
    cap_strike: z.number().optional(),
    yes_sub_title: z.string().optional(),
    title: z.string().optional(),
    no_sub_title: z.string().optional(),
    rules_primary: z.string().optional(),
    rules_secondary: z.string().optional(),
    early_close_condition: z.string().optional(),
    /** Whether a message says so. */
    told: z.boolean().default(true),
  }),
  z.strictObject({
    ...common,
    type: z.literal('event_fee'),
    event_ticker: z.string(),
    fee_type_override: feeType.nullable(),
    fee_multiplier_override: multiplier.nullable(),
    scheduled_ts: time.default('+0s'),
  }),
  z.strictObject({
    ...common,
    type: z.literal('series_fee'),
    series_ticker: z.string(),
    fee_type: feeType,
    fee_multiplier: multiplier,
    scheduled_ts: time.default('+0s'),
  }),
  z.strictObject({ ...common, type: z.literal('list'), event: kalshiEvent }),
  /** Cash that the exchange puts into an account, or takes from it: nobody traded for it. */
  z.strictObject({
    ...common,
    type: z.literal('cash'),
    amount: z.string(),
    shard: z.int().min(0).default(0),
    account: z.string().optional(),
  }),
  z.strictObject({
    ...common,
    type: z.literal('pause'),
    scope: z.enum(['trading', 'exchange']),
    on: z.boolean(),
    drop_ws: z.boolean().optional(),
  }),
])
type KalshiEvent = z.output<typeof kalshiEventSchema>

/** @throws Error with one sentence when it cannot be applied. */
export function applyEvent(floor: Floor, stream: Stream, faults: ArmedFaults, event: Record<string, unknown>): void {
  if (event['type'] === 'fault') return applyFault(stream, faults, floor.clock, event)
  const parsed = kalshiEventSchema.safeParse(event)
  if (!parsed.success) throw new Error(describeIssues(parsed.error, kalshiEventSchema, 'event'))
  apply(floor, stream, parsed.data)
}

function apply(floor: Floor, stream: Stream, event: KalshiEvent): void {
  switch (event.type) {
    case 'external_order':
      return externalOrder(floor, event)
    case 'market_status':
      return changeStatus(floor, resolveTicker(floor, event.ticker), event.status)
    case 'settle':
      return settle(floor, resolveTicker(floor, event.ticker), event.result, scalarValue(event))
    case 'determine':
      return determine(floor, resolveTicker(floor, event.ticker), event.result, scalarValue(event))
    case 'dispute':
      return dispute(floor, resolveTicker(floor, event.ticker))
    case 'amend':
      return amend(floor, resolveTicker(floor, event.ticker), event.result, scalarValue(event))
    case 'amend_settlement':
      return amendPaid(floor, resolveTicker(floor, event.ticker), event.result, scalarValue(event))
    case 'close_time':
      return moveClose(floor, resolveTicker(floor, event.ticker), momentMs(event.close_time, floor.clock.nowMs()))
    case 'price_level_structure':
      return changeGrid(floor, resolveTicker(floor, event.ticker), event.price_level_structure)
    case 'metadata':
      return changeMetadata(floor, resolveTicker(floor, event.ticker), metadataOf(event), textsOf(event), event.told)
    case 'event_fee':
      return scheduleEventFee(floor, eventFeeChange(floor, event))
    case 'series_fee':
      return scheduleFee(floor, seriesFeeChange(floor, event))
    case 'cash':
      return moveCash(floor, event)
    case 'list':
      return listNow(floor, absoluteEvent(event.event, floor.clock.nowMs()))
    case 'pause':
      return applyPause(floor, stream, event)
    default:
      return assertNever(event, 'event')
  }
}

const scalarValue = (event: { readonly settlement_value_dollars?: string | undefined }): Price | null =>
  event.settlement_value_dollars === undefined ? null : price(event.settlement_value_dollars)

type FeeEvent = Extract<KalshiEvent, { type: 'event_fee' | 'series_fee' }>
const startOf = (floor: Floor, { scheduled_ts }: FeeEvent): { scheduled_ts: string } => ({
  scheduled_ts: timeOf(momentMs(scheduled_ts, floor.clock.nowMs())),
})

const seriesFeeChange = (floor: Floor, event: Extract<FeeEvent, { type: 'series_fee' }>) => ({
  series_ticker: event.series_ticker,
  fee_type: event.fee_type,
  fee_multiplier: event.fee_multiplier,
  ...startOf(floor, event),
})

/** The event by the name that the scenario gives it: its latest listing. */
const eventFeeChange = (floor: Floor, event: Extract<FeeEvent, { type: 'event_fee' }>) => ({
  event_ticker: latestListing(floor, event.event_ticker)?.ticker ?? event.event_ticker,
  fee_type_override: event.fee_type_override,
  fee_multiplier_override: event.fee_multiplier_override,
  ...startOf(floor, event),
})

type MetadataEvent = Extract<KalshiEvent, { type: 'metadata' }>
const metadataOf = ({ strike_type, floor_strike, cap_strike, yes_sub_title }: MetadataEvent): Metadata => ({
  ...(strike_type === undefined ? {} : { strike_type }),
  ...(floor_strike === undefined ? {} : { floor_strike }),
  ...(cap_strike === undefined ? {} : { cap_strike }),
  ...(yes_sub_title === undefined ? {} : { yes_sub_title }),
})
const textsOf = ({ title, no_sub_title, rules_primary, rules_secondary, early_close_condition }: MetadataEvent): Texts => ({
  ...(title === undefined ? {} : { title }),
  ...(no_sub_title === undefined ? {} : { no_sub_title }),
  ...(rules_primary === undefined ? {} : { rules_primary }),
  ...(rules_secondary === undefined ? {} : { rules_secondary }),
  ...(early_close_condition === undefined ? {} : { early_close_condition }),
})

/** An exchange pause takes the connections with it; a trading pause only when it is told to. */
function applyPause(floor: Floor, stream: Stream, { scope, on, drop_ws }: Extract<KalshiEvent, { type: 'pause' }>): void {
  pause(floor, scope, on)
  if (on && (drop_ws ?? scope === 'exchange')) stream.dropAll()
}

function externalOrder(floor: Floor, event: Extract<KalshiEvent, { type: 'external_order' }>): void {
  const row = marketOf(floor, resolveTicker(floor, event.ticker))
  if (row.status !== 'active') throw new Error(`${row.ticker} is ${row.status}: no order can be placed on it`)
  const order = { side: event.side, price: price(event.price), count: quantity(event.count) }
  if (!onGrid(row.definition.price_level_structure, order.price))
    throw new Error(`price ${event.price} is not on the grid of ${row.ticker}`)
  if (event.time_in_force === 'fill_or_kill' && !isFillable(floor, row.ticker, order)) return
  placeOutside(floor, row.ticker, order, event.time_in_force === 'good_till_canceled')
}

/** To the only account, or the one that is named. */
function moveCash(floor: Floor, { amount, shard, account }: Extract<KalshiEvent, { type: 'cash' }>): void {
  const accounts = [...floor.tables.all('account')].map(({ accountId }) => accountId)
  const accountId = account ?? (accounts.length === 1 ? accounts[0] : undefined)
  if (accountId === undefined || !accounts.includes(accountId)) throw new Error(`name one account of ${accounts.join(', ')}`)
  const change = parseFixed(amount, 6)
  const pocket = { accountId, subaccount: 0, shard }
  if (cashIn(floor, pocket) + change < 0) throw new Error(`${accountId} has less than ${amount} on shard ${shard}`)
  addCash(floor, pocket, change)
}
