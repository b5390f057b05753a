import { marketId, type MarketId } from '../../../../src/core/ids'
import type { FeedEvent } from '../../../../src/core/market/event'
import { BookDirectory } from '../../../../src/core/market/reference'
import { Books } from '../../../../src/streaming/books'
import { KalshiSession } from '../../../../src/venues/kalshi/wire/session'
import { createKalshiFeed, type KalshiFeed, type KalshiFeedOptions } from '../../../../src/venues/kalshi/feed'
import { clock, recordingFrames, recordingLog, testSigner, until } from '../fakes'
import { SocketVenue } from './sockets'

const market = (i: number): MarketId => marketId(`M${i}`)
const markets = (count: number): MarketId[] => Array.from({ length: count }, (_, i) => market(i))

/** A feed with two markets a connection, and what it says. */
class Running {
  readonly venue = new SocketVenue()
  readonly directory = new BookDirectory()
  readonly books = new Books()
  readonly events: FeedEvent[] = []
  readonly log = recordingLog()
  readonly frames = recordingFrames()
  readonly #ended = new AbortController()
  #running: Promise<void> | null = null
  feed!: KalshiFeed

  async start(watched: readonly MarketId[], options: Partial<KalshiFeedOptions> = {}): Promise<void> {
    const wsUrl = await this.venue.open()
    const { directory, log, frames: frameLog } = this
    const parts = { wsUrl, signer: testSigner(), directory, frameLog, clock, log, random: () => 0 }
    this.feed = createKalshiFeed({ ...parts, marketsPerConnection: 2, ...options })
    this.feed.watch(watched)
    const accept = (event: FeedEvent): void => {
      this.events.push(event)
      this.books.apply(event)
    }
    this.#running = this.feed.run(accept, this.#ended.signal)
    await this.known(watched)
  }
  index(of: MarketId): ReturnType<BookDirectory['indexOf']> {
    return this.directory.indexOf('kalshi', of, 'yes')
  }
  isLive(of: MarketId): boolean {
    return this.books.at(this.index(of)).isLive
  }
  known(watched: readonly MarketId[]): Promise<void> {
    return until(() => watched.every((each) => this.isLive(each)), `books of ${watched.join()}`)
  }
  confirmedMs(of: MarketId): number | null {
    return this.books.bookConfirmedAtMs(this.index(of))
  }
  async stop(): Promise<void> {
    this.#ended.abort()
    await this.#running
    await this.venue.close()
  }
}

let running: Running
beforeEach(() => {
  running = new Running()
})
afterEach(() => running.stop())

describe('the Kalshi feed over several connections', () => {
  it('spreads the markets in order, and has lifecycle and private channels on the first only', async () => {
    await running.start(markets(5), { onFill: () => undefined, onOrder: () => undefined })
    const { venue, feed } = running
    expect(markets(5).map((each) => venue.live().indexOf(venue.of(each)))).toHaveLength(5)
    expect(venue.live()).toHaveLength(3)
    const together = (a: number, b: number): boolean => venue.of(market(a)) === venue.of(market(b))
    expect([together(0, 1), together(2, 3), together(0, 2), together(3, 4)]).toEqual([true, true, false, false])
    await until(() => venue.of(market(0)).venue.subs.size === 5, 'the private channels')
    expect([...venue.of(market(4)).venue.subs.values()].map(({ channel }) => channel).toSorted()).toEqual(['orderbook_delta', 'trade'])
    expect(feed.state()).toMatchObject({ lanes: 3, connected: 3, watched: 5, missing: 0, corrected: 0 })
  })

  it('a gap empties and re-reads the books of its subscription, and of no other', async () => {
    await running.start(markets(4))
    const { venue, events } = running
    const hurt = venue.of(market(2))
    hurt.venue.trade(market(2), 10)
    hurt.venue.lose()
    venue.trade(market(3), 20)
    await until(() => events.some(({ kind }) => kind === 'forget'), 'the gap')
    await running.known(markets(4))
    expect(events.filter((event) => event.kind === 'forget')).toMatchObject([
      { books: [running.index(market(2)), running.index(market(3))] },
    ])
    expect(hurt.commands.filter(({ params }) => params?.action === 'get_snapshot').map(({ params }) => params?.market_tickers)).toEqual([
      ['M2', 'M3'],
    ])
    const read = events.findLast((event) => event.kind === 'book')
    expect(read).toMatchObject({ change: { op: 'replace' } })
    expect(running.books.at(running.index(market(2))).bestPrice('bid')).toBe(1_000)
    expect(venue.of(market(0)).commands.some(({ params }) => params?.action === 'get_snapshot')).toBe(false)
  })

  it('§7 confirms the books of the connection that was heard, and of no other', async () => {
    await running.start(markets(4))
    const { venue, books } = running
    venue.of(market(2)).socket.pause() // silent, and not closed: nothing is read, no pong is sent
    const silentMs = running.confirmedMs(market(2)) ?? 0
    await until(() => (running.confirmedMs(market(0)) ?? 0) > silentMs + 900, 'two pongs of the other connection')
    expect(running.confirmedMs(market(2))).toBeLessThanOrEqual(silentMs + 600)
    expect(books.confirmedAtMs('kalshi')).toBe(running.confirmedMs(market(2)))
  })

  it('a connection that ends takes its own books with it, and E9 has no proof until it is back', async () => {
    await running.start(markets(4))
    const { venue, books, events } = running
    venue.of(market(2)).socket.terminate()
    await until(() => !running.isLive(market(2)), 'the end of the connection')
    expect([running.isLive(market(0)), running.isLive(market(3))]).toEqual([true, false])
    expect([running.confirmedMs(market(2)), books.confirmedAtMs('kalshi'), books.isConnected('kalshi')]).toEqual([null, null, false])
    expect(running.confirmedMs(market(0))).not.toBeNull()
    await running.known(markets(4))
    expect([books.isConnected('kalshi'), books.connections('kalshi')]).toEqual([true, { up: 2, lost: 0 }])
    const conns = events.filter(({ kind }) => kind === 'connected').map(({ conn }) => conn)
    expect(conns).toEqual([1, 2, 3])
  })
})

describe('the numbers of connections', () => {
  it('grow in the order in which the connections open, or the books of the earlier ones would be taken for another process’s', async () => {
    running.venue.slow = 2
    await running.start(markets(6))
    const opened = running.events.filter(({ kind }) => kind === 'connected').map(({ conn }) => conn)
    expect(opened).toEqual([1, 2, 3])
    expect(running.confirmedMs(market(5))).not.toBeNull()
    const first = running.events.find((event) => event.kind === 'book')
    expect(first).toMatchObject({ conn: 1, change: { book: running.index(market(4)) } })
  })
})

describe('the Kalshi feed while it runs', () => {
  it('adds and ends markets; one that stays keeps its connection', async () => {
    await running.start(markets(4))
    const { venue, feed } = running
    const before = [venue.of(market(0)), venue.of(market(2))]
    feed.unwatch([market(1)])
    await until(() => !running.isLive(market(1)) && !venue.of(market(0)).venue.holds('trade', 'M1'), 'the end of M1')
    feed.watch([market(7), market(8)])
    await running.known([market(7), market(8)])
    expect([venue.of(market(0)), venue.of(market(2))]).toEqual(before)
    expect(venue.of(market(7))).toBe(before[0]) // the room that became free
    expect(venue.live()).toHaveLength(3)
  })

  it('goes to another connection with what the venue has no room for (26)', async () => {
    running.venue.room = 3
    await running.start(markets(3), { marketsPerConnection: 10 })
    running.feed.watch([market(3), market(4)])
    await running.known(markets(5))
    expect(running.venue.live()).toHaveLength(2)
    expect(running.feed.state()).toMatchObject({ unplaced: 0, missing: 0 })
  })

  it('says that markets have no book when the venue has no room left at all', async () => {
    running.venue.room = 3
    await running.start(markets(3), { marketsPerConnection: 10, connectionsMax: 1 })
    running.feed.watch([market(3)])
    await until(() => running.feed.state().unplaced === 1, 'a market without a place')
    expect(running.log.lines.some(({ level, message }) => level === 'error' && message.includes('no room for 1 more'))).toBe(true)
  })
})

it('a replay of the frames of several connections tells the same events', async () => {
  await running.start(markets(5))
  const { venue, feed, events } = running
  venue.of(market(0)).venue.trade(market(0), 10)
  venue.of(market(0)).venue.lose()
  for (let i = 0; i < 5; i++) venue.trade(market(i), 20 + i)
  feed.unwatch([market(3)])
  feed.watch([market(6), market(3)])
  venue.of(market(4)).socket.terminate()
  await until(() => !running.isLive(market(4)), 'the end of a connection')
  await running.known(markets(5))
  const again: FeedEvent[] = []
  const directory = new BookDirectory()
  for (const each of [...markets(5), market(6)]) directory.indexOf('kalshi', each, 'yes')
  const told = [...events]
  const session = new KalshiSession({ directory, sequence: 'check', emit: (event) => void again.push(event), notice: () => undefined })
  for (const frame of [...running.frames.frames]) session.receive(frame)
  expect(again.slice(0, told.length)).toEqual(told)
  expect(new Set(told.map(({ kind }) => kind))).toEqual(new Set(['connected', 'alive', 'book', 'forget', 'disconnected']))
})

describe('the private channels', () => {
  it('are read by REST after each reconnect of their connection, since before the gap', async () => {
    const since: number[] = []
    const startedMs = Date.now()
    await running.start(markets(4), { onFill: () => undefined, onPrivateGap: async (sinceMs) => void since.push(sinceMs) })
    const { venue, events } = running
    venue.of(market(2)).socket.terminate()
    await until(() => events.filter(({ kind }) => kind === 'connected').length === 3, 'the public connection')
    expect(since).toEqual([])
    venue.of(market(0)).socket.terminate()
    await until(() => since.length === 1, 'the reading')
    expect(since[0]).toBeLessThan(startedMs)
  })

  it('are read again when their subscription was ended and made anew', async () => {
    let reads = 0
    await running.start(markets(1), { onFill: () => undefined, onPrivateGap: async () => void reads++ })
    const { venue, socket } = running.venue.of(market(0))
    await until(() => [...venue.subs.values()].some(({ channel }) => channel === 'fill'), 'the fills')
    const [sid] = [...venue.subs].find(([, { channel }]) => channel === 'fill') ?? [0]
    venue.subs.delete(sid)
    socket.send(JSON.stringify({ type: 'error', sid, msg: { code: 25, msg: 'overflow' } }))
    await until(() => reads === 1, 'the reading')
  })
})
