import type { FeedEvent, MarketStatus } from '../../../core/market/event'
import type { StreamMessage } from './stream'

/** The subscription is over after these: subscribe again (17 is retired; treated so if seen). */
export const TERMINAL_CODES: readonly number[] = [10, 17, 25]
export const UNKNOWN_SUBSCRIPTION = 7
export const BUFFER_OVERFLOW = 25
export const STATUS_AFTER: Readonly<Record<string, MarketStatus>> = {
  activated: 'open',
  deactivated: 'paused',
  determined: 'determined',
  settled: 'settled',
}
/** Changes of the catalog that their messages tell. Any other word ('metadata_updated', one of a later version) may mean another question. */
export const LISTING_CHANGES: readonly string[] = ['close_date_updated', 'price_level_structure_updated']

export type Unreadable = Extract<StreamMessage, { kind: 'unreadable' }>
export type Answer = Extract<StreamMessage, { kind: 'ok' | 'subscribed' | 'unsubscribed' | 'error' }>
/** What an event says beyond where it comes from. */
export type Told = FeedEvent extends infer E ? (E extends FeedEvent ? Omit<E, 'venue' | 'conn' | 'n' | 'recvMs'> : never) : never
