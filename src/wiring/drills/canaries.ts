import { createCanaryActivities, type CanaryDependencies, type CanaryVenue } from '../../activities'
import { parseOrderId, type MarketId, type Venue } from '../../core/ids'
import type { PriceBand } from '../../core/market/grid'
import type { Canary } from '../../core/risk/drill'
import type { OrderIntent } from '../../core/trade/order'
import { millis, type Quantity } from '../../core/units'
import type { Log } from '../../ports/log'
import type { OrderEntry } from '../../ports/order-entry'
import { noteCanaries } from '../../stores/postgres/drills/drills'
import type { Database } from '../../stores/postgres/pool'
import type { Gateway } from '../../venues/forecastex/gateway/owner'
import type { ForecastexOrderEntry } from '../../venues/forecastex/order-entry'
import { rests } from '../../venues/forecastex/wire/order-state'
import { toYesOrder } from '../../venues/kalshi/direction'
import type { KalshiRest } from '../../venues/kalshi/rest/call'
import { createRestingOrder, listOrders } from '../../venues/kalshi/rest/orders'
import { rejectReason } from '../../venues/kalshi/wire/errors'
import { restingOrderBody } from '../../venues/kalshi/wire/orders'
import type { PaperOrderEntry } from '../../venues/paper/order-entry'
import type { CanaryActivities } from '../../workflows/messages'
import { systemClock } from '../clock'

/** A canary that nobody cancels ends by itself: later than any drill, sooner than anybody would forget it. */
const EXPIRES_AFTER_MS = 600_000
/** Openings of some minutes under the busiest limits; older ones are of no drill that still runs. */
const OPENINGS_KEPT = 2_000

export interface CanaryParts {
  readonly database: Database
  readonly placing: Readonly<Record<Venue, Placing>>
  readonly entries: Readonly<Record<Venue, OrderEntry>>
  readonly access: CanaryDependencies['access']
  readonly hooks: Pick<CanaryDependencies, 'halts' | 'lease' | 'quotes'>
  readonly log: Log
}
export interface Canaries {
  readonly activities: CanaryActivities
  /** Told of every order in the turn in which its bytes are released. */
  readonly onBytes: (order: OrderIntent) => void
}

/** What of a kill drill happens where the venue sessions are: a path of its own beside the order port, which has no order that rests. */
export function openCanaries({ database, placing, entries, access, hooks, log }: CanaryParts): Canaries {
  const clock = systemClock()
  const sinceMs = clock.nowMs()
  const openings: number[] = []
  const filled = async (canary: Canary, signal: AbortSignal): Promise<Quantity | null> => {
    const found = await entries[canary.venue].find(intentOf(canary), signal)
    return found.kind === 'done' ? found.filled : null
  }
  const activities = createCanaryActivities({
    venues: {
      kalshi: { ...placing.kalshi, filled },
      forecastex: { ...placing.forecastex, filled },
    },
    ...{ quotes: hooks.quotes, halts: hooks.halts, lease: hooks.lease, access, clock, log },
    openings: { sinceMs, after: (atMs) => openings.filter((ms) => ms > atMs).length },
    note: (drillId, canaries, signal) => noteCanaries(database, drillId, canaries, signal),
  })
  return {
    activities,
    onBytes({ purpose }) {
      if (purpose !== 'opening') return
      openings.push(clock.nowMs())
      if (openings.length > OPENINGS_KEPT) openings.shift()
    },
  }
}

/** As the lookups compare it with what the venue lists; its time in force is said where it is sent. */
const intentOf = ({ clientOrderId, venue, market, outcome, limit, quantity, notAfterMs }: Canary): OrderIntent => ({
  ...{ clientOrderId, tradeId: parseOrderId(clientOrderId).tradeId, venue, market, outcome, limit, quantity, notAfterMs },
  action: 'buy',
  timeInForce: 'ioc',
  purpose: 'opening',
})

/** How a canary comes to rest at a venue, and what rests there. */
export type Placing = Pick<CanaryVenue, 'rest' | 'resting'>

interface KalshiMarkets {
  readonly bandsOf: (venue: Venue, market: string) => readonly PriceBand[] | null
  readonly shardOf: (market: MarketId) => number
}

/** The way of a canary to Kalshi. */
export const kalshiCanaries = (rest: KalshiRest, { bandsOf, shardOf }: KalshiMarkets): Placing => ({
  async rest({ clientOrderId, market, outcome, limit, quantity }, mayWrite, signal) {
    const bands = bandsOf('kalshi', market)
    if (bands === null) return { kind: 'rejected', reason: 'guard', detail: `the price grid of ${market} is not known yet` }
    const { side, price: yesPrice } = toYesOrder({ action: 'buy', outcome, limit })
    const expiresMs = millis(systemClock().nowMs() + EXPIRES_AFTER_MS)
    const body = restingOrderBody(
      { clientOrderId, market, side, yesPrice, quantity, postOnly: true, expiresMs, cancelOnPause: true },
      shardOf(market),
    )
    const answer = await createRestingOrder(rest, body, bands, mayWrite, signal)
    switch (answer.kind) {
      case 'accepted':
        return answer.value.remaining > 0 ? 'resting' : { kind: 'done', filled: answer.value.filled }
      case 'failed': {
        const reason = rejectReason(answer.failure)
        const { code, detail } = answer.failure
        return reason === null ? { kind: 'unknown', cause: 'server-error' } : { kind: 'rejected', reason, detail: `${code} ${detail}` }
      }
      case 'refused':
        return { kind: 'rejected', reason: answer.reason, detail: 'no byte left' }
      case 'unsent':
        return { kind: 'rejected', reason: 'other', detail: `no connection to Kalshi: ${answer.detail}` }
      case 'lost':
        return { kind: 'unknown', cause: answer.cause }
    }
  },
  resting: async (signal) => (await listOrders(rest, { status: 'resting' }, signal)).map(({ clientOrderId }) => clientOrderId),
})

export const forecastexCanaries = (
  { entry, gateway }: { readonly entry: ForecastexOrderEntry; readonly gateway: Gateway },
  account: string,
): Placing => ({
  rest: (canary, mayWrite, signal) => entry.placeResting(intentOf(canary), 'DAY', mayWrite, signal),
  resting: async (signal) =>
    (await gateway.requests.openOrders(signal)).filter((echo) => echo.account === account && rests(echo)).map(({ orderRef }) => orderRef),
})

export const paperCanaries = (entry: PaperOrderEntry): Placing => ({
  rest: (canary, mayWrite, signal) =>
    entry.placeResting(intentOf(canary), millis(systemClock().nowMs() + EXPIRES_AFTER_MS), mayWrite, signal),
  resting: (signal) => entry.resting(signal),
})
