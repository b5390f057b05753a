import { context, SpanStatusCode, trace, type Attributes, type Span } from '@opentelemetry/api'
import type { ClientInterceptors } from '@temporalio/client'
import {
  makeWorkflowExporter,
  OpenTelemetryActivityInboundInterceptor,
  OpenTelemetryWorkflowClientInterceptor,
} from '@temporalio/interceptors-opentelemetry'
import type { WorkerOptions } from '@temporalio/worker'
import type { Venue } from '../../core/ids'
import type { Frame } from '../../core/market/event'
import type { OrderIntent } from '../../core/trade/order'
import type { Clock } from '../../ports/clock'
import type { Decided, FrameLog } from '../../ports/frame-log'
import type { Log } from '../../ports/log'
import type { OrderEntry } from '../../ports/order-entry'
import type { Trader } from '../../ports/trader'
import { openTraces, ROOT_SPAN, type Traces } from '../../telemetry/traces'
import { TRACED_BUNDLE_FILE } from '../../workers/bundle'
import { systemClock } from '../clock'

const NS_PER_MS = 1_000_000

type Entries = Readonly<Record<Venue, OrderEntry>>

/**
 * One trace of each trade: the frame that showed the margin, its detection, the start of the saga, its activities, the calls to the venues. Each method
 * gives back what it was given, watched; a process without traces has none of it.
 */
export class Tracing {
  readonly #traces: Traces
  readonly #clock: Clock
  /** The last frame of each venue, which may be the one that shows a margin in this turn. */
  readonly #frames = new Map<string, Frame>()
  /** Decided in this turn: the trade is started in the same one. */
  #begun: { readonly tradeId: string; readonly n: number | null; readonly seenMs: number; readonly frame: Frame | undefined } | null = null

  constructor(traces: Traces, clock: Clock = systemClock()) {
    this.#traces = traces
    this.#clock = clock
  }

  frameLog(log: FrameLog): FrameLog {
    return {
      stamp: (unstamped) => {
        const frame = log.stamp(unstamped)
        if (frame.dir === 'in') this.#frames.set(frame.venue, frame)
        return frame
      },
    }
  }

  /** In the turn of the find. The frame is that which touched one of its books last. */
  decided({ tradeId, seenMs, books }: Decided): void {
    const newest = books.reduce<(typeof books)[number] | undefined>(
      (last, book) => ((book.n ?? 0) > (last?.n ?? 0) ? book : last),
      undefined,
    )
    const n = newest?.n ?? null
    const frame = newest && this.#frames.get(newest.venue)
    this.#begun = { tradeId, n, seenMs, frame: frame?.n === n ? frame : undefined }
  }

  trader(trader: Trader): Trader {
    return {
      warmUp: (signal) => trader.warmUp(signal),
      start: (plan, signal) => {
        const root = this.#begin(plan.tradeId)
        return root === null ? trader.start(plan, signal) : this.#within(root, () => trader.start(plan, signal))
      },
    }
  }

  entries(entries: Entries): Entries {
    return { kalshi: this.#watched(entries.kalshi), forecastex: this.#watched(entries.forecastex) }
  }

  get client(): ClientInterceptors {
    return { workflow: [new OpenTelemetryWorkflowClientInterceptor({ tracer: this.#traces.tracer })] }
  }

  get worker(): Pick<WorkerOptions, 'workflowBundle' | 'interceptors' | 'sinks'> {
    const { tracer, processor, resource } = this.#traces
    return {
      workflowBundle: { codePath: TRACED_BUNDLE_FILE },
      interceptors: { activity: [(ctx) => ({ inbound: new OpenTelemetryActivityInboundInterceptor(ctx, { tracer }) })] },
      sinks: { exporter: makeWorkflowExporter(processor, resource) },
    }
  }

  close(): Promise<void> {
    return this.#traces.close()
  }

  /** @returns the trace of a trade that was decided in this turn, with what has happened so far; null: it was decided elsewhere */
  #begin(tradeId: string): Span | null {
    const begun = this.#begun
    if (begun?.tradeId !== tradeId) return null
    this.#begun = null
    const { n, seenMs, frame } = begun
    const { tracer } = this.#traces
    const nowMs = frame ? frame.recvMs + Number(this.#clock.monoNs() - frame.monoNs) / NS_PER_MS : this.#clock.nowMs()
    const startTime = frame?.recvMs ?? seenMs
    const attributes: Attributes = { 'crossbook.trade': tradeId }
    if (n !== null) attributes['crossbook.frame'] = n
    if (frame) Object.assign(attributes, { 'crossbook.venue': frame.venue, 'crossbook.conn': frame.conn })
    const root = tracer.startSpan(ROOT_SPAN, { startTime, attributes, root: true })
    tracer.startSpan('detection', { startTime }, trace.setSpan(context.active(), root)).end(nowMs)
    root.end(nowMs)
    return root
  }

  #within<T>(parent: Span, work: () => T): T {
    return context.with(trace.setSpan(context.active(), parent), work)
  }

  #watched(entry: OrderEntry): OrderEntry {
    return {
      venue: entry.venue,
      place: (order, mayWrite, signal) =>
        this.#call(
          'place',
          order,
          () => entry.place(order, mayWrite, signal),
          ({ kind }) => kind,
        ),
      find: (order, signal) =>
        this.#call(
          'find',
          order,
          () => entry.find(order, signal),
          ({ kind }) => kind,
        ),
      finalise: (order, signal) =>
        this.#call(
          'finalise',
          order,
          () => entry.finalise(order, signal),
          (final) => (final === null ? 'not final' : 'final'),
        ),
      cancelEverything: (signal) => entry.cancelEverything(signal),
    }
  }

  /** The call is made in the turn in which it was asked for (E11). */
  #call<T>(what: string, order: OrderIntent, work: () => Promise<T>, said: (outcome: T) => string): Promise<T> {
    const { venue, tradeId, clientOrderId, market } = order
    const attributes = {
      'crossbook.trade': tradeId,
      'crossbook.order': clientOrderId,
      'crossbook.venue': venue,
      'crossbook.market': market,
    }
    const span = this.#traces.tracer.startSpan(`${what} ${venue}`, { attributes })
    const answer = this.#within(span, work)
    answer.then(
      (outcome) => span.setAttribute('crossbook.outcome', said(outcome)).end(),
      (error: Error) => span.setStatus({ code: SpanStatusCode.ERROR, message: error.message }).end(),
    )
    return answer
  }
}

/** Sets up what is global to traces: once in a process. @param endpoint of OTLP over HTTP */
export const openTracing = (endpoint: string, process: string, log: Log): Tracing => new Tracing(openTraces(endpoint, process, log))
