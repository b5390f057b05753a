import { BookDirectory } from '../../src/core/market/reference'
import type { FeedEvent } from '../../src/core/market/event'
import { FEED_STATE_EVERY_MS, LIVENESS_LIMIT_MS } from '../../src/core/market/liveness'
import { bookIndex, millis, price, quantity } from '../../src/core/units'
import type { FeedRow, RecordRow } from '../../src/ports/record'
import { Engine } from '../../src/streaming/engine'
import { FeedStates } from '../../src/streaming/feed-states'
import { Publisher } from '../../src/streaming/publish'
import { recordFeeds } from '../../src/streaming/tasks'

type Told = FeedEvent extends infer E
  ? E extends FeedEvent
    ? Omit<E, 'n' | 'recvMs' | 'conn'> & { readonly conn?: number }
    : never
  : never

/** An engine whose feeds are put on record, as a shard has them. */
class Feeds {
  readonly rows: RecordRow[] = []
  readonly states: FeedStates
  readonly engine: Engine
  nowMs = 1_000_000
  #n = 0

  constructor(shard: { readonly shard?: string } = { shard: 's1' }) {
    const directory = new BookDirectory()
    const record = { offer: (row: RecordRow) => void this.rows.push(row), dropped: 0, queued: 0, close: () => Promise.resolve() }
    const common = { directory, books: () => this.engine.books, cache: null, record, recordsChanges: false, seriesOf: () => '' }
    const publisher = new Publisher({ mode: 'sim', ...common, ...shard })
    this.states = new FeedStates(
      () => this.engine.books,
      (...told) => publisher.feed(...told),
    )
    this.engine = new Engine(directory, {
      onFound: () => undefined,
      onRefused: () => undefined,
      onBook: () => undefined,
      onFeed: (venue, conn, nowMs) => this.states.changed(venue, conn, nowMs),
    })
  }
  tell(event: Told): this {
    this.engine.accept({ conn: 1, n: ++this.#n, recvMs: millis(this.nowMs), ...event } as FeedEvent)
    return this
  }
  look(): this {
    this.states.look(millis(this.nowMs))
    return this
  }
  wait(ms: number): this {
    this.nowMs += ms
    return this
  }
  /** What was told since it was last asked: venue, connection, state. */
  told(): readonly string[] {
    return this.rows.splice(0).map((row) => {
      const { venue, conn, state } = row as FeedRow
      return `${venue} ${conn} ${state}`
    })
  }
}

const CONNECTED = { kind: 'connected', venue: 'kalshi' } as const
const ALIVE = { kind: 'alive', venue: 'kalshi' } as const

describe('the state of a feed is put on record', () => {
  it('in the turn in which a connection comes or goes, with its number and its time', () => {
    const feeds = new Feeds().tell({ ...CONNECTED, conn: 3 })
    expect(feeds.rows).toEqual([{ kind: 'feed', venue: 'kalshi', shard: 's1', conn: 3, state: 'unconfirmed', atMs: 1_000_000 }])
    feeds.told()
    feeds.wait(7).tell({ kind: 'disconnected', venue: 'kalshi', conn: 3 })
    expect(feeds.rows).toEqual([{ kind: 'feed', venue: 'kalshi', shard: 's1', conn: 3, state: 'disconnected', atMs: 1_000_007 }])
  })

  it('as one of the venue: connected only when none of its connections is missing', () => {
    const feeds = new Feeds().tell({ ...CONNECTED, conn: 1 }).tell({ ...CONNECTED, conn: 2 })
    feeds
      .tell({ ...ALIVE, conn: 1 })
      .look()
      .tell({ ...ALIVE, conn: 2 })
      .look()
    feeds.tell({ kind: 'disconnected', venue: 'kalshi', conn: 1 }).tell({ ...CONNECTED, conn: 3, replaces: 1 })
    expect(feeds.told()).toEqual([
      ...['kalshi 1 unconfirmed', 'kalshi 2 unconfirmed', 'forecastex 0 disconnected', 'kalshi 0 connected'],
      ...['kalshi 1 disconnected', 'kalshi 3 unconfirmed'],
    ])
  })

  it('by a look, when it falls silent, when it says that it vouches for nothing, and when it is heard again', () => {
    const feeds = new Feeds().tell(CONNECTED).tell(ALIVE).look()
    feeds.told()
    expect(feeds.wait(LIVENESS_LIMIT_MS.kalshi).look().told()).toEqual([])
    expect(feeds.wait(1).look().told()).toEqual(['kalshi 0 unconfirmed'])
    expect(feeds.tell(ALIVE).look().told()).toEqual(['kalshi 0 connected'])
    expect(feeds.tell({ kind: 'unconfirmed', venue: 'kalshi' }).look().told()).toEqual(['kalshi 0 unconfirmed'])
  })

  it('again after a while, and by a clock that was set back', () => {
    const feeds = new Feeds().look()
    expect(feeds.told()).toEqual(['kalshi 0 disconnected', 'forecastex 0 disconnected'])
    expect(
      feeds
        .wait(FEED_STATE_EVERY_MS - 1)
        .look()
        .told(),
    ).toEqual([])
    expect(feeds.wait(1).look().told()).toHaveLength(2)
    expect(feeds.wait(-FEED_STATE_EVERY_MS).look().told()).toHaveLength(2)
  })

  it('as ended with its process', () => {
    const feeds = new Feeds().tell(CONNECTED)
    feeds.told()
    feeds.states.end(millis(feeds.nowMs))
    expect(feeds.told()).toEqual(['kalshi 0 ended'])
  })

  it('never by a frame of a market, nor by what vouches for one', () => {
    const feeds = new Feeds().tell(CONNECTED)
    const changed = jest.spyOn(feeds.states, 'changed')
    const change = { book: bookIndex(0), op: 'add', side: 'bid', price: price('0.4'), delta: quantity('1') } as const
    feeds.tell({ kind: 'book', venue: 'kalshi', change, venueMs: null }).tell(ALIVE)
    feeds.tell({ kind: 'forget', venue: 'kalshi', books: [bookIndex(0)], cause: 'gap' }).tell({ kind: 'unconfirmed', venue: 'kalshi' })
    expect(changed).not.toHaveBeenCalled()
  })

  it('not where nobody trades: a recording that is read has feeds of its own', () =>
    expect(new Feeds({}).tell(CONNECTED).look().rows).toEqual([]))
})

it('a process looks at its feeds each second until it ends', async () => {
  const ended = new AbortController()
  const slept: number[] = []
  let looks = 0
  const sleep = (ms: number, signal: AbortSignal): Promise<void> => {
    slept.push(ms)
    if (slept.length === 3) ended.abort()
    return signal.aborted ? Promise.reject(signal.reason as Error) : Promise.resolve()
  }
  const clock = { nowMs: () => millis(0), monoNs: () => 0n, sleep }
  await expect(recordFeeds({ lookAtFeeds: () => void (looks += 1) }, clock, ended.signal)).rejects.toThrow('aborted')
  expect([looks, slept]).toEqual([3, [1_000, 1_000, 1_000]])
})
