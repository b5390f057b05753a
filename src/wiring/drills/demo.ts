import type { DemoConfig } from '../../config/demo'
import { marketId, type MarketId, type Outcome } from '../../core/ids'
import { CANARY_MARGIN, CANARY_PRICE, type Canary } from '../../core/risk/drill'
import { complement, formatPrice, price, type Price } from '../../core/units'
import { ROUTED_BY_VENUE, type Catalog, type Listing } from '../../ports/catalog'
import { createLog } from '../../telemetry/log'
import type { KalshiRest } from '../../venues/kalshi/rest/call'
import { getExchangeStatus } from '../../venues/kalshi/rest/exchange'
import { getOrderbook } from '../../venues/kalshi/rest/markets'
import { cancelOrder, listOrders } from '../../venues/kalshi/rest/orders'
import { getBalance } from '../../venues/kalshi/rest/portfolio'
import { inspectKalshi } from '../../venues/kalshi/sentinel/inspect'
import { systemClock } from '../clock'
import { openKalshi } from '../venues'
import { kalshiCanaries } from './canaries'

/** One read each: among so many markets of a series some book is thin. */
const MARKETS_TRIED = 20

/** Kalshi's demo venue as one order needs it, in a session of its own. @throws ConfigurationError when the key cannot be used */
export function openDemo({ demo, series }: DemoConfig) {
  const clock = systemClock()
  const endpoints = { kalshi: { ...demo, account: 'demo' } }
  const { rest, signer, catalog } = openKalshi({ endpoints }, null, createLog({ process: 'cli', level: 'error' }))
  const listings = new Map<string, Listing>()
  const shardOf = (market: string): number => listings.get(market)?.shard ?? ROUTED_BY_VENUE
  const canaries = kalshiCanaries(rest, { bandsOf: (_, market) => listings.get(market)?.bands ?? null, shardOf })
  return {
    close: () => rest.close(),
    inspect: async (signal: AbortSignal) =>
      (await inspectKalshi({ rest, signer, keyId: demo.keyId, series, mode: 'demo', clock }, signal)).checks,
    cash: async (signal: AbortSignal) => (await getBalance(rest, signal)).cash,
    async place(signal: AbortSignal): Promise<{ readonly market: MarketId; readonly outcome: Outcome } | string> {
      const found = await farMarket(rest, catalog, series, signal)
      if (typeof found === 'string') return found
      listings.set(found.listing.market, found.listing)
      return { market: found.listing.market, outcome: found.outcome }
    },
    rest: (canary: Canary, signal: AbortSignal) =>
      canaries.rest(canary, () => (clock.nowMs() > canary.notAfterMs ? 'too-late' : null), signal),
    async listed({ market, clientOrderId }: Canary, signal: AbortSignal) {
      const order = (await listOrders(rest, { ticker: market }, signal)).find((each) => each.clientOrderId === clientOrderId)
      return order === undefined ? null : { venueOrderId: order.venueOrderId, isResting: order.status === 'resting', filled: order.filled }
    },
    async cancel({ market }: Canary, { venueOrderId }: { readonly venueOrderId: string }, signal: AbortSignal): Promise<void> {
      await cancelOrder(rest, { venueOrderId, market }, shardOf(market), signal)
    },
  }
}

/** An open market where a bid of a cent meets nobody, or a sentence why there is none. */
async function farMarket(
  rest: KalshiRest,
  catalog: Catalog,
  series: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly listing: Listing; readonly outcome: Outcome } | string> {
  const { exchangeActive, tradingActive } = await getExchangeStatus(rest, signal)
  if (!exchangeActive || !tradingActive) return 'the demo venue does not trade now'
  const whyNot: string[] = []
  for (const name of series) {
    const open = (await catalog.listings(name, signal)).filter(({ status }) => status === 'open')
    whyNot.push(
      open.length === 0 ? `${name} has no open market` : `no market of ${name} is offered at $${formatPrice(FAR)} or more on a side`,
    )
    for (const listing of open.slice(0, MARKETS_TRIED)) {
      const outcome = farSide(await getOrderbook(rest, marketId(listing.market), signal))
      if (outcome !== null) return { listing, outcome }
    }
  }
  return whyNot.join('; ')
}

const FAR = price(CANARY_PRICE + CANARY_MARGIN)
/** The outcome whose best offer is far from a cent; null: neither. A side without an offer is as far as it gets. */
function farSide({ bids, asks }: Awaited<ReturnType<typeof getOrderbook>>): Outcome | null {
  const isFar = (offer: Price | undefined): boolean => offer === undefined || offer >= FAR
  if (isFar(asks[0]?.price)) return 'yes'
  const bid = bids[0]?.price
  return isFar(bid === undefined ? undefined : complement(bid)) ? 'no' : null
}
