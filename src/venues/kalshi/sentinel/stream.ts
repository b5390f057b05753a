import type { FeedEvent, Frame } from '../../../core/market/event'
import type { FrameLog } from '../../../ports/frame-log'
import { checkOf, type Check } from './inspect'
import { count, dollars, driftOf, integer, list, object, optional, price, text, tuple, word, type Expected } from './shape'

const OUTCOMES = word('yes', 'no')
const levels = optional(list(tuple(price, count)))
/** `known`: of the envelope and of the body, what is sent and not read (kalshi.md §7.4; AsyncAPI of August 2026; recordings). */
const message = (body: Expected, numbered: Readonly<Record<string, Expected>>): Expected =>
  object({ money: { type: text, msg: body, ...numbered }, known: ['id', 'seq', 'sending_ts_ms'] })
const BOOK_PLACE = { sid: integer, seq: integer }

/** The messages that money is computed from. The key of an empty side of a snapshot is absent. */
const EXPECTED_MESSAGES: Readonly<Record<string, Expected>> = {
  orderbook_snapshot: message(
    object({ money: { market_ticker: text, yes_dollars_fp: levels, no_dollars_fp: levels }, known: ['market_id'] }),
    BOOK_PLACE,
  ),
  orderbook_delta: message(
    object({
      money: { market_ticker: text, price_dollars: price, delta_fp: count, side: OUTCOMES, ts_ms: optional(integer) },
      known: ['market_id', 'ts', 'client_order_id', 'subaccount'],
    }),
    BOOK_PLACE,
  ),
  fill: message(
    object({
      money: {
        trade_id: text,
        order_id: text,
        client_order_id: optional(text),
        market_ticker: text,
        book_side: optional(word('bid', 'ask')),
        outcome_side: optional(OUTCOMES),
        yes_price_dollars: price,
        count_fp: count,
        fee_cost: dollars,
        ts_ms: integer,
        post_position_fp: optional(count),
        exchange_index: optional(integer),
      },
      known: ['is_taker', 'side', 'action', 'purchased_side', 'ts', 'subaccount', 'no_price_dollars'],
    }),
    { sid: integer },
  ),
}

/** The venue changes its interface with weeks of notice; a message that cannot be read is compared at once. */
const COMPARE_EVERY_MS = 600_000
/** Openings return when messages are as expected for so long: where only some are not, a single good one says little. */
const FAULT_KEPT_MS = 60_000

interface Compared {
  times: number
  atMs: number
  check: Check
  /** Until a good message comes after FAULT_KEPT_MS. A fault of fills can thus last until a restart: without openings none come. */
  fault: { readonly atMs: number; readonly check: Check } | null
}

const decoder = new TextDecoder()
const nameOf = (type: string): string => `WebSocket ${type}`

/**
 * The messages of the running feed against what the code expects, as `inspectKalshi` does with answers: one of each type now and then, and each
 * that could not be read. The frame of an event is the last one that was stamped, because a feed acts on a frame in the turn in which it comes.
 */
export class StreamInspection {
  readonly #compared = new Map<string, Compared>()
  #last: Frame | null = null

  /** The feed's frame log, listened to. */
  tap(frameLog: FrameLog): FrameLog {
    return {
      stamp: (unstamped) => {
        const frame = frameLog.stamp(unstamped)
        if (frame.dir === 'in') this.#last = frame
        return frame
      },
    }
  }

  /** In the turn of the frame. */
  hear(event: FeedEvent): void {
    if (event.venue !== 'kalshi') return
    if (event.kind === 'unreadable') this.#refused(event.cause)
    else if (event.kind === 'book') this.#read(event.change.op === 'replace' ? 'orderbook_snapshot' : 'orderbook_delta')
  }

  /** A fill was read, in the turn of its frame. */
  heardFill(): void {
    this.#read('fill')
  }

  /** One for each type; 'failed' names the field, and forbids openings. */
  checks(): readonly Check[] {
    return Object.keys(EXPECTED_MESSAGES).map((type): Check => {
      const known = this.#compared.get(type)
      if (!known) return { check: nameOf(type), verdict: 'ok', detail: 'none has come yet', remedy: '' }
      const { fault, check, times } = known
      return fault?.check ?? { ...check, detail: `${check.detail} (${times} compared)` }
    })
  }

  #read(type: string): void {
    const known = this.#compared.get(type)
    const frame = this.#last
    if (frame === null || (known && known.fault === null && frame.recvMs - known.atMs < COMPARE_EVERY_MS)) return
    const [, body] = bodyOf(frame) ?? []
    if (body !== undefined) this.#compare(type, body, frame.recvMs, null)
  }

  #refused(cause: string): void {
    const frame = this.#last
    const [type, body] = (frame && bodyOf(frame)) ?? []
    if (frame && type !== undefined && type in EXPECTED_MESSAGES) this.#compare(type, body, frame.recvMs, cause)
  }

  /** @param cause why the reader refused it; null: it was read */
  #compare(type: string, body: unknown, nowMs: number, cause: string | null): void {
    const expected = EXPECTED_MESSAGES[type]
    if (!expected) return
    const found = checkOf(nameOf(type), driftOf(expected, body))
    const check: Check =
      cause === null || found.verdict === 'failed' ? found : { ...found, verdict: 'failed', detail: `cannot be read: ${cause}` }
    const known = this.#compared.get(type)
    const isBad = check.verdict === 'failed'
    const before = known?.fault ?? null
    const isOver = before !== null && nowMs - before.atMs >= FAULT_KEPT_MS
    this.#compared.set(type, {
      times: (known?.times ?? 0) + 1,
      atMs: nowMs,
      check,
      fault: isBad ? { atMs: nowMs, check } : isOver ? null : before,
    })
  }
}

/** Type and content of a frame; null: not JSON, or nothing of the venue's. */
function bodyOf({ payload }: Frame): readonly [string, unknown] | null {
  if (!(payload instanceof Uint8Array)) return null
  try {
    const body = JSON.parse(decoder.decode(payload)) as { type?: unknown } | null
    return typeof body?.type === 'string' ? [body.type, body] : null
  } catch {
    return null
  }
}
