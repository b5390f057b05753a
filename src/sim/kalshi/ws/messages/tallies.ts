import { money, NO_MONEY, NO_QUANTITY, type Money, type Quantity } from '../../../../core/units'
import type { VenueEvent } from '../../floor'
import { positionKey, type FillRow, type PositionRow } from '../../rows'
import type { Tables } from '../../tables'

/** What an account has traded in one market, beyond what its position says. */
export interface PositionTally {
  /** Contracts, bought and sold. */
  readonly volume: Quantity
  /** The share of the fees that belongs to the contracts still held. */
  readonly feeCost: Money
}

const NOTHING: PositionTally = { volume: NO_QUANTITY, feeCost: NO_MONEY }

/** Sums that messages carry and no row has: made from the rows of an earlier process, then kept by what happens. */
export class Tallies {
  /** Made when it is first asked for: by then the scenario's own trades are listed. */
  #lastSizes: Map<string, Quantity> | null = null
  readonly #positions = new Map<string, PositionTally>()

  constructor(private readonly tables: Tables) {
    for (const fill of tables.all('fill')) this.#add(fill)
  }

  observe(event: VenueEvent): void {
    if (event.kind === 'trade') this.#lastSizes?.set(event.trade.ticker, event.trade.quantity)
    if (event.kind === 'fill') this.#add(event.fill)
  }

  lastTradeSize(ticker: string): Quantity {
    this.#lastSizes ??= new Map([...this.tables.all('trade')].map((trade) => [trade.ticker, trade.quantity]))
    return this.#lastSizes.get(ticker) ?? NO_QUANTITY
  }

  of({ accountId, ticker, subaccount, position }: PositionRow): PositionTally {
    const tally = this.#positions.get(positionKey(accountId, ticker, subaccount)) ?? NOTHING
    return position === 0 ? { ...tally, feeCost: NO_MONEY } : tally
  }

  /** What closes takes its share of the fees along, what opens brings its own. */
  #add(fill: FillRow): void {
    const key = positionKey(fill.accountId, fill.ticker, fill.subaccount)
    const { volume, feeCost } = this.#positions.get(key) ?? NOTHING
    const held = fill.side === 'bid' ? fill.positionAfter - fill.quantity : fill.positionAfter + fill.quantity
    const against = fill.side === 'bid' ? Math.max(0, -held) : Math.max(0, held)
    const closed = Math.min(fill.quantity, against)
    const left = against === 0 ? feeCost : feeCost - Math.floor((feeCost * closed) / against)
    const opening = Math.floor((fill.fee * (fill.quantity - closed)) / fill.quantity)
    this.#positions.set(key, { volume: (volume + fill.quantity) as Quantity, feeCost: money(left + opening) })
  }
}
