import type { ClientOrderId, TradeId, Venue } from '../../core/ids'
import { classOf, isPosition, position, type Account } from '../../core/ledger/accounts'
import { balanceOf, post } from '../../core/ledger/balances'
import { modelFees } from '../../core/ledger/fee-model'
import { checkLedger, type ContractMove, type Violation } from '../../core/ledger/invariants'
import { worthOf, type Worth } from '../../core/ledger/pnl'
import { deposit, fillBuy, fillSell, netPair, release, reserve, type Transfer } from '../../core/ledger/postings'
import { isScalar, payoutOf, settleLots, type Lot } from '../../core/ledger/settlement'
import type { VenueFees } from '../../core/market/fees'
import { venueOf, type Purse } from '../../core/purse'
import type { PaperSettlement } from '../../core/report/backtest/result'
import { reserveOf } from '../../core/risk/checks'
import type { Fill, OrderIntent } from '../../core/trade/order'
import { purseOfLeg, type Plan } from '../../core/trade/plan'
import { money, NO_MONEY, NO_QUANTITY, notional, ONE_DOLLAR, quantity, type Millis, type Money, type Quantity } from '../../core/units'
import { Lots } from './lots'

/** The ledger of a backtest: the postings, fees and invariants of the real one (core/ledger), in memory. */
export class PaperLedger {
  readonly transfers: Transfer[] = []
  readonly #balances = new Map<Account, Money>()
  readonly #lots = new Lots()
  readonly #moves: ContractMove[] = []
  readonly #orders = new Map<ClientOrderId, Quantity>()
  readonly #purses = new Map<TradeId, ReadonlyMap<Venue, Purse>>()
  /** Cash that came in less cash that left in a trade's name; of that, what its markets paid; and its fees. */
  readonly #earned = new Map<TradeId, { all: number; settled: number; fees: number }>()
  readonly #reservedOf = new Map<string, number>()
  /** One of their markets has paid between nothing and a dollar. */
  readonly #scalar = new Set<TradeId>()
  /** −Σ income and expense: the result so far. */
  #result = 0
  #tiedUp = 0
  /** The most that was reserved and held at once. */
  tiedUpMost = 0

  get pnl(): Money {
    return money(this.#result)
  }
  /** Free. */
  cashOf(purse: Purse): Money {
    return balanceOf(this.#balances, `cash:${purse}`)
  }
  /** All that is cash at a venue, reserved there or held at cost. */
  worthAt(venue: Venue): Money {
    const own = new RegExp(`^(cash|reserved|position):${venue}`)
    return money([...this.#balances].reduce((sum, [account, amount]) => (own.test(account) ? sum + amount : sum), 0))
  }
  get lots(): Pick<Lots, 'all' | 'inMarket' | 'markets'> {
    return this.#lots
  }
  lotsOf(trade: TradeId): readonly Lot[] {
    return this.#lots.ofTrade(trade)
  }
  feesOf(trade: TradeId): Money {
    return money(this.#earned.get(trade)?.fees ?? 0)
  }

  open(purses: readonly { readonly purse: Purse; readonly cash: Money }[], atMs: Millis): void {
    this.#post(deposit({ id: 'opening', tradeId: null, atMs, purses }))
  }

  /** E8. */
  grant(plan: Plan, atMs: Millis): void {
    const { tradeId } = plan
    this.#purses.set(tradeId, new Map(plan.legs.map((leg) => [leg.order.venue, purseOfLeg(leg)])))
    for (const { purse, amount } of reserveOf(plan))
      this.#post(reserve({ id: `reserve:${tradeId}:${purse}`, tradeId, atMs, purse, amount }))
  }

  /** Books an order's fills as the venue would charge them, and nets what it nets. */
  book(order: OrderIntent, fills: readonly Fill[], fees: VenueFees): void {
    const { tradeId, clientOrderId, venue, market } = order
    this.#orders.set(clientOrderId, order.quantity)
    const charged = modelFees(fees, fills).fees
    const purse = this.#purses.get(tradeId)?.get(venue) ?? venue
    fills.forEach((fill, n) => {
      const { outcome, quantity: size, atMs } = fill
      const id = `fill:${fill.executionId}`
      const value = notional(fill.price, size)
      const fee = charged[n] ?? NO_MONEY
      const entry = { id, tradeId, atMs, purse, market, side: outcome, notional: value, fee }
      const account = position(venue, market, outcome)
      const move = { account, tradeId, quantity: size, order: clientOrderId, executionKey: fill.executionId }
      if (fill.action === 'buy') {
        this.#post(fillBuy({ ...entry, paidFrom: this.#payer(id, tradeId, purse, value + fee, atMs) }))
        this.#lots.add({ tradeId, purse, market, outcome, quantity: size, cost: value })
        this.#moves.push({ ...move, cause: 'buy' })
        this.#net(`net:${id}`, order, purse, atMs)
      } else {
        this.#post(fillSell({ ...entry, costBasis: this.#lots.take(tradeId, venue, market, outcome, size) }))
        this.#moves.push({ ...move, cause: 'sell' })
      }
      const earned = this.#earned.get(tradeId)
      if (earned) earned.fees += fee
    })
  }

  /** Gives back what of the reserve is left. */
  release(tradeId: TradeId, atMs: Millis): void {
    for (const purse of new Set(this.#purses.get(tradeId)?.values())) {
      const amount = money(this.#reservedOf.get(`${tradeId}|${purse}`) ?? 0)
      if (amount > 0) this.#post(release({ id: `release:${tradeId}:${purse}`, tradeId, atMs, purse, amount }))
    }
  }

  /** Pays every lot of a market. @returns the trades that were paid, in the order of their ids. */
  settle(settlement: PaperSettlement): readonly TradeId[] {
    const { venue, market, yesPays } = settlement
    const due = this.#lots.settle(venue, market)
    for (const transfer of settleLots(due, settlement)) this.#post(transfer)
    for (const { tradeId, outcome, quantity: size } of due) {
      const payout = payoutOf(outcome, size, yesPays)
      this.#moves.push({
        account: position(venue, market, outcome),
        tradeId,
        quantity: size,
        cause: 'settle',
        payout,
        scalar: isScalar(yesPays),
      })
      if (isScalar(yesPays)) this.#scalar.add(tradeId)
    }
    return [...new Set(due.map(({ tradeId }) => tradeId))]
  }

  /** @param locked contracts that are matched, @param leastPayoff of one pair, @param hasOpen whether something is held or dust. */
  worthOf(tradeId: TradeId, locked: Quantity, leastPayoff: Money, hasOpen: boolean): Worth {
    const { all, settled } = this.#earned.get(tradeId) ?? { all: 0, settled: 0 }
    const lots = this.lotsOf(tradeId)
    const cost = money(lots.reduce((sum, lot) => sum + lot.cost, 0))
    return worthOf({ earned: money(all), settled: money(settled), hasLots: lots.length > 0, cost, locked, leastPayoff, hasOpen })
  }

  /**
   * What a payout makes of an ended trade, as the ledger revalues it: without open lots, what its cash says; with one leg paid between nothing and a dollar
   * it is guaranteed no longer. null: nothing, the other leg's payout says the rest.
   */
  afterPayout(tradeId: TradeId, locked: Quantity, leastPayoff: Money): Worth | null {
    const isDecided = this.#scalar.has(tradeId) || this.lotsOf(tradeId).length === 0
    return isDecided ? this.worthOf(tradeId, locked, leastPayoff, true) : null
  }

  /** market-math §9. */
  violations(): readonly Violation[] {
    const held = new Map<ReturnType<typeof position>, Quantity>()
    for (const { purse, market, outcome, quantity: size } of this.#lots.all()) {
      const account = position(venueOf(purse), market, outcome)
      held.set(account, quantity((held.get(account) ?? 0) + size))
    }
    return checkLedger({ transfers: this.transfers, moves: this.#moves, orders: this.#orders, held })
  }

  #payer(id: string, tradeId: TradeId, purse: Purse, due: number, atMs: Millis): 'reserved' | 'cash' {
    const own = money(this.#reservedOf.get(`${tradeId}|${purse}`) ?? 0)
    if (own >= due) return 'reserved'
    if (own > 0) this.#post(release({ id: `release:${id}`, tradeId, atMs, purse, amount: own }))
    return 'cash'
  }

  /** A YES and a NO of one market are a dollar at once. */
  #net(id: string, { tradeId, venue, market }: OrderIntent, purse: Purse, atMs: Millis): void {
    const [yes, no] = (['yes', 'no'] as const).map((outcome) => this.#lots.quantityOf(tradeId, venue, market, outcome))
    const pairs = quantity(Math.min(yes ?? NO_QUANTITY, no ?? NO_QUANTITY))
    if (pairs === 0) return
    const yesCost = this.#lots.take(tradeId, venue, market, 'yes', pairs)
    const noCost = this.#lots.take(tradeId, venue, market, 'no', pairs)
    this.#post(netPair({ id, tradeId, atMs, purse, market, proceeds: notional(ONE_DOLLAR, pairs), yesCost, noCost }))
    for (const outcome of ['yes', 'no'] as const)
      this.#moves.push({ account: position(venue, market, outcome), tradeId, quantity: pairs, cause: 'net' })
  }

  #post(transfer: Transfer): void {
    this.transfers.push(transfer)
    post(this.#balances, transfer)
    const { tradeId, kind } = transfer
    for (const { account, amount } of transfer.legs) {
      const of = classOf(account)
      if (of === 'income' || of === 'expense') this.#result -= amount
      const [what, purse] = account.split(':')
      if (what === 'reserved' || isPosition(account)) this.#tiedUp += amount
      if (tradeId === null || (what !== 'reserved' && what !== 'cash')) continue
      const earned = this.#earned.get(tradeId) ?? { all: 0, settled: 0, fees: 0 }
      earned.all += amount
      if (kind === 'settle') earned.settled += amount
      this.#earned.set(tradeId, earned)
      if (what === 'reserved') {
        const key = `${tradeId}|${purse}`
        this.#reservedOf.set(key, (this.#reservedOf.get(key) ?? 0) + amount)
      }
    }
    this.tiedUpMost = Math.max(this.tiedUpMost, this.#tiedUp)
  }
}
