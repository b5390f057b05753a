import path from 'node:path'
import { parseOrderId, type ClientOrderId, type TradeId } from '../../core/ids'
import type { FillKnown, Grant, JournalMark, TradeJournal } from '../../ports/journal'
import type { Log } from '../../ports/log'
import { ClosedTrades } from './closed-trades'
import { DayFiles, dayOf, readNewest, type Extent } from './day-file'
import { fillKnown, isHeard, isSame, parseMark, tradeOf, type FinalMark, type Mark, type OrderMarks } from './marks'

/** Orders of yesterday may still be unresolved at midnight; of older ones only open trades and unbooked orders matter, and they are carried along. */
const DAYS_KEPT = 2
const WHAT = 'journal'
const DAY_MS = 86_400_000

export interface DurableJournal extends TradeJournal {
  /** Writes what is queued, then closes the file. Later appends are rejected. */
  close(): Promise<void>
  /** Lines that were cut off by a crash: their append was never acknowledged. */
  readonly torn: number
  /** Trades whose marks are in memory: those that are not closed, booked and on disk. */
  readonly inMemory: number
}

/**
 * The marks of this host's own orders in `<dir>/journal/<UTC day>.ndjson`, append-only (E3). The newest two days are loaded.
 * `append` resolves after fdatasync; appends made while one is under way share the next one. A mark is visible to `marks` at
 * once, also when its append is rejected: an order that may have been marked counts as marked. Of a trade that is closed and booked only the place in the
 * file is kept, and what is asked of it is read from there. Open trades, and orders that are
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

class FileJournal implements DurableJournal {
  readonly #marks = new Map<ClientOrderId, JournalMark[]>()
  readonly #unbooked = new Map<ClientOrderId, FinalMark>()
  readonly #open = new Map<TradeId, Grant>()
  readonly #orders = new Map<TradeId, ClientOrderId[]>()
  /** Closed trades that are still in memory. */
  readonly #closing = new Set<TradeId>()
  readonly #closedTrades: ClosedTrades
  /** Of the trades in memory: where their marks stand, and how many of their orders' marks are known to be there. */
  readonly #written = new Map<TradeId, Extent & { readonly marks: number }>()
  readonly #files: DayFiles
  #torn = 0
  #closed = false

  constructor(
    readonly folder: string,
    readonly log: Log,
  ) {
    const carry = (day: string): readonly string[] => this.#carried(day)
    this.#closedTrades = new ClosedTrades(folder)
    this.#files = new DayFiles({ folder, what: WHAT, log, carry, opened: (day) => this.#forgetBefore(day) })
  }

  get torn(): number {
    return this.#torn
  }
  get inMemory(): number {
    return this.#orders.size
  }

  marks(clientOrderId: ClientOrderId): readonly JournalMark[] {
    const marks = this.#marks.get(clientOrderId)
    if (marks) return marks
    const { tradeId } = parseOrderId(clientOrderId)
    return this.#closedTrades.has(tradeId) ? (this.#closedTrades.orders(tradeId).get(clientOrderId) ?? []) : []
  }

  unbooked(): readonly FinalMark[] {
    return [...this.#unbooked.values()]
  }

  fill(clientOrderId: ClientOrderId, executionId: string): FillKnown | null {
    const marks = this.#marks.get(clientOrderId)
    return marks ? fillKnown(marks, executionId) : this.#closedTrades.fill(parseOrderId(clientOrderId).tradeId, clientOrderId, executionId)
  }

  open(): readonly Grant[] {
    return [...this.#open.values()]
  }

  ordersOf(tradeId: TradeId): readonly ClientOrderId[] {
    return this.#orders.get(tradeId) ?? [...this.#closedTrades.orders(tradeId).keys()]
  }

  sentSince(atMs: number): ReturnType<TradeJournal['sentSince']> {
    const closed = this.#closedTrades.since(atMs).flatMap((tradeId) => [...this.#closedTrades.orders(tradeId).values()])
    const sent = [...this.#marks.values(), ...closed].flatMap((marks) => {
      const sending = marks.find((mark) => mark.mark === 'sending')
      return sending && sending.atMs >= atMs && !marks.some(({ mark }) => mark === 'refused') ? [sending] : []
    })
    return sent.toSorted((a, b) => a.atMs - b.atMs)
  }

  /** Of a trade that is out of memory everything was heard. */
  unheard(): readonly ClientOrderId[] {
    const sent = [...this.#marks.values()].flatMap((marks) => (isHeard(marks) ? [] : (marks.find(({ mark }) => mark === 'sending') ?? [])))
    return sent.toSorted((a, b) => a.atMs - b.atMs).map(({ clientOrderId }) => clientOrderId)
  }

  async append(mark: Mark): Promise<void> {
    if (this.#closed) throw new Error('the journal is closed')
    this.#remember(mark)
    this.#noteWritten(mark, await this.#files.append(dayOf(mark.atMs), JSON.stringify(mark)))
  }

  close(): Promise<void> {
    this.#closed = true
    return this.#files.close()
  }

  async load(): Promise<void> {
    const { folder, log } = this
    this.#torn = await readNewest({ folder, what: WHAT, log }, DAYS_KEPT, (line, place, extent) => {
      const mark = parseMark(line, place)
      this.#noteWritten(mark, extent, this.#rememberOnce(mark))
    })
  }

  /** A carried mark stands in two files. @returns whether it is new */
  #rememberOnce(mark: Mark): boolean {
    if ('clientOrderId' in mark && this.marks(mark.clientOrderId).some((other) => isSame(other, mark))) return false
    this.#remember(mark)
    return true
  }

  #remember(mark: Mark): void {
    if ('clientOrderId' in mark) this.#rememberOrder(mark)
    else if (mark.mark === 'granted') this.#open.set(mark.tradeId, mark)
    else if (this.#open.delete(mark.tradeId) || this.#orders.has(mark.tradeId)) this.#closing.add(mark.tradeId)
  }

  #rememberOrder(mark: JournalMark): void {
    const { tradeId } = parseOrderId(mark.clientOrderId)
    this.#takeBack(tradeId)
    const marks = this.#marks.get(mark.clientOrderId)
    if (marks) marks.push(mark)
    else {
      this.#marks.set(mark.clientOrderId, [mark])
      this.#orders.set(tradeId, [...(this.#orders.get(tradeId) ?? []), mark.clientOrderId])
    }
    if (mark.mark === 'final') this.#unbooked.set(mark.clientOrderId, mark)
    if (mark.mark === 'booked') this.#unbooked.delete(mark.clientOrderId)
  }

  /** A closed trade has something new (E14): it is in memory until that is booked. */
  #takeBack(tradeId: TradeId): void {
    const taken = this.#closedTrades.take(tradeId)
    if (!taken) return
    const { orders, extent } = taken
    for (const [id, marks] of orders) this.#marks.set(id, [...marks])
    this.#orders.set(tradeId, [...orders.keys()])
    this.#written.set(tradeId, { ...extent, marks: countOf(orders) })
    if (!this.#open.has(tradeId)) this.#closing.add(tradeId)
  }

  /** @param isNew a carried mark was counted in the file of its day. */
  #noteWritten(mark: Mark, { day, from, to }: Extent, isNew = true): void {
    const tradeId = tradeOf(mark)
    if (!this.#open.has(tradeId) && !this.#orders.has(tradeId) && !this.#closing.has(tradeId)) return // nothing of it is in memory
    const known = this.#written.get(tradeId)
    const marks = (known?.marks ?? 0) + ('clientOrderId' in mark && isNew ? 1 : 0)
    // what was carried stands at the head of the day's file
    const begin = known ? (known.day === day ? Math.min(known.from, from) : 0) : from
    this.#written.set(tradeId, { day, from: begin, to: known?.day === day ? Math.max(known.to, to) : to, marks })
    if (this.#closing.has(tradeId)) this.#settle(tradeId)
  }

  /** Drops a closed trade from memory when all of it is on disk, heard of and booked. */
  #settle(tradeId: TradeId): void {
    const written = this.#written.get(tradeId)
    const orders: OrderMarks = new Map((this.#orders.get(tradeId) ?? []).map((id) => [id, this.#marks.get(id) ?? []]))
    const isDone = [...orders].every(([id, marks]) => isHeard(marks) && !this.#unbooked.has(id))
    if (!written || !isDone || written.marks !== countOf(orders)) return
    if (orders.size > 0) this.#closedTrades.add(tradeId, orders, written)
    this.#drop(tradeId)
  }

  #drop(tradeId: TradeId): void {
    for (const id of this.#orders.get(tradeId) ?? []) this.#marks.delete(id)
    this.#orders.delete(tradeId)
    this.#written.delete(tradeId)
    this.#closing.delete(tradeId)
  }

  #carried(day: string): readonly string[] {
    const orders = new Set([...this.#unbooked.keys(), ...[...this.#open.keys()].flatMap((trade) => this.ordersOf(trade))])
    const marks = [...this.#open.values(), ...[...orders].flatMap((id) => this.marks(id))]
    return marks.filter((mark) => dayOf(mark.atMs) < day).map((mark) => JSON.stringify(mark))
  }

  #forgetBefore(day: string): void {
    const oldestMs = Date.parse(day) - (DAYS_KEPT - 1) * DAY_MS
    this.#closedTrades.forgetBefore(dayOf(oldestMs))
    for (const [tradeId, orders] of this.#orders) {
      if (this.#open.has(tradeId)) continue
      const isOld = (id: ClientOrderId): boolean => !this.#unbooked.has(id) && this.marks(id).every((mark) => mark.atMs < oldestMs)
      const kept = orders.filter((id) => !isOld(id))
      if (kept.length === 0) this.#drop(tradeId)
      else {
        for (const id of orders) if (!kept.includes(id)) this.#marks.delete(id)
        this.#orders.set(tradeId, kept)
      }
    }
  }
}

const countOf = (orders: OrderMarks): number => [...orders.values()].reduce((sum, marks) => sum + marks.length, 0)
