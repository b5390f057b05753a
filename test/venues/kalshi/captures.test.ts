import { existsSync, readdirSync } from 'node:fs'
import { rejectReason, readFailure } from '../../../src/venues/kalshi/wire/errors'
import { readExchangeStatus, readUserDataTimestamp } from '../../../src/venues/kalshi/wire/exchange'
import { readFeeChanges } from '../../../src/venues/kalshi/wire/fees'
import { readEvent, readMarket, readMarketPage, readSeries } from '../../../src/venues/kalshi/wire/markets'
import { readOrderbook } from '../../../src/venues/kalshi/wire/answers/books'
import { readCreateAnswer, readOrderPage } from '../../../src/venues/kalshi/wire/orders'
import { readBalance, readFillPage, readPositionPage, readSettlementPage } from '../../../src/venues/kalshi/wire/portfolio'
import { gunzipSync } from 'node:zlib'
import path from 'node:path'
import { readShared, recordings, SHARED } from './fakes'

const CAPTURES = 'kalshi_wire_captures'
interface Meta {
  readonly status: number
  readonly method: string
  readonly path: string
}
const body = (name: string): string => readShared(`${CAPTURES}/${name}.json`).toString('utf8')
const meta = (name: string): Meta => JSON.parse(readShared(`${CAPTURES}/${name}.meta.json`).toString('utf8')) as Meta
const parsed = (name: string): unknown => JSON.parse(body(name))
const wrapped = (name: string): { response: unknown } =>
  JSON.parse(readShared(`kalshi_rest/prod_2026-01/${name}.json`).toString('utf8')) as { response: unknown }

/** Every recorded error of the demo venue: how it is classified and what an order would be told. */
const ERRORS: Readonly<Record<string, readonly [kind: string, code: string, reason: string | null]>> = {
  auth__bad_signature: ['authentication', 'authentication_error', 'permission'],
  auth__missing_signature_header: ['authentication', 'signature_is_missing_from_headers', 'permission'],
  auth__skew_minus30s: ['authentication', 'header_timestamp_expired', 'other'],
  auth__skew_minus5min: ['authentication', 'header_timestamp_expired', 'other'],
  auth__skew_plus5min: ['authentication', 'header_timestamp_expired', 'other'],
  auth__unknown_key_id: ['authentication', 'authentication_error', 'permission'],
  cleanup__leftover_0: ['ambiguous-not-found', 'not_found', null],
  cleanup__leftover_1: ['ambiguous-not-found', 'not_found', null],
  cleanup__leftover_2: ['ambiguous-not-found', 'not_found', null],
  markets__limit_over_max: ['rejected', 'parameter_validation', 'other'],
  orders__cancel_already_canceled: ['ambiguous-not-found', 'not_found', null],
  orders__cancel_executed: ['ambiguous-not-found', 'not_found', null],
  orders__cancel_unknown_id: ['ambiguous-not-found', 'not_found', null],
  orders__duplicate_client_order_id: ['unknown', 'order_already_exists', null],
  orders__insufficient_balance: ['rejected', 'insufficient_balance', 'funds'],
  orders__invalid_price_structure: ['rejected', 'invalid_price', 'price'],
  orders__numeric_field_types: ['rejected', 'bad_request', 'other'],
  orders__post_only_cross: ['rejected', 'invalid_order', 'other'],
  orders__reuse_canceled_client_id: ['unknown', 'order_already_exists', null],
}
/** How the good answers are read, by the start of the recording's name. */
const READERS: readonly (readonly [prefix: string, read: (body: unknown) => unknown])[] = [
  ['auth__', readBalance],
  ['exchange__status', readExchangeStatus],
  ['fills__', readFillPage],
  ['markets__single_filter', readMarketPage],
  ['markets__single', readMarket],
  ['markets__unauth_single', readMarket],
  ['markets__', readMarketPage],
  ['orderbook__', readOrderbook],
  ['orders__create', readCreateAnswer],
  ['orders__settlement_seed', readCreateAnswer],
  ['orders__stp_self', readCreateAnswer],
  ['orders__stp_setup', readCreateAnswer],
  ['portfolio__orders_list', readOrderPage],
  ['portfolio__positions', readPositionPage],
  ['series__fee_changes', readFeeChanges],
  ['settlements__', readSettlementPage],
]
/** Answers to calls that this adapter does not make, or whose body it does not read. */
const UNREAD = /^(account__|orders__(get|legacy|cancel_v2|stp_resting)|cleanup__stp|trades__|ws__)/

recordings('recorded answers of the demo venue', () => {
  const folder = path.join(SHARED, CAPTURES)
  const names = (existsSync(folder) ? readdirSync(folder) : [])
    .filter((file) => file.endsWith('.json') && !file.endsWith('.meta.json'))
    .map((file) => file.slice(0, -'.json'.length))
  const statusOf = (name: string): number => (name === 'markets__high_temp' ? 200 : meta(name).status)

  for (const name of names.filter((each) => !UNREAD.test(each) && statusOf(each) < 300))
    it(`${name} is read`, () => {
      const read = READERS.find(([prefix]) => name.startsWith(prefix))?.[1]
      expect(read?.(parsed(name))).toBeDefined()
    })

  for (const name of names.filter((each) => !UNREAD.test(each) && statusOf(each) >= 300))
    it(`${name} is classified`, () => {
      const failure = readFailure(statusOf(name), body(name), meta(name).path)
      expect([failure.kind, failure.code, rejectReason(failure)]).toEqual(ERRORS[name])
    })

  it('reads prices, counts and fees exactly', () => {
    expect(readCreateAnswer(parsed('orders__create_v2_taker_ioc'))).toMatchObject({ filled: 100, remaining: 0 })
    expect(readFillPage(parsed('fills__after_taker')).items[0]).toMatchObject({ yesPrice: 5_200, quantity: 100, fee: 17_500, side: 'bid' })
    expect(readBalance(parsed('auth__balance_ok'))).toEqual({ cash: 98_018_600, shards: [{ shard: 0, cash: 98_018_600 }] })
    expect(readPositionPage(parsed('portfolio__positions')).items).toMatchObject([{ outcome: 'yes', quantity: 300 }])
    expect(readOrderbook(parsed('orderbook__base'))).toEqual({
      bids: [{ price: 4_700, quantity: 300 }],
      asks: [{ price: 5_200, quantity: 300 }],
    })
  })
})

recordings('recorded answers of production', () => {
  const production = (name: string): unknown => {
    const file = readShared(`kalshi_rest/prod_2026-08/${name}`)
    return JSON.parse((name.endsWith('.gz') ? gunzipSync(file) : file).toString('utf8')) as unknown
  }
  it('reads settled markets: what YES pays, and nothing while undecided', () => {
    const { items } = readMarketPage(production('markets_settled.json.gz'))
    const seen = items.map(({ status, yesPays }) => `${status} ${yesPays}`)
    expect(new Set(seen)).toEqual(new Set(['settled 1000000', 'settled 0', 'closed null']))
  })
  it('reads fills and settlements', () => {
    const fills = production('portfolio_fills_redacted.json') as { payload: unknown }
    expect(readFillPage(fills.payload).items[0]).toMatchObject({ quantity: 22_727, fee: 15_930, yesPrice: 10 })
    const settlements = production('portfolio_settlements_redacted.json') as { payload: unknown }
    expect(readSettlementPage(settlements.payload).items[0]).toMatchObject({ paid: 0, atMs: Date.parse('2026-08-17T14:00:00Z') })
  })
  it('reads fee multipliers as integers', () => {
    const { payloads } = production('series_fee_fields.json') as { payloads: Record<string, unknown> }
    expect(readSeries(payloads.KXMLBGAME)).toMatchObject({
      series: 'KXMLBGAME',
      fee: { feeType: 'quadratic_with_maker_fees', multiplier: 5_000 },
      shard: 0,
    })
    expect(readSeries(payloads.KXATPDOUBLES).fee.multiplier).toBe(10_000)
  })
  it('reads events and the freshness of the read model', () => {
    expect(readEvent(wrapped('event_single_response').response).series).toBe('KXELONMARS')
    expect(readUserDataTimestamp(wrapped('user_data_timestamp_response').response)).toBe(Date.parse('2026-01-15T14:02:18.848Z'))
  })
  it('classifies the observed error bodies', () => {
    const observed = JSON.parse(readShared('kalshi_rest/error_bodies_observed.json').toString('utf8')) as {
      http_status: number
      body: unknown
    }[]
    const kinds = observed
      .slice(0, 6)
      .map((each) => readFailure(each.http_status, JSON.stringify(each.body), '/portfolio/events/orders').kind)
    expect(kinds).toEqual(['rejected', 'rejected', 'paused', 'unknown', 'unknown', 'rejected'])
  })
})
