import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import protobuf from 'protobufjs'

/** Of OTLP what is read here, by its published field numbers. */
const OTLP = `
  syntax = "proto3";
  message Request { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { repeated ScopeSpans scope_spans = 2; }
  message ScopeSpans { repeated Span spans = 2; }
  message Span {
    bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5;
    fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8; repeated KeyValue attributes = 9;
  }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; } }
`
const REQUEST = protobuf.parse(OTLP).root.lookupType('Request')

interface Wire {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string
  readonly name: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[]
}
export interface SeenSpan {
  readonly trace: string
  readonly id: string
  /** '': it is the first of its trace. */
  readonly parent: string
  readonly name: string
  readonly startNs: bigint
  readonly endNs: bigint
  readonly attributes: Readonly<Record<string, unknown>>
}

/** Takes spans as any collector does, and keeps them. */
export class Collector {
  readonly spans: SeenSpan[] = []
  readonly #server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      if (request.url === '/v1/traces') this.#take(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body)
      response.writeHead(request.url === '/v1/traces' ? 200 : 404).end()
    })
  })

  /** @returns what OTEL_EXPORTER_OTLP_ENDPOINT is to name */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }
  close(): Promise<void> {
    this.#server.closeAllConnections()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }

  #take(body: Buffer): void {
    const read = REQUEST.toObject(REQUEST.decode(body), { bytes: String, longs: String, arrays: true }) as {
      resourceSpans: { scopeSpans: { spans: Wire[] }[] }[]
    }
    for (const { scopeSpans } of read.resourceSpans)
      for (const { spans } of scopeSpans) for (const span of spans) this.spans.push(seenOf(span))
  }
}

const seenOf = (span: Wire): SeenSpan => ({
  ...{ trace: span.traceId, id: span.spanId, parent: span.parentSpanId ?? '', name: span.name },
  ...{ startNs: BigInt(span.startTimeUnixNano), endNs: BigInt(span.endTimeUnixNano) },
  attributes: Object.fromEntries(span.attributes.map(({ key, value }) => [key, Object.values(value)[0]])),
})
