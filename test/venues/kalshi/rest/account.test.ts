import { millis, money, quantity } from '../../../../src/core/units'
import * as account from '../../../../src/venues/kalshi/rest/account'
import { getExchangeSchedule, getExchangeStatus } from '../../../../src/venues/kalshi/rest/exchange'
import * as groups from '../../../../src/venues/kalshi/rest/groups'
import { learnLimits } from '../../../../src/venues/kalshi/rest/limits'
import * as portfolio from '../../../../src/venues/kalshi/rest/portfolio'
import { attestationOf, readApiKeys } from '../../../../src/venues/kalshi/wire/answers/account'
import { json } from '../fakes'
import { never, Venue } from './venue'

const NOW = millis(Date.parse('2026-11-22T00:00:00Z'))
const DAY_MS = 86_400_000

describe('the location attestation of a key (kalshi.md §1.6)', () => {
  const keys = (stamp: unknown) =>
    readApiKeys({ api_keys: [{ api_key_id: 'k', name: 'n', scopes: ['read', 'w'], api_key_region_expiration_ts: stamp }] })
  const kind = (days: number) => attestationOf(keys(Math.floor((NOW + days * DAY_MS) / 1000)), 'k', NOW).kind

  it.each([
    [15, 'valid'],
    [14, 'notice'],
    [3.5, 'notice'],
    [3, 'urgent'],
    [0.01, 'urgent'],
    [0, 'expired'],
    [-1, 'expired'],
  ])('%d days before its end it is %s', (days, expected) => expect(kind(days)).toBe(expected))

  it('says what to do', () => {
    expect(attestationOf(keys((NOW + 2 * DAY_MS) / 1000), 'k', NOW).sentence).toBe(
      'the location attestation of API key k ends at 2026-11-24T00:00:00.000Z, in 2 days: attest the location again before then',
    )
    expect(attestationOf(keys(null), 'k', NOW).kind).toBe('untold')
    expect(attestationOf(keys(1), 'another', NOW).kind).toBe('unlisted')
  })
  it('takes seconds, milliseconds and RFC 3339', () => {
    for (const stamp of [NOW / 1000, NOW, '2026-11-22T00:00:00Z']) expect(keys(stamp)[0]?.attestedUntilMs).toBe(NOW)
    expect(() => keys('soon')).toThrow('not an RFC 3339 time')
    expect(() => keys(-5)).toThrow('Too small')
  })
})

describe('calls of the account', () => {
  let venue: Venue
  beforeEach(async () => {
    venue = await Venue.open()
  })
  afterEach(() => venue.close())

  it('moves cash between subaccounts in CENTS; the same id again is a replay and no failure', async () => {
    const transfer = { id: 'u-1', from: 0, to: 2, amount: money('12.34'), shard: 1 }
    venue.replies = { 'POST /portfolio/subaccounts/transfer': json(200, {}) }
    expect(await account.transferBetweenSubaccounts(venue.rest, transfer, never)).toEqual({ kind: 'accepted', value: { isReplay: false } })
    venue.replies = { 'POST /portfolio/subaccounts/transfer': json(409, { error: { code: 'duplicate_transfer', message: 'm' } }) }
    expect(await account.transferBetweenSubaccounts(venue.rest, transfer, never)).toEqual({ kind: 'accepted', value: { isReplay: true } })
    venue.replies = { 'POST /portfolio/subaccounts/transfer': json(409, { error: { code: 'exchange_is_paused', message: 'm' } }) }
    expect(await account.transferBetweenSubaccounts(venue.rest, transfer, never)).toMatchObject({ failure: { kind: 'paused' } })
    expect(venue.asked()[0]?.body).toEqual({
      client_transfer_id: 'u-1',
      from_subaccount: 0,
      to_subaccount: 2,
      amount_cents: 1_234,
      exchange_index: 1,
    })
    await expect(account.transferBetweenSubaccounts(venue.rest, { ...transfer, amount: money('0.015') }, never)).rejects.toThrow(
      '$0.015 is not a number of whole cents above zero',
    )
  })

  it('moves cash between shards in CENTICENTS', async () => {
    venue.replies = { 'POST /portfolio/intra_exchange_instance_transfer': json(200, { transfer_id: 't' }) }
    const transfer = { id: 'u-1', fromShard: 0, toShard: 3, amount: money('1.0001') }
    expect(await account.transferBetweenShards(venue.rest, transfer, never)).toEqual({ kind: 'accepted', value: 't' })
    expect(venue.asked()[0]?.body).toMatchObject({
      amount: 10_001,
      source_exchange_shard: 0,
      destination_exchange_shard: 3,
      source: 'event_contract',
    })
    await expect(account.transferBetweenShards(venue.rest, { ...transfer, amount: money('0') }, never)).rejects.toThrow('above zero')
  })

  it('reads and sets what each shard is given', async () => {
    const told = {
      allocations: [
        { exchange_index: 0, percent: 70 },
        { exchange_index: 3, percent: 30 },
      ],
      resting_margin_reservation: 'max',
    }
    venue.replies = {
      'GET /portfolio/target_balance_allocation': json(200, told),
      'POST /portfolio/target_balance_allocation': json(200, {}),
    }
    const allocation = await account.getAllocation(venue.rest, never)
    expect(await account.setAllocation(venue.rest, allocation, never)).toEqual({ kind: 'accepted', value: null })
    expect(venue.asked()[1]?.body).toEqual(told)
    const short = { ...allocation, shards: [{ shard: 0, percent: 99 }] }
    await expect(account.setAllocation(venue.rest, short, never)).rejects.toThrow('sum to 99 percent: make it 100')
  })

  it('creates subaccounts, reads their balances and transfers, and nets', async () => {
    const config = { subaccount_number: 2, enabled: true, exchange_index: 1 }
    const transfer = { transfer_id: 't', from_subaccount: 0, to_subaccount: 2, amount_cents: 5, created_ts: 60, exchange_index: 1 }
    venue.replies = {
      'POST /portfolio/subaccounts': json(201, { subaccount_number: 2 }),
      'GET /portfolio/subaccounts/balances': json(200, {
        subaccount_balances: [{ subaccount_number: 2, exchange_index: 1, balance: '0.0001' }],
      }),
      'GET /portfolio/subaccounts/transfers': json(200, { transfers: [transfer], cursor: '' }),
      'GET /portfolio/subaccounts/netting': json(200, { netting_configs: [config] }),
      'PUT /portfolio/subaccounts/netting': json(200, {}),
    }
    expect(await account.createSubaccount(venue.rest, 1, never)).toEqual({ kind: 'accepted', value: 2 })
    expect(await account.getSubaccountBalances(venue.rest, never)).toEqual([{ subaccount: 2, shard: 1, cash: 100 }])
    expect(await account.getSubaccountTransfers(venue.rest, never)).toMatchObject([{ amount: 50_000, atMs: 60_000, what: 'cash' }])
    expect(await account.getNetting(venue.rest, never)).toEqual([{ subaccount: 2, isEnabled: true, shard: 1 }])
    await account.setNetting(venue.rest, { subaccount: 2, isEnabled: true, shard: 1 }, never)
    expect(venue.asked().at(-1)).toEqual({ call: 'PUT /portfolio/subaccounts/netting', body: config })
  })

  it('serves order groups on their shard, always with it', async () => {
    const at = { id: 'g', shard: 2 }
    const one = 'PUT /portfolio/order_groups/g'
    venue.replies = {
      'POST /portfolio/order_groups/create': json(201, { order_group_id: 'g', subaccount: 0, exchange_index: 2 }),
      'GET /portfolio/order_groups': json(200, { order_groups: [{ id: 'g', is_auto_cancel_enabled: true, contracts_limit_fp: '10.00' }] }),
      'GET /portfolio/order_groups/g': json(200, { is_auto_cancel_enabled: true, orders: ['o-1'], exchange_index: 2 }),
      [`${one}/limit`]: json(200, {}),
      [`${one}/trigger`]: json(200, {}),
      [`${one}/reset`]: json(200, {}),
      'DELETE /portfolio/order_groups/g': json(200, {}),
    }
    expect(await groups.createOrderGroup(venue.rest, { limit: quantity('10'), shard: 2 }, never)).toMatchObject({
      value: { id: 'g', shard: 2 },
    })
    expect(await groups.listOrderGroups(venue.rest, null, never)).toEqual([
      { id: 'g', isAutoCancelEnabled: true, limit: 1_000, shard: null },
    ])
    expect(await groups.getOrderGroup(venue.rest, 'g', never)).toMatchObject({ orders: ['o-1'], limit: null, shard: 2 })
    await groups.limitOrderGroup(venue.rest, at, quantity('20'), never)
    await groups.triggerOrderGroup(venue.rest, at, never)
    await groups.resetOrderGroup(venue.rest, at, never)
    expect(await groups.deleteOrderGroup(venue.rest, at, never)).toEqual({ kind: 'accepted', value: null })
    const writes = venue.asked().filter(({ call }) => !call.startsWith('GET'))
    expect(writes[0]?.body).toEqual({ contracts_limit_fp: '10.00', exchange_index: 2 })
    expect(writes.slice(1).every(({ call }) => call.endsWith('?exchange_index=2'))).toBe(true)
    await expect(groups.createOrderGroup(venue.rest, { limit: quantity('0.5'), shard: 2 }, never)).rejects.toThrow(
      '1 to 1,000,000 contracts',
    )
  })

  it('learns its limits and paces by them', async () => {
    const bucket = { refill_rate: 600, bucket_capacity: 1_800 }
    venue.replies = {
      'GET /account/limits': json(200, { usage_tier: 'expert', read: bucket, write: bucket, grants: [] }),
      'GET /account/endpoint_costs': json(200, { default_cost: 7, endpoint_costs: [] }),
    }
    expect(await learnLimits(venue.rest, never)).toMatchObject({ tier: 'expert', read: { capacity: 1_800 } })
    expect(venue.rest.budget()[0]).toMatchObject({ bucket: 'read', capacity: 1_800 })
  })

  it('reads positions, settlements, movements of cash, status and schedule', async () => {
    const zero = '0.000000'
    const position = { ticker: 'A', position_fp: '-3.50', market_exposure_dollars: '2.500000', total_traded_dollars: '2.500000' }
    const settlement = {
      ticker: 'A',
      market_result: 'scalar',
      yes_count_fp: '40.00',
      yes_total_cost_dollars: '21.600000',
      no_count_fp: '0.00',
    }
    const movement = { id: 'd', status: 'returned', type: 'pigeon', amount_cents: 100_00, fee_cents: 50, created_ts: 60 }
    venue.replies = {
      'GET /portfolio/positions': json(200, {
        market_positions: [{ ...position, realized_pnl_dollars: '-1.000000', fees_paid_dollars: zero }],
      }),
      'GET /portfolio/settlements': json(200, {
        settlements: [
          {
            ...settlement,
            no_total_cost_dollars: zero,
            revenue: 1_660,
            value: 41,
            fee_cost: '0.6956',
            settled_time: '2026-10-14T12:41:09.118220Z',
          },
        ],
      }),
      'GET /portfolio/deposits': json(200, { deposits: [movement], cursor: '' }),
      'GET /portfolio/withdrawals': json(200, { withdrawals: [], cursor: '' }),
      'GET /exchange/status': json(200, {
        exchange_active: true,
        trading_active: false,
        exchange_estimated_resume_time: '2026-11-26T10:00:00Z',
      }),
      'GET /exchange/schedule': json(200, {
        schedule: {
          standard_hours: [],
          maintenance_windows: [{ start_datetime: '2026-11-26T08:00:00Z', end_datetime: '2026-11-26T10:00:00Z' }],
        },
      }),
    }
    const all = { settlement_status: 'all' } as const
    expect(await portfolio.getPositionRecords(venue.rest, all, never)).toMatchObject([
      { net: -350, exposure: 2_500_000, realised: -1_000_000 },
    ])
    expect(await portfolio.getSettlementRecords(venue.rest, { sinceMs: NOW }, never)).toMatchObject([{ paid: 16_600_000, perYes: 410_000 }])
    expect(await portfolio.getDeposits(venue.rest, never)).toMatchObject([{ amount: 100_000_000, fee: 500_000, by: 'pigeon' }])
    expect(await portfolio.getWithdrawals(venue.rest, never)).toEqual([])
    expect(await getExchangeStatus(venue.rest, never)).toMatchObject({
      tradingActive: false,
      resumesMs: Date.parse('2026-11-26T10:00:00Z'),
    })
    expect((await getExchangeSchedule(venue.rest, never)).maintenance).toHaveLength(1)
  })
})
