import type { MarketId, Outcome, TradeId, Venue } from '../../core/ids'
import { costShare } from '../../core/ledger/postings'
import type { Lot } from '../../core/ledger/settlement'
import { venueOf } from '../../core/purse'
import { money, quantity, type Money, type Quantity } from '../../core/units'

type Holding = { -readonly [K in keyof Lot]: Lot[K] }
const keyOf = (venue: Venue, market: MarketId, outcome: Outcome): string => `${venue}|${market}|${outcome}`

/** Open lots, by their trade and by their market: thousands of trades may hold something at once. */
export class Lots {
  readonly #byTrade = new Map<TradeId, Map<string, Holding>>()
  readonly #byMarket: Readonly<Record<Venue, Map<MarketId, Set<Holding>>>> = { kalshi: new Map(), forecastex: new Map() }

  all(): readonly Lot[] {
    return [...this.#byTrade.values()].flatMap((ofTrade) => [...ofTrade.values()])
  }
  ofTrade(tradeId: TradeId): readonly Lot[] {
    return [...(this.#byTrade.get(tradeId)?.values() ?? [])]
  }
  inMarket(venue: Venue, market: MarketId): readonly Lot[] {
    return [...(this.#byMarket[venue].get(market) ?? [])]
  }
  /** Those with an open lot. */
  markets(venue: Venue): readonly MarketId[] {
    return [...this.#byMarket[venue].keys()]
  }
  quantityOf(tradeId: TradeId, venue: Venue, market: MarketId, outcome: Outcome): Quantity {
    return this.#byTrade.get(tradeId)?.get(keyOf(venue, market, outcome))?.quantity ?? quantity(0)
  }

  add(lot: Lot): void {
    const venue = venueOf(lot.purse)
    const key = keyOf(venue, lot.market, lot.outcome)
    const ofTrade = this.#byTrade.get(lot.tradeId) ?? new Map<string, Holding>()
    const known = ofTrade.get(key)
    if (known) {
      known.quantity = quantity(known.quantity + lot.quantity)
      known.cost = money(known.cost + lot.cost)
      return
    }
    const held: Holding = { ...lot }
    this.#byTrade.set(lot.tradeId, ofTrade.set(key, held))
    this.#byMarket[venue].set(lot.market, (this.#byMarket[venue].get(lot.market) ?? new Set()).add(held))
  }

  /** Takes contracts out at average cost. @returns what they had cost. @throws RangeError when there are not as many: positions are never sold short. */
  take(tradeId: TradeId, venue: Venue, market: MarketId, outcome: Outcome, size: Quantity): Money {
    const key = keyOf(venue, market, outcome)
    const lot = this.#byTrade.get(tradeId)?.get(key)
    if (!lot || lot.quantity < size)
      throw new RangeError(`${tradeId} has not ${size} (1e-2 contract) of ${key}: positions are never sold short`)
    const cost = costShare(lot.cost, lot.quantity, size)
    lot.quantity = quantity(lot.quantity - size)
    lot.cost = money(lot.cost - cost)
    if (lot.quantity === 0) this.#drop(lot, venue, key)
    return cost
  }

  /** @returns what is in a market, by trade, and forgets it: it was paid. */
  settle(venue: Venue, market: MarketId): readonly Lot[] {
    const due = [...(this.#byMarket[venue].get(market) ?? [])].toSorted((a, b) =>
      a.tradeId < b.tradeId ? -1 : a.tradeId > b.tradeId ? 1 : 0,
    )
    for (const lot of due) this.#drop(lot, venue, keyOf(venue, market, lot.outcome))
    return due
  }

  #drop(lot: Holding, venue: Venue, key: string): void {
    const ofTrade = this.#byTrade.get(lot.tradeId)
    ofTrade?.delete(key)
    if (ofTrade?.size === 0) this.#byTrade.delete(lot.tradeId)
    const inMarket = this.#byMarket[venue].get(lot.market)
    inMarket?.delete(lot)
    if (inMarket?.size === 0) this.#byMarket[venue].delete(lot.market)
  }
}
