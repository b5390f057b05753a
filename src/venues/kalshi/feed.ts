import { setMaxListeners } from 'node:events'
import { invariant } from '../../core/assert'
import type { MarketId } from '../../core/ids'
import type { FeedEvent, Frame } from '../../core/market/event'
import type { BookDirectory } from '../../core/market/reference'
import { mulberry32 } from '../../core/random'
import type { Clock } from '../../ports/clock'
import type { MarketFeed } from '../../ports/feed'
import type { FrameLog } from '../../ports/frame-log'
import type { Log } from '../../ports/log'
import type { Signer } from './sign'
import { Assignment } from './stream/assignment'
import { Lane } from './stream/lane'
import { Reconciliation, type ReadMissed } from './stream/reconciliation'
import { Sender } from './stream/sender'
import type { KalshiCommand } from './subscriptions'
import { BOOK_CHANNEL, type SessionNotice } from './wire/line'
import { KalshiSession } from './wire/session'
import type { StreamFill, StreamGroup, StreamOrder, StreamPosition, StreamTicker } from './wire/stream'

const NS_PER_MS = 1_000_000n
const UINT32_MASK = 0xffff_ffffn

/** A gap makes every book of its subscription suspect, and a connection has one subscription of books: so many are read again, and no more. */
const MARKETS_PER_CONNECTION = 400
/** The venue grants a user about 200: a shard, its standby, and what the venue has not noticed to be gone fit in. */
const CONNECTIONS_MAX = 80
/** The private channels and the lifecycle are on this lane only: they tell of everything. */
const FIRST = 0

export interface KalshiFeedOptions {
  /** e.g. "wss://external-api-ws.kalshi.com/trade-api/ws/v2" */
  readonly wsUrl: string
  /** Every connection is authenticated, public channels too. */
  readonly signer: Signer
  readonly directory: BookDirectory
  readonly frameLog: FrameLog
  readonly clock: Clock
  readonly log: Log
  /**
   * What the private channels tell of our own account, as soon as it is told: hints to look, never to be booked (the channels may lose messages).
   * A channel is subscribed when somebody listens.
   */
  readonly onFill?: (fill: StreamFill) => void
  readonly onOrder?: (order: StreamOrder) => void
  readonly onPosition?: (position: StreamPosition) => void
  readonly onGroup?: (group: StreamGroup) => void
  /** Volume and open interest, for display; its prices are not those of the books. */
  readonly onTicker?: (ticker: StreamTicker) => void
  /** Called after every gap of the private channels, and now and then: a message that was lost there is told by nothing else. */
  readonly onPrivateGap?: ReadMissed
  readonly marketsPerConnection?: number
  readonly connectionsMax?: number
  /** Uniform 32-bit integers for the waits between reconnects. Default: seeded by the clock. */
  readonly random?: () => number
}

/** For status: what the feed has, and what it had to put right. */
export interface KalshiFeedState {
  readonly lanes: number
  readonly connected: number
  readonly watched: number
  /** Watched markets whose book is not known. */
  readonly missing: number
  /** Markets for which the venue has no room. */
  readonly unplaced: number
  /** Markets and subscriptions that the venue had otherwise than we believed. */
  readonly corrected: number
  readonly commands: number
}
export interface KalshiFeed extends MarketFeed {
  unwatch(markets: readonly MarketId[]): void
  /** Asks for new snapshots of those that are subscribed: from the command until its answer their books are not believed. */
  reread(markets: readonly MarketId[]): void
  state(): KalshiFeedState
}

/** Books, prints and market states of the watched markets, over as many connections as they need. Every frame is stamped before anything acts on it. */
export function createKalshiFeed(options: KalshiFeedOptions): KalshiFeed {
  return new StreamFeed(options)
}

class StreamFeed implements KalshiFeed {
  readonly venue = 'kalshi'
  readonly #options: KalshiFeedOptions
  readonly #session: KalshiSession
  readonly #assignment: Assignment
  readonly #lanes: Lane[] = []
  /** By the number of its connection. */
  readonly #laneOf = new Map<number, Lane>()
  readonly #sender: Sender
  readonly #random: () => number
  readonly #reconciliation: Reconciliation | null
  readonly #privateChannels: readonly string[]
  /** null: not running. */
  #running: { readonly signal: AbortSignal; readonly start: (task: Promise<void>) => void } | null = null
  #accept: (event: FeedEvent) => void = () => {}
  #connections = 0
  /** 'broken': something may have been missed that REST has not been asked for. */
  #private: 'new' | 'whole' | 'broken' = 'new'
  readonly #watched = new Set<MarketId>()
  #unplaced: readonly MarketId[] = []

  constructor(options: KalshiFeedOptions) {
    this.#options = options
    const { onFill, onOrder, onPosition, onGroup, onPrivateGap, clock, log, signer, directory } = options
    this.#privateChannels = [
      ...(onFill ? ['fill'] : []),
      ...(onOrder ? ['user_orders'] : []),
      ...(onPosition ? ['market_positions'] : []),
      ...(onGroup ? ['order_group_updates'] : []),
    ]
    const venueMs = (): number => signer.localMs() + signer.offset.ms
    this.#reconciliation = onPrivateGap ? new Reconciliation({ read: onPrivateGap, venueMs, clock, log }) : null
    this.#assignment = new Assignment({
      perConnection: options.marketsPerConnection ?? MARKETS_PER_CONNECTION,
      connectionsMax: options.connectionsMax ?? CONNECTIONS_MAX,
    })
    this.#session = new KalshiSession({
      directory,
      sequence: 'check',
      emit: (event) => this.#accept(event),
      notice: (notice, conn) => this.#notice(notice, conn),
    })
    this.#random = options.random ?? mulberry32(Number(clock.monoNs() & UINT32_MASK))
    this.#sender = new Sender(this.#lanes, clock, (lane, command) => this.#write(lane, command))
    this.#lane(FIRST)
  }

  watch(markets: readonly MarketId[]): void {
    for (const market of markets) {
      this.#options.directory.indexOf('kalshi', market, 'yes')
      this.#watched.add(market)
    }
    this.#assign(markets)
  }

  unwatch(markets: readonly MarketId[]): void {
    for (const market of markets) this.#watched.delete(market)
    for (const [place, its] of this.#assignment.release(markets)) this.#lane(place).subscriptions.unwatch(its)
    this.#assign(this.#unplaced.filter((market) => this.#watched.has(market)))
    for (const lane of this.#lanes) lane.isEager = true
    this.#sender.send()
  }

  reread(markets: readonly MarketId[]): void {
    for (const lane of this.#lanes) {
      lane.subscriptions.reread(markets)
      lane.isEager = true
    }
    this.#sender.send()
  }

  state(): KalshiFeedState {
    const sum = (of: (lane: Lane) => number): number => this.#lanes.reduce((total, lane) => total + of(lane), 0)
    return {
      lanes: this.#lanes.length,
      connected: sum(({ connection }) => (connection ? 1 : 0)),
      watched: this.#watched.size,
      missing: sum(({ subscriptions }) => subscriptions.missing) + this.#unplaced.length,
      unplaced: this.#unplaced.length,
      corrected: sum(({ subscriptions }) => subscriptions.corrected),
      commands: this.#sender.sent,
    }
  }

  standing(): unknown {
    return { highestConn: this.#connections, lines: this.#session.lines() }
  }
  standingOf(market: MarketId): unknown {
    const told = this.#session.books.any(market)
    return told && { conn: told.conn, sid: told.sid, isKnown: told.isKnown }
  }

  async run(accept: (event: FeedEvent) => void, signal: AbortSignal): Promise<void> {
    this.#accept = accept
    const ended = new AbortController()
    setMaxListeners(0, ended.signal) // every connection listens for the end
    const tasks: Promise<void>[] = []
    const failed = new Promise<never>((_resolve, reject) => {
      const start = (task: Promise<void>): void => {
        tasks.push(task)
        task.catch(reject)
      }
      this.#running = { signal: ended.signal, start }
      this.#sender.signal = ended.signal
      for (const lane of this.#lanes) start(lane.run(ended.signal))
      if (this.#reconciliation) start(this.#reconciliation.run(ended.signal))
    })
    const told = new Promise<void>((resolve) => {
      if (signal.aborted) resolve()
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
    try {
      await Promise.race([told, failed])
    } finally {
      ended.abort()
      await Promise.allSettled(tasks)
      this.#running = null
    }
  }

  #assign(markets: readonly MarketId[]): void {
    const { byPlace, unplaced } = this.#assignment.assign(markets)
    this.#unplaced = [...this.#unplaced.filter((market) => this.#watched.has(market) && !markets.includes(market)), ...unplaced]
    if (unplaced.length > 0)
      this.#options.log.error({ markets: unplaced.length }, `Kalshi has no room for ${unplaced.length} more markets: they have no book`)
    for (const [place, its] of byPlace) {
      const lane = this.#lane(place)
      lane.subscriptions.watch(its)
      lane.isEager = true
    }
    this.#sender.send()
  }

  /** Places come one after another: a new one is the next lane. */
  #lane(place: number): Lane {
    const known = this.#lanes[place]
    if (known) return known
    invariant(place === this.#lanes.length, `lane ${place} comes before lane ${this.#lanes.length}`)
    const { onTicker, wsUrl, signer, clock, log } = this.#options
    const lane = new Lane({
      byMarket: [BOOK_CHANNEL, 'trade', ...(onTicker ? ['ticker'] : [])],
      ofAll: place === FIRST ? ['market_lifecycle_v2', ...this.#privateChannels] : [],
      crowded: (markets, room) => this.#crowded(place, markets, room),
      ...{ wsUrl, signer, clock, log, random: this.#random },
      nextConn: () => ++this.#connections,
      receive: (conn, dir, payload) => this.#receive(conn, dir, payload),
      urge: (eager) => this.#sender.urge(eager),
      opened: (opened, conn) => void this.#laneOf.set(conn, opened),
      closed: (closed, conn) => this.#closed(closed, conn),
    })
    this.#lanes.push(lane)
    this.#running?.start(lane.run(this.#running.signal))
    return lane
  }

  /** The venue's own limit of a connection (error 26): what it has no room for goes to another one. */
  #crowded(place: number, markets: readonly MarketId[], room: number): void {
    this.#options.log.warn(
      { place, room, markets: markets.length },
      `Kalshi lets a connection have ${room} markets: the others go to another one`,
    )
    this.#assignment.limit(place, room)
    this.#assignment.release(markets)
    this.#lane(place).subscriptions.unwatch(markets)
    this.#assign(markets)
  }

  #closed(lane: Lane, conn: number): void {
    this.#laneOf.delete(conn)
    if (lane === this.#lanes[FIRST]) this.#breakPrivate()
  }

  #notice(notice: SessionNotice, conn: number): void {
    const { log, onFill, onOrder, onPosition, onGroup, onTicker } = this.#options
    const lane = this.#laneOf.get(conn)
    if (!lane) return
    const { kind } = notice
    if (kind === 'refused') log.error({ conn, ...notice }, `Kalshi refuses a subscription command: ${notice.code} ${notice.text}`)
    if (kind === 'lost') log.warn({ conn, ...notice }, 'Kalshi ended a subscription: it is made again')
    if (kind === 'fill') onFill?.(notice.fill)
    if (kind === 'order') onOrder?.(notice.order)
    if (kind === 'position') onPosition?.(notice.position)
    if (kind === 'group') onGroup?.(notice.group)
    if (kind === 'ticker') onTicker?.(notice.ticker)
    if (kind === 'gap' && this.#privateChannels.includes(lane.subscriptions.channelOf(notice.sid) ?? '')) this.#breakPrivate()
    if (lane.subscriptions.learn(notice, this.#nowMs())) lane.isEager = true
    if (lane === this.#lanes[FIRST]) this.#watchPrivate(lane)
  }

  /** What was told while a private channel was not subscribed is read by REST as soon as it is again. */
  #watchPrivate({ subscriptions }: Lane): void {
    const isWhole = this.#privateChannels.every((channel) => subscriptions.has(channel))
    if (!isWhole) return this.#breakPrivate()
    if (this.#private === 'broken') this.#reconciliation?.gap()
    this.#private = 'whole'
  }

  #breakPrivate(): void {
    if (this.#private === 'whole') this.#private = 'broken'
  }

  #write({ connection }: Lane, command: KalshiCommand): void {
    if (!connection) return
    const text = JSON.stringify(command)
    this.#receive(connection.conn, 'out', Buffer.from(text))
    connection.send(text)
  }

  #receive(conn: number, dir: Frame['dir'], payload: Frame['payload']): void {
    this.#session.receive(this.#options.frameLog.stamp({ venue: 'kalshi', conn, dir, payload }))
  }

  #nowMs(): number {
    return Number(this.#options.clock.monoNs() / NS_PER_MS)
  }
}
