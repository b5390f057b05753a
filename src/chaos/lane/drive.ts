import { setTimeout as pause } from 'node:timers/promises'
import type { EpisodePlan, Occasion, Strike } from '../plan/plan'
import type { Struck } from '../where'
import { offered, outbid, touched } from './book'
import type { Deeds } from './deeds'
import { startEdge } from './edge'
import type { TradeRow } from './ledger'
import type { Rig } from './rig'
import type { Listing } from './scenario'
import { hasReached, tradesOf, workflowIdOf, type Offered, type Seen } from './steps'

/** Steps of a trade are tens of milliseconds apart. */
const TICK_MS = 25
/** Temporal is asked less often: a question costs it more. */
const ASK_TEMPORAL_EVERY = 3
/** A box that is not looked at again (its pair was cooling down, its feed was away) is touched. */
const TOUCH_EVERY_MS = 1_000
/** An offer that nobody took by then is not taken: a halt, a claim or a closed venue is in the way. */
const OFFER_LIMIT_MS = 8_000
/** Boundaries that no trade has come to by then are not come to. */
const DRIVE_LIMIT_MS = 30_000

/** An edge that could not be started. */
const NO_TRADE = ''

export interface Driven {
  readonly struck: readonly Struck[]
  /** Strikes whose occasion never came, or that had nothing to strike. */
  readonly missed: number
}

/** Offers and strikes of one episode, each at its moment. */
export class Drive {
  readonly #offers: readonly Offered[]
  readonly #waiting: Set<Strike>
  readonly #struck: Struck[] = []
  readonly #striking = new Set<Promise<void>>()
  readonly #touchedMs = new Map<Offered, number>()
  /** Offers whose delay is armed: once, however often they are tried. */
  readonly #held = new Set<Offered>()
  readonly #firstLine: number
  #trades: readonly TradeRow[] = []
  #reading: Promise<void> | null = null
  #started: ReadonlySet<string> = new Set()
  #missed = 0
  #ticks = 0

  constructor(
    private readonly rig: Rig,
    private readonly deeds: Deeds,
    plan: EpisodePlan,
    private readonly listings: readonly Listing[],
    private readonly startedMs: number,
  ) {
    this.#firstLine = rig.wire.lines.length
    this.#waiting = new Set(plan.strikes)
    this.#offers = plan.offers.map((offer) => {
      const listing = listings[offer.slot]
      if (!listing) throw new RangeError(`an episode has no slot ${offer.slot}`)
      return { offer, listing, offeredMs: null, edgeTradeId: null }
    })
  }

  /** Until every offer is taken or given up, and every strike has had its occasion. */
  async run(signal: AbortSignal): Promise<Driven> {
    while (!signal.aborted && !this.#isOver()) {
      await this.#look(signal)
      await this.#offerDue(signal)
      for (const strike of this.#waiting) if (this.#isDue(strike.occasion)) this.#begin(strike, signal)
      await pause(TICK_MS)
    }
    await Promise.all(this.#striking)
    return { struck: this.#struck, missed: this.#missed + this.#waiting.size }
  }

  #elapsed(): number {
    return Date.now() - this.startedMs
  }
  #seen(): Seen {
    return { lines: this.rig.wire.lines.slice(this.#firstLine), trades: this.#trades, started: this.#started }
  }

  #isOver(): boolean {
    if (this.#elapsed() > DRIVE_LIMIT_MS) return true
    if (this.#striking.size > 0 || this.#offers.some((each) => !this.#isSettled(each))) return false
    return [...this.#waiting].every(({ occasion }) => this.#isPast(occasion))
  }
  /** Taken, or given up. */
  #isSettled(each: Offered): boolean {
    if (each.offeredMs === null) return false
    return Date.now() - each.offeredMs > OFFER_LIMIT_MS || tradesOf(each, this.#seen()).size > 0
  }
  /** The occasion cannot come any more. */
  #isPast(occasion: Occasion): boolean {
    if (occasion.kind === 'at') return false
    const each = this.#offers[occasion.offer]
    if (!each || !this.#isSettled(each)) return false
    const ids = tradesOf(each, this.#seen())
    return this.#trades.filter(({ tradeId }) => ids.has(tradeId)).length === ids.size && !this.#runs(ids)
  }
  #runs(ids: ReadonlySet<string>): boolean {
    return this.#trades.some(({ tradeId, ended }) => ids.has(tradeId) && !ended)
  }
  #isDue(occasion: Occasion): boolean {
    if (occasion.kind === 'at') return this.#elapsed() >= occasion.ms
    const each = this.#offers[occasion.offer]
    return each !== undefined && hasReached(occasion.boundary, each, this.#seen())
  }

  #begin(strike: Strike, signal: AbortSignal): void {
    this.#waiting.delete(strike)
    const aims = { listings: this.listings, workflowIds: this.#offers.map(workflowIdOf) }
    const striking = this.deeds
      .strike(strike.deed, told(strike.occasion), aims, signal)
      .then((struck) => {
        if (struck.length === 0) this.#missed += 1
        this.#struck.push(...struck)
      })
      .catch((error: Error) => {
        this.#missed += 1
        if (!signal.aborted) process.stderr.write(`chaos: ${JSON.stringify(strike.deed)} could not be done: ${error.message}\n`)
      })
      .finally(() => this.#striking.delete(striking))
    this.#striking.add(striking)
  }

  async #offerDue(signal: AbortSignal): Promise<void> {
    for (const each of this.#offers) {
      if (each.offeredMs === null && this.#elapsed() >= each.offer.atMs) await this.#offer(each, signal)
      else if (each.offeredMs !== null && each.edgeTradeId === null && !this.#isSettled(each)) await this.#touch(each, signal)
    }
  }
  async #offer(each: Offered, signal: AbortSignal): Promise<void> {
    const { offer, listing } = each
    if (offer.heldMs > 0 && !this.#held.has(each)) await this.#hold(each, signal)
    this.#held.add(each)
    const atMs = await this.deeds.post(offered(offer, listing), signal).catch(unlessClosed)
    if (atMs === null) return // tried again with the next look
    each.offeredMs = atMs
    if (offer.kind === 'edge') each.edgeTradeId = (await startEdge(this.rig, listing, offer, signal)) ?? NO_TRADE
    if (offer.outbid > 0) this.#outbidLater(each, signal)
  }
  /** Kalshi's next answer there waits: what lies between two steps takes time. */
  async #hold({ offer, listing }: Offered, signal: AbortSignal): Promise<void> {
    const fields = { ms: offer.heldMs, method: 'POST', ticker: listing.ticker }
    const atMs = await this.deeds.post({ venue: 'kalshi', type: 'fault', name: 'delay', ...fields }, signal)
    this.#struck.push({ atMs, untilMs: null, kind: 'kalshi', name: 'delay', at: 'its offer', fields })
  }
  /** Somebody is quicker with the second leg, as soon as the first is on its way. */
  #outbidLater(each: Offered, signal: AbortSignal): void {
    const when = async (): Promise<void> => {
      while (!signal.aborted && !this.#isOver()) {
        if (hasReached('first-sent', each, this.#seen())) return this.#outbid(each, signal)
        await pause(TICK_MS)
      }
    }
    void when().catch(() => undefined) // the simulator is away for longer than the offer lasts
  }
  async #outbid({ offer, listing }: Offered, signal: AbortSignal): Promise<void> {
    const event = outbid(listing, offer.outbid)
    const atMs = await this.deeds.post(event, signal)
    this.#struck.push({ atMs, untilMs: null, kind: 'others', name: 'outbid', at: 'its offer', fields: event })
  }
  async #touch(each: Offered, signal: AbortSignal): Promise<void> {
    const last = this.#touchedMs.get(each) ?? each.offeredMs ?? 0
    if (Date.now() - last < TOUCH_EVERY_MS) return
    this.#touchedMs.set(each, Date.now())
    await this.rig.venues.post(touched(each.listing), signal).catch(() => undefined) // next time, then
  }

  /** Each source in its own time: one that is stopped on purpose must not keep the others from being looked at. */
  async #look(signal: AbortSignal): Promise<void> {
    this.#ticks += 1
    this.#reading ??= this.#read(signal).finally(() => (this.#reading = null))
    await Promise.race([Promise.allSettled([this.rig.wire.look(signal), this.#reading]), pause(TICK_MS)])
  }
  async #read(signal: AbortSignal): Promise<void> {
    const isTemporalsTurn = this.#ticks % ASK_TEMPORAL_EVERY === 0 && this.#wantsStarted()
    await Promise.allSettled([this.#readTrades(signal), ...(isTemporalsTurn ? [this.#readStarted(signal)] : [])])
  }
  async #readTrades(signal: AbortSignal): Promise<void> {
    this.#trades = await this.rig.ledger.trades(this.startedMs, signal)
  }
  #wantsStarted(): boolean {
    return [...this.#waiting].some(({ occasion }) => occasion.kind === 'step' && occasion.boundary === 'started')
  }
  async #readStarted(signal: AbortSignal): Promise<void> {
    for (const each of this.#offers) {
      if (each.offeredMs === null) continue
      const id = workflowIdOf(each)
      const { startTime } = await this.rig.temporal.withAbortSignal(signal, () => this.rig.temporal.workflow.getHandle(id).describe())
      if (startTime.getTime() >= each.offeredMs) this.#started = new Set([...this.#started, id])
    }
  }
}

const told = (occasion: Occasion): string =>
  occasion.kind === 'at' ? `${occasion.ms} ms` : `${occasion.boundary} of offer ${occasion.offer + 1}`

/** A market that another offer's fault has closed takes no order for a while (seed 63). @throws what is no such refusal */
function unlessClosed(error: Error): null {
  if (error.message.includes('is inactive')) return null
  throw error
}
