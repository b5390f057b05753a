import { KalshiReadError } from '../../../../src/venues/kalshi/rest/call'
import { getExchangeStatus } from '../../../../src/venues/kalshi/rest/exchange'
import { json } from '../fakes'
import { never, Venue } from './venue'

let venue: Venue
beforeEach(async () => void (venue = await Venue.open()))
afterEach(() => venue.close())

const shard = (exchange_index: number): object => ({
  ...{ exchange_index, description: 'x'.repeat(200), exchange_active: false, trading_active: false },
  intra_exchange_transfers_active: false,
})
/** Far longer than what is kept of an error. */
const DOWN = {
  exchange_active: false,
  trading_active: false,
  exchange_estimated_resume_time: '2026-11-26T10:00:00Z',
  exchange_index_statuses: [0, 1, 2, 3].map(shard),
}

it.each([500, 503, 504])('%i with the state of the exchange is its answer, whole and asked once', async (status) => {
  venue.replies = { 'GET /exchange/status': json(status, DOWN) }
  expect(await getExchangeStatus(venue.rest, never)).toMatchObject({
    ...{ exchangeActive: false, tradingActive: false, resumesMs: Date.parse('2026-11-26T10:00:00Z') },
    shards: [0, 1, 2, 3].map((each) => ({ shard: each, exchangeActive: false })),
  })
  expect(venue.asked()).toHaveLength(1)
})

it('503 with the words of a gateway, or of another path, is asked again and then no answer', async () => {
  venue.replies = { 'GET /exchange/status': { status: 503, body: '<html>' }, 'GET /exchange/schedule': json(503, DOWN) }
  await expect(getExchangeStatus(venue.rest, never)).rejects.toThrow('Kalshi did not answer GET /exchange/status')
  await expect(venue.rest.get('/exchange/schedule', {}, (body) => body, never)).rejects.toThrow(KalshiReadError)
  expect(venue.asked()).toHaveLength(8)
})
