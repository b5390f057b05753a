import { assertNever } from '../../../core/assert'
import { CHANNELS } from './channels'
import { CommandError } from './errors'
import { snapshotPiece } from './rendering'
import { flag, names, selectMarkets, type Fields } from './selection'
import { addMarkets, confirm, sendInitial, type Session } from './session'
import type { Subscription } from './subscription'

/** `update_subscription`: exactly one subscription, one action. Once the subscription is known, an error is its own and consumes its count. */
export function update(session: Session, id: number | undefined, fields: Fields): void {
  const subscription = session.subscriptions.get(sidOf(fields))
  if (!subscription) throw new CommandError(7)
  try {
    act(session, id, subscription, fields)
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    session.write(subscription.error(error.code, id, error.detail))
  }
}

function sidOf(fields: Fields): number {
  const { sid, sids } = fields
  if ((sid === undefined) === (sids === undefined)) throw new CommandError(12)
  const named: unknown = sid === undefined ? sids : [sid]
  if (!Array.isArray(named) || named.length !== 1) throw new CommandError(12)
  return typeof named[0] === 'number' ? named[0] : 0
}

function act(session: Session, id: number | undefined, subscription: Subscription, fields: Fields): void {
  const { action } = fields
  if (action === undefined) throw new CommandError(15)
  switch (subscription.channel) {
    case 'cfbenchmarks_value':
    case 'cfbenchmarks_value_5hz':
      return feed(session, id, subscription, INDICES, fields)
    case 'pyth_value':
      return feed(session, id, subscription, UNDERLYINGS, fields)
    case 'orderbook_delta':
    case 'ticker':
    case 'trade':
    case 'fill':
    case 'market_positions':
    case 'user_orders':
      return markets(session, id, subscription, action, fields)
    case 'order_group_updates':
    case 'market_lifecycle_v2':
    case 'multivariate_market_lifecycle':
    case 'communications':
      throw new CommandError(13)
    default:
      return assertNever(subscription.channel, 'channel')
  }
}

function markets(session: Session, id: number | undefined, subscription: Subscription, action: unknown, fields: Fields): void {
  const takesSnapshots = CHANNELS[subscription.channel].markets === 'required'
  if (action !== 'add_markets' && action !== 'delete_markets' && !(action === 'get_snapshot' && takesSnapshots)) throw new CommandError(13)
  const selection = selectMarkets(session.view.floor.tables, fields)
  if (selection === null) throw new CommandError(14)
  if (selection.isById && subscription.channel !== 'ticker') throw new CommandError(11)
  const withTickers = flag(fields, 'send_initial_snapshot')
  if (action === 'get_snapshot') {
    for (const ticker of selection.tickers) session.write(subscription.data(snapshotPiece(session.view, subscription, ticker), id))
    return
  }
  const fresh = action === 'add_markets' ? addMarkets(session, subscription, selection) : []
  if (action === 'delete_markets') for (const ticker of selection.tickers) subscription.tickers?.delete(ticker)
  confirm(session, id, subscription, selection.isById)
  sendInitial(session, subscription, fresh, withTickers)
}

interface FeedActions {
  readonly add: string
  readonly remove: string
  readonly list: string
  readonly names: 'index_ids' | 'underlying_tickers'
  readonly listing: 'cfbenchmarks_value_indexlist' | 'pyth_value_underlying_list'
  readonly missing: 24 | 28
}

const INDICES: FeedActions = {
  add: 'subscribe_indices',
  remove: 'unsubscribe_indices',
  list: 'indexlist',
  names: 'index_ids',
  listing: 'cfbenchmarks_value_indexlist',
  missing: 24,
}
const UNDERLYINGS: FeedActions = {
  add: 'subscribe_underlyings',
  remove: 'unsubscribe_underlyings',
  list: 'underlying_list',
  names: 'underlying_tickers',
  listing: 'pyth_value_underlying_list',
  missing: 28,
}

/** An index feed is acknowledged and never says anything: the simulated world has no indices. */
function feed(session: Session, id: number | undefined, subscription: Subscription, actions: FeedActions, fields: Fields): void {
  const { action } = fields
  if (action === actions.list) return session.write(subscription.answer(actions.listing, id, { [actions.names]: [] }))
  if (action !== actions.add && action !== actions.remove) throw new CommandError(13)
  const wanted = names(fields, null, actions.names)
  if (wanted === null) throw new CommandError(actions.missing)
  for (const name of wanted) {
    if (action === actions.add) subscription.tickers?.add(name)
    else subscription.tickers?.delete(name)
  }
  session.write(subscription.answer('ok', id))
}
