import { marketId } from '../../../src/core/ids'
import { FORECASTEX_REGIMES } from '../../../src/core/market/fees-forecastex'
import { BookDirectory } from '../../../src/core/market/reference'
import { millis } from '../../../src/core/units'
import type { Clock } from '../../../src/ports/clock'
import type { FrameLog } from '../../../src/ports/frame-log'
import { Oversight, type Inspection } from '../../../src/streaming/audit/oversight'
import { Engine } from '../../../src/streaming/engine'
import { Terms } from '../../../src/streaming/terms'
import { createKalshiFeed } from '../../../src/venues/kalshi/feed'
import { ClockOffset } from '../../../src/venues/kalshi/offset'
import { createKalshiRest, type KalshiRest } from '../../../src/venues/kalshi/rest/call'
import { getExchangeStatus } from '../../../src/venues/kalshi/rest/exchange'
import { createSigner } from '../../../src/venues/kalshi/sign'
import { readOrderbooks } from '../../../src/venues/kalshi/wire/answers/books'
import { PAIR, POLICY } from '../../core/box/fixture'
import { ALPHA, eventually, OTHER, RunningSim, TICKER } from '../../sim/support/running'
import { clock as realClock, recordingFrames, recordingLog } from '../../venues/kalshi/fakes'
import { CorruptingProxy } from './corrupting-proxy'

/** The auditor waits for seconds: here they pass faster, for it and for everything it compares with. */
const FASTER = 4
const started = Date.now()
const clock: Clock = {
  ...realClock,
  nowMs: () => millis(started + (Date.now() - started) * FASTER),
  sleep: (durationMs, signal) => realClock.sleep(durationMs / FASTER, signal),
}
const GOOD: Inspection = { refusals: [], notices: [], attestationEndsMs: null, clockOffsetMs: 0 }
const MARKETS = [marketId(TICKER), marketId(OTHER)]

/** A feed through a proxy and signed reads past it, with the oversight that compares the two. */
class Watch {
  readonly ended = new AbortController()
  readonly frames = recordingFrames()
  readonly directory = new BookDirectory()
  readonly engine = new Engine(this.directory, { onFound: () => undefined, onRefused: () => undefined, onBook: () => undefined })
  inspection: Inspection = GOOD
  readonly #tasks: Promise<unknown>[] = []
  readonly #rest: KalshiRest
  readonly oversight: Oversight

  constructor(sim: RunningSim, proxy: CorruptingProxy) {
    const privateKeyPem = ALPHA.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const signer = createSigner({ keyId: ALPHA.keyId, privateKeyPem }, new ClockOffset(), realClock)
    const log = recordingLog()
    const frameLog: FrameLog = { stamp: (frame) => ({ ...this.frames.stamp(frame), recvMs: clock.nowMs() }) }
    const rest = createKalshiRest({ baseUrl: sim.restUrl, signer, clock: realClock, frameLog: null, log })
    this.#rest = rest
    const feed = createKalshiFeed({ wsUrl: proxy.url, signer, directory: this.directory, frameLog, clock: realClock, log })
    const terms = new Terms({ mode: 'sim', balancePrecision: 'direct', regimes: FORECASTEX_REGIMES, policy: POLICY, nowMs: clock.nowMs })
    this.oversight = new Oversight({
      shard: { engine: this.engine, terms, near: () => MARKETS },
      desk: { pairs: MARKETS.map((kalshi) => ({ ...PAIR, kalshi })) },
      directory: this.directory,
      kalshi: {
        readBooks: (markets, signal) => rest.get('/markets/orderbooks', { tickers: markets }, readOrderbooks, signal),
        reread: (markets) => feed.reread(markets),
        inspect: () => Promise.resolve(this.inspection),
        refreshCalendar: () => Promise.resolve(),
        exchange: (signal) => getExchangeStatus(rest, signal),
        hear: () => undefined,
        messages: () => [],
        clock: () => null,
        announcedWindows: () => null,
        scanned: () => ({}),
      },
      ...{ frameLog, clock, log },
    })
    feed.watch(MARKETS)
    const { signal } = this.ended
    this.#tasks.push(
      feed.run((event) => this.oversight.accept(event), signal),
      this.oversight.run(signal),
    )
  }

  isLive(market: string): boolean {
    return this.engine.books.at(this.directory.indexOf('kalshi', marketId(market), 'yes')).isLive
  }
  bidAt(market: string): readonly string[] {
    const book = this.engine.books.at(this.directory.indexOf('kalshi', marketId(market), 'yes'))
    return book.levels('bid', 5).map(({ price, quantity }) => `${price} ${quantity}`)
  }
  barOf(market: string): string | null {
    return this.engine.bars().find((bar) => bar.market === market)?.reason ?? null
  }

  async end(): Promise<void> {
    this.ended.abort()
    await Promise.allSettled(this.#tasks)
    await this.#rest.close()
  }
}

describe('the audit of a feed that is wrong without a gap', () => {
  let sim: RunningSim
  let proxy: CorruptingProxy
  let watch: Watch
  beforeEach(async () => {
    sim = await RunningSim.start()
    proxy = await CorruptingProxy.start(sim.wsUrl)
    watch = new Watch(sim, proxy)
  })
  afterEach(async () => {
    await watch.end()
    await proxy.close()
    await sim.stop()
  })
  const ready = (): Promise<true> =>
    eventually(() => (watch.isLive(TICKER) && watch.isLive(OTHER) && watch.engine.bars().length === 0 ? true : null))
  const bid = (price: string, count: string): Promise<unknown> =>
    sim.event({ venue: 'kalshi', type: 'external_order', ticker: TICKER, side: 'bid', price, count })

  it('ends in a degraded market, a book that is read again, and trust regained', async () => {
    await ready()
    proxy.change = (text) => text.replace('"delta_fp":"7.00"', '"delta_fp":"9.00"')
    await bid('0.4500', '7.00')
    await eventually(() => (watch.bidAt(TICKER).includes('4500 900') ? true : null))
    const reason = await eventually(() => (watch.barOf(TICKER)?.includes('twice') ? watch.barOf(TICKER) : null), 8_000)
    expect(reason).toBe('book differed from REST twice: bid 0.4500: 9.00 here, 7.00 by REST')
    expect(watch.oversight.state()).toMatchObject({ audit: { mismatches: 1, degraded: [{ market: TICKER }] } })
    await eventually(() => (watch.bidAt(TICKER).includes('4500 700') ? true : null))
    await eventually(() => (watch.engine.bars().length === 0 ? true : null), 8_000)
    expect(watch.frames.frames.flatMap(({ venue, payload }) => (venue === 'house' ? [(payload as readonly unknown[])[0]] : []))).toEqual([
      'bar', // before the first inspection
      'bar',
      'bar', // suspect
      'bar', // degraded
      'forget',
      'bar', // trusted again
    ])
  }, 20_000)

  it('bars nothing while the book changes under every look', async () => {
    await ready()
    const { auditor } = watch.oversight
    let at = 0
    await eventually(async () => {
      await bid(at++ % 2 === 0 ? '0.4500' : '0.4600', '1.00')
      return auditor.state().books >= 4 ? true : null
    }, 10_000)
    expect(at).toBeGreaterThan(20)
    expect(auditor.state()).toMatchObject({ differed: 0, mismatches: 0 })
  }, 20_000)

  it('what an inspection finds forbids openings until it finds it no more', async () => {
    await ready()
    watch.oversight.inspection = null
    watch.inspection = { ...GOOD, refusals: ['GET /portfolio/fills: fills[].fee_cost is missing'] }
    await watch.oversight.inspect(watch.ended.signal)
    expect(watch.engine.bars()).toMatchObject([{ venue: 'kalshi', market: null, by: 'inspection', reason: watch.inspection.refusals[0] }])
    watch.inspection = GOOD
    await watch.oversight.inspect(watch.ended.signal)
    expect(watch.engine.bars()).toEqual([])
  })
})
