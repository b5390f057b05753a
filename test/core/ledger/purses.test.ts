import fc from 'fast-check'
import type { TradeId } from '../../../src/core/ids'
import { cash, classOf, reserved, type Account } from '../../../src/core/ledger/accounts'
import { balanceOf, post } from '../../../src/core/ledger/balances'
import * as postings from '../../../src/core/ledger/postings'
import { purseOf, venueOf, type Purse } from '../../../src/core/purse'
import { reserveOf } from '../../../src/core/risk/checks'
import { purseOfLeg, type BoxPlan } from '../../../src/core/trade/plan'
import { millis, money, notional, NO_MONEY, ONE_DOLLAR, quantity, type Money } from '../../../src/core/units'
import { boxPlan, KALSHI_MARKET } from '../../saga/plan'

const PURSES: readonly Purse[] = ['kalshi', purseOf('kalshi', 2), purseOf('kalshi', 2, 5), 'forecastex']
const AT_KALSHI = PURSES.filter((purse) => venueOf(purse) === 'kalshi')

/** A trade, what of each leg has been paid, and what each purse has reserved of it. */
interface Running {
  readonly plan: BoxPlan
  readonly paid: [Money | null, Money | null]
  ended: boolean
}
interface Step {
  readonly kind: 'grant' | 'fill' | 'close' | 'settle' | 'move'
  readonly pick: number
  readonly share: number
}
const anyStep: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('grant', 'grant', 'fill', 'fill', 'fill', 'close', 'settle', 'move'),
  pick: fc.nat(999),
  share: fc.integer({ min: 1, max: 100 }),
})

/** Trades over several purses, granted only as far as each purse reaches (E8). */
class Course {
  readonly balances = new Map<Account, Money>()
  readonly trades: Running[] = []
  /** What the venue has not paid for yet: bought at this cost, from this purse. */
  readonly #held: { readonly plan: BoxPlan; readonly leg: 0 | 1; readonly cost: Money }[] = []
  #n = 0

  constructor() {
    this.#post((entry) => postings.deposit({ ...entry, purses: PURSES.map((purse) => ({ purse, cash: money('40') })) }))
  }
  #post(make: (entry: { id: string; tradeId: TradeId | null; atMs: ReturnType<typeof millis> }) => postings.Transfer): void {
    post(this.balances, make({ id: `p${this.#n++}`, tradeId: null, atMs: millis(0) }))
  }
  has = (account: Account): Money => balanceOf(this.balances, account)

  step({ kind, pick, share }: Step): void {
    const trade = this.trades.filter(({ ended }) => !ended)[pick % Math.max(1, this.trades.filter(({ ended }) => !ended).length)]
    if (kind === 'grant') this.#grant(AT_KALSHI[pick % AT_KALSHI.length] ?? 'kalshi')
    else if (kind === 'move') this.#move(pick, share)
    else if (kind === 'settle') this.#settle(share > 50)
    else if (trade && kind === 'fill') this.#fill(trade, (pick % 2) as 0 | 1, share)
    else if (trade) this.#close(trade)
  }

  #grant(purse: Purse): void {
    const plan = boxPlan(`T${this.trades.length}`)
    const sharded: BoxPlan = { ...plan, legs: [{ ...plan.legs[0], purse }, plan.legs[1]] }
    const taken = reserveOf(sharded)
    if (taken.some((each) => this.has(cash(each.purse)) < each.amount)) return
    for (const each of taken) this.#post((entry) => postings.reserve({ ...entry, ...each }))
    this.trades.push({ plan: sharded, paid: [null, null], ended: false })
  }
  /** At most at the bound, once. */
  #fill({ plan, paid }: Running, n: 0 | 1, share: number): void {
    if (paid[n] !== null) return
    const leg = plan.legs[n]
    const cost = money(Math.floor((leg.costBound * share) / 100))
    const { market, outcome: side } = leg.order
    this.#post((entry) => postings.fillBuy({ ...entry, purse: purseOfLeg(leg), market, side, notional: cost, fee: NO_MONEY }))
    paid[n] = cost
    this.#held.push({ plan, leg: n, cost })
  }
  #close(trade: Running): void {
    for (const { purse, amount } of reserveOf(trade.plan)) {
      const spent = trade.plan.legs.reduce((sum, leg, n) => sum + (purseOfLeg(leg) === purse ? (trade.paid[n] ?? 0) : 0), 0)
      this.#post((entry) => postings.release({ ...entry, purse, amount: money(amount - spent) }))
    }
    trade.ended = true
  }
  #settle(pays: boolean): void {
    const lot = this.#held.shift()
    if (!lot) return
    const leg = lot.plan.legs[lot.leg]
    const { market, outcome: side, quantity: of } = leg.order
    const payout = pays ? notional(ONE_DOLLAR, of) : NO_MONEY
    this.#post((entry) => postings.settle({ ...entry, purse: purseOfLeg(leg), market, side, payout, costBasis: lot.cost }))
  }
  #move(pick: number, share: number): void {
    const from = AT_KALSHI[pick % AT_KALSHI.length] ?? 'kalshi'
    const to = AT_KALSHI[(pick + 1 + (share % 2)) % AT_KALSHI.length] ?? 'kalshi'
    const amount = money(Math.floor((this.has(cash(from)) * share) / 100))
    this.#post((entry) => postings.transferCash({ ...entry, from, to, amount }))
  }

  /** Orders that may still be paid for, and the dearest cure. */
  commitments(purse: Purse): number {
    const running = this.trades.filter(({ ended }) => !ended)
    return running.reduce((sum, { plan, paid }) => {
      const open = plan.legs.filter((leg, n) => paid[n] === null && purseOfLeg(leg) === purse)
      const cure = purseOfLeg(plan.legs[1]) === purse ? plan.dearestCure : 0
      return sum + open.reduce((all, { costBound }) => all + costBound, 0) + cure
    }, 0)
  }
}

describe('any course of trades over several purses', () => {
  it('I7 E8 keeps each purse above zero, all of it at zero, and each reserve above its commitments', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
        const course = new Course()
        for (const step of steps) {
          course.step(step)
          for (const [account, amount] of course.balances) expect(classOf(account) !== 'asset' || amount >= 0).toBe(true)
          expect([...course.balances.values()].reduce((sum, amount) => sum + amount, 0)).toBe(0)
          for (const purse of PURSES) expect(course.has(reserved(purse))).toBeGreaterThanOrEqual(course.commitments(purse))
        }
      }),
      { numRuns: 300 },
    )
  })
  it('I9 leaves no reserve anywhere once every trade has ended', () => {
    const course = new Course()
    for (const [pick, kind] of (['grant', 'fill', 'grant', 'close', 'close'] as const).entries()) course.step({ kind, pick, share: 90 })
    expect([course.trades.length, PURSES.map((purse) => course.has(reserved(purse)))]).toEqual([2, [0, 0, 0, 0]])
  })
})

describe('E8 a box', () => {
  it('takes each leg from the purse of its market, and the dearest cure from the second', () => {
    const plan = boxPlan('T1', quantity('10'))
    const purse = purseOf('kalshi', 2)
    expect(reserveOf({ ...plan, legs: [{ ...plan.legs[0], purse }, plan.legs[1]] })).toEqual([
      { purse: 'forecastex', amount: 10_300_000 },
      { purse: 'kalshi/0.2', amount: 4_370_000 },
    ])
  })
})

describe('the postings of a market on another shard', () => {
  const entry = { id: 'e', tradeId: null, atMs: millis(0), purse: purseOf('kalshi', 2), market: KALSHI_MARKET, side: 'yes' } as const
  const one = money('1')
  it.each([
    ['fillBuy', postings.fillBuy({ ...entry, notional: one, fee: one, paidFrom: 'cash' })],
    ['fillSell', postings.fillSell({ ...entry, notional: money('3'), fee: one, costBasis: one })],
    ['netPair', postings.netPair({ ...entry, proceeds: money('3'), yesCost: one, noCost: one })],
    ['settle', postings.settle({ ...entry, payout: money('3'), costBasis: one })],
    ['suspend', postings.suspend({ ...entry, amount: one })],
  ])('%s moves the cash of its purse, and keeps contracts and results per venue', (_kind, { legs }) => {
    const [own, others] = [cash(entry.purse), legs.map(({ account }) => account).filter((account) => !account.startsWith('cash:'))]
    expect(legs.map(({ account }) => account).filter((account) => account.startsWith('cash:'))).toEqual([own])
    expect(others.length).toBeGreaterThan(0)
    for (const account of others) expect(account).toMatch(/^(position|expense:fee|income:(trading|settlement)|suspense):kalshi(:|$)/)
  })
})
