import { VENUES, type Venue } from '../../core/ids'
import type { Calendar } from '../../core/market/calendar'
import type { Frame } from '../../core/market/event'
import { BookDirectory } from '../../core/market/reference'
import { mulberry32, streamSeed } from '../../core/random'
import type { BacktestResult, PaperSettlement } from '../../core/report/backtest/result'
import type { Limits } from '../../core/risk/limits'
import { limitsNow } from '../../core/risk/size'
import type { Access } from '../../core/trade/cure'
import type { FillAssumptions } from '../../core/trade/fill-model'
import type { Leg, Plan } from '../../core/trade/plan'
import type { Money } from '../../core/units'
import type { Log } from '../../ports/log'
import type { Started } from '../../ports/trader'
import { HaltMirror } from '../../streaming/mirror'
import type { EdgeOptions } from '../../streaming/edges/desk-options'
import { Shard } from '../../streaming/shard'
import type { Release } from '../../streaming/terms'
import { tradeBox } from '../../workflows/box'
import { tradeEdge } from '../../workflows/edge'
import { FrameDesk } from '../desk'
import type { ReplayOptions } from '../replay'
import { PaperMarket } from '../../venues/paper/market'
import { PaperEdges } from './paper-edges'
import { PaperLedger } from './paper-ledger'
import { PaperRisk } from './paper-risk'
import { PaperSteps, type PaperDesk, type Waits } from './paper-steps'
import { TAKEN_HERE } from './refusals'
import { Tally } from './tally'
import { VirtualClock } from './virtual-clock'

/** A recording's trades end within this, or not at all: whoever waits longer waits for books that are not told any more. */
const AFTERMATH_MS = 86_400_000
/** How often whoever waits hears that it goes on. */
const TOLD_EVERY_FRAMES = 20_000

export interface BacktestOptions extends Pick<ReplayOptions, 'mode' | 'balancePrecision' | 'policy' | 'regimes' | 'sequence'> {
  readonly name: string
  readonly seed: string
  readonly cash: Readonly<Record<Venue, Money>>
  readonly assumptions: FillAssumptions
  readonly waits: Waits
  /** What of the limits that the frames tell is otherwise here. */
  readonly limits: Partial<Limits>
  /** How edges are judged; null: boxes alone. */
  readonly edges: Pick<EdgeOptions, 'rules' | 'settings'> | null
  readonly calendars: readonly Calendar[]
  readonly releases: readonly Release[]
  readonly settlements: readonly PaperSettlement[]
  readonly caveats: readonly string[]
  /** What was asked for, in words: kept with the result. */
  readonly described: Readonly<Record<string, string>>
  readonly log: Log
  /** Told again and again: frames so far, and the time of the last one. */
  readonly onProgress: (frames: number, nowMs: number) => void
  readonly signal: AbortSignal
}

/**
 * Trades over recorded frames in virtual time: sessions, engine, gates and launcher of the streaming process, the saga of the worker, the checks of the
 * reserve, fees, postings and invariants of the ledger; orders meet the recorded books (market-math §7). The same frames, seed and options give the same
 * result, to the digest. @throws RangeError for frames that cannot be used; the signal's reason.
 */
export async function backtest(frames: AsyncIterable<Frame>, options: BacktestOptions): Promise<BacktestResult> {
  const desk = new BacktestDesk(options)
  for await (const frame of frames) {
    options.signal.throwIfAborted()
    await desk.receive(frame)
  }
  return desk.result()
}

class BacktestDesk {
  readonly #options: BacktestOptions
  readonly #clock = new VirtualClock()
  readonly #directory = new BookDirectory()
  readonly #ledger = new PaperLedger()
  readonly #tally: Tally
  readonly #shard: Shard
  readonly #risk: PaperRisk
  readonly #desk: FrameDesk
  readonly #paper: PaperDesk
  readonly #edges: PaperEdges
  /** In force, whatever binds at the moment. */
  #limits: Limits | null = null
  /** The frames are over: nothing is quoted any more. */
  #isOver = false
  /** Of a trade: a bug, or frames that do not tell what it needs. */
  #failure: Error | null = null

  constructor(options: BacktestOptions) {
    this.#options = options
    const { sequence, seed, assumptions, waits, calendars, releases } = options
    this.#tally = new Tally(options, this.#ledger)
    this.#edges = new PaperEdges({
      ...{ clock: this.#clock, ledger: this.#ledger, log: options.log, limits: () => this.#limits },
      ...{ risk: () => this.#risk, market: () => this.#paper.market, desk: () => this.#shard.edges },
      // a live trade has a successor, this one would run for ever
      onFailure: (error) => (this.#failure ??= error),
    })
    this.#shard = this.#createShard(options)
    const { engine, terms } = this.#shard
    terms.tellCalendars(calendars, releases)
    this.#risk = new PaperRisk({
      ledger: this.#ledger,
      limits: () => this.#limits,
      eventOf: (venue, market) => terms.listing(venue, market)?.event ?? market,
      sessions: () => {
        const at = (venue: Venue) => (engine.isConnected(venue) ? this.#clock.nowMs() : null)
        return { kalshi: at('kalshi'), forecastex: at('forecastex') }
      },
    })
    this.#desk = new FrameDesk({
      ...{ directory: this.#directory, engine, terms, sequence, edges: this.#shard.edges },
      onLimits: (limits) => {
        this.#limits = { ...limits, ...options.limits }
        this.#tellLimits()
      },
      onPairs: (pairs) => this.#risk.tellPairs(pairs),
      onNextProcess: () => undefined,
    })
    this.#paper = {
      ...{ clock: this.#clock, ledger: this.#ledger, risk: this.#risk, seed, assumptions, waits },
      market: new PaperMarket(engine.books, this.#directory, assumptions),
      feesOf: (venue, market) => terms.fees(venue, market),
      accessTo: (venue, market) => this.#accessTo(venue, market),
      onOrder: (order, paper, fills) => this.#tally.ordered(order, paper, fills),
      chooseSale: (held) => this.#edges.chooseSale(held),
      onReserved: (plan, reservation) => {
        this.#edges.reserved(plan)
        this.#tally.reserved(plan, reservation)
      },
      onAmended: ({ tradeId }, worth) => {
        this.#tally.amended(tradeId, worth, this.#clock.nowMs())
        this.#tellStanding()
      },
      onClosed: (plan, result, worth, steps) => {
        this.#tally.closed(plan, result, worth, this.#clock.nowMs())
        this.#edges.closed(plan, steps)
        this.#tellStanding()
      },
    }
  }

  /** What a trade's end, a sale or a payout has changed for those that are decided next. */
  #tellStanding(): void {
    this.#shard.launcher.claims.tell(this.#risk.claims, this.#clock.nowMs())
    this.#tellLimits()
  }

  /** As they bind now: a breaker and the ramp change the size, and what is larger would only be refused (E10). */
  #tellLimits(): void {
    if (this.#limits) this.#shard.terms.tellLimits(limitsNow(this.#limits, this.#risk.standing('box'), this.#clock.nowMs()))
  }

  #createShard({ mode, balancePrecision, policy, regimes, edges, seed, log }: BacktestOptions): Shard {
    const clock = this.#clock
    return new Shard({
      ...{ mode, balancePrecision, policy, regimes, directory: this.#directory, clock, log },
      configVersion: '',
      trader: { start: (plan) => Promise.resolve(this.#start(plan)), warmUp: () => Promise.resolve() },
      halts: new HaltMirror({ read: () => ({ scopes: [] }) }),
      lease: { valid: () => true, epoch: 1 },
      tokens: { admit: () => true, release: () => undefined, state: () => [] },
      cache: null,
      record: { offer: (row) => this.#tally.record(row), dropped: 0, queued: 0, close: () => Promise.resolve() },
      random32: mulberry32(streamSeed(`${seed}|trades`)),
      ...(edges && { edges: { ...edges, ...this.#edges.options } }),
    })
  }

  /** The recorded books go on showing what was taken here: no venue would, and nothing is decided upon it. */
  #start(decided: Plan): Started {
    const plan = ofOnePurse(decided)
    if (!plan.legs.every(({ order }) => this.#paper.market.covers(order))) {
      this.#tally.refuse(plan, TAKEN_HERE)
      this.#clock.at(this.#clock.nowMs(), () => undefined) // the launcher hears of it before the next frame, however fast frames are read
      return { kind: 'already-running' }
    }
    this.#tally.decided(plan, this.#clock.nowMs())
    if (plan.strategy === 'edge') this.#edges.decided(plan)
    const steps = new PaperSteps(this.#paper, plan)
    const ended = plan.strategy === 'box' ? tradeBox(plan, steps) : tradeEdge(plan, steps)
    // the launcher logs it and goes on: a live trade has a successor, this one would run for ever
    ended.catch((error: Error) => (this.#failure ??= error))
    return { kind: 'started', eagerly: true, ended }
  }

  #accessTo(venue: Venue, market: string): Access {
    const { engine, terms } = this.#shard
    const listing = terms.listing(venue, market)
    if (this.#isOver || (listing !== null && listing.closeMs <= this.#clock.nowMs())) return 'ended'
    return engine.access(venue, market)
  }

  async receive(frame: Frame): Promise<void> {
    if (this.#tally.messages === 0) this.#open(frame)
    await this.#runUntil(frame.recvMs)
    this.#desk.receive(frame)
    this.#tally.told(frame)
    this.#edges.look()
    if (this.#tally.messages % TOLD_EVERY_FRAMES === 0) this.#options.onProgress(this.#tally.messages, frame.recvMs)
  }

  async #runUntil(untilMs: number): Promise<void> {
    await this.#clock.runUntil(untilMs)
    if (this.#failure) throw this.#failure
  }

  /** Accounts are opened by the first frame's time, and results are known when they came. */
  #open({ recvMs }: Frame): void {
    const { cash, settlements } = this.#options
    this.#ledger.open(
      VENUES.map((venue) => ({ purse: venue, cash: cash[venue] })),
      recvMs,
    )
    for (const settlement of settlements) this.#clock.at(settlement.atMs, () => this.#settle(settlement))
  }

  #settle(settlement: PaperSettlement): void {
    const atMs = this.#clock.nowMs()
    const paid = this.#ledger.settle({ ...settlement, atMs }).flatMap((tradeId) => {
      const worth = this.#tally.settled(tradeId, atMs)
      this.#edges.paid(tradeId)
      return worth === null ? [] : [{ tradeId, ...worth }]
    })
    this.#tally.marketPaid(settlement)
    this.#risk.revalued(paid, atMs)
    this.#tellStanding()
  }

  /** Looks by what refused them, of both strategies: also those that showed no edge because they could not judge. */
  #refusals(): Readonly<Record<string, number>> {
    const { edges } = this.#shard
    const counts = new Map<string, number>(Object.entries(this.#shard.seen().refusals))
    for (const [reason, count] of edges ? [...edges.unjudged, ...edges.opportunities.refusals] : [])
      counts.set(reason, (counts.get(reason) ?? 0) + count)
    return Object.fromEntries(counts)
  }

  async result(): Promise<BacktestResult> {
    this.#shard.launcher.stop()
    this.#edges.stop()
    this.#shard.end() // what is seen ends with the recording, whatever its trades still wait for
    this.#isOver = true
    const last = this.#options.settlements.reduce((most, { atMs }) => Math.max(most, atMs), this.#clock.nowMs() as number)
    await this.#runUntil(last + AFTERMATH_MS)
    return this.#tally.result(this.#desk.nowMs, this.#refusals(), this.#ledger.violations())
  }
}

/** The cash of a venue is one here, whichever of its shards it lies on: a run is told what there is at a venue, and no more. */
function ofOnePurse(plan: Plan): Plan {
  const bare = ({ purse: _purse, ...leg }: Leg): Leg => leg
  return plan.strategy === 'box' ? { ...plan, legs: [bare(plan.legs[0]), bare(plan.legs[1])] } : { ...plan, legs: [bare(plan.legs[0])] }
}
