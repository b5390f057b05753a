import { clientModel } from './openapi'

/** Every place where the recordings, or newer documents of the venue, prove its OpenAPI 3.25.0 wrong or old. */

export type Schema = Record<string, unknown>
type Schemas = Record<string, Schema>

export interface Relaxation {
  readonly what: string
  readonly proof: string
  apply(schemas: Schemas): void
}

const properties = (schemas: Schemas, name: string): Schema => (schemas[name]?.['properties'] ?? {}) as Schema
const allow = (schemas: Schemas, name: string, extra: Schema): void => void Object.assign(properties(schemas, name), extra)
const INTEGER = { type: 'integer' }
const TEXT = { type: 'string' }

const REQUIRED_SINCE: readonly (readonly [model: string, key: string, type: Schema])[] = [
  ['Market', 'settlement_bounds_type', { enum: ['default', 'floor'] }],
  ['Fill', 'exchange_index', INTEGER],
  ['MarketPosition', 'exchange_index', INTEGER],
  ['Settlement', 'exchange_index', INTEGER],
  ['Series', 'categories', { type: 'array', items: TEXT }],
]

export const RELAXATIONS: readonly Relaxation[] = [
  {
    what: 'an error is nested, or flat, or a message, or a string',
    proof: 'recorded: orders__insufficient_balance, orders__numeric_field_types, markets__limit_over_max; kalshi.md §2.5',
    apply: (schemas) => {
      const inner = {
        type: 'object',
        required: ['code', 'message'],
        properties: { code: TEXT, message: TEXT, details: TEXT },
        additionalProperties: false,
      }
      const nested = { type: 'object', required: ['error'], properties: { error: { anyOf: [inner, TEXT] } }, additionalProperties: false }
      const query = { type: 'object', required: ['msg'], properties: { msg: TEXT }, additionalProperties: false }
      schemas['ErrorResponse'] = { anyOf: [nested, inner, query] }
    },
  },
  {
    what: 'newer documents require more',
    proof: 'simulators.md "Newer official SDKs require fields beyond the stored OpenAPI 3.25"; kalshi.md, breaking history of 2026-10-01',
    apply: (schemas) => {
      for (const [name, key, type] of REQUIRED_SINCE) {
        allow(schemas, name, { [key]: type })
        const schema = schemas[name] ?? {}
        schema['required'] = [...((schema['required'] ?? []) as string[]), key]
      }
    },
  },
  {
    what: 'models of the official client 3.30.0 have keys that 3.25.0 lacks, and require some of them',
    proof: 'the models that node_modules/kalshi-typescript ships',
    apply: (schemas) => {
      for (const [name, schema] of Object.entries(schemas)) newer(name, schema)
    },
  },
  {
    what: 'maker fees of combinations are a fee type',
    proof: 'kalshi.md §9.1; the official client 3.30.0 has it',
    apply: (schemas) =>
      Object.assign(schemas['FeeType'] ?? {}, {
        enum: ['quadratic', 'quadratic_with_maker_fees', 'quadratic_with_combo_maker_fees', 'flat'],
      }),
  },
]

/** Unknown keys of the newer model get any value; what it requires is required. */
function newer(name: string, schema: Schema): void {
  const model = clientModel(name)
  if (!model || typeof schema['properties'] !== 'object') return
  for (const key of model.all) (schema['properties'] as Schema)[key] ??= {}
  schema['required'] = [...new Set([...((schema['required'] ?? []) as string[]), ...model.required])]
}

export interface Undescribed {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly proof: string
  /** The official client's model of the answer: its keys are checked. */
  readonly model?: string
}

const ORDERS = '/portfolio/events/orders'
const TARGET = '/portfolio/target_balance_allocation'
const MOVES = '/portfolio/intra_exchange_instance_transfers'
const CLIENT = 'the official client 3.30.0 has it'

/** Answers that 3.25.0 does not describe at all. */
export const UNDESCRIBED: readonly Undescribed[] = [
  { method: 'DELETE', path: ORDERS, status: 204, proof: 'kalshi.md §4.1; the official client 3.30.0 has it' },
  { method: 'POST', path: ORDERS, status: 404, proof: 'kalshi.md §2.5: market_not_found' },
  { method: 'POST', path: ORDERS, status: 403, proof: 'kalshi.md §1.6' },
  { method: 'POST', path: '/portfolio/subaccounts/transfer', status: 409, proof: 'kalshi.md §2.5: transfer replay' },
  { method: 'GET', path: TARGET, status: 200, proof: CLIENT, model: 'GetTargetBalanceAllocationResponse' },
  { method: 'POST', path: TARGET, status: 200, proof: CLIENT },
  { method: 'GET', path: MOVES, status: 200, proof: CLIENT, model: 'GetIntraExchangeInstanceTransfersResponse' },
  { method: 'GET', path: `${MOVES}/{transfer_id}`, status: 200, proof: CLIENT, model: 'GetIntraExchangeInstanceTransferResponse' },
]
