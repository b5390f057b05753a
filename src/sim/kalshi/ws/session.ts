import { CHANNELS, type Channel } from './channels'
import { CommandError } from './errors'
import type { Envelope } from './frame'
import { snapshotPiece, tickerPiece, type View } from './rendering'
import type { Selection } from './selection'
import type { Subscription } from './subscription'

/** What a command works on. */
export interface Session {
  readonly view: View
  readonly accountId: string
  readonly subscriptions: Map<number, Subscription>
  /** How many markets one subscription may name. */
  readonly marketsMax: number
  open(channel: Channel, tickers: Set<string> | null, options: Subscription['options']): Subscription
  /** Whether this command is still within the connection's rate. */
  admit(): boolean
  send(envelope: Envelope): void
  write(text: string): void
}

/** What of the selection is new. A selection of every market makes a subscription of every market. @throws CommandError 26. */
export function addMarkets(session: Session, subscription: Subscription, selection: Selection | null): readonly string[] {
  const { tickers } = subscription
  if (tickers === null || CHANNELS[subscription.channel].markets === 'ignored') return []
  if (selection === null) {
    subscription.tickers = null
    return []
  }
  const fresh = [...new Set(selection.tickers)].filter((ticker) => !tickers.has(ticker))
  if (tickers.size + fresh.length > session.marketsMax) throw new CommandError(26)
  for (const ticker of fresh) tickers.add(ticker)
  return fresh
}

/** The full list in alphabetical order (recorded), unless the subscriber does not want it. */
export function confirm(session: Session, id: number | undefined, subscription: Subscription, isById: boolean): void {
  const tickers = [...(subscription.tickers ?? [])].sort()
  const ids = (): string[] => tickers.map((ticker) => session.view.floor.tables.get('market', ticker)?.marketId ?? '')
  const body = { market_tickers: tickers, ...(isById ? { market_ids: ids() } : {}) }
  session.write(subscription.answer('ok', id, subscription.options.skipTickerAck ? undefined : body))
}

export function sendInitial(session: Session, subscription: Subscription, tickers: readonly string[], withTickers: boolean): void {
  for (const ticker of tickers) {
    if (subscription.channel === 'orderbook_delta') session.write(subscription.data(snapshotPiece(session.view, subscription, ticker)))
    if (subscription.channel === 'ticker' && withTickers) session.write(subscription.data(tickerPiece(session.view, ticker)))
  }
}
