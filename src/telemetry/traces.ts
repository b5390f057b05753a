import { AsyncLocalStorage } from 'node:async_hooks'
import { context, propagation, ROOT_CONTEXT, type Context, type ContextManager, type Tracer } from '@opentelemetry/api'
import { setGlobalErrorHandler, W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { Resource } from '@opentelemetry/resources'
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  SamplingDecision,
  type Sampler,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { unlessAborted, withLimit } from '../ports/limit'
import type { Log } from '../ports/log'

/** The span that a trace begins with: the frame that showed a margin. What begins with no frame is not traced. */
export const ROOT_SPAN = 'frame'

/** A trade has about forty spans: those of fifty trades at once wait here, and more are dropped. */
const WAITING_SPANS_MAX = 2_048
const EXPORT_EVERY_MS = 1_000
/** A collector is near; one that does not answer costs a batch and no more. */
const EXPORT_LIMIT_MS = 5_000
/** For what waits when the process ends. */
const CLOSE_LIMIT_MS = 2_000

export interface Traces {
  readonly tracer: Tracer
  readonly processor: SpanProcessor
  readonly resource: Resource
  /** Sends what waits, for a limited time. */
  close(): Promise<void>
}

/**
 * Spans of this process, sent by OTLP (protobuf over HTTP) to `<endpoint>/v1/traces`. Sets what the workflows' own spans need to land in the same trace:
 * the propagator and the context of the process. Called once, and only where traces are wanted: the context costs every promise a little.
 */
export function openTraces(endpoint: string, process: string, log: Log): Traces {
  const resource = new Resource({ 'service.name': `crossbook-${process}` })
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces`, timeoutMillis: EXPORT_LIMIT_MS })
  const processor = new BatchSpanProcessor(exporter, {
    maxQueueSize: WAITING_SPANS_MAX,
    scheduledDelayMillis: EXPORT_EVERY_MS,
    exportTimeoutMillis: EXPORT_LIMIT_MS,
  })
  const provider = new BasicTracerProvider({
    resource,
    sampler: new ParentBasedSampler({ root: FRAMES }),
    spanProcessors: [processor],
  })
  setGlobalErrorHandler((error) => log.warn({ error: error instanceof Error ? error.message : error }, 'spans could not be sent'))
  context.setGlobalContextManager(new AsyncContext().enable())
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  return {
    tracer: provider.getTracer('crossbook'),
    ...{ processor, resource },
    close: () =>
      withLimit([], CLOSE_LIMIT_MS, (limit) => unlessAborted(provider.shutdown(), limit)).catch((error: Error) =>
        log.warn({ error: error.message }, 'the last spans could not be sent'),
      ),
  }
}

/** Beats, rehearsals and the questions of operators are no trades. */
const FRAMES: Sampler = {
  shouldSample: (_context, _traceId, name) => ({
    decision: name === ROOT_SPAN ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD,
  }),
  toString: () => 'Frames',
}

/** Which span is the current one, across promises. */
class AsyncContext implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>()

  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT
  }
  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    within: Context,
    work: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return this.#storage.run(within, () => work.call(thisArg as never, ...args))
  }
  bind<T>(within: Context, target: T): T {
    if (typeof target !== 'function') return target
    return ((...args: unknown[]): unknown => this.#storage.run(within, () => target(...args) as unknown)) as T
  }
  enable(): this {
    return this
  }
  disable(): this {
    this.#storage.disable()
    return this
  }
}
