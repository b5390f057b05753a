import type { Floor, VenueEvent } from '../floor'
import { deltaMessage, fillMessage, lifecycleMessage, orderMessage, snapshotMessage, tickerMessage, tradeMessage } from './messages'

/** One subscription of one connection. */

export const CHANNELS = ['orderbook_delta', 'ticker', 'trade', 'fill', 'user_orders', 'market_lifecycle_v2'] as const
export type Channel = (typeof CHANNELS)[number]

/** Only these count their messages (kalshi.md §7.3); the count is shared by all markets of the subscription. */
const NUMBERED: ReadonlySet<Channel> = new Set(['orderbook_delta', 'trade', 'market_lifecycle_v2'])

export interface SubscriptionOptions {
  readonly useYesPrice: boolean
  readonly skipTickerAck: boolean
}

export class Subscription {
  #seq = 0

  constructor(
    readonly sid: number,
    readonly channel: Channel,
    readonly accountId: string,
    /** Null: every market. */
    readonly tickers: Set<string> | null,
    readonly options: SubscriptionOptions,
  ) {}

  /** A message of this subscription: it consumes a number where the channel has them. */
  envelope(type: string, body: Record<string, unknown>): Record<string, unknown> {
    return {
      type,
      ...(body['id'] === undefined ? {} : { id: body['id'] }),
      sid: this.sid,
      ...(NUMBERED.has(this.channel) ? { seq: ++this.#seq } : {}),
      ...body,
    }
  }

  snapshot(floor: Floor, ticker: string, id?: number): Record<string, unknown> {
    return this.envelope('orderbook_snapshot', {
      ...(id === undefined ? {} : { id }),
      msg: snapshotMessage(floor, ticker, this.options.useYesPrice),
    })
  }

  wants(ticker: string): boolean {
    return this.tickers === null || this.tickers.has(ticker)
  }

  /** The message that an event is on this subscription; null when it is none. */
  render(floor: Floor, event: VenueEvent): Record<string, unknown> | null {
    switch (event.kind) {
      case 'level':
        if (this.channel !== 'orderbook_delta' || !this.wants(event.ticker)) return null
        return this.envelope('orderbook_delta', { msg: deltaMessage(floor, event, this.options.useYesPrice, this.accountId) })
      case 'emptied':
        if (this.channel !== 'orderbook_delta' || !this.wants(event.ticker)) return null
        return this.snapshot(floor, event.ticker)
      case 'trade':
        if (this.channel !== 'trade' || !this.wants(event.trade.ticker)) return null
        return this.envelope('trade', { msg: tradeMessage(event.trade) })
      case 'fill':
        if (this.channel !== 'fill' || event.fill.accountId !== this.accountId || !this.wants(event.fill.ticker)) return null
        return this.envelope('fill', { msg: fillMessage(floor, event.fill, event.clientOrderId) })
      case 'order':
        if (this.channel !== 'user_orders' || event.order.accountId !== this.accountId || !this.wants(event.order.ticker)) return null
        return this.envelope('user_order', { msg: orderMessage(floor, event.order) })
      case 'lifecycle':
        if (this.channel !== 'market_lifecycle_v2') return null
        return this.envelope('market_lifecycle_v2', { msg: lifecycleMessage(floor, event.ticker, event.change, event.atMs) })
    }
  }

  ticker(floor: Floor, ticker: string): Record<string, unknown> {
    return this.envelope('ticker', { msg: tickerMessage(floor, ticker) })
  }
}
