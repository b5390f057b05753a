import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { marketId } from '../../src/core/ids'
import type { FeedEvent, Frame } from '../../src/core/market/event'
import { BookDirectory } from '../../src/core/market/reference'
import { mulberry32 } from '../../src/core/random'
import { millis } from '../../src/core/units'
import { ingestFile } from '../../src/operator/record/ingest/ingest'
import type { MarketFeed } from '../../src/ports/feed'
import type { RecordRow } from '../../src/ports/record'
import { replayDay } from '../../src/replay/day'
import { GatewayFrames } from '../../src/replay/gateway-frames'
import { readHouse } from '../../src/replay/house'
import type { Replayed } from '../../src/replay/replay'
import { pinnedFolder, pinTrade } from '../../src/stores/files/capture/pins'
import { segmentsIn } from '../../src/stores/files/capture/segments'
import { Beginning } from '../../src/streaming/beginning/beginning'
import { Engine } from '../../src/streaming/engine'
import { Terms } from '../../src/streaming/terms'
import { KalshiSession } from '../../src/venues/kalshi/wire/session'
import { temporaryDirectory } from '../stores/doubles'
import { OPTIONS, replayed } from './reading'
import { forecastexStanding, kalshiStanding } from './standing'
import { START_MS, SyntheticCapture, TICKER, YES_ID } from './synthetic'

const root = temporaryDirectory()
let run = 0
/** What the box of these books comes to, by hand: see capture.test.ts. */
const FIGURES = [0, 1000, 1, 4000, 4169000, 0, 5000, 5100000, 731000, 333640, 894300, 4169000, 731000, 0, 9269000, -1, -1]
/** Of a trade's captures so much is pinned before its decision (docs/capture.md). */
const PINNED_BEFORE_MS = 30_000
const NOTHING = { market: marketId(TICKER), reason: null }

/** A process that writes its capture and tells in it what stands: the sessions, the engine and the terms are the real ones. */
class Process extends SyntheticCapture {
  readonly #directory = new BookDirectory()
  readonly #terms = new Terms({ ...OPTIONS, nowMs: () => millis(this.at()) })
  readonly #engine = new Engine(this.#directory, {
    ...{ onFound: () => undefined, onRefused: () => undefined, onBook: () => undefined },
  })
  readonly #emit = (event: FeedEvent): void => {
    this.#terms.hear(event)
    this.#engine.accept(event)
  }
  readonly #kalshi = new KalshiSession({ directory: this.#directory, sequence: 'check', emit: this.#emit, notice: () => undefined })
  readonly #gateway = new GatewayFrames(this.#directory, this.#emit)
  #n = 0
  #pairs: Extract<ReturnType<typeof readHouse>, { kind: 'pairs' }>['pairs'] = []
  #decisions = 0

  constructor() {
    super(path.join(root, String((run += 1))))
  }

  decided(figures: readonly number[] = []): this {
    const book = { n: 1, confirmedMs: null, bid: null, ask: null }
    const books = [
      { ...book, venue: 'kalshi', market: TICKER, outcome: 'yes' },
      { ...book, venue: 'forecastex', market: String(YES_ID), outcome: 'no' },
    ]
    const id = `T${(this.#decisions += 1)}`
    return this.house('decided', { tradeId: id, pair: 'u3', seenMs: this.at(), figures, books, epoch: 1 })
  }

  /** What stands, a part at a time: `between` comes between two of them. */
  tellAgain(between: () => void): this {
    const feed = (venue: MarketFeed['venue'], standing: Partial<MarketFeed>): MarketFeed => ({
      ...{ venue, watch: () => undefined, run: () => Promise.resolve() },
      ...standing,
    })
    const kalshi = feed('kalshi', kalshiStanding(this.#kalshi, 1))
    const forecastex = feed('forecastex', forecastexStanding(this.#gateway.session, this.#directory))
    const beginning = new Beginning({
      frameLog: { files: 2, stamp: ({ payload }) => this.#frame('house', 'in', payload) },
      shard: { engine: this.#engine, terms: this.#terms },
      directory: this.#directory,
      feeds: [kalshi, forecastex],
      ...{ pairs: () => this.#pairs, edges: () => [] },
      halts: { epoch: 1, active: () => [] },
      lease: { epoch: 1 },
      ...{ clock: null as never, log: null as never }, // asked by its loop alone
    })
    for (const part of beginning.parts()) {
      if (part) this.house('again', part)
      between()
    }
    return this
  }

  protected override stamp(venue: Frame['venue'], dir: Frame['dir'], payload: Frame['payload']): this {
    super.stamp(venue, dir, payload)
    const frame = this.#frame(venue, dir, payload)
    if (venue === 'kalshi') this.#kalshi.receive(frame)
    if (venue === 'forecastex') this.#gateway.receive(frame)
    if (venue === 'house') this.#follow({ ...frame, payload: JSON.parse(JSON.stringify(payload)) as unknown[] })
    return this
  }

  #frame(venue: Frame['venue'], dir: Frame['dir'], payload: Frame['payload']): Frame {
    return { n: (this.#n += 1), recvMs: millis(this.at()), monoNs: 0n, venue, conn: venue === 'house' ? 0 : 1, dir, payload }
  }

  #follow(frame: Frame): void {
    const house = readHouse(frame)
    if (house.kind === 'limits') this.#terms.tellLimits(house.limits)
    if (house.kind === 'listing') this.#engine.list(this.#terms.tellListing(house.listing), house.listing.fees.fetchedAtMs)
    if (house.kind === 'bar') this.#engine.bar(house.bar)
    if (house.kind === 'forget') this.#engine.forget(house.venue, house.markets, frame)
    if (house.kind !== 'pairs') return
    this.#pairs = house.pairs
    this.#engine.watch(house.pairs.map((pair) => ({ pair, terms: () => this.#terms.of(pair) })))
  }
}

/** Whatever was wrong is right again. */
const healed = (process: Process): unknown =>
  process
    .house('bar', { ...NOTHING, venue: 'kalshi', by: 'audit' })
    .relisted()
    .snapshot()
    .gateway('error', -1, 2104, 'Market data farm connection is OK:usfarm')
    .subscribed('yes')
    .subscribed('no')
    .ask('no', 0.5, 20)
    .gateway('currentTime', START_MS / 1000)

/** Whatever may come, and what changes something for a long time. */
const EVENTS: readonly ((process: Process, random: () => number) => unknown)[] = [
  (p, r) => p.delta('yes', `0.${30 + (r() % 9)}00`, `${1 + (r() % 9)}.00`),
  (p, r) => p.delta('no', `0.${40 + (r() % 5)}00`, `${1 + (r() % 9)}.00`),
  (p) => p.snapshot(),
  (p, r) => p.ask('no', (45 + (r() % 10)) / 100, 10 + (r() % 30)),
  (p, r) => p.ask('yes', (45 + (r() % 10)) / 100, 10 + (r() % 30)),
  (p) => p.gateway('tickPrice', 1_000_000_001, 1, 0.44, false).gateway('tickSize', 1_000_000_001, 0, 7),
  (p) => p.gateway('currentTime', START_MS / 1000),
  (p) => p.gateway('currentTime', START_MS / 1000),
  (p) => p.kalshi(['pong']),
  (p, r) => p.wait(r() % 1_500),
  (p, r) => p.wait(r() % 200),
  (p, r) => (r() % 2 === 0 ? healed(p) : undefined),
]
const RARE: typeof EVENTS = [
  // a side that nobody touches grows too old, and the other one not
  (p) =>
    p
      .wait(25_000)
      .kalshi(['pong'])
      .gateway('currentTime', START_MS / 1000),
  (p) =>
    p
      .wait(25_000)
      .kalshi(['pong'])
      .gateway('currentTime', START_MS / 1000),
  (p) => p.delta('yes', '0.3850', '1.00'),
  (p) => p.skipSequence(),
  (p) => p.house('bar', { ...NOTHING, venue: 'kalshi', by: 'audit', reason: 'its book differs' }),
  (p) => p.house('bar', { ...NOTHING, venue: 'kalshi', by: 'audit' }),
  (p) => p.house('forget', { venue: 'kalshi', markets: [TICKER] }).snapshot(),
  (p) => p.gateway('error', -1, 2103, 'Market data farm connection is broken:usfarm'),
  (p) => p.gateway('error', -1, 2104, 'Market data farm connection is OK:usfarm').subscribed('yes').subscribed('no'),
  (p) => p.gateway('marketDataType', 1_000_000_001, 3),
  (p) => p.subscribed('no'),
  (p) => p.kalshi({ type: 'market_lifecycle_v2', sid: 9, msg: { market_ticker: TICKER, event_type: 'deactivated' } }),
  (p) => p.kalshi({ type: 'market_lifecycle_v2', sid: 9, msg: { market_ticker: TICKER, event_type: 'activated' } }).snapshot(),
  (p) =>
    p.kalshi({
      type: 'market_lifecycle_v2',
      sid: 9,
      msg: { market_ticker: TICKER, event_type: 'close_date_updated', close_ts: START_MS / 1000 + 3_600 },
    }),
]

interface Decision {
  readonly tradeId: string
  readonly figures: readonly number[] | null
  readonly known: string
}
async function decisionsOf(files: readonly string[]): Promise<{ decisions: readonly Decision[]; report: Replayed }> {
  const decisions: Decision[] = []
  const report = await replayed(files, {
    onDecided: ({ tradeId }, again) => decisions.push({ tradeId, ...again }),
  })
  return { decisions, report }
}
/** Changes of Kalshi's books that a record of this capture has after frame `n`; each tells the frame that it is of. */
async function rowsAfter(n: number, file: string): Promise<readonly RecordRow[]> {
  const rows: RecordRow[] = []
  const sink = { offer: (row: RecordRow) => void rows.push(row), room: () => Promise.resolve() }
  const nothing = (): void => undefined
  await ingestFile(file, { sink, fetchedMs: null, onBad: nothing, onWarning: nothing, onProgress: nothing })
  return rows.filter((row) => row.kind === 'change' && row.seq > n)
}
const byKey = ({ books }: Replayed): readonly string[] => books.map((book) => JSON.stringify(book)).toSorted()
const linesOf = (file: string): readonly string[] => gunzipSync(readFileSync(file)).toString().trimEnd().split('\n')
function written(name: string, lines: readonly string[]): string {
  const file = path.join(root, name)
  writeFileSync(file, gzipSync(`${lines.join('\n')}\n`))
  return file
}

describe('a capture without its first files', () => {
  it.each(Array.from({ length: 40 }, (_, i) => 1_004 + i))('decides the same from where all was told again on, seed %i', async (seed) => {
    const random = mulberry32(seed)
    const process = new Process().opened().snapshot().ask('no', 0.5, 20)
    const happen = (): void => {
      const events = random() % 15 === 0 ? RARE : EVENTS
      events[random() % events.length]?.(process, random)
    }
    for (let i = 0; i < 60; i++) happen()
    process.tellAgain(happen)
    for (let i = 0; i < 80; i++) {
      happen()
      process.decided()
    }
    const [file = ''] = await process.files()
    const lines = linesOf(file)
    const begins = lines.findIndex((line) => line.includes('"part":"begin"'))
    // a file begins with what came while the one before it was ended
    const late = written(`late-${seed}.ndjson.gz`, [lines[0] ?? '', ...lines.slice(begins - 3)])
    const [whole, tail] = [await decisionsOf([file]), await decisionsOf([late])]
    expect(tail.decisions).toEqual(whole.decisions)
    expect(tail.decisions.some(({ known, figures }) => known === 'known' && figures !== null)).toBe(true)
    expect(byKey(tail.report)).toEqual(byKey(whole.report))
    // the record of it has, after what was told again, the rows that the whole one has
    const end = Number(/^\{"n":(\d+)/.exec(lines.findLast((line) => line.includes('"part":"end"')) ?? '')?.[1])
    expect(await rowsAfter(end, late)).toEqual(await rowsAfter(end, file))
    // what is told again changes nothing for whoever has read the rest
    const silent = written(
      `silent-${seed}.ndjson.gz`,
      lines.filter((line) => !line.includes('"again"')),
    )
    expect((await decisionsOf([silent])).report.decisionsSha256).toBe(whole.report.decisionsSha256)
  })

  it('is compared by the nightly replay as if it had them', async () => {
    const process = new Process()
      .opened()
      .snapshot()
      .ask('no', 0.5, 20)
      .tellAgain(() => undefined)
      .decided(FIGURES)
    const [file = ''] = await process.files()
    const lines = linesOf(file)
    const begins = lines.findIndex((line) => line.includes('"part":"begin"'))
    writeFileSync(file, gzipSync(`${[lines[0] ?? '', ...lines.slice(begins)].join('\n')}\n`))
    const report = await replayDay('2026-11-22', {
      ...{ dataDir: process.dir, terms: OPTIONS, tradesOf: () => Promise.resolve(['T1']), onProgress: () => undefined },
      ...{ nowMs: () => 0, signal: new AbortController().signal },
    })
    expect(report).toMatchObject({ decisions: 1, compared: 1, same: true, withoutBeginning: 0, notCompared: [] })
    expect(report.warnings).toEqual([expect.stringContaining('nothing is decided until its process has told again what stands')])
  })

  it('decides a box alone from what is pinned of its time: the file that begins with what stands, and none before', async () => {
    const process = new Process().opened().snapshot().ask('no', 0.5, 20).wait(1_000)
    const nextMs = process.at()
    process
      .tellAgain(() => undefined)
      .wait(PINNED_BEFORE_MS + 1_000)
      .kalshi(['pong'])
      .gateway('currentTime', START_MS / 1000)
    const decidedMs = process.delta('yes', '0.3800', '5.00').ask('no', 0.49, 20).decided().at()
    const [file = ''] = await process.files()
    const whole = await decisionsOf([file])
    const lines = linesOf(file)
    const begins = lines.findIndex((line) => line.includes('"part":"begin"'))
    const next = file.replace(/[^/]+(?=-streaming)/, new Date(nextMs).toISOString().replaceAll(/[-:.]/g, ''))
    writeFileSync(next, gzipSync(`${[lines[0] ?? '', ...lines.slice(begins)].join('\n')}\n`))
    writeFileSync(file, gzipSync(`${lines.slice(0, begins).join('\n')}\n`))
    const window = { tradeId: 'T1', fromMs: decidedMs - PINNED_BEFORE_MS, toMs: decidedMs }
    await pinTrade(process.dir, window, await segmentsIn(path.join(process.dir, 'capture')))
    const pinned = (await segmentsIn(path.join(pinnedFolder(process.dir), 'T1'))).map(({ file: of }) => of)
    expect(pinned.map((of) => path.basename(of))).toEqual([path.basename(next)])
    expect((await decisionsOf(pinned)).decisions).toEqual(whole.decisions)
    expect(whole.decisions).toMatchObject([{ tradeId: 'T1', known: 'known', figures: expect.any(Array) }])
  })

  it('waits for the next beginning where it has only the end of one, and refuses one that cannot be used', async () => {
    const process = new Process().opened().snapshot().ask('no', 0.5, 20)
    const [file = ''] = await process
      .tellAgain(() => undefined)
      .decided()
      .tellAgain(() => undefined)
      .decided()
      .files()
    const lines = linesOf(file)
    const cut = written('half.ndjson.gz', [lines[0] ?? '', ...lines.slice(lines.findIndex((line) => line.includes('"part":"begin"')) + 1)])
    expect((await decisionsOf([cut])).decisions).toMatchObject([{ known: 'terms not known' }, { known: 'known', figures: FIGURES }])
    const scribbled = lines.map((line) => line.replace('"part":"market"', '"part":"something"'))
    await expect(decisionsOf([written('scribbled.ndjson.gz', scribbled.slice(20))])).rejects.toThrow(
      /frame \d+ is of the house and cannot be used: again/,
    )
    const unread = written('unread.ndjson.gz', scribbled)
    expect((await decisionsOf([unread])).decisions).toEqual((await decisionsOf([file])).decisions)
  })
})
