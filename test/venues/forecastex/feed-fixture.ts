import { marketId, type MarketId, type Outcome } from '../../../src/core/ids'
import type { FeedEvent } from '../../../src/core/market/event'
import { BookDirectory } from '../../../src/core/market/reference'
import { GatewayFrames } from '../../../src/replay/gateway-frames'
import { createForecastexFeed, type FeedOptions } from '../../../src/venues/forecastex/feed'
import type { QuoteSession } from '../../../src/venues/forecastex/wire/quotes'
import { atEnd, fixedCatalog, forever, RawGateway, startGateway, TestClock, until } from './rig'

const [SUBSCRIBE, UNSUBSCRIBE, DEPTH, UNDEPTH] = [1, 2, 10, 11]
const BID = 1
const ASK = 2
const BID_SIZE = 0

export const marketOf = (n: number): MarketId => marketId(String(800_001 + 10 * n))
const conIdOf = (market: MarketId, outcome: Outcome): number => Number(market) + (outcome === 'yes' ? 0 : 1)
/** Contracts of any number of markets. */
export const catalog: FeedOptions['catalog'] = {
  ...fixedCatalog,
  contracts: (market) => Promise.resolve({ yes: conIdOf(market, 'yes'), no: conIdOf(market, 'no') }),
}

/** The feed's second is a twentieth of one: its reviews come sooner, the gateway's heartbeats do not. */
const FASTER = 20
export class FeedClock extends TestClock {
  override sleep(durationMs: number, signal: AbortSignal): Promise<void> {
    return super.sleep(durationMs / FASTER, signal)
  }
}

/** A feed in front of a gateway whose every word is the test's. */
export async function feeding(change: Partial<FeedOptions> = {}) {
  const raw = new RawGateway()
  const port = await raw.listen()
  atEnd(() => raw.close())
  const { gateway, frameLog, log } = startGateway(port)
  const clock = new FeedClock()
  const directory = new BookDirectory()
  const feed = createForecastexFeed({ gateway, catalog, directory, frameLog, clock, log, ...change })
  const events: FeedEvent[] = []
  const ended = new AbortController()
  const running = feed.run((event) => void events.push(event), ended.signal)
  atEnd(async () => {
    ended.abort()
    await running
  })
  await gateway.whenUp(forever)
  return { raw, gateway, clock, frameLog, log, directory, feed, events, told: new Told(raw), stop: () => ended.abort() }
}
export type Feeding = Awaited<ReturnType<typeof feeding>>

/** What the gateway was asked, and what it answers. */
export class Told {
  constructor(private readonly raw: RawGateway) {}

  /** Request ids of a contract's subscriptions, the oldest first. */
  requests(market: MarketId, outcome: Outcome, message: number = SUBSCRIBE): readonly string[] {
    const conId = String(conIdOf(market, outcome))
    return this.raw.named(message).flatMap((tokens) => (tokens[3] === conId ? [tokens[2] ?? ''] : []))
  }
  depths(market: MarketId, outcome: Outcome): readonly string[] {
    return this.requests(market, outcome, DEPTH)
  }
  cancelled(): readonly string[] {
    return [...this.raw.named(UNSUBSCRIBE), ...this.raw.named(UNDEPTH)].map((tokens) => tokens[2] ?? '')
  }
  get subscriptions(): number {
    return this.raw.named(SUBSCRIBE).length
  }
  async asked(market: MarketId, outcome: Outcome, times = 1): Promise<string> {
    await until(`request ${times} of ${market} ${outcome}`, () => this.requests(market, outcome).length === times)
    return this.requests(market, outcome).at(-1) ?? ''
  }

  live(reqId: string, type = 1): void {
    this.raw.send(58, 1, reqId, type)
  }
  bid(reqId: string, price: number, size: number): void {
    this.raw.send(1, 6, reqId, BID, price, size, 0)
    this.raw.send(2, 6, reqId, BID_SIZE, size)
  }
  ask(reqId: string, price: number, size: number): void {
    this.raw.send(1, 6, reqId, ASK, price, size, 0)
  }
  row(reqId: string, position: number, operation: number, side: 0 | 1, price: number, size: number): void {
    this.raw.send(12, 1, reqId, position, operation, side, price, size)
  }
  refuse(reqId: string, code: number, text = 'refused'): void {
    this.raw.send(4, 2, reqId, code, text, '')
  }
  notice(code: number, text = 'notice'): void {
    this.raw.send(4, 2, -1, code, text, '')
  }
  beats(count: number): void {
    for (let n = 0; n < count; n += 1) this.raw.send(49, 1, 1_795_000_000 + n)
  }
}

/** Live quotes 0.40 for 10 and 0.45 for 20 of every outcome. */
export async function quoted({ told, feed }: Feeding, ...markets: readonly MarketId[]): Promise<void> {
  feed.watch(markets)
  for (const market of markets)
    for (const outcome of ['yes', 'no'] as const) {
      const reqId = await told.asked(market, outcome)
      told.live(reqId)
      told.bid(reqId, 0.4, 10)
      told.ask(reqId, 0.45, 20)
    }
}

/** The last change of one side of a book. */
export function last({ directory, events }: Feeding, market: MarketId, outcome: Outcome, side: 'bid' | 'ask') {
  const book = directory.indexOf('forecastex', market, outcome)
  const changes = events.flatMap((event) => (event.kind === 'book' && event.change.book === book ? [event.change] : []))
  return changes.findLast((change) => (change.op === 'top' || change.op === 'ladder') && change.side === side)
}
export const kinds = ({ events }: Feeding, kind: FeedEvent['kind']) => events.filter((event) => event.kind === kind)

/** What a replay makes of the capture: the same books by name, the same events in the same order. */
export function replayed(feeding: Feeding): readonly FeedEvent[] {
  const events: FeedEvent[] = []
  heard(feeding, (event) => void events.push(event))
  return events
}
/** A session that has heard what the feed has. */
export function heard({ frameLog, directory }: Feeding, emit: (event: FeedEvent) => void = () => undefined): QuoteSession {
  const captured = new GatewayFrames(directory, emit)
  for (const frame of frameLog.frames) captured.receive(frame)
  return captured.session
}
