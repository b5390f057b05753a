import type { Floor } from '../floor'
import { CHANNELS, Subscription, type Channel } from './subscription'

/** The commands of one WebSocket connection and their answers (kalshi.md §7.2). */

const ERRORS = {
  1: 'Unable to process message',
  2: 'Params required',
  3: 'Channels required',
  4: 'Subscription IDs required',
  5: 'Unknown command',
  7: 'Unknown subscription ID',
  8: 'Unknown channel name',
  11: 'Invalid parameter',
  12: 'Exactly one subscription ID is required',
  13: 'Unsupported action',
  14: 'Market Ticker required',
  15: 'Action required',
  16: 'Market not found',
  25: 'Subscription buffer overflow',
} as const
export type ErrorCode = keyof typeof ERRORS
type Fields = Readonly<Record<string, unknown>>

/** What a command works on. */
export interface Session {
  readonly floor: Floor
  readonly accountId: string
  readonly subscriptions: Map<number, Subscription>
  nextSid(): number
  send(message: Record<string, unknown>): void
}

export const errorMessage = (code: ErrorCode, extra: Fields = {}, detail: Fields = {}): Record<string, unknown> => ({
  type: 'error',
  ...extra,
  msg: { code, msg: ERRORS[code], ...detail },
})

export function obey(session: Session, text: string): void {
  let command: Fields
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new SyntaxError('not an object')
    command = parsed as Fields
  } catch {
    return session.send(errorMessage(1))
  }
  const id = typeof command['id'] === 'number' && command['id'] > 0 ? command['id'] : undefined
  const params = command['params']
  const fields = typeof params === 'object' && params !== null ? (params as Fields) : null
  const fail = (code: ErrorCode, detail: Fields = {}): void => session.send(errorMessage(code, id === undefined ? {} : { id }, detail))
  const cmd = command['cmd']
  if (cmd === 'list_subscriptions') return list(session, id)
  if (cmd !== 'subscribe' && cmd !== 'unsubscribe' && cmd !== 'update_subscription') return fail(5)
  if (!fields) return fail(2)
  if (cmd === 'subscribe') subscribe(session, id, fields, fail)
  else if (cmd === 'unsubscribe') unsubscribe(session, id, fields, fail)
  else update(session, id, fields, fail)
}

type Fail = (code: ErrorCode, detail?: Fields) => void
const withId = (id: number | undefined): Fields => (id === undefined ? {} : { id })

function list(session: Session, id: number | undefined): void {
  const open = [...session.subscriptions.values()].map(({ channel, sid }) => ({ channel, sid }))
  session.send({ type: 'ok', ...withId(id), msg: open })
}

/** One ticker, or several; null when neither is there. */
function tickersOf(fields: Fields): string[] | null {
  const one = fields['market_ticker']
  const many = fields['market_tickers']
  if (typeof one === 'string' && one !== '') return [one]
  return Array.isArray(many) && many.length > 0 ? many.filter((each): each is string => typeof each === 'string') : null
}

function subscribe(session: Session, id: number | undefined, fields: Fields, fail: Fail): void {
  const channels = fields['channels']
  if (!Array.isArray(channels) || channels.length === 0) return fail(3)
  const known = channels.filter((name): name is Channel => CHANNELS.some((channel) => channel === name))
  if (known.length < channels.length) return fail(8)
  const tickers = tickersOf(fields)
  const unknown = tickers?.find((ticker) => !session.floor.tables.get('market', ticker))
  if (unknown !== undefined) return fail(16, { market_ticker: unknown })
  if (tickers === null && known.includes('orderbook_delta')) return fail(14)
  for (const channel of known) subscribeChannel(session, id, channel, tickers, fields)
}

function subscribeChannel(session: Session, id: number | undefined, channel: Channel, tickers: string[] | null, fields: Fields): void {
  const open = [...session.subscriptions.values()].find((subscription) => subscription.channel === channel)
  if (open) return add(session, id, open, tickers ?? [])
  const filter = tickers === null || channel === 'market_lifecycle_v2' ? null : new Set(tickers)
  const options = { useYesPrice: fields['use_yes_price'] === true, skipTickerAck: fields['skip_ticker_ack'] === true }
  const subscription = new Subscription(session.nextSid(), channel, session.accountId, filter, options)
  session.subscriptions.set(subscription.sid, subscription)
  session.send({ type: 'subscribed', ...withId(id), msg: { channel, sid: subscription.sid } })
  if (channel === 'ticker' && fields['send_initial_snapshot'] === true) {
    for (const ticker of tickers ?? []) session.send(subscription.ticker(session.floor, ticker))
  }
  if (channel === 'orderbook_delta') for (const ticker of filter ?? []) session.send(subscription.snapshot(session.floor, ticker))
}

/** The answer has the full list in alphabetical order and consumes a number; then come the snapshots of what is new (recorded). */
function add(session: Session, id: number | undefined, subscription: Subscription, tickers: readonly string[]): void {
  const fresh = tickers.filter((ticker) => subscription.tickers !== null && !subscription.tickers.has(ticker))
  for (const ticker of fresh) subscription.tickers?.add(ticker)
  confirm(session, id, subscription)
  if (subscription.channel === 'orderbook_delta') for (const ticker of fresh) session.send(subscription.snapshot(session.floor, ticker))
}

function confirm(session: Session, id: number | undefined, subscription: Subscription): void {
  const tickers = [...(subscription.tickers ?? [])].sort()
  session.send(
    subscription.envelope('ok', { ...withId(id), ...(subscription.options.skipTickerAck ? {} : { msg: { market_tickers: tickers } }) }),
  )
}

function unsubscribe(session: Session, id: number | undefined, fields: Fields, fail: Fail): void {
  const sids = fields['sids']
  if (!Array.isArray(sids) || sids.length === 0) return fail(4)
  for (const sid of sids as unknown[]) {
    const subscription = typeof sid === 'number' ? session.subscriptions.get(sid) : undefined
    if (!subscription) {
      fail(7)
      continue
    }
    session.subscriptions.delete(subscription.sid)
    session.send(subscription.envelope('unsubscribed', withId(id)))
  }
}

function update(session: Session, id: number | undefined, fields: Fields, fail: Fail): void {
  const sids: unknown[] = Array.isArray(fields['sids']) ? fields['sids'] : []
  const named = fields['sid'] === undefined ? sids : [fields['sid'], ...sids]
  if (named.length !== 1) return fail(12)
  const subscription = session.subscriptions.get(Number(named[0]))
  if (!subscription) return fail(7)
  const action = fields['action']
  if (action === undefined) return fail(15)
  const tickers = tickersOf(fields)
  if (action !== 'add_markets' && action !== 'delete_markets' && action !== 'get_snapshot') return fail(13)
  if (tickers === null) return fail(14)
  const unknown = tickers.find((ticker) => !session.floor.tables.get('market', ticker))
  if (unknown !== undefined) return fail(16, { market_ticker: unknown })
  if (action === 'add_markets') return add(session, id, subscription, tickers)
  if (action === 'delete_markets') {
    for (const ticker of tickers) subscription.tickers?.delete(ticker)
    return confirm(session, id, subscription)
  }
  if (subscription.channel !== 'orderbook_delta') return fail(13)
  for (const ticker of tickers) session.send(subscription.snapshot(session.floor, ticker, id))
}
