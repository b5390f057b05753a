import path from 'node:path'
import { marketId } from '../../src/core/ids'
import type { FeedEvent, Frame } from '../../src/core/market/event'
import { BookDirectory } from '../../src/core/market/reference'
import { millis } from '../../src/core/units'
import { GatewayFrames } from '../../src/replay/gateway-frames'
import { readHouse } from '../../src/replay/house'
import { Seen } from '../../src/replay/seen'
import { Engine } from '../../src/streaming/engine'
import { KalshiSession } from '../../src/venues/kalshi/wire/session'
import { NEVER, Overseer, TRADING } from '../streaming/audit/overseen'
import { temporaryDirectory } from '../stores/doubles'
import { OPTIONS, replayed } from './reading'
import { SyntheticCapture, TICKER, YES_ID } from './synthetic'

/** A live process that writes what it hears and does: the venues' frames reach it as they are captured, and the oversight is the real one. */
class Live extends SyntheticCapture {
  readonly seen = new Seen({ ...OPTIONS, list: true })
  found = 0
  #lastMs = millis(0)
  readonly #directory = new BookDirectory()
  readonly #engine = new Engine(this.#directory, {
    onFound: (pair, found, nowMs) => {
      this.found++
      this.seen.found(pair, found, nowMs)
    },
    onRefused: (pair, refused, nowMs) => this.seen.refused(pair, refused, nowMs),
    onGone: (pair, nowMs) => this.seen.gone(pair, nowMs),
    onBook: () => undefined,
  })
  readonly overseer = new Overseer(this.#engine, this.#directory, [TICKER], {
    stamp: ({ payload }) => {
      const [what, body] = payload as readonly [string, unknown]
      super.house(what, body)
      return this.#frame('house', 'in', payload)
    },
  })
  readonly #emit = (event: FeedEvent): void => this.overseer.oversight.accept(event)
  readonly #kalshi = new KalshiSession({ directory: this.#directory, sequence: 'check', emit: this.#emit, notice: () => undefined })
  readonly #gateway = new GatewayFrames(this.#directory, this.#emit)

  override house(what: string, body: unknown): this {
    const house = readHouse(this.#frame('house', 'in', [what, JSON.parse(JSON.stringify(body))]))
    const { terms } = this.overseer
    if (house.kind === 'limits') terms.tellLimits(house.limits)
    if (house.kind === 'listing') terms.tellListing(house.listing)
    if (house.kind === 'pairs') this.#watch(house.pairs)
    return super.house(what, body)
  }
  override gateway(...callback: readonly unknown[]): this {
    super.gateway(...callback)
    this.#gateway.receive(this.#frame('forecastex', 'in', callback))
    return this
  }
  override kalshi(payload: object, dir: Frame['dir'] = 'in'): this {
    super.kalshi(payload, dir)
    this.#kalshi.receive(this.#frame('kalshi', dir, Array.isArray(payload) ? (payload as unknown[]) : Buffer.from(JSON.stringify(payload))))
    return this
  }
  override subscribed(outcome: 'yes' | 'no'): this {
    const request = outcome === 'yes' ? 1_000_000_000 : 1_000_000_001
    this.#gateway.receive(this.#frame('forecastex', 'out', ['reqMktData', request, {}, { market: String(YES_ID), outcome }]))
    return super.subscribed(outcome)
  }
  /** As the oversight does with what the auditor does not believe. */
  forget(): this {
    const markets = [marketId(TICKER)]
    super.house('forget', { venue: 'kalshi', markets })
    this.#engine.forget('kalshi', markets, this.#frame('house', 'in', []))
    return this
  }

  /** What came of it all, at the time of the last frame. */
  report(): ReturnType<Seen['report']> {
    this.seen.endAll(this.#lastMs)
    return this.seen.report()
  }

  #watch(pairs: Parameters<Seen['tellPairs']>[0]): void {
    this.seen.tellPairs(pairs)
    this.#engine.watch(pairs.map((pair) => ({ pair, terms: () => this.overseer.terms.of(pair) })))
  }
  #frame(venue: Frame['venue'], dir: Frame['dir'], payload: Frame['payload']): Frame {
    this.#lastMs = millis(this.at())
    return { venue, dir, payload, conn: 1, n: 0, recvMs: this.#lastMs, monoNs: 0n }
  }
}

const root = temporaryDirectory()
let run = 0
/** The box is in the books and was found once. */
const opened = (): Live => new Live(path.join(root, String(++run))).opened().snapshot().ask('no', 0.5, 20).wait(10)
const change = (live: Live): Live => live.delta('yes', '0.3700', '5.00').wait(10)
/** What was found live, after it was replayed to the same decisions. */
async function agreed(live: Live): Promise<number> {
  const report = await replayed(await live.files())
  const { unreadable, ...seen } = report
  expect(seen).toMatchObject(live.report())
  expect(unreadable).toBe(0)
  return report.found
}

describe('a replay of what the house decided', () => {
  it('bar: finds nothing while the exchange did not trade, and the same again afterwards', async () => {
    const live = change(opened())
    expect(live.found).toBe(2)
    live.overseer.exchange = { ...TRADING, tradingActive: false }
    await live.overseer.oversight.heed(NEVER)
    expect(change(change(live)).found).toBe(2)
    live.overseer.exchange = TRADING
    await live.overseer.oversight.heed(NEVER)
    expect(await agreed(change(live))).toBe(3)
  })

  it('bar of one market: the same', async () => {
    const live = opened()
    const shards = [{ shard: 0, exchangeActive: true, tradingActive: false }]
    live.overseer.exchange = { ...TRADING, shards }
    await live.overseer.oversight.heed(NEVER)
    expect(await agreed(change(change(live)))).toBe(1)
  })

  it('forget: finds nothing until the book is told anew', async () => {
    const live = change(opened()).forget()
    expect(change(live).ask('no', 0.49, 20).found).toBe(2)
    expect(await agreed(change(live.snapshot()))).toBe(4)
  })
})
