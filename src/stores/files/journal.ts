import path from 'node:path'
import { isOurOrderId, parseOrderId, type ClientOrderId, type TradeId } from '../../core/ids'
import type { Grant, JournalMark, TradeJournal, TradeMark } from '../../ports/journal'
import type { Log } from '../../ports/log'
import { DayFiles, dayOf, readNewest } from './day-file'

/** Orders of yesterday may still be unresolved at midnight; of older ones only open trades and unbooked orders matter, and they are carried along. */
const DAYS_KEPT = 2
const WHAT = 'journal'
const DAY_MS = 86_400_000
const ORDER_MARKS: { readonly [M in JournalMark['mark']]: true } = {
  sending: true,
  refused: true,
  numbered: true,
  answered: true,
  final: true,
  booked: true,
}
const TRADE_MARKS: { readonly [M in TradeMark['mark']]: true } = { granted: true, closed: true }

export interface DurableJournal extends TradeJournal {
  /** Writes what is queued, then closes the file. Later appends are rejected. */
  close(): Promise<void>
  /** Lines that were cut off by a crash: their append was never acknowledged. */
  readonly torn: number
}

/**
 * The marks of this host's own orders in `<dir>/journal/<UTC day>.ndjson`, append-only (E3). The newest two days are loaded.
 * `append` resolves after fdatasync; appends made while one is under way share the next one. A mark is visible to `marks` at
 * once, also when its append is rejected: an order that may have been marked counts as marked. Open trades, and orders that are
 * final and not booked, are written again into each new day's file: they survive any outage of the ledger and any closed venue.
 * One process may write it: it is opened after the lease was taken. What a fenced predecessor still appends is whole lines
 * about orders that its own gate refuses.
 * @throws Error naming file and line when a complete line is not a mark, and the file system's errors.
 */
export async function openJournal(options: { readonly dir: string; readonly log: Log }): Promise<DurableJournal> {
  const journal = new FileJournal(path.join(options.dir, 'journal'), options.log)
  await journal.load()
  return journal
}

type FinalMark = Extract<JournalMark, { readonly mark: 'final' }>

type Mark = JournalMark | TradeMark

class FileJournal implements DurableJournal {
  readonly #marks = new Map<ClientOrderId, JournalMark[]>()
  readonly #unbooked = new Map<ClientOrderId, FinalMark>()
  readonly #open = new Map<TradeId, Grant>()
  readonly #orders = new Map<TradeId, ClientOrderId[]>()
  readonly #files: DayFiles
  #torn = 0
  #closed = false

  constructor(
    readonly folder: string,
    readonly log: Log,
  ) {
    const carry = (day: string): readonly string[] => this.#carried(day)
    this.#files = new DayFiles({ folder, what: WHAT, log, carry, opened: (day) => this.#forgetBefore(day) })
  }

  get torn(): number {
    return this.#torn
  }

  marks(clientOrderId: ClientOrderId): readonly JournalMark[] {
    return this.#marks.get(clientOrderId) ?? []
  }

  unbooked(): readonly FinalMark[] {
    return [...this.#unbooked.values()]
  }

  open(): readonly Grant[] {
    return [...this.#open.values()]
  }

  ordersOf(tradeId: TradeId): readonly ClientOrderId[] {
    return this.#orders.get(tradeId) ?? []
  }

  sentSince(atMs: number): ReturnType<TradeJournal['sentSince']> {
    const sent = [...this.#marks.values()].flatMap((marks) => {
      const sending = marks.find((mark) => mark.mark === 'sending')
      return sending && sending.atMs >= atMs && !marks.some(({ mark }) => mark === 'refused') ? [sending] : []
    })
    return sent.toSorted((a, b) => a.atMs - b.atMs)
  }

  append(mark: Mark): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('the journal is closed'))
    this.#remember(mark)
    return this.#files.append(dayOf(mark.atMs), JSON.stringify(mark))
  }

  close(): Promise<void> {
    this.#closed = true
    return this.#files.close()
  }

  async load(): Promise<void> {
    const { folder, log } = this
    this.#torn = await readNewest({ folder, what: WHAT, log }, DAYS_KEPT, (line, place) => this.#rememberOnce(parseMark(line, place)))
  }

  /** A carried mark stands in two files. */
  #rememberOnce(mark: Mark): void {
    const known =
      'clientOrderId' in mark && this.marks(mark.clientOrderId).some((other) => other.mark === mark.mark && other.atMs === mark.atMs)
    if (!known) this.#remember(mark)
  }

  #remember(mark: Mark): void {
    if ('clientOrderId' in mark) this.#rememberOrder(mark)
    else if (mark.mark === 'granted') this.#open.set(mark.tradeId, mark)
    else this.#open.delete(mark.tradeId)
  }

  #rememberOrder(mark: JournalMark): void {
    const marks = this.#marks.get(mark.clientOrderId)
    if (marks) marks.push(mark)
    else {
      this.#marks.set(mark.clientOrderId, [mark])
      const { tradeId } = parseOrderId(mark.clientOrderId)
      this.#orders.set(tradeId, [...this.ordersOf(tradeId), mark.clientOrderId])
    }
    if (mark.mark === 'final') this.#unbooked.set(mark.clientOrderId, mark)
    if (mark.mark === 'booked') this.#unbooked.delete(mark.clientOrderId)
  }

  #carried(day: string): readonly string[] {
    const orders = new Set([...this.#unbooked.keys(), ...[...this.#open.keys()].flatMap((trade) => this.ordersOf(trade))])
    const marks = [...this.#open.values(), ...[...orders].flatMap((id) => this.marks(id))]
    return marks.filter((mark) => dayOf(mark.atMs) < day).map((mark) => JSON.stringify(mark))
  }

  #forgetBefore(day: string): void {
    const oldestMs = Date.parse(day) - (DAYS_KEPT - 1) * DAY_MS
    for (const [tradeId, orders] of this.#orders) {
      if (this.#open.has(tradeId)) continue
      const old = new Set(orders.filter((id) => !this.#unbooked.has(id) && this.marks(id).every((mark) => mark.atMs < oldestMs)))
      for (const id of old) this.#marks.delete(id)
      if (old.size === orders.length) this.#orders.delete(tradeId)
      else if (old.size > 0)
        this.#orders.set(
          tradeId,
          orders.filter((id) => !old.has(id)),
        )
    }
  }
}

function parseMark(line: string, place: string): Mark {
  const value = parseJson(line, place)
  const mark = value as { readonly [K in 'clientOrderId' | 'tradeId' | 'atMs' | 'mark']?: unknown } | null
  const isOrder = typeof mark?.clientOrderId === 'string' && isOurOrderId(mark.clientOrderId)
  const isTrade = typeof mark?.tradeId === 'string'
  if (!(isOrder || isTrade) || !Number.isSafeInteger(mark.atMs)) throw damaged(place)
  if (!(String(mark.mark) in (isOrder ? ORDER_MARKS : TRADE_MARKS))) throw damaged(place)
  return value as Mark
}

function parseJson(line: string, place: string): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    throw damaged(place, error)
  }
}

const damaged = (place: string, cause?: unknown): Error =>
  new Error(`${place} is not a journal mark: the file was damaged; reconcile with the venues, then move it away`, { cause })
