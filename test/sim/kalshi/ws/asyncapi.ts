import Ajv, { type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parse } from 'yaml'

/** The venue's own description of its messages as a judge: what it does not declare is an error, except what is proved below. */

export const SHARED = resolve(__dirname, '../../../../../shared')
const FILE = resolve(SHARED, 'spec/kalshi/asyncapi-2026-08.yaml')
export const isHere = existsSync(FILE)

type Schema = Record<string, unknown>
type Schemas = Record<string, Schema>

const at = (schema: Schema, ...path: string[]): Schema =>
  path.reduce<Schema>((node, key) => (node['properties'] as Schemas)[key] ?? {}, schema)
const declare = (schema: Schema, properties: Schema, ...path: string[]): void => {
  Object.assign(at(schema, ...path)['properties'] as Schema, properties)
}
const COUNT = { type: 'integer', minimum: 1 }
const MESSAGES = /Payload$/

export interface Relaxation {
  readonly what: string
  /** Why the document is wrong: a recording, or the reference page of the newer document. */
  readonly proof: string
  apply(schemas: Schemas): void
  /** A message that the unrelaxed document refuses. */
  readonly example: Readonly<Record<string, unknown>>
}

const UUID = '5d937db7-0c71-43cb-0b60-b56a4387af64'
const LIFE = { type: 'market_lifecycle_v2', sid: 1, msg: { market_ticker: 'KXU3-25MAR', event_type: 'activated' } }
const ORDER = {
  ...{
    order_id: UUID,
    user_id: UUID,
    ticker: 'KXU3',
    status: 'canceled',
    side: 'yes',
    is_yes: true,
    outcome_side: 'yes',
    book_side: 'bid',
  },
  ...{ yes_price_dollars: '0.5000', fill_count_fp: '0.00', remaining_count_fp: '0.00', initial_count_fp: '1.00', client_order_id: '' },
  ...{ taker_fill_cost_dollars: '0.000000', maker_fill_cost_dollars: '0.000000', taker_fees_dollars: '0.000000' },
  ...{ maker_fees_dollars: '0.000000', created_time: '2026-11-02T00:00:00.000000Z', created_ts_ms: 1 },
}
const TRADE = {
  ...{
    trade_id: UUID,
    yes_price_dollars: '0.8900',
    no_price_dollars: '0.1100',
    count_fp: '3.00',
    taker_side: 'yes',
    taker_outcome_side: 'yes',
  },
  ...{ taker_book_side: 'bid', is_block_trade: false, ts: 1773331880, ts_ms: 1773331880000 },
}

/** Every place where the recordings, or the newer document, prove the stored one wrong. */
export const RELAXATIONS: readonly Relaxation[] = [
  {
    what: 'a market ticker may contain a dot',
    proof: 'recorded: KXBTCD-26MAR1213-T69499.99 (kalshi_ws/message_samples.jsonl)',
    apply: (schemas) => Object.assign(schemas['marketTicker'] ?? {}, { pattern: '^[A-Z0-9.-]+$' }),
    example: { type: 'trade', sid: 2, msg: { ...TRADE, market_ticker: 'KXBTCD-26MAR1213-T69499.99' } },
  },
  {
    what: 'trade carries seq',
    proof: 'recorded: every trade of kalshi_ws/gold15m and message_samples.jsonl',
    apply: (schemas) => declare(schemas['tradePayload'] ?? {}, { seq: COUNT }),
    example: { type: 'trade', sid: 2, seq: 2573, msg: { ...TRADE, market_ticker: 'KXU3' } },
  },
  {
    what: 'lifecycle messages carry seq',
    proof: 'kalshi.md §7.3 and the table of §7.4: the newer document declares it',
    apply: (schemas) => {
      for (const name of ['marketLifecycleV2', 'eventLifecycle', 'eventFeeUpdate']) declare(schemas[`${name}Payload`] ?? {}, { seq: COUNT })
    },
    example: { ...LIFE, seq: 1 },
  },
  {
    what: 'any message may carry sending_ts_ms',
    proof: 'kalshi.md §7.3: a top-level integer on every kind of message since 2026-10-01',
    apply: (schemas) => {
      for (const [name, schema] of Object.entries(schemas)) {
        if (MESSAGES.test(name) && schema['properties'] !== undefined) declare(schema, { sending_ts_ms: { type: 'integer' } })
      }
    },
    example: { ...LIFE, sending_ts_ms: 1 },
  },
  {
    what: 'a snapshot that was asked for carries the id of the command',
    proof: 'kalshi.md §7.2: get_snapshot is answered by an orderbook_snapshot carrying the id',
    apply: (schemas) => declare(schemas['orderbookSnapshotPayload'] ?? {}, { id: COUNT }),
    example: { type: 'orderbook_snapshot', id: 3, sid: 1, seq: 6, msg: { market_ticker: 'KXU3', market_id: UUID } },
  },
  {
    what: 'an error may carry sid and seq',
    proof: 'kalshi.md §7.2: errors may carry id, sid, seq; §7.3: errors of a subscription consume its count',
    apply: (schemas) => declare(schemas['errorResponsePayload'] ?? {}, { sid: COUNT, seq: COUNT }),
    example: { type: 'error', sid: 1, seq: 9, msg: { code: 25, msg: 'Subscription buffer overflow' } },
  },
  {
    what: 'user_order carries exchange_index and last_update_reason',
    proof: 'kalshi.md §7.4 and §6.4: fields of the newer document',
    apply: (schemas) =>
      declare(schemas['userOrderPayload'] ?? {}, { exchange_index: { type: 'integer' }, last_update_reason: REASON }, 'msg'),
    example: { type: 'user_order', sid: 1, msg: { ...ORDER, exchange_index: 0, last_update_reason: 'CloseCancel' } },
  },
  {
    what: 'banded_centi_cent is a price level structure',
    proof: 'kalshi.md §2.2; the document itself says that price_ranges is the authority and the name a label',
    apply: (schemas) => {
      const grid = at(schemas['marketLifecycleV2Payload'] ?? {}, 'msg', 'price_level_structure')
      grid['enum'] = [...(grid['enum'] as string[]), 'banded_centi_cent']
    },
    example: { ...LIFE, msg: { ...LIFE.msg, price_level_structure: 'banded_centi_cent' } },
  },
  {
    what: 'multivariate_market_lifecycle has a type of its own',
    proof: 'the document contradicts itself: allOf of two different constants, which no message can satisfy (its own example does not)',
    apply: (schemas) => {
      const shape = structuredClone(schemas['marketLifecycleV2Payload'] ?? {})
      Object.assign(at(shape, 'type'), { const: 'multivariate_market_lifecycle' })
      schemas['multivariateMarketLifecyclePayload'] = shape
    },
    example: { ...LIFE, type: 'multivariate_market_lifecycle' },
  },
]
const REASON = {
  enum: [
    ...['Decrease', 'Amend', 'MarginCancel', 'SelfTradeCancel', 'ExpiryCancel', 'CloseCancel', 'HaltCancel', 'Trade'],
    ...['PostOnlyCrossCancel', 'ReduceOnlyCancel', 'SettlementBoundsCancel'],
  ],
}

/** An undeclared key is an error: the document's own examples have none. */
function close(node: unknown): void {
  if (typeof node !== 'object' || node === null) return
  const schema = node as Schema
  if (schema['type'] === 'object' && typeof schema['properties'] === 'object') schema['additionalProperties'] = false
  for (const value of Object.values(schema)) close(value)
}

/** The document's schemas as they are, read once. */
let published: Schemas | null = null

export type Judge = (message: Readonly<Record<string, unknown>>) => readonly string[]

/** What is wrong with a message, by a document with these relaxations. */
export function judge(relaxations: readonly Relaxation[] = RELAXATIONS): Judge {
  published ??= (parse(readFileSync(FILE, 'utf8')) as { components: { schemas: Schemas } }).components.schemas
  const schemas = structuredClone(published)
  for (const relaxation of relaxations) relaxation.apply(schemas)
  close(schemas)
  const ajv = new Ajv({ strict: false, allErrors: true, formats: { int64: true } })
  addFormats(ajv)
  ajv.addSchema({ $id: 'asyncapi', components: { schemas } }, undefined, undefined, false)
  const compiled = new Map<string, ValidateFunction>()
  return (message) => {
    const name = payloadOf(message)
    if (!(name in schemas)) return [`no message of type ${String(message['type'])} is described`]
    const validate = compiled.get(name) ?? ajv.compile({ $ref: `asyncapi#/components/schemas/${name}` })
    compiled.set(name, validate)
    return validate(message)
      ? []
      : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`)
  }
}

const PAYLOADS: Readonly<Record<string, string>> = {
  subscribed: 'subscribedResponse',
  unsubscribed: 'unsubscribedResponse',
  error: 'errorResponse',
  market_lifecycle_v2: 'marketLifecycleV2',
  multivariate_market_lifecycle: 'multivariateMarketLifecycle',
  cfbenchmarks_value_indexlist: 'cfbenchmarksIndexList',
  pyth_value_underlying_list: 'pythUnderlyingList',
}

function payloadOf({ type, msg }: Readonly<Record<string, unknown>>): string {
  if (type === 'ok') return Array.isArray(msg) ? 'listSubscriptionsResponsePayload' : 'okResponsePayload'
  const camel = String(type).replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
  return `${PAYLOADS[String(type)] ?? camel}Payload`
}
