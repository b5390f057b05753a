import type { BoxPair } from '../core/box/detect'
import type { MarketId, SubjectId, TradeId, Venue } from '../core/ids'
import type { FeedEvent } from '../core/market/event'
import type { FeedState } from '../core/market/liveness'
import type { BookDirectory } from '../core/market/reference'
import type { Plan, Mode, Verdict } from '../core/trade/plan'
import type { BookIndex, Millis } from '../core/units'
import type { Tap, TopRow } from '../ports/cache'
import type { RecordRow, TickRow } from '../ports/record'
import type { EdgeMarket } from '../core/edge/finding'
import type { Books } from './books'
import type { EdgeLook } from './edges/look'
import type { Print } from './engine'
import type { Episode, Look, Reason } from './opportunities/episode'
import { opportunityRow } from './opportunities/row'

/** A refused pair is recorded at most this often with the same reason: it is judged again on every change of its books. */
const REFUSAL_PAUSE_MS = 1_000

export interface PublisherOptions {
  readonly mode: Mode
  readonly directory: BookDirectory
  readonly books: () => Books
  readonly cache: Tap<TopRow> | null
  readonly record: Tap<RecordRow> | null
  /** Whether every change of Kalshi's books is recorded, not only what it makes of the tops. */
  readonly recordsChanges: boolean
  /** Names it in what is recorded of its feeds. Absent: nothing is, for they are those of a recording. */
  readonly shard?: string
  readonly seriesOf: (venue: TopRow['venue'], market: string) => string
}

/** Hangs off the engine: hands what happened to bounded taps that never wait. */
export class Publisher {
  readonly #options: PublisherOptions
  readonly #refusedAtMs = new Map<SubjectId, Map<Reason, Millis>>()

  constructor(options: PublisherOptions) {
    this.#options = options
  }

  book(index: BookIndex, nowMs: Millis, event: FeedEvent): void {
    const { directory, books, cache, record, recordsChanges, seriesOf } = this.#options
    const { venue, market, outcome } = directory.keyOf(index)
    const book = books().at(index)
    // one row for both: a copy of it would cost more than the frame's whole book change
    const row: TickRow = {
      kind: 'tick',
      venue,
      market,
      outcome,
      series: seriesOf(venue, market),
      bid: book.bestPrice('bid'),
      bidSize: book.bestQuantity('bid'),
      ask: book.bestPrice('ask'),
      askSize: book.bestQuantity('ask'),
      atMs: nowMs,
    }
    cache?.offer(row)
    record?.offer(row)
    if (recordsChanges && record !== null && event.kind === 'book' && venue === 'kalshi') this.#changes(record, market, event)
  }

  #changes(record: Tap<RecordRow>, ticker: MarketId, { change, conn, n, recvMs, sid, seq }: Extract<FeedEvent, { kind: 'book' }>): void {
    if (change.op === 'add')
      return record.offer({
        kind: 'change',
        ticker,
        side: change.side,
        price: change.price,
        delta: change.delta,
        snapshot: false,
        subscription: conn,
        seq: n,
        venueSid: sid ?? null,
        venueSeq: seq ?? null,
        atMs: recvMs,
      })
    if (change.op !== 'replace') return
    const its = { subscription: conn, seq: n, venueSid: sid ?? null, venueSeq: seq ?? null }
    const row = { kind: 'change', ticker, ...its, atMs: recvMs } as const
    for (const side of ['bid', 'ask'] as const)
      for (const { price, quantity } of change[`${side}s`]) record.offer({ ...row, side, price, delta: quantity, snapshot: true })
  }

  /** By the venue's own time and number: whoever records it again changes nothing. */
  print({ venue, book, price, quantity, taker, tradeId, venueMs, recvMs }: Print): void {
    const { directory, record, seriesOf } = this.#options
    if (record === null) return
    const { market } = directory.keyOf(book)
    const takerSide = taker === 'bid' ? 'yes' : 'no'
    record.offer({
      kind: 'print',
      ticker: market,
      series: seriesOf(venue, market),
      tradeId,
      takerSide,
      price,
      quantity,
      atMs: venueMs ?? recvMs,
    })
  }

  decided(plan: Plan): void {
    const { record } = this.#options
    const { verdicts: _verdicts, ...opportunity } = plan.opportunity
    const { subject, netEdge, seenAtMs } = opportunity
    const { mode, tradeId } = plan
    record?.offer({ kind: 'decision', opportunity, mode, verdict: 'taken', reason: 'passed', figures: null, tradeId })
    if (plan.strategy !== 'box') return
    const [first, second] = plan.legs
    record?.offer({
      kind: 'spread',
      subject,
      direction: `${first.order.venue}-${first.order.outcome}`,
      firstPrice: first.order.limit,
      secondPrice: second.order.limit,
      size: first.order.quantity,
      netEdge,
      atMs: seenAtMs,
    })
  }

  /** @param n number of the look. @param verdict what it came to: asked for only when it is recorded. */
  refused({ id }: BoxPair, look: Look, reason: Reason, verdict: () => Verdict | undefined, n: number, nowMs: Millis): void {
    const { record, mode } = this.#options
    if (record === null || !this.#isDue(id, reason, nowMs)) return
    const { netEdge, expectedValue, worst } = look
    const losses = { unwindLoss: worst?.modelledLoss ?? null, maximumLoss: worst?.maximumLoss ?? null }
    const opportunity = { strategy: 'box', subject: id, n, seenAtMs: nowMs, netEdge, expectedValue, ...losses } as const
    record.offer({ kind: 'decision', opportunity, mode, verdict: 'refused', reason, figures: verdict() ?? null, tradeId: null })
  }

  edgeRefused({ id }: EdgeMarket, look: EdgeLook, reason: Reason, verdict: () => Verdict | undefined, n: number, nowMs: Millis): void {
    const { record, mode } = this.#options
    if (record === null || !this.#isDue(id, reason, nowMs)) return
    const { finding, netEdge } = look
    const figures = finding.kind === 'found' ? finding : finding.figures
    const losses = { unwindLoss: figures?.unwindLoss ?? null, maximumLoss: figures?.costBound ?? null }
    const expectedValue = figures?.expectedValue ?? null
    const opportunity = { strategy: 'edge', subject: id, n, seenAtMs: nowMs, netEdge, expectedValue, ...losses } as const
    record.offer({ kind: 'decision', opportunity, mode, verdict: 'refused', reason, figures: verdict() ?? null, tradeId: null })
  }

  /** An opportunity has ended. @param n number of the last look. */
  ended(episode: Episode, n: number): void {
    const { record, mode } = this.#options
    record?.offer(opportunityRow(episode, mode, n))
  }

  #isDue(pair: SubjectId, reason: Reason, nowMs: Millis): boolean {
    let told = this.#refusedAtMs.get(pair)
    if (!told) this.#refusedAtMs.set(pair, (told = new Map()))
    if (nowMs - (told.get(reason) ?? -Infinity) < REFUSAL_PAUSE_MS) return false
    told.set(reason, nowMs)
    return true
  }

  feed(venue: Venue, conn: number, state: FeedState, atMs: Millis): void {
    const { record, shard } = this.#options
    if (shard !== undefined) record?.offer({ kind: 'feed', venue, shard, conn, state, atMs })
  }

  latency(measure: string, { tradeId }: { readonly tradeId: TradeId }, ms: number, nowMs: Millis): void {
    this.#options.record?.offer({ kind: 'latency', measure, tradeId, micros: Math.round(ms * 1_000), atMs: nowMs })
  }
}
