import { assertNever } from '../../../core/assert'
import type { Floor, VenueEvent } from '../floor'
import { fillMessage, orderGroupMessage, orderMessage, positionMessage } from './messages/account'
import { isCombo, type Channel } from './channels'
import { eventFeeMessage, eventMessage, lifecycleMessage } from './messages/lifecycle'
import { deltaMessage, snapshotMessage, tickerFields, tickerMessage, tradeMessage, type LevelEvent } from './messages/market'
import type { Piece, Subscription } from './subscription'
import type { Tallies } from './messages/tallies'

/** What messages are made from. */
export interface View {
  readonly floor: Floor
  readonly tallies: Tallies
}

/** Something that happened, as each subscription may see it. What several see alike is written once. */
export interface Rendering {
  /** The market it is about; null: none. */
  readonly ticker: string | null
  /** Null: not for this subscription. */
  for(subscription: Subscription): Piece | null
}

export function render(view: View, event: VenueEvent): Rendering {
  switch (event.kind) {
    case 'level':
      return levelRendering(view.floor, event)
    case 'emptied':
      return bookRendering(view.floor, event.ticker)
    case 'trade':
      return shared('trade', event.trade.ticker, null, 'trade', () => tradeMessage(event.trade))
    case 'fill':
      return shared('fill', event.fill.ticker, event.fill.accountId, 'fill', () => fillMessage(view.floor, event.fill, event.clientOrderId))
    case 'order':
      return shared('user_orders', event.order.ticker, event.order.accountId, 'user_order', () => orderMessage(view.floor, event.order))
    case 'position': {
      const { position } = event
      const tally = view.tallies.of(position)
      return shared('market_positions', position.ticker, position.accountId, 'market_position', () =>
        positionMessage(view.floor, position, tally),
      )
    }
    case 'order_group':
      return shared('order_group_updates', null, event.accountId, 'order_group_updates', () => orderGroupMessage(event))
    case 'lifecycle':
      return marketLifecycle(view.floor, event)
    case 'event_listed':
      return shared(lifecycleChannel(event.event.ticker), null, null, 'event_lifecycle', () => eventMessage(event.event))
    case 'event_fee':
      return shared('market_lifecycle_v2', null, null, 'event_fee_update', () => eventFeeMessage(event))
    default:
      return assertNever(event, 'venue event')
  }
}

/** One text for everybody on the channel, or for one account. */
function shared(channel: Channel, ticker: string | null, accountId: string | null, type: string, message: () => unknown): Rendering {
  let piece: Piece | null = null
  return {
    ticker,
    for: (subscription) => {
      if (subscription.channel !== channel || (ticker !== null && !subscription.wants(ticker))) return null
      if (accountId !== null && subscription.accountId !== accountId) return null
      return (piece ??= { type, msg: JSON.stringify(message()) })
    },
  }
}

/** By the two forms of a price, and by whose order it was. */
function levelRendering(floor: Floor, event: LevelEvent): Rendering {
  const pieces = new Map<string, Piece>()
  return {
    ticker: event.ticker,
    for: (subscription) => {
      if (subscription.channel !== 'orderbook_delta' || !subscription.wants(event.ticker)) return null
      const { useYesPrice } = subscription.options
      const own = event.causes.find((cause) => cause.accountId === subscription.accountId)
      return once(pieces, `${useYesPrice}|${own?.accountId ?? ''}`, 'orderbook_delta', () => deltaMessage(floor, event, useYesPrice, own))
    },
  }
}

function bookRendering(floor: Floor, ticker: string): Rendering {
  const pieces = new Map<string, Piece>()
  return {
    ticker,
    for: (subscription) =>
      subscription.channel === 'orderbook_delta' && subscription.wants(ticker)
        ? once(pieces, String(subscription.options.useYesPrice), 'orderbook_snapshot', () =>
            snapshotMessage(floor, ticker, subscription.options.useYesPrice),
          )
        : null,
  }
}

function once(pieces: Map<string, Piece>, key: string, type: string, message: () => unknown): Piece {
  const known = pieces.get(key)
  if (known) return known
  const piece = { type, msg: JSON.stringify(message()) }
  pieces.set(key, piece)
  return piece
}

const lifecycleChannel = (ticker: string): 'market_lifecycle_v2' | 'multivariate_market_lifecycle' =>
  isCombo(ticker) ? 'multivariate_market_lifecycle' : 'market_lifecycle_v2'

function marketLifecycle(floor: Floor, event: Extract<VenueEvent, { kind: 'lifecycle' }>): Rendering {
  const market = floor.tables.get('market', event.ticker)
  const channel = lifecycleChannel(event.ticker)
  return market
    ? shared(channel, null, null, channel, () => lifecycleMessage(floor, market, event.change, event.atMs))
    : { ticker: null, for: () => null }
}

/** The ticker of one market at this moment. */
export const renderTicker = (ticker: string, fields: Record<string, unknown>, atMs: number): Rendering =>
  shared('ticker', ticker, null, 'ticker', () => tickerMessage(fields, atMs))

export const snapshotPiece = (view: View, subscription: Subscription, ticker: string): Piece => ({
  type: 'orderbook_snapshot',
  msg: JSON.stringify(snapshotMessage(view.floor, ticker, subscription.options.useYesPrice)),
})

export const tickerPiece = (view: View, ticker: string): Piece => ({
  type: 'ticker',
  msg: JSON.stringify(tickerMessage(tickerFields(view.floor, view.tallies, ticker), view.floor.clock.nowMs())),
})
