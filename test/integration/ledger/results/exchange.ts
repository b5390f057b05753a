import { createSettlementActivities } from '../../../../src/activities'
import { marketId } from '../../../../src/core/ids'
import { money, type Money } from '../../../../src/core/units'
import type { BoxPlan } from '../../../../src/core/trade/plan'
import type { FillTerms } from '../support/trades'
import { openLots } from '../../../../src/stores/postgres/proof/verify'
import { kalshiIn } from '../../../../src/wiring/settlement/settlement'
import { ClockOffset } from '../../../../src/venues/kalshi/offset'
import { createKalshiRest, type KalshiRest } from '../../../../src/venues/kalshi/rest/call'
import { createSigner } from '../../../../src/venues/kalshi/sign'
import { asActivity } from '../../../activities/doubles'
import { ALPHA, kalshiScenario, RunningSim, TICKER } from '../../../sim/support/running'
import { LogBook } from '../../../stores/doubles'
import { clock } from '../../../venues/kalshi/fakes'
import { NEVER, NOW, type TestLedger } from '../support/ledger'
import { book, boxPlan, close, open, resultOf } from '../support/trades'

export const MARKET = marketId(TICKER)
const BOOK = { yes: [['0.4700', '5000.00']], no: [['0.4800', '5000.00']] }
const RICH = { balance_dollars: '1000.0000' }
let trades = 0

/** The simulated exchange on sockets of its own, our ledger, and the back office that reads the one and posts into the other. ForecastEx holds nothing. */
export class Exchange {
  readonly log = new LogBook()
  readonly #activities

  private constructor(
    readonly sim: RunningSim,
    readonly rest: KalshiRest,
    readonly ledger: TestLedger,
  ) {
    const { database } = ledger
    const nothing = (): never => {
      throw new Error('ForecastEx holds nothing in this test')
    }
    const statement = { asOfMs: clock.nowMs(), cash: money('1000'), purses: [], fills: [], openOrders: [], positions: [], payouts: [] }
    this.#activities = createSettlementActivities({
      kalshi: kalshiIn(database, rest),
      forecastex: { account: { venue: 'forecastex', account: 'DU1', statement: () => Promise.resolve(statement) } },
      openPairs: () => Promise.resolve([]),
      lots: () => openLots(database),
      ledger: () => Promise.resolve({ forecastexCash: money('1000'), openTrades: 0 }),
      ...{ settle: nothing, amend: nothing, payCoupon: nothing, suspendNettingFee: nothing },
      paidSince: () => Promise.resolve([]),
      note: () => Promise.resolve({ gone: [], falls: [] }),
      clock,
      log: this.log,
    })
  }

  static async open(ledger: TestLedger, settings: object = {}): Promise<Exchange> {
    const sim = await RunningSim.start(kalshiScenario({ settings, first: { book: BOOK }, alpha: RICH }))
    const privateKeyPem = ALPHA.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const signer = createSigner({ keyId: ALPHA.keyId, privateKeyPem }, new ClockOffset(), clock)
    return new Exchange(sim, createKalshiRest({ baseUrl: sim.restUrl, signer, clock, frameLog: null, log: new LogBook() }), ledger)
  }

  async close(): Promise<void> {
    await this.rest.close()
    await this.sim.stop()
  }

  /** Buys YES at the exchange. @returns the fill as it is told, for the ledger. */
  async buy(contracts: string): Promise<FillTerms> {
    const { body } = await this.sim.alpha.order({ ticker: TICKER, price: '0.5200', count: contracts })
    const of = async (list: string): Promise<readonly Fill[]> =>
      ((await this.sim.alpha.get(`/${list}/fills?ticker=${TICKER}`)).body as { fills: Fill[] }).fills
    const fill = [...(await of('portfolio')), ...(await of('historical'))].find(({ order_id }) => order_id === body['order_id'])
    if (!fill) throw new Error(`nothing filled: ${JSON.stringify(body)}`)
    return { id: fill.trade_id, contracts, at: fill.yes_price_dollars, fee: fill.fee_cost }
  }

  /** A trade that holds what it bought at the exchange; still running where `runs`. */
  async trade(contracts: string, runs = false, booked: FillTerms = {}): Promise<BoxPlan> {
    const plan = boxPlan({ id: `s${(trades += 1)}`, kalshi: TICKER, contracts: '100', kalshiCost: '60', seenAtMs: NOW + trades })
    await open(this.ledger, plan, [plan.legs[0].order, { ...(await this.buy(contracts)), ...booked }])
    if (!runs) await this.end(plan, contracts)
    return plan
  }
  end(plan: BoxPlan, contracts: string): ReturnType<typeof close> {
    return close(this.ledger, resultOf(plan, 'held', { held: contracts }))
  }
  bookFill(plan: BoxPlan, fill: FillTerms): Promise<void> {
    return book(this.ledger, plan.legs[0].order, fill)
  }

  async event(type: string, result?: string, value?: string): Promise<void> {
    const of = { ...(result !== undefined && { result }), ...(value !== undefined && { settlement_value_dollars: value }) }
    const { status, body } = await this.sim.event({ venue: 'kalshi', ticker: TICKER, type, ...of })
    if (status !== 200) throw new Error(body.error)
  }

  /** @returns what is posted, in dollars, and what waits. */
  async run(): Promise<readonly [readonly string[], readonly string[]]> {
    const { settled, waiting } = await asActivity(() => this.#activities.settleMarkets())
    return [settled.map(({ paid, lots }) => `${lots} lots ${paid / 1_000_000}`), waiting]
  }

  /** The exchange's cash less the ledger's: nothing, when every cent is posted. */
  async apart(): Promise<number> {
    const { body } = await this.sim.alpha.get('/portfolio/balance')
    return (
      money(String(body['balance_dollars'])) -
      ((await this.ledger.column(`select amount_micros from balance where account = 'cash:kalshi'`))[0] as Money)
    )
  }
}
interface Fill {
  readonly trade_id: string
  readonly order_id: string
  readonly yes_price_dollars: string
  readonly fee_cost: string
}
export { NEVER }
