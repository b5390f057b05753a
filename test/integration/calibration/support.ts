import type { MarketId } from '../../../src/core/ids'
import type { MarketStatus } from '../../../src/core/market/event'
import { millis, type Money } from '../../../src/core/units'
import type { Listing } from '../../../src/ports/catalog'

/** As Kalshi's catalogue tells a market of a game. */
export const listingOf = (market: MarketId, status: MarketStatus, yesPays: Money | null): Listing => ({
  ...{ venue: 'kalshi', market, event: 'E', series: 'KXNFLGAME', title: '', status, bands: [], closeMs: millis(1), yesPays },
  ...{ fees: { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: millis(0) }, shard: 0, contracts: null },
})
