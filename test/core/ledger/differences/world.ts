import { marketId, type MarketId, type Outcome } from '../../../../src/core/ids'
import type { KnownAccount, KnownFill, ToldAccount } from '../../../../src/core/ledger/differences/accounts'
import { purseOf } from '../../../../src/core/purse'
import { mulberry32 } from '../../../../src/core/random'
import { millis, money, notional, ONE_DOLLAR, price, quantity, type Money } from '../../../../src/core/units'

export const NOW = millis(1_800_000_000_000)
export const SECOND_SHARD = purseOf('kalshi', 2)

/** A venue account after some trades, as ledger and venue both have it. */
export interface World {
  readonly known: KnownAccount
  readonly told: ToldAccount
  /** An integer below `n`, of the world's own chance. */
  readonly chance: (n: number) => number
}

export function worldOf(seed: number): World {
  const random = mulberry32(seed)
  const chance = (n: number): number => random() % n
  const fills: KnownFill[] = []
  const lots: KnownAccount['lots'][number][] = []
  let cash = 1_000_000_000
  for (let market = 0; market < 1 + chance(5); market++) {
    const outcome: Outcome = chance(2) === 0 ? 'yes' : 'no'
    let held = 0
    for (let n = 0; n < 1 + chance(3); n++) {
      const fill = fillOf(
        `m${market}-${n}`,
        marketId(`M${market}`),
        outcome,
        100 * (1 + chance(20)),
        100 + chance(9_800),
        1 + chance(90_000),
      )
      fills.push(fill)
      held += fill.quantity
      cash -= notional(fill.price, fill.quantity) + fill.fee
    }
    lots.push({ market: marketId(`M${market}`), outcome, quantity: quantity(held) })
  }
  const purses = [{ purse: 'kalshi', cash: money(cash) } as const, { purse: SECOND_SHARD, cash: money(chance(50_000_000)) }]
  const known: KnownAccount = {
    ...{ venue: 'kalshi', purses, lots, fills, pursesOf: new Map(), ended: new Set(), falls: [], gone: new Map() },
    ...{ bookedExecutions: new Set(), standing: [] },
  }
  const complete = { sinceMs: millis(NOW - 10_000), untilMs: NOW }
  const told: ToldAccount = {
    ...{ purses, otherCash: [], positions: lots, fills, strange: [], openOrders: [], payouts: [], ownExecutionsOnly: false, complete },
  }
  return { known, told, chance }
}

export const fillOf = (key: string, market: MarketId, outcome: Outcome, contracts: number, at: number, fee: number): KnownFill => ({
  ...{ key, market, outcome, action: 'buy', price: price(at), quantity: quantity(contracts), fee: money(fee), isEstimate: false },
  atMs: millis(NOW - 5_000),
})

/** The venue's side after it has bought something that the ledger does not know: contracts against those held are netted at a dollar. */
export function boughtAtVenue(told: ToldAccount, fill: Omit<KnownFill, 'isEstimate'>): ToldAccount {
  const held = told.positions.find(({ market }) => market === fill.market)
  const net = (held ? signed(held.outcome, held.quantity) : 0) + signed(fill.outcome, fill.quantity)
  const netted = held && held.outcome !== fill.outcome ? Math.min(held.quantity, fill.quantity) : 0
  const cost = notional(fill.price, fill.quantity) + fill.fee - notional(ONE_DOLLAR, quantity(netted))
  const rest = told.positions.filter(({ market }) => market !== fill.market)
  const left = { market: fill.market, outcome: net > 0 ? 'yes' : 'no', quantity: quantity(Math.abs(net)) } as const
  return { ...withCash(told, money(0 - cost)), positions: net === 0 ? rest : [...rest, left] }
}
const signed = (outcome: Outcome, contracts: number): number => (outcome === 'yes' ? contracts : -contracts)

export const withCash = (told: ToldAccount, more: Money): ToldAccount => ({
  ...told,
  purses: told.purses.map((each) => (each.purse === 'kalshi' ? { ...each, cash: money(each.cash + more) } : each)),
})

/** In another order: what it says is the same. */
export function shuffled<T>(items: readonly T[], chance: World['chance']): readonly T[] {
  const left = [...items]
  return items.flatMap(() => left.splice(chance(left.length), 1))
}
