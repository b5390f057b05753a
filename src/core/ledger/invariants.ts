import type { ClientOrderId, TradeId } from '../ids'
import { notional, ONE_DOLLAR, type Money, type Quantity } from '../units'
import { classOf, isPosition, type Account, type PositionAccount } from './accounts'
import { balanceOf, balancesOf, post, type Balances } from './balances'
import { changeOfAssets, netPnl } from './pnl'
import type { Transfer } from './postings'

/** A change of contracts, as the venue or its decision made it: buys are positive, everything else takes away. */
export type ContractMove = { readonly account: PositionAccount; readonly tradeId: TradeId; readonly quantity: Quantity } & (
  | { readonly cause: 'buy' | 'sell'; readonly order: ClientOrderId; readonly executionKey: string }
  | { readonly cause: 'net' }
  /** `scalar`: decided at neither nothing nor a dollar, flagged for a person. */
  | { readonly cause: 'settle'; readonly payout: Money; readonly scalar: boolean }
)
/** Everything the invariants of market-math §9 are about; the transfers in posting order. */
export interface LedgerFacts {
  readonly transfers: readonly Transfer[]
  readonly moves: readonly ContractMove[]
  readonly orders: ReadonlyMap<ClientOrderId, Quantity>
  /** Contracts of the lots table, summed per position. */
  readonly held: ReadonlyMap<PositionAccount, Quantity>
}
/** `invariant` is the number in market-math §9. */
export interface Violation {
  readonly invariant: 1 | 2 | 5 | 6 | 7 | 11 | 13
  readonly detail: string
}

/** Every violation, in the order of the invariants' numbers. None may exist: one halts trading. */
export function checkLedger(facts: LedgerFacts): readonly Violation[] {
  const balances = balancesOf(facts.transfers)
  return [
    ...sumsToZero(facts.transfers, balances),
    ...neverNegative(facts.transfers),
    ...contractsHeld(facts),
    ...fillsWithinOrders(facts),
    ...costsOfContracts(facts.held, balances),
    ...settledOnce(facts.moves),
    ...sameProfit(balances),
  ]
}

const sumOf = (amounts: Iterable<Money>): number => {
  let sum = 0
  for (const amount of amounts) sum += amount
  return sum
}

function sumsToZero(transfers: readonly Transfer[], balances: Balances): readonly Violation[] {
  const uneven = transfers.flatMap(({ id, legs }) => {
    const left = sumOf(legs.map(({ amount }) => amount))
    return left === 0 ? [] : [`transfer ${id} sums to ${left} µ$`]
  })
  const total = sumOf(balances.values())
  return [...uneven, ...(total === 0 ? [] : [`all balances sum to ${total} µ$`])].map((detail) => ({ invariant: 1, detail }))
}

function neverNegative(transfers: readonly Transfer[]): readonly Violation[] {
  const balances = new Map<Account, Money>()
  return transfers.flatMap((transfer) => {
    post(balances, transfer)
    return transfer.legs.flatMap(({ account }) => {
      const balance = balanceOf(balances, account)
      return balance < 0 && classOf(account) === 'asset'
        ? [{ invariant: 2 as const, detail: `${account} is ${balance} µ$ after ${transfer.id}` }]
        : []
    })
  })
}

function contractsHeld({ moves, held }: LedgerFacts): readonly Violation[] {
  const expected = new Map<PositionAccount, number>()
  for (const { account, cause, quantity } of moves)
    expected.set(account, (expected.get(account) ?? 0) + quantity * (cause === 'buy' ? 1 : -1))
  return [...new Set([...expected.keys(), ...held.keys()])].flatMap((account) => {
    const should = expected.get(account) ?? 0
    const is = held.get(account) ?? 0
    return should === is
      ? []
      : [{ invariant: 5 as const, detail: `${account} holds ${is}, its fills and settlements leave ${should} (1e-2 contract)` }]
  })
}

function fillsWithinOrders({ moves, orders }: LedgerFacts): readonly Violation[] {
  const filled = new Map<ClientOrderId, number>()
  const seen = new Set<string>()
  const details: string[] = []
  for (const move of moves) {
    if (move.cause !== 'buy' && move.cause !== 'sell') continue
    if (seen.has(move.executionKey)) details.push(`execution ${move.executionKey} is posted twice`)
    seen.add(move.executionKey)
    filled.set(move.order, (filled.get(move.order) ?? 0) + move.quantity)
  }
  for (const [order, quantity] of filled) {
    const ordered = orders.get(order)
    if (ordered === undefined) details.push(`fills of an order nobody knows: ${order}`)
    else if (quantity > ordered) details.push(`${order} filled ${quantity} of ${ordered} (1e-2 contract)`)
  }
  return details.map((detail) => ({ invariant: 6, detail }))
}

function costsOfContracts(held: LedgerFacts['held'], balances: Balances): readonly Violation[] {
  const accounts = new Set([...held.keys(), ...[...balances.keys()].filter(isPosition)])
  return [...accounts].flatMap((account) => {
    const quantity = held.get(account) ?? (0 as Quantity)
    const cost = balanceOf(balances, account)
    const fair = (cost === 0) === (quantity === 0) && cost >= 0 && cost <= notional(ONE_DOLLAR, quantity)
    return fair ? [] : [{ invariant: 7 as const, detail: `${account} holds ${quantity} (1e-2 contract) at a cost of ${cost} µ$` }]
  })
}

function settledOnce(moves: readonly ContractMove[]): readonly Violation[] {
  const seen = new Set<string>()
  const details: string[] = []
  for (const move of moves) {
    if (move.cause !== 'settle') continue
    const key = `${move.tradeId} ${move.account}`
    if (seen.has(key)) details.push(`${key} settled twice`)
    seen.add(key)
    if (!move.scalar && move.payout !== 0 && move.payout !== notional(ONE_DOLLAR, move.quantity))
      details.push(`${key} paid ${move.payout} µ$ for ${move.quantity} (1e-2 contract)`)
  }
  return details.map((detail) => ({ invariant: 11, detail }))
}

function sameProfit(balances: Balances): readonly Violation[] {
  const results = netPnl(balances)
  const holdings = changeOfAssets(balances)
  return results === holdings ? [] : [{ invariant: 13, detail: `results say ${results} µ$, holdings ${holdings} µ$` }]
}
