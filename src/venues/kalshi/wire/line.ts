import { marketId, type MarketId } from '../../../core/ids'
import type { StreamFill, StreamGroup, StreamOrder, StreamPosition, StreamTicker } from './stream'

export const BOOK_CHANNEL = 'orderbook_delta'
/** Commands whose answer may come without their id: the oldest are forgotten beyond this. */
const COMMANDS_REMEMBERED = 256

/** What a session learns about a connection besides the market: material for the commands to send next, and hints about our own account. */
export type SessionNotice =
  | { readonly kind: 'subscribed'; readonly channel: string; readonly sid: number; readonly id: number | null }
  /** `markets`: all that the subscription has now; null: not told. */
  | { readonly kind: 'answered'; readonly id: number; readonly sid: number | null; readonly markets: readonly MarketId[] | null }
  | { readonly kind: 'listed'; readonly id: number | null; readonly sids: readonly number[] }
  | {
      readonly kind: 'refused'
      readonly id: number | null
      readonly code: number
      readonly text: string
      /** The one that it is about; null: not told. */
      readonly market: MarketId | null
    }
  /** The venue ended a subscription. sid null: it did not say which. */
  | { readonly kind: 'lost'; readonly sid: number | null }
  /** Messages of a subscription are missing. */
  | { readonly kind: 'gap'; readonly sid: number }
  /** These books are forgotten until a snapshot comes: ask for it. */
  | { readonly kind: 'unknown-books'; readonly markets: readonly MarketId[] }
  /** What was told of this book could not be read, and the snapshot may be as unreadable: ask for it, but not at once. */
  | { readonly kind: 'unreadable-book'; readonly market: MarketId }
  | { readonly kind: 'snapshot'; readonly market: MarketId }
  | { readonly kind: 'fill'; readonly fill: StreamFill }
  | { readonly kind: 'order'; readonly order: StreamOrder }
  | { readonly kind: 'position'; readonly position: StreamPosition }
  | { readonly kind: 'group'; readonly group: StreamGroup }
  | { readonly kind: 'ticker'; readonly ticker: StreamTicker }

export interface Subscription {
  readonly sid: number
  /** null: not acknowledged yet. */
  channel: string | null
  /** null: before its first message. */
  lastSeq: number | null
  /** Whether NO levels come as YES prices; null until the acknowledgement tells which command it answers. */
  yesPrices: boolean | null
}
/** As it left; whatever else is in the frame is not about books. */
export interface Command {
  readonly id?: unknown
  readonly cmd?: unknown
  readonly params?: {
    readonly channels?: readonly string[]
    readonly use_yes_price?: unknown
    readonly sids?: readonly number[]
    readonly action?: unknown
    readonly market_tickers?: readonly string[]
  }
}

/** A connection as it stands; of commands by their ids. */
export interface StandingLine {
  readonly conn: number
  readonly isCommanded: boolean
  readonly subscriptions: readonly Readonly<Subscription>[]
  readonly subscribes: readonly (readonly [id: number, command: { readonly channel: string | null; readonly yesPrices: boolean }])[]
  readonly sidOf: readonly (readonly [id: number, sid: number])[]
  readonly listed: readonly (readonly [id: number, sids: readonly number[]])[]
}

/** What is known of one connection: its subscriptions, and of its commands what tells how to read the answers. */
export class Line {
  readonly subscriptions = new Map<number, Subscription>()
  /** By the id of a subscribe command. */
  readonly #subscribes = new Map<number, { readonly channel: string | null; readonly yesPrices: boolean }>()
  /** By the id of a command: the subscription it is about. */
  readonly sidOf = new Map<number, number>()
  /** By the id of a list command: what was subscribed when it left. */
  readonly listed = new Map<number, readonly number[]>()
  /** Whether commands for books were seen: then only markets that were asked for are told. A recording may hold what arrived alone. */
  isCommanded = false

  constructor(readonly conn: number) {}

  static of({ conn, isCommanded, subscriptions, subscribes, sidOf, listed }: StandingLine): Line {
    const line = new Line(conn)
    line.isCommanded = isCommanded
    for (const subscription of subscriptions) line.subscriptions.set(subscription.sid, { ...subscription })
    for (const [id, command] of subscribes) line.#subscribes.set(id, command)
    for (const [id, sid] of sidOf) line.sidOf.set(id, sid)
    for (const [id, sids] of listed) line.listed.set(id, sids)
    return line
  }
  standing(): StandingLine {
    const { conn, isCommanded, sidOf, listed } = this
    const subscriptions = [...this.subscriptions.values()].map((each) => ({ ...each }))
    return { conn, isCommanded, subscriptions, subscribes: [...this.#subscribes], sidOf: [...sidOf], listed: [...listed] }
  }

  /** Remembers a command. @returns what it does to the books of which markets; null when it is about no books */
  sent({ id, cmd, params }: Command): { readonly markets: readonly MarketId[]; readonly action: 'ask' | 'read' | 'delete' } | null {
    if (typeof id !== 'number' || typeof cmd !== 'string') return null
    if (cmd === 'list_subscriptions') remember(this.listed, id, [...this.subscriptions.keys()])
    if (cmd === 'subscribe') remember(this.#subscribes, id, { channel: only(params?.channels), yesPrices: params?.use_yes_price === true })
    const [sid] = params?.sids ?? []
    if (sid !== undefined) remember(this.sidOf, id, sid)
    const channels = sid === undefined ? params?.channels : [this.subscriptions.get(sid)?.channel]
    const markets = params?.market_tickers
    if (!markets || !channels?.includes(BOOK_CHANNEL)) return null
    this.isCommanded = true
    const action = params.action === 'delete_markets' ? 'delete' : params.action === 'get_snapshot' ? 'read' : 'ask'
    return { markets: markets.map(marketId), action }
  }

  /** A recording may begin after the acknowledgement; where our commands were seen, it is waited for. */
  subscription(sid: number): Subscription {
    const known = this.subscriptions.get(sid)
    if (known) return known
    const subscription: Subscription = { sid, channel: null, lastSeq: null, yesPrices: this.#subscribes.size > 0 ? null : false }
    this.subscriptions.set(sid, subscription)
    return subscription
  }

  /**
   * A subscription is acknowledged by this command: with `subscribed`, which names the channel, or with `ok` where the venue had it already.
   * Where it names no command of ours, all of its channel decide together; without any, the venue's own default holds: NO levels in NO terms.
   */
  acknowledge(sid: number, id: number | null, channel: string | null): void {
    const subscription = this.subscription(sid)
    const asked = id === null ? undefined : this.#subscribes.get(id)
    if (!asked && channel === null) return
    subscription.channel = channel ?? asked?.channel ?? subscription.channel
    subscription.yesPrices = asked?.yesPrices ?? subscription.yesPrices ?? this.#pricedAs(subscription.channel)
  }

  /** What all commands for a channel asked for; null: they do not say. */
  #pricedAs(channel: string | null): boolean | null {
    if (this.#subscribes.size === 0) return false
    const asked = [...this.#subscribes.values()].filter((each) => each.channel === null || each.channel === channel)
    const [first] = asked
    return first && asked.every(({ yesPrices }) => yesPrices === first.yesPrices) ? first.yesPrices : null
  }
}

/** What a command of several channels acknowledges is told by the answer alone. */
const only = (channels: readonly string[] = []): string | null => (channels.length === 1 ? (channels[0] ?? null) : null)

function remember<T>(commands: Map<number, T>, id: number, what: T): void {
  const [oldest] = commands.size >= COMMANDS_REMEMBERED ? commands.keys() : []
  if (oldest !== undefined) commands.delete(oldest)
  commands.set(id, what)
}
