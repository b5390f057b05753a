import type { EdgeInput } from '../../core/edge/finding'
import type { ListedMarket } from '../../core/edge/games/game'
import type { OddsGame } from '../../core/edge/odds'
import type { MarketId, Outcome } from '../../core/ids'
import type { Level, MarketStatus } from '../../core/market/event'
import type { CannotBePriced, KalshiFees } from '../../core/market/fees'
import type { PriceBand } from '../../core/market/grid'
import type { Millis, Money, Quantity } from '../../core/units'

/** Kalshi's best prices of a market as the cache has them, in YES terms; null: nobody quotes, or its size is not told. */
export interface Top {
  readonly bid: Level | null
  readonly ask: Level | null
  /** When they were written: they were others before. */
  readonly atMs: Millis
}

/** A market of Kalshi as ledger, record and cache have it, of any series. */
export interface WorldMarket extends ListedMarket {
  readonly status: MarketStatus
  readonly closeMs: Millis
  readonly bands: readonly PriceBand[]
  readonly fees: KalshiFees | CannotBePriced
  /** null: not told. */
  readonly volume: Quantity | null
  /** null: the cache has none. */
  readonly top: Top | null
}

/** Contracts of edges in one market and outcome. */
export interface HeldEdge {
  readonly market: MarketId
  readonly outcome: Outcome
  readonly quantity: Quantity
}

/** All that one cycle works with. */
export interface World {
  readonly nowMs: Millis
  readonly markets: readonly WorldMarket[]
  /** The newest fetch of each game. */
  readonly games: readonly OddsGame[]
  /** When Kalshi last vouched for its books; null: the streaming process does not tell. */
  readonly confirmedAtMs: Millis | null
  readonly limits: EdgeInput['limits']
  readonly equity: Money | null
  readonly cash: Money | null
  /** Premium at risk by event ticker, and in all today. */
  readonly spent: { readonly byEvent: ReadonlyMap<string, Money>; readonly day: Money }
  /** What edges hold that is not settled. */
  readonly held: readonly HeldEdge[]
  /** What could not be had, a sentence each: what was judged without it is refused, never guessed. */
  readonly missing: readonly string[]
}
