import type { BoxFinding, BoxPair } from '../core/box/detect'
import type { BookDirectory } from '../core/market/reference'
import type { OrderIntent } from '../core/trade/order'
import type { BoxPlan, TradeResult } from '../core/trade/plan'
import type { BookIndex, Millis } from '../core/units'
import type { Tap, TopRow } from '../ports/cache'
import type { RecordRow } from '../ports/record'
import type { Books } from './books'

/** A refused pair is recorded at most this often with the same reason: it is judged again on every change of its books. */
const REFUSAL_PAUSE_MS = 1_000

export interface PublisherOptions {
  readonly directory: BookDirectory
  readonly books: () => Books
  readonly cache: Tap<TopRow> | null
  readonly record: Tap<RecordRow> | null
  readonly seriesOf: (venue: TopRow['venue'], market: string) => string
}

/** Hangs off the engine: hands what happened to bounded taps that never wait. */
export class Publisher {
  readonly #options: PublisherOptions
  readonly #refusedAtMs = new Map<string, Millis>()

  constructor(options: PublisherOptions) {
    this.#options = options
  }

  book(index: BookIndex, nowMs: Millis): void {
    const { directory, books, cache, record, seriesOf } = this.#options
    const { venue, market, outcome } = directory.keyOf(index)
    const book = books().at(index)
    const row: TopRow = {
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
    record?.offer({ kind: 'tick', ...row })
  }

  decided(plan: BoxPlan): void {
    const { record } = this.#options
    const { verdicts: _verdicts, ...opportunity } = plan.opportunity
    const { subject, netEdge, seenAtMs } = opportunity
    const [first, second] = plan.legs
    record?.offer({ kind: 'decision', opportunity, mode: plan.mode, verdict: 'taken', reason: 'passed', tradeId: plan.tradeId })
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

  refused(pair: BoxPair, finding: Extract<BoxFinding, { kind: 'refused' }>, mode: BoxPlan['mode'], n: number, nowMs: Millis): void {
    const reason = finding.verdicts.find(({ passed }) => !passed)?.check ?? 'refused'
    const key = `${pair.id}|${reason}`
    if (nowMs - (this.#refusedAtMs.get(key) ?? -Infinity) < REFUSAL_PAUSE_MS) return
    this.#refusedAtMs.set(key, nowMs)
    const none = 0 as TradeResult['realisedPnl']
    const opportunity = {
      strategy: 'box',
      subject: pair.id,
      n,
      seenAtMs: nowMs,
      netEdge: none,
      expectedValue: none,
      unwindLoss: none,
      maximumLoss: none,
    } as const
    this.#options.record?.offer({ kind: 'decision', opportunity, mode, verdict: 'refused', reason, tradeId: null })
  }

  latency(measure: string, order: OrderIntent, ms: number, nowMs: Millis): void {
    this.#options.record?.offer({ kind: 'latency', measure, tradeId: order.tradeId, micros: Math.round(ms * 1_000), atMs: nowMs })
  }
}
