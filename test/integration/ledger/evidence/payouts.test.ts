import { createSettlementActivities } from '../../../../src/activities'
import type { SettlementDependencies } from '../../../../src/activities'
import { marketId, subjectId } from '../../../../src/core/ids'
import { millis, money, quantity, type Money } from '../../../../src/core/units'
import type { Position, Statement } from '../../../../src/ports/account'
import type { Listing } from '../../../../src/ports/catalog'
import { verifyLedger } from '../../../../src/operator/ledger'
import { bookCoupon, suspendNettingFee } from '../../../../src/stores/postgres/evidence/coupons'
import { noteStatement, paidSince } from '../../../../src/stores/postgres/evidence/statements'
import { savePair } from '../../../../src/stores/postgres/pairs/certificates'
import { pairsWithLots } from '../../../../src/stores/postgres/pairs/registry'
import { amendSettlement, settleMarket } from '../../../../src/stores/postgres/settlement'
import { ledgerCash, openLots, openTradeCount } from '../../../../src/stores/postgres/proof/verify'
import { asActivity } from '../../../activities/doubles'
import { listing } from '../../../activities/back-office'
import { LogBook } from '../../../stores/doubles'
import { freshLedger, NEVER, NOW } from '../support/ledger'
import { kalshiSaying } from '../support/kalshi'
import { lockedBox } from '../support/trades'

const ledger = freshLedger()
const ACCOUNT = 'account-forecastex'
const KALSHI = marketId('KXU3-T4')
const HELD: Position = { market: marketId('751'), outcome: 'no', quantity: quantity('100') }

/** The worked example's box, locked, and what the venues say of it. */
class Office {
  readonly log = new LogBook()
  cash = money('945')
  positions: readonly Position[] = [HELD]
  accrued: Money = money('0.01')
  result: Listing = listing('closed', null, KALSHI)
  nowMs = NOW
  readonly #activities = createSettlementActivities(this.#dependencies())

  /** A minute later. @returns what is posted and what waits. */
  async run(): Promise<readonly [readonly string[], readonly string[]]> {
    this.nowMs = millis(this.nowMs + 60_000)
    const { settled, waiting } = await asActivity(() => this.#activities.settleMarkets())
    return [settled.map(({ venue, paid }) => `${venue} ${paid}`), waiting]
  }

  #statement(): Statement {
    const { cash, positions, accrued } = this
    const same = { fills: [], openOrders: [], payouts: [], positions, accrued }
    return { asOfMs: this.nowMs, cash, purses: [{ purse: 'forecastex', cash }], ...same }
  }

  #dependencies(): SettlementDependencies {
    const database = () => ledger().database
    return {
      kalshi: kalshiSaying(database, () => this.result),
      forecastex: { account: { venue: 'forecastex', account: ACCOUNT, statement: () => Promise.resolve(this.#statement()) } },
      openPairs: () => pairsWithLots(database()),
      lots: () => openLots(database()),
      ledger: async () => ({
        forecastexCash: (await ledgerCash(database()))['forecastex'] ?? 0,
        openTrades: await openTradeCount(database()),
      }),
      settle: (market, yesPays, atMs) => settleMarket(database(), 'forecastex', market, yesPays, atMs, NEVER),
      amend: (market, yesPays, atMs) => amendSettlement(database(), 'forecastex', market, yesPays, atMs, NEVER),
      paidSince: (sinceMs) => paidSince(database(), sinceMs),
      note: ({ asOfMs, positions, accrued = null }) =>
        noteStatement(database(), { venue: 'forecastex', account: ACCOUNT, asOfMs, positions, accrued }, NEVER),
      payCoupon: (fall, atMs) => bookCoupon(database(), 'forecastex', ACCOUNT, fall, atMs, NEVER),
      suspendNettingFee: (netting) => suspendNettingFee(database(), 'forecastex', ACCOUNT, netting, NEVER),
      clock: { nowMs: () => this.nowMs, monoNs: () => 0n, sleep: () => Promise.resolve() },
      log: this.log,
    }
  }
}

let office: Office
beforeEach(async () => {
  office = new Office()
  await lockedBox(ledger())
  const pair = {
    id: subjectId('u3'),
    base: 'u3',
    kalshiMarket: KALSHI,
    forecastexMarket: HELD.market,
    polarity: 'same',
    class: 'S0',
  } as const
  await savePair(ledger().database, { ...pair, approvedFor: 'sim', state: 'active' }, { name: 'me', role: 'approver' }, NOW, NEVER)
})
/** By the tables, and by folding every transfer anew. */
const expectProven = async (): Promise<void> => expect((await verifyLedger(ledger().database)).violations).toEqual([])

describe('a box from its last day to its end, in the ledger', () => {
  it('a coupon, the settlement at both venues and a changed result, each proven by cash', async () => {
    expect(await office.run()).toEqual([[], []])
    Object.assign(office, { accrued: money(0), cash: money('945.01') })
    expect(await office.run()).toEqual([[], []])
    expect(await ledger().balances()).toMatchObject({ 'cash:forecastex': 945.01, 'income:coupon:forecastex': -0.01 })
    Object.assign(office, { positions: [], cash: money('1045.01'), result: listing('settled', money(0), KALSHI) })
    expect(await office.run()).toEqual([['kalshi 0', 'forecastex 100000000'], []])
    office.result = listing('settled', money('1'), KALSHI)
    expect((await office.run())[1]).toEqual([expect.stringContaining('ForecastEx has paid 751 by the old one')])
    office.cash = money('945.01')
    expect(await office.run()).toEqual([['forecastex -100000000'], []])
    expect(await ledger().balances()).toMatchObject({ 'cash:kalshi': 1056.2948, 'cash:forecastex': 945.01 })
    expect(await office.run()).toEqual([[], []])
    await expectProven()
  })

  it('a coupon and a payout that come together are told apart, and each is booked once', async () => {
    await office.run()
    Object.assign(office, { accrued: money(0), positions: [], cash: money('1045.01'), result: listing('settled', money(0), KALSHI) })
    expect(await office.run()).toEqual([['kalshi 0', 'forecastex 100000000'], []])
    expect(await ledger().balances()).toMatchObject({
      'cash:forecastex': 1045.01,
      'income:coupon:forecastex': -0.01,
      'income:settlement:forecastex': -46,
    })
    expect(await office.run()).toEqual([[], []])
    await expectProven()
    expect((await verifyLedger(ledger().database)).couponMicros).toEqual({ forecastex: 10_000 })
  })

  it('what cash and interest do not agree on stays a difference for a person', async () => {
    await office.run()
    Object.assign(office, { accrued: money(0), cash: money('945.02') })
    expect((await office.run())[1]).toEqual([
      expect.stringContaining('$0.02 more than in the ledger, which is not explained by a coupon of $0.01'),
    ])
    expect(await ledger().balances()).toMatchObject({ 'cash:forecastex': 945 })
  })
})
