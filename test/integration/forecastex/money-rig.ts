import { createSettlementActivities } from '../../../src/activities'
import { modelFees } from '../../../src/core/ledger/fee-model'
import { marketId, subjectId } from '../../../src/core/ids'
import type { VenueFees } from '../../../src/core/market/fees'
import { millis, money } from '../../../src/core/units'
import { savePair } from '../../../src/stores/postgres/pairs/certificates'
import { pairsWithLots } from '../../../src/stores/postgres/pairs/registry'
import { bookCoupon, suspendNettingFee } from '../../../src/stores/postgres/evidence/coupons'
import { noteStatement, paidSince } from '../../../src/stores/postgres/evidence/statements'
import { ledgerCash, openLots, openTradeCount } from '../../../src/stores/postgres/proof/verify'
import { amendSettlement, settleMarket } from '../../../src/stores/postgres/settlement'
import { manualClock } from '../../../src/sim/clock'
import type { FaultBook } from '../../../src/sim/ibkr/port'
import { forgetfulStore } from '../../../src/sim/state'
import { createIbkrVenue } from '../../../src/sim/ibkr/venue'
import { ibkrSection } from '../../../src/sim/schema'
import { createForecastexAccount } from '../../../src/venues/forecastex/account'
import { createForecastexCatalog } from '../../../src/venues/forecastex/catalog'
import { createGateway } from '../../../src/venues/forecastex/gateway/owner'
import { createForecastexOrderEntry } from '../../../src/venues/forecastex/order-entry'
import { asActivity } from '../../activities/doubles'
import { listing } from '../../activities/back-office'
import {
  ACCOUNT,
  allow,
  atEnd,
  CLIENT_ID,
  eventually,
  forever,
  MARKET,
  MemoryFrameLog,
  MemoryLog,
  NO,
  TestClock,
  YES,
} from '../../venues/forecastex/rig'
import { kalshiSaying } from '../ledger/support/kalshi'
import { NEVER, type TestLedger } from '../ledger/support/ledger'
import { boxPlan, close, open, resultOf } from '../ledger/support/trades'

export const DAY_MS = 86_400_000
const KALSHI = marketId('KXU3-T4')
/** Simulated days before today: so many can pass in a test, and the database's own clock is never behind. */
const DAYS = 60
const STEP_MS = 5
const CENT = money('0.01')
const TERMS: VenueFees = {
  kind: 'priced',
  venue: 'forecastex',
  feePerContract: CENT,
  regimes: [{ effectiveFromMs: millis(0), feePerContract: CENT, pairPrice: money('1') }],
}
const NO_FAULTS: FaultBook = { take: () => null }
const side = (con_id: number, name: string, bids: [string, number][]) => ({ con_id, local_symbol: `FF Dec09'30 3.625 ${name}`, bids })

/** A simulated gateway, one client that trades, another one that reads the account, and the ledger between them. */
export class Books {
  readonly log = new MemoryLog()
  readonly clock = new TestClock()
  readonly #sim = manualClock(Date.now() - DAYS * DAY_MS)
  readonly venue
  result = listing('closed', null, KALSHI)
  #port = 0

  constructor(
    readonly ledger: TestLedger,
    settings: object,
  ) {
    this.clock.offsetMs = -DAYS * DAY_MS
    const section = ibkrSection.parse({
      settings,
      accounts: [{ account: ACCOUNT, cash: '1000.00' }],
      contracts: [
        {
          ...{ symbol: 'FF', trading_class: 'FF', under_con_id: 658663572, long_name: 'US Fed Funds Target Rate' },
          ...{ last_trade_date: '20301209', time_zone: 'US/Central', strike: '3.625' },
          yes: side(YES, 'YES', [['0.46', 500]]),
          no: side(NO, 'NO', [['0.52', 500]]),
        },
      ],
    })
    this.venue = createIbkrVenue({
      section,
      clock: this.#sim,
      faults: NO_FAULTS,
      random: () => 7,
      store: forgetfulStore,
      wire: () => undefined,
    })
    const ticking = setInterval(() => this.#sim.advance(STEP_MS), STEP_MS)
    atEnd(() => Promise.resolve(clearInterval(ticking)))
    atEnd(() => this.venue.close())
  }

  async listen(): Promise<void> {
    this.#port = (await this.venue.listen('127.0.0.1', 0)).port
    const pair = { id: subjectId('u3'), base: 'u3', kalshiMarket: KALSHI, forecastexMarket: MARKET, polarity: 'same', class: 'S0' } as const
    const approver = { name: 'me', role: 'approver' } as const
    await savePair(this.ledger.database, { ...pair, approvedFor: 'sim', state: 'active' }, approver, this.clock.nowMs(), NEVER)
  }

  /** Lets simulated time pass at the venue and for ourselves. */
  pass(ms: number): void {
    this.#sim.advance(ms)
    this.clock.offsetMs += ms
  }

  async client(clientId: number) {
    const { clock, log } = this
    const frameLog = new MemoryFrameLog(clock)
    const gateway = createGateway({ host: '127.0.0.1', port: this.#port, clientId, account: ACCOUNT, clock, frameLog, log })
    const ended = new AbortController()
    const running = gateway.run(ended.signal)
    atEnd(async () => {
      ended.abort()
      await running
    })
    await gateway.whenUp(forever)
    const catalog = createForecastexCatalog({ gateway, clock, feePerContract: () => CENT })
    const options = { gateway, catalog, account: ACCOUNT, clock, log, frameLog, graceMs: 20, executionsZone: null }
    return { orders: createForecastexOrderEntry(options), account: createForecastexAccount({ gateway, catalog, account: ACCOUNT, clock }) }
  }

  /** A box of which the ForecastEx leg is bought at the simulated exchange: 100 NO at 0.54. */
  async lockedBox() {
    const { orders } = await this.client(CLIENT_ID)
    const nowMs = this.clock.nowMs()
    this.ledger.clock.advance(nowMs - this.ledger.nowMs)
    const plan = boxPlan({ forecastex: MARKET, seenAtMs: nowMs, notAfterMs: nowMs + 5_000 })
    const [first, second] = plan.legs
    await open(this.ledger, plan, [first.order, { fee: '1.7052' }])
    await orders.place(second.order, allow, forever)
    const final = await eventually(
      'final',
      () => orders.finalise(second.order, forever),
      (answer) => answer !== null,
    )
    const fills = final?.fills ?? []
    await this.ledger.ledger.book(plan.tradeId, second.order, fills, modelFees(TERMS, fills), NEVER)
    await close(this.ledger, resultOf(plan, 'locked', { locked: '100' }))
    return { plan, orders }
  }

  /** The back office at a client of its own. */
  async office() {
    const { account } = await this.client(CLIENT_ID + 1)
    const { database } = this.ledger
    const activities = createSettlementActivities({
      kalshi: kalshiSaying(
        () => database,
        () => this.result,
      ),
      forecastex: { account },
      openPairs: () => pairsWithLots(database),
      lots: () => openLots(database),
      ledger: async () => ({ forecastexCash: (await ledgerCash(database))['forecastex'] ?? 0, openTrades: await openTradeCount(database) }),
      settle: (market, yesPays, atMs) => settleMarket(database, 'forecastex', market, yesPays, atMs, NEVER),
      amend: (market, yesPays, atMs) => amendSettlement(database, 'forecastex', market, yesPays, atMs, NEVER),
      paidSince: (sinceMs) => paidSince(database, sinceMs),
      note: ({ asOfMs, positions, accrued = null }) =>
        noteStatement(database, { venue: 'forecastex', account: ACCOUNT, asOfMs, positions, accrued }, NEVER),
      payCoupon: (fall, atMs) => bookCoupon(database, 'forecastex', ACCOUNT, fall, atMs, NEVER),
      suspendNettingFee: (netting) => suspendNettingFee(database, 'forecastex', ACCOUNT, netting, NEVER),
      clock: this.clock,
      log: this.log,
    })
    /** A minute later. @returns what is posted and what waits. */
    const run = async (): Promise<readonly [readonly string[], readonly string[]]> => {
      this.pass(61_000)
      const { settled, waiting } = await asActivity(() => activities.settleMarkets())
      return [settled.map(({ venue, paid }) => `${venue} ${paid}`), waiting]
    }
    return { account, run }
  }
}
