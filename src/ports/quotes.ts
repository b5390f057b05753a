import type { MarketId, Outcome } from '../core/ids'
import type { Level } from '../core/market/event'
import type { Millis } from '../core/units'

/** Fresh executable depth for a cure: this process's books if alive, else asked of the venue. Best price first. */
export interface Ladder {
  readonly levels: readonly Level[]
  readonly asOfMs: Millis
}
export interface Quotes {
  ladder(market: MarketId, outcome: Outcome, action: 'buy' | 'sell', signal: AbortSignal): Promise<Ladder>
}
