import fc from 'fast-check'
import { marketId, orderId, tradeId, type Outcome, type Venue } from '../../../src/core/ids'
import { cash, position, type PositionAccount } from '../../../src/core/ledger/accounts'
import { balanceOf, balancesOf } from '../../../src/core/ledger/balances'
import { checkLedger, type ContractMove, type LedgerFacts } from '../../../src/core/ledger/invariants'
import * as ledger from '../../../src/core/ledger/postings'
import { venueOf } from '../../../src/core/purse'
import { millis, money, notional, quantity, type Money, type Price, type Quantity } from '../../../src/core/units'

const MARKET = marketId('M1')
const TRADE = tradeId('t1')
const ORDER = orderId(TRADE, 'a', 1)
const YES = position('kalshi', MARKET, 'yes')
const entry = (id: string): { id: string; tradeId: typeof TRADE; atMs: ReturnType<typeof millis> } => ({
  id,
  tradeId: TRADE,
  atMs: millis(1),
})
const traded = { purse: 'kalshi', market: MARKET, side: 'yes' } as const
const buy: ContractMove = { account: YES, tradeId: TRADE, quantity: quantity('100'), cause: 'buy', order: ORDER, executionKey: 'x1' }

/** 100 contracts bought at 0.42, all as it should be. */
const sound: LedgerFacts = {
  transfers: [
    ledger.deposit({ ...entry('d'), purses: [{ purse: 'kalshi', cash: money('200') }] }),
    ledger.reserve({ ...entry('r'), purse: 'kalshi', amount: money('43.72') }),
    ledger.fillBuy({ ...entry('f'), ...traded, notional: money('42'), fee: money('1.7052') }),
  ],
  moves: [buy],
  orders: new Map([[ORDER, quantity('100')]]),
  held: new Map([[YES, quantity('100')]]),
}
const broken = (change: Partial<LedgerFacts>): readonly number[] => checkLedger({ ...sound, ...change }).map(({ invariant }) => invariant)

describe('the invariants of the ledger', () => {
  it('hold for a sound one', () => expect(checkLedger(sound)).toEqual([]))

  it('1: an entry that does not sum to zero', () => {
    const uneven = { ...entry('u'), kind: 'deposit' as const, legs: [{ account: 'suspense:kalshi' as const, amount: money(1) }] }
    expect(broken({ transfers: [...sound.transfers, uneven] })).toEqual([1, 1, 13])
  })
  it('2: an asset below zero, even for a moment', () => {
    const over = ledger.reserve({ ...entry('o'), purse: 'kalshi', amount: money('200') })
    const back = ledger.release({ ...entry('b'), purse: 'kalshi', amount: money('200') })
    expect(broken({ transfers: [...sound.transfers, over, back] })).toEqual([2])
  })
  it('5 and 7: contracts that the fills do not explain', () => {
    expect(broken({ held: new Map([[YES, quantity('90')]]) })).toEqual([5])
    expect(broken({ held: new Map(), moves: [] })).toEqual([7])
    expect(broken({ held: new Map([[YES, quantity('41')]]), moves: [{ ...buy, quantity: quantity('41') }] })).toEqual([7])
  })
  it('6: an execution posted twice, an order overfilled or unknown', () => {
    expect(broken({ moves: [buy, { ...buy, quantity: quantity(0) }] })).toEqual([6])
    expect(broken({ orders: new Map([[ORDER, quantity('99')]]) })).toEqual([6])
    expect(broken({ orders: new Map() })).toEqual([6])
  })
  it('11: a position settled twice, or for a sum that is neither nothing nor a dollar each', () => {
    const settled: ContractMove = {
      account: YES,
      tradeId: TRADE,
      quantity: quantity('100'),
      cause: 'settle',
      payout: money('100'),
      scalar: false,
    }
    const transfers = [...sound.transfers, ledger.settle({ ...entry('s'), ...traded, payout: money('100'), costBasis: money('42') })]
    const after = { transfers, held: new Map() }
    expect(broken({ ...after, moves: [buy, settled] })).toEqual([])
    expect(broken({ ...after, moves: [buy, settled, { ...settled, quantity: quantity(0), payout: money(0) }] })).toEqual([11])
    expect(broken({ ...after, moves: [buy, { ...settled, payout: money('37') }] })).toEqual([11])
    expect(broken({ ...after, moves: [buy, { ...settled, payout: money('37'), scalar: true }] })).toEqual([])
  })
})

type Event = {
  readonly purse: Venue
  readonly side: Outcome
  readonly price: Price
  readonly quantity: Quantity
  readonly share: number
  readonly fee: Money
} & { readonly kind: 'buy' | 'sell' | 'net' | 'settle' | 'deposit' }
const anyEvent: fc.Arbitrary<Event> = fc.record({
  kind: fc.constantFrom('buy', 'buy', 'buy', 'sell', 'net', 'settle', 'deposit'),
  purse: fc.constantFrom('kalshi', 'forecastex'),
  side: fc.constantFrom('yes', 'no'),
  price: fc.integer({ min: 1, max: 9999 }).map((units) => units as Price),
  quantity: fc.integer({ min: 1, max: 5_000 }).map((units) => units as Quantity),
  share: fc.integer({ min: 1, max: 100 }),
  fee: fc.integer({ min: 0, max: 50_000 }).map((micros) => money(micros)),
})

/** A ledger and its lots, kept by hand from random events: refuses what it does not have. */
class World {
  readonly transfers: ledger.Transfer[] = []
  readonly moves: ContractMove[] = []
  readonly orders = new Map<typeof ORDER, Quantity>()
  readonly held = new Map<PositionAccount, Quantity>()

  apply(event: Event, n: number): void {
    const own = {
      id: `e${n}`,
      tradeId: tradeId(`t${n}`),
      atMs: millis(n),
      purse: event.purse,
      market: MARKET,
      side: event.side,
      fee: event.fee,
    }
    if (event.kind === 'deposit')
      this.transfers.push(ledger.deposit({ ...own, purses: [{ purse: event.purse, cash: money(event.quantity * 100_000) }] }))
    else if (event.kind === 'buy') this.#buy(event, own, n)
    else if (event.kind === 'net') this.#net(event, own)
    else this.#leave(event, own, n)
  }

  #buy(event: Event, own: Omit<Parameters<typeof ledger.fillBuy>[0], 'notional'>, n: number): void {
    const value = notional(event.price, event.quantity)
    const amount = money(value + event.fee + event.share)
    if (balanceOf(balancesOf(this.transfers), cash(event.purse)) < amount) return
    this.transfers.push(
      ledger.reserve({ ...own, id: `${own.id}r`, amount }),
      ledger.fillBuy({ ...own, notional: value }),
      ledger.release({ ...own, id: `${own.id}f`, amount: money(event.share) }),
    )
    this.#move(position(venueOf(event.purse), MARKET, event.side), event.quantity, {
      cause: 'buy',
      order: this.#order(n, event.quantity),
      executionKey: own.id,
    })
  }

  #leave(event: Event, own: Omit<Parameters<typeof ledger.fillBuy>[0], 'notional'>, n: number): void {
    const account = position(venueOf(event.purse), MARKET, event.side)
    const held = this.held.get(account) ?? 0
    const part = quantity(event.kind === 'settle' ? held : Math.ceil((held * event.share) / 100))
    const costBasis = this.#cost(account, part)
    const value = event.kind === 'settle' ? notional((event.share > 50 ? 10_000 : 0) as Price, part) : notional(event.price, part)
    if (part === 0 || (event.kind === 'sell' && value < event.fee)) return
    if (event.kind === 'settle') {
      this.transfers.push(ledger.settle({ ...own, payout: value, costBasis }))
      this.#move(account, part, { cause: 'settle', payout: value, scalar: false })
    } else {
      this.transfers.push(ledger.fillSell({ ...own, notional: value, costBasis }))
      this.#move(account, part, { cause: 'sell', order: this.#order(n, part), executionKey: own.id })
    }
  }

  #net(event: Event, own: Omit<Parameters<typeof ledger.fillBuy>[0], 'notional'>): void {
    const accounts = [position(venueOf(event.purse), MARKET, 'yes'), position(venueOf(event.purse), MARKET, 'no')] as const
    const pairs = quantity(Math.min(this.held.get(accounts[0]) ?? 0, this.held.get(accounts[1]) ?? 0))
    if (pairs === 0) return
    const [yesCost, noCost] = [this.#cost(accounts[0], pairs), this.#cost(accounts[1], pairs)]
    this.transfers.push(ledger.netPair({ ...own, proceeds: notional(10_000 as Price, pairs), yesCost, noCost }))
    for (const account of accounts) this.#move(account, pairs, { cause: 'net' })
  }

  #order(n: number, of: Quantity): typeof ORDER {
    const order = orderId(tradeId(`t${n}`), 'a', 1)
    this.orders.set(order, of)
    return order
  }
  #cost(account: PositionAccount, part: Quantity): Money {
    return ledger.costShare(balanceOf(balancesOf(this.transfers), account), this.held.get(account) ?? quantity(0), part)
  }
  #move(account: PositionAccount, of: Quantity, move: MoveCause): void {
    this.moves.push({ account, tradeId: tradeOf(this.moves.length), quantity: of, ...move })
    this.held.set(account, quantity((this.held.get(account) ?? 0) + of * (move.cause === 'buy' ? 1 : -1)))
  }
}
type MoveCause = ContractMove extends infer M ? (M extends ContractMove ? Omit<M, 'account' | 'tradeId' | 'quantity'> : never) : never
const tradeOf = (n: number): typeof TRADE => tradeId(`m${n}`)

describe('any sequence of events that is accepted', () => {
  it('keeps every invariant, and its replay is bit-exact', () => {
    let violations: readonly unknown[] = []
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
        const world = new World()
        world.transfers.push(
          ledger.deposit({ ...entry('k'), purses: [{ purse: 'kalshi', cash: money('50') }] }),
          ledger.deposit({ ...entry('x'), purses: [{ purse: 'forecastex', cash: money('50') }] }),
        )
        for (const [n, event] of events.entries()) world.apply(event, n)
        violations = checkLedger(world)
        expect(violations).toEqual([])
        expect([...balancesOf(world.transfers)]).toEqual([...balancesOf(JSON.parse(JSON.stringify(world.transfers)))])
      }),
      { numRuns: 200 },
    )
  })
})
