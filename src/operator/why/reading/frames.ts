import type { Decided } from '../../../ports/frame-log'
import type { EdgeDecided } from '../../../core/edge/decided'
import type { Frame } from '../../../core/market/event'
import { readHouse } from '../../../replay/house'
import type { AnswerFrame, Capture, CapturedFrame, SentFrame } from '../record'

/** Quotes stand still for seconds: what led to a decision is among the frames of so long before it, nearly always. */
export const LED_WITHIN_MS = 30_000
/** Two frames a millisecond for all of that: memory stays bounded whatever a feed does. */
const RECENT_MAX = 60_000
/** Told of our own orders, and no answer: the book's view of a fill. */
const NO_ANSWER = 'orderbook_delta'

interface Told {
  readonly what: string
  /** Tells two messages of one kind apart. */
  readonly state: string
}

/** Picks what belongs to one trade out of the frames of one process, in their order. */
export class TradeFrames {
  readonly #orderIds: RegExp
  readonly #recent: Frame[] = []
  /** The newest telling of each game: odds stand still for minutes. */
  readonly #games = new Map<unknown, Frame>()
  /** What a gateway calls our orders and their executions. */
  readonly #orders = new Map<unknown, string>()
  readonly #executions = new Map<unknown, string>()
  readonly #answers = new Map<string, AnswerFrame>()
  readonly led: CapturedFrame[] = []
  readonly sent: SentFrame[] = []
  readonly missing: string[] = []
  decided: Capture['decided'] = null
  #epoch: number | null = null

  constructor(
    readonly tradeId: string,
    readonly process: string,
  ) {
    this.#orderIds = new RegExp(`cb-${tradeId}-[abc][0-9]+`)
  }

  get answers(): readonly AnswerFrame[] {
    return [...this.#answers.values()]
  }

  /** @throws RangeError for a frame of the house that cannot be read. */
  take(frame: Frame): void {
    if (frame.venue === 'house') return this.#follow(frame)
    if (frame.venue === 'odds') return this.#hear(frame)
    if (this.decided === null) this.#remember(frame)
    if (frame.dir === 'out') this.#left(frame)
    else this.#came(frame)
  }

  #remember(frame: Frame): void {
    this.#recent.push(frame)
    if (this.#recent.length > RECENT_MAX) this.#recent.splice(0, RECENT_MAX / 2)
  }

  #hear(frame: Frame): void {
    const [, game] = frame.payload as readonly [unknown, { readonly eventId?: unknown } | undefined]
    if (this.decided === null) this.#games.set(game?.eventId, frame)
  }

  #follow(frame: Frame): void {
    const [what, body] = frame.payload as readonly [unknown, { readonly tradeId?: unknown }]
    if (what !== 'lease' && !(what === 'decided' && body.tradeId === this.tradeId)) return
    const house = readHouse(frame)
    if (house.kind === 'lease') this.#epoch = house.epoch
    if (house.kind !== 'decided') return
    this.#epoch = house.epoch
    this.decided = { frame: this.#captured(frame), decided: house.decided, epoch: house.epoch }
    this.#findLeading(house.decided)
  }

  #findLeading(decided: Decided): void {
    const { books, seenMs } = decided
    if (decided.strategy === 'edge') this.#findOdds(decided)
    for (const { n, venue, market, outcome } of books) {
      const frame = this.#recent.findLast((each) => each.n === n)
      const book = `${venue} ${market} ${outcome}`
      if (frame) this.led.push(this.#captured(frame))
      else if (n === null) this.missing.push(`no frame has touched the book of ${book}`)
      else
        this.missing.push(`frame ${n}, which last touched the book of ${book}, was captured more than ${LED_WITHIN_MS} ms before ${seenMs}`)
    }
    this.#recent.length = 0
  }

  #findOdds({ odds: { n, eventId } }: EdgeDecided): void {
    const frame = this.#games.get(eventId)
    if (frame !== undefined && frame.n === n) this.led.push(this.#captured(frame))
    else this.missing.push(`frame ${n ?? 'without a number'}, which told the odds of ${eventId}, is in none of these files`)
    this.#games.clear()
  }

  #left(frame: Frame): void {
    const text = textOf(frame)
    const clientOrderId = this.#orderIds.exec(text)?.[0]
    if (clientOrderId === undefined) return
    if (frame.payload instanceof Uint8Array ? !text.includes('"method":"POST"') : frame.payload[0] !== 'placeOrder') return
    if (!(frame.payload instanceof Uint8Array)) this.#orders.set(frame.payload[1], clientOrderId)
    this.sent.push({ ...this.#captured(frame), clientOrderId, epoch: this.#epoch })
  }

  #came(frame: Frame): void {
    const clientOrderId = this.#orderOf(frame)
    if (clientOrderId === null) return
    const { what, state } = toldBy(frame)
    if (what === NO_ANSWER) return
    if (what === 'execDetails') this.#executions.set(executionOf(frame.payload), clientOrderId)
    const key = [clientOrderId, what, state].join('|')
    const known = this.#answers.get(key)
    this.#answers.set(key, known ? { ...known, repeats: known.repeats + 1 } : { ...this.#captured(frame), clientOrderId, what, repeats: 0 })
  }

  /** A gateway names an order by its number in some callbacks, and by its execution in others. */
  #orderOf(frame: Frame): string | null {
    const { payload } = frame
    if (payload instanceof Uint8Array) return this.#orderIds.exec(textOf(frame))?.[0] ?? null
    const [what, first, second] = payload as readonly [unknown, unknown, unknown]
    if (what === 'orderStatus') return this.#orders.get(first) ?? null
    if (what === 'error') return this.#orders.get(first) ?? this.#orders.get(second) ?? null
    if (what === 'commissionReport') return this.#executions.get((first as { execId?: unknown } | null)?.execId) ?? null
    return this.#orderIds.exec(textOf(frame))?.[0] ?? null
  }

  #captured(frame: Frame): CapturedFrame {
    const { n, recvMs, venue, conn } = frame
    return { n, atMs: recvMs, venue, conn, process: this.process, text: textOf(frame) }
  }
}

const textOf = ({ payload }: Frame): string =>
  payload instanceof Uint8Array
    ? Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8')
    : JSON.stringify(payload, (_key, value: unknown) =>
        typeof value === 'bigint' ? String(value) : value instanceof Error ? value.message : value,
      )

const executionOf = (payload: Frame['payload']): unknown => ((payload as readonly unknown[])[3] as { execId?: unknown } | undefined)?.execId

const textIn = (value: unknown): string => (typeof value === 'string' ? value : '')

function toldBy({ payload }: Frame): Told {
  if (payload instanceof Uint8Array) {
    const { type, msg } = JSON.parse(Buffer.from(payload).toString('utf8')) as {
      type?: unknown
      msg?: { status?: unknown; trade_id?: unknown }
    }
    return { what: String(type), state: textIn(msg?.status ?? msg?.trade_id) }
  }
  const [what, first, second, third, fourth] = payload as readonly unknown[]
  switch (what) {
    case 'orderStatus':
      return { what, state: `${String(second)} ${String(third)}` }
    case 'openOrder':
      return { what, state: textIn((fourth as { status?: unknown } | undefined)?.status) }
    case 'execDetails':
      return { what, state: String(executionOf(payload)) }
    case 'commissionReport':
      return { what, state: String((first as { execId?: unknown }).execId) }
    default:
      return { what: String(what), state: '' }
  }
}
