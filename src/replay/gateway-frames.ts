import { z } from 'zod'
import { marketId } from '../core/ids'
import type { FeedEvent, Frame } from '../core/market/event'
import type { BookDirectory } from '../core/market/reference'
import { readCallback } from '../venues/forecastex/wire/callbacks'
import { isAboutQuotes, type Callback } from '../venues/forecastex/wire/messages'
import { QuoteSession, type Stamp } from '../venues/forecastex/wire/quotes'
import { REACHABLE } from '../venues/forecastex/wire/session'

/** A request as it left, with whose quotes follow. `probe`: it only compares. */
const requestSchema = z.tuple([
  z.enum(['reqMktData', 'reqMktDepth']),
  z.int(),
  z.unknown(),
  z.object({ market: z.string(), outcome: z.enum(['yes', 'no']), probe: z.boolean().default(false), rows: z.int().default(1) }),
])
const cancelSchema = z.tuple([z.string(), z.int()])

/** Turns the captured frames of an IB gateway into the events of the live feed: callbacks came in, subscriptions went out. */
export class GatewayFrames {
  readonly #directory: BookDirectory
  readonly #emit: (event: FeedEvent) => void
  readonly session: QuoteSession

  constructor(directory: BookDirectory, emit: (event: FeedEvent) => void) {
    this.#directory = directory
    this.#emit = emit
    this.session = new QuoteSession(emit, REACHABLE)
  }

  /** @throws RangeError for a frame that no gateway session has written. */
  receive({ n, conn, recvMs, dir, payload }: Frame): void {
    if (payload instanceof Uint8Array) throw new RangeError(`frame ${n} of forecastex is not a list of a callback and its arguments`)
    if (dir === 'out') this.#sent(payload, n)
    else this.#called(payload, { n, conn, recvMs })
  }

  #sent(payload: readonly unknown[], n: number): void {
    const [name] = payload
    if (name === 'cancelMktData' || name === 'cancelMktDepth') {
      const cancel = cancelSchema.safeParse(payload)
      if (!cancel.success) throw new RangeError(`frame ${n} of forecastex is a cancel that does not tell its request`)
      return this.session.cancelled(cancel.data[1])
    }
    if (name !== 'reqMktData' && name !== 'reqMktDepth') return
    const read = requestSchema.safeParse(payload)
    if (!read.success) throw new RangeError(`frame ${n} of forecastex is a subscription that does not tell its market and outcome`)
    const [, reqId, , { market, outcome, probe, rows }] = read.data
    const book = this.#directory.indexOf('forecastex', marketId(market), outcome)
    if (name === 'reqMktDepth') this.session.depths.asked(reqId, book, rows)
    else if (probe) this.session.probing.begin(reqId, book)
    else this.session.subscribed(reqId, book)
  }

  #called(payload: readonly unknown[], stamp: Stamp): void {
    // A process that was killed has not written the end of its last connection: the next one begins without it.
    if (payload[0] === 'connected') this.session.accept({ kind: 'disconnected' }, stamp)
    let callback: Callback | null
    try {
      callback = readCallback(payload)
    } catch (error) {
      this.#emit({ venue: 'forecastex', ...stamp, kind: 'unreadable', cause: `${String(payload[0])}: ${String(error)}` })
      return this.session.unreadable(payload, stamp)
    }
    if (callback && isAboutQuotes(callback)) this.session.accept(callback, stamp)
  }
}
