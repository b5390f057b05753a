import { marketId, type MarketId } from '../../../core/ids'
import { readAccountMessage } from './messages/account'
import type { Fallback } from './messages/cursor'
import { integer, list, optional, optionalText, record, text, type Fields } from './messages/json'
import { readMarketMessage } from './messages/market'
import { Scanner } from './messages/scan'
import type { Place, StreamMessage, StreamOk } from './messages/message'

export type { Fallback } from './messages/cursor'
export type {
  Place,
  StreamDelta,
  StreamFees,
  StreamFill,
  StreamGroup,
  StreamLifecycle,
  StreamMessage,
  StreamOk,
  StreamOrder,
  StreamPosition,
  StreamSnapshot,
  StreamTicker,
  StreamTrade,
} from './messages/message'

/** Messages of channels that nobody subscribes here have names we know: they are not alarms. */
const IGNORED: ReadonlySet<string> = new Set([
  ...['rfq_created', 'rfq_deleted', 'quote_created', 'quote_accepted', 'quote_executed'],
  ...['cfbenchmarks_value', 'cfbenchmarks_value_5hz', 'pyth_value'],
])
const decoder = new TextDecoder()

const scanner = new Scanner()

/** Frames read by the scanner, and frames left to the general parser by reason: since the start of this process, over all connections. */
export const scanCounters: Readonly<Record<Fallback | 'scanned', number>> = scanner.counters

/** Reads one frame. Never throws: what cannot be read is a message of kind 'unreadable', with its place in the sequence where that is legible. */
export const readStream = (payload: Uint8Array): StreamMessage => scanner.read(payload) ?? parseStream(payload)

/** The same for any frame, by way of a general JSON parser: the scanner's fallback, and its twin in tests. */
export function parseStream(payload: Uint8Array): StreamMessage {
  let type: string | null = null
  let place: Place = { sid: null, seq: null, id: null }
  let frame: Fields = {}
  try {
    frame = record(JSON.parse(decoder.decode(payload)))
    place = { sid: optional(frame.sid, integer), seq: optional(frame.seq, integer), id: optional(frame.id, integer) }
    type = text(frame.type)
    return readMessage(type, place, frame)
  } catch (error) {
    const market = type === null ? null : marketIn(frame.msg)
    return { ...place, kind: 'unreadable', type, market, cause: error instanceof Error ? error.message : String(error) }
  }
}
/** A message that cannot be read is often legible this far. */
function marketIn(msg: unknown): MarketId | null {
  const { market_ticker: market } = (typeof msg === 'object' && msg !== null ? msg : {}) as Fields
  return typeof market === 'string' && market !== '' ? marketId(market) : null
}

/** @throws RangeError naming what is wrong */
function readMessage(type: string, place: Place, frame: Fields): StreamMessage {
  const body = (): Fields => record(frame.msg)
  switch (type) {
    case 'subscribed':
      return { ...place, kind: 'subscribed', channel: text(body().channel), ofSid: integer(body().sid) }
    case 'unsubscribed':
      return { ...place, kind: 'unsubscribed' }
    case 'ok':
      return readOk(place, frame.msg)
    case 'error': {
      const { code, msg, market_ticker: market } = body()
      const said = typeof msg === 'string' ? msg : ''
      return { ...place, kind: 'error', code: integer(code), text: said, market: optionalText(market, marketId) }
    }
    default:
      if (IGNORED.has(type)) return { ...place, kind: 'ignored' }
      return readMarketMessage(type, place, body) ?? readAccountMessage(type, place, body) ?? unknown(type, place)
  }
}
const unknown = (type: string, place: Place): StreamMessage => ({
  ...place,
  kind: 'unreadable',
  type,
  market: null,
  cause: `unknown type "${type}"`,
})

/** Three shapes: the markets after a change, the list of subscriptions, and nothing. */
function readOk(place: Place, msg: unknown): StreamOk {
  if (Array.isArray(msg)) {
    const subscriptions = msg.map(record).map(({ channel, sid }) => ({ channel: text(channel), sid: integer(sid) }))
    return { ...place, kind: 'ok', markets: null, subscriptions }
  }
  const listed = optional(msg, record)?.market_tickers
  return { ...place, kind: 'ok', markets: optional(listed, list)?.map((each) => marketId(text(each))) ?? null, subscriptions: null }
}
