import { chance } from './twin'
import * as account from '../../../../../src/venues/kalshi/wire/answers/account'
import { readQueuePosition, readQueuePositions } from '../../../../../src/venues/kalshi/wire/answers/batches'
import { readOrderbooks } from '../../../../../src/venues/kalshi/wire/answers/books'
import { readCreatedGroup, readOrderGroup, readOrderGroups } from '../../../../../src/venues/kalshi/wire/answers/groups'
import * as history from '../../../../../src/venues/kalshi/wire/answers/history'
import * as reference from '../../../../../src/venues/kalshi/wire/answers/reference'
import { readExchangeSchedule, readUserDataTimestamp } from '../../../../../src/venues/kalshi/wire/exchange'
import { readEventFeeChangePage } from '../../../../../src/venues/kalshi/wire/fees'
import { readEvent, readEventPage, readSeriesList } from '../../../../../src/venues/kalshi/wire/markets'
import { readAmendAnswer, readDecreaseAnswer } from '../../../../../src/venues/kalshi/wire/orders'
import { MEANINGS, type Meaning } from './meanings'
import { documented, Documents } from './openapi'
import { READERS } from './readers'

const SEED = 20_261_122
const EACH = 40

const times = (body: unknown): number => (body as { fills: object[] }).fills.filter((fill) => 'created_time' in fill || 'ts' in fill).length

/** Answers that both readings know: they must agree. */
const TWICE: readonly (readonly [schema: string, kind: Meaning])[] = [
  ['GetMarketResponse', 'market'],
  ['GetMarketsResponse', 'markets'],
  ['GetMarketOrderbookResponse', 'orderbook'],
  ['GetTradesResponse', 'trades'],
  ['GetSeriesResponse', 'series'],
  ['GetSeriesFeeChangesResponse', 'feeChanges'],
  ['ExchangeStatus', 'status'],
  ['GetOrderResponse', 'order'],
  ['GetOrdersResponse', 'orders'],
  ['GetFillsResponse', 'fills'],
  ['GetPositionsResponse', 'positions'],
  ['GetSettlementsResponse', 'settlements'],
  ['CreateOrderV2Response', 'created'],
  ['CancelOrderV2Response', 'cancelled'],
  ['GetAccountEndpointCostsResponse', 'costs'],
]
const ONCE: readonly (readonly [schema: string, read: (body: unknown) => unknown])[] = [
  ['AmendOrderV2Response', readAmendAnswer],
  ['DecreaseOrderV2Response', readDecreaseAnswer],
  ['GetOrderQueuePositionResponse', readQueuePosition],
  ['GetOrderQueuePositionsResponse', readQueuePositions],
  ['GetMarketCandlesticksResponse', history.readCandles],
  ['GetMarketCandlesticksHistoricalResponse', history.readCandles],
  ['BatchGetMarketCandlesticksResponse', history.readBatchCandles],
  ['GetHistoricalCutoffResponse', history.readHistoricalCutoff],
  ['GetMilestonesResponse', reference.readMilestonePage],
  ['GetMilestoneResponse', reference.readMilestone],
  ['GetEventMetadataResponse', reference.readEventMetadata],
  ['GetEventResponse', readEvent],
  ['GetEventsResponse', readEventPage],
  ['GetMultivariateEventsResponse', readEventPage],
  ['GetEventFeeChangesResponse', readEventFeeChangePage],
  ['GetSeriesListResponse', readSeriesList],
  ['GetUserDataTimestampResponse', readUserDataTimestamp],
  ['GetOrderGroupsResponse', readOrderGroups],
  ['GetOrderGroupResponse', (body) => readOrderGroup('g', body)],
  ['CreateOrderGroupResponse', readCreatedGroup],
  ['GetApiKeysResponse', account.readApiKeys],
  ['CreateSubaccountResponse', account.readCreatedSubaccount],
  ['GetSubaccountBalancesResponse', account.readSubaccountBalances],
  ['GetSubaccountTransfersResponse', account.readTransferPage],
  ['GetSubaccountNettingResponse', account.readNetting],
  ['GetDepositsResponse', account.readDepositPage],
  ['GetWithdrawalsResponse', account.readWithdrawalPage],
  ['IntraExchangeInstanceTransferResponse', account.readShardTransfer],
]

documented('answers as the venue’s OpenAPI document allows them', () => {
  const documents = new Documents(chance(SEED))

  it.each(TWICE)('%s means the same in both readings', (schema, kind) => {
    for (let n = 0; n < EACH; n++) {
      const body = documents.instance(schema)
      // the document lets a fill go without any time: neither reading takes that
      const timeless = kind === 'fills' && JSON.stringify(body).split('"fill_id"').length - 1 > times(body)
      if (timeless) expect(() => READERS[kind](body)).toThrow('created_time and ts')
      else expect(READERS[kind](body)).toEqual(MEANINGS[kind](body))
    }
  })

  it.each(ONCE)('%s is read', (schema, read) => {
    for (let n = 0; n < EACH; n++) expect(read(documents.instance(schema))).toBeDefined()
  })

  it('reads books of several markets, and the week of the exchange', () => {
    const book = { yes_dollars: [['0.4400', '1.00']], no_dollars: [] }
    expect(readOrderbooks({ orderbooks: [{ ticker: 'A', orderbook_fp: book }] }).size).toBe(1)
    const day = [{ open_time: '00:00', close_time: '03:00' }]
    const days = { monday: [], tuesday: day, wednesday: day, thursday: day, friday: day, saturday: day, sunday: day }
    const week = { start_time: '2024-12-01T00:00:00Z', end_time: '2200-12-01T00:00:00Z', ...days }
    expect(readExchangeSchedule({ schedule: { standard_hours: [week], maintenance_windows: [] } }).weeks[0]?.days.thursday).toEqual([
      { from: '00:00', until: '03:00' },
    ])
  })
})
