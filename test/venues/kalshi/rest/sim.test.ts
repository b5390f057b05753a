import { marketId, mintTradeId, orderId } from '../../../../src/core/ids'
import type { PriceBand } from '../../../../src/core/market/grid'
import { millis, price, quantity } from '../../../../src/core/units'
import { ClockOffset } from '../../../../src/venues/kalshi/offset'
import { createKalshiRest, KalshiReadError, type KalshiRest } from '../../../../src/venues/kalshi/rest/call'
import { getExchangeStatus } from '../../../../src/venues/kalshi/rest/exchange'
import { getHistoricalCutoff } from '../../../../src/venues/kalshi/rest/history'
import { learnLimits } from '../../../../src/venues/kalshi/rest/limits'
import * as markets from '../../../../src/venues/kalshi/rest/markets'
import * as orders from '../../../../src/venues/kalshi/rest/orders'
import * as portfolio from '../../../../src/venues/kalshi/rest/portfolio'
import { createSigner } from '../../../../src/venues/kalshi/sign'
import { remedyOf } from '../../../../src/venues/kalshi/wire/answers/remedies'
import { createOrderBody, isTerminal, restingOrderBody } from '../../../../src/venues/kalshi/wire/orders'
import { ALPHA, BETA, eventually, OTHER, RunningSim, TICKER } from '../../../sim/support/running'
import { clock, intent, recordingLog } from '../fakes'
import { free, never } from './venue'

const MARKET = marketId(TICKER)
let count = 0
const nextId = () => orderId(mintTradeId(Date.now(), ++count), 'a', 1)

describe('the REST client against the simulated venue', () => {
  let sim: RunningSim
  let rest: KalshiRest
  let bands: readonly PriceBand[]
  const open = (keyId: string, key: typeof ALPHA.privateKey, at = clock): KalshiRest => {
    const privateKeyPem = key.export({ type: 'pkcs8', format: 'pem' }).toString()
    const signer = createSigner({ keyId, privateKeyPem }, new ClockOffset(), at)
    return createKalshiRest({ baseUrl: sim.restUrl, signer, clock, frameLog: null, log: recordingLog() })
  }
  beforeEach(async () => {
    sim = await RunningSim.start()
    rest = open(ALPHA.keyId, ALPHA.privateKey)
    bands = (await markets.getMarket(rest, MARKET, never))?.bands ?? []
  })
  afterEach(async () => {
    await rest.close()
    await sim.stop()
  })
  const rests = async (yesPrice: string) => {
    const wish = { market: MARKET, side: 'bid', quantity: quantity('5'), postOnly: false, expiresMs: null, cancelOnPause: false } as const
    const body = restingOrderBody({ ...wish, clientOrderId: nextId(), yesPrice: price(yesPrice) }, 0)
    const answer = await orders.createRestingOrder(rest, body, bands, free, never)
    if (answer.kind !== 'accepted') throw new Error(JSON.stringify(answer))
    return answer.value
  }

  it('reads markets, books, trades, series, status and limits', async () => {
    expect((await markets.findMarkets(rest, { series: 'KXU3', status: 'open' }, never)).map(({ market }) => market).toSorted()).toEqual([
      TICKER,
      OTHER,
    ])
    const books = await markets.getOrderbooks(rest, [MARKET, marketId(OTHER)], never)
    expect(books.get(MARKET)).toEqual({ bids: [{ price: 4_700, quantity: 300 }], asks: [{ price: 5_200, quantity: 300 }] })
    expect((await markets.getMarket(rest, MARKET, never))?.quote).toEqual({
      bid: { price: 4_700, quantity: 300 },
      ask: { price: 5_200, quantity: 300 },
    })
    expect((await markets.getSeries(rest, 'KXU3', never)).fee).toEqual({ feeType: 'quadratic', multiplier: 10_000 })
    expect(await getExchangeStatus(rest, never)).toMatchObject({ exchangeActive: true, tradingActive: true })
    expect((await getHistoricalCutoff(rest, never)).tradesMs).toBeLessThan(Date.now())
    expect((await learnLimits(rest, never)).tier).toBe('prestige')
  })

  it('trades, and finds the fill, the trade and the position afterwards', async () => {
    const order = intent({ clientOrderId: nextId(), outcome: 'yes', limit: price('0.52'), quantity: quantity('2') })
    const body = createOrderBody(order, { side: 'bid', price: order.limit }, 0)
    expect(await orders.createOrder(rest, { ...body, ticker: MARKET }, free, never, bands)).toMatchObject({ kind: 'accepted' })
    const since = millis(Date.now() - 60_000)
    const fills = await eventually(async () => {
      const found = await portfolio.getFillsAcross(rest, { markets: [MARKET], sinceMs: since }, never)
      return found.length > 0 ? found : null
    })
    expect(fills).toMatchObject([{ quantity: 200, yesPrice: 5_200, isTaker: true, side: 'bid' }])
    const trades = await markets.getTradesAcross(rest, { market: MARKET, sinceMs: since }, never)
    expect(trades.map(({ tradeId }) => tradeId)).toEqual(fills.map(({ executionId }) => executionId))
    const [position] = await portfolio.getPositionRecords(rest, {}, never)
    expect(position).toMatchObject({ net: 200, exposure: 1_040_000 })
  })

  it('rests, lists, cancels, and cannot tell a cancelled order from one that never was', async () => {
    const { venueOrderId } = await rests('0.40')
    const listed = await eventually(async () => (await orders.listOrders(rest, { status: 'resting' }, never))[0] ?? null)
    expect(listed).toMatchObject({ venueOrderId, status: 'resting', remaining: 500 })
    const at = { venueOrderId, shard: 0 }
    expect(await orders.cancelOne(rest, at, never)).toMatchObject({ kind: 'accepted', value: { reducedBy: 500 } })
    const gone = { kind: 'failed', failure: { kind: 'ambiguous-not-found' } }
    expect(await orders.cancelOne(rest, at, never)).toMatchObject(gone)
    expect(await orders.cancelOne(rest, { ...at, venueOrderId: 'never-was' }, never)).toMatchObject(gone)
    const over = await eventually(async () => {
      const found = await orders.getOrder(rest, venueOrderId, never)
      return isTerminal(found.status) ? found : null
    })
    expect(over).toMatchObject({ status: 'canceled', remaining: 0, quantity: 500 })
    await rests('0.41')
    expect(await orders.cancelAll(rest, 0, never)).toEqual({ kind: 'accepted', value: null })
  })

  it.each([
    ['another private key', () => open(ALPHA.keyId, BETA.privateKey), 'not the one registered'],
    ['an unknown key id', () => open('00000000-0000-4000-8000-000000000009', ALPHA.privateKey), 'knows no such key id'],
  ])('names %s', async (_what, wrong, sentence) => {
    const refused = wrong()
    const error = await portfolio.getPositions(refused, never).catch((thrown: unknown) => thrown)
    await refused.close()
    if (!(error instanceof KalshiReadError) || !('code' in error.failure)) throw error
    expect(remedyOf(error.failure)).toContain(sentence)
  })

  it('E17 a clock five minutes late is measured by the answer that says so, and the read succeeds', async () => {
    const late = { ...clock, nowMs: () => millis(Date.now() - 300_000) }
    const client = open(ALPHA.keyId, ALPHA.privateKey, late)
    expect(await portfolio.getPositions(client, never)).toEqual([])
    await client.close()
  })
})
