import path from 'node:path'
import type { ClientOrderId, TradeId } from '../../core/ids'
import type { FillKnown, JournalMark } from '../../ports/journal'
import { linesWith, newestDays, type Extent } from './day-file'
import { finalOf, isSame, parseMark, tradeOf, type OrderMarks } from './marks'

/** What memory keeps of a closed trade: where its marks stand, and its fills, which the venues tell again and again all day. */
interface Closed extends Extent {
  /** Marks of its orders: so many must be found. */
  readonly marks: number
  readonly latestMs: number
  /** One line for each fill of its orders' last finals. */
  readonly fills: string
}

/** The two days that are kept, and the one before: a late fill of yesterday's trade stands apart from its order. */
const DAYS_SEARCHED = 3
const LINE = '\n'
const FIELD = '\t'
const nameOf = (id: ClientOrderId, tradeId: TradeId): string => id.slice(id.indexOf(tradeId) + tradeId.length + 1)
const finalLine = (name: string): string => `${LINE}${name}${LINE}`
const fillLine = (name: string, executionId: string, hasFee: boolean): string => `${LINE}${name} ${executionId}${hasFee ? '' : ' ?'}${LINE}`

/** One flat string: as an object with its numbers and texts it takes a quarter more. */
const packed = ({ day, from, to, marks, latestMs, fills }: Closed): string => [day, from, to, marks, latestMs, fills].join(FIELD)
function unpacked(text: string): Closed {
  const [day = '', from, to, marks, latestMs, ...fills] = text.split(FIELD)
  return { day, from: Number(from), to: Number(to), marks: Number(marks), latestMs: Number(latestMs), fills: fills.join(FIELD) }
}
/** An id that was cut out of an order's id keeps all of that in memory for as long as it is kept itself. */
const copyOf = (id: TradeId): TradeId => Buffer.from(id, 'latin1').toString('latin1') as TradeId

/**
 * Trades whose last order is final and booked, in some two hundred bytes each: ten thousand of a day are nothing to a process. Their marks are read back
 * from the files when somebody asks, which is a late fill, a cure of one, or an operator.
 */
export class ClosedTrades {
  readonly #folder: string
  readonly #closed = new Map<TradeId, string>()
  /** Who asks once asks for each of the trade's orders. */
  #last: { readonly tradeId: TradeId; readonly orders: OrderMarks } | null = null

  constructor(folder: string) {
    this.#folder = folder
  }

  has(tradeId: TradeId): boolean {
    return this.#closed.has(tradeId)
  }
  /** Those with a mark at or after a moment. */
  since(atMs: number): readonly TradeId[] {
    return [...this.#closed].flatMap(([tradeId, text]) => (unpacked(text).latestMs >= atMs ? [tradeId] : []))
  }

  /** @param extent where all of its marks are on disk. */
  add(tradeId: TradeId, orders: OrderMarks, { day, from, to }: Extent): void {
    const all = [...orders.values()].flat()
    const lines = [...orders].flatMap(([id, marks]) => linesOf(nameOf(id, tradeId), marks))
    const latestMs = all.reduce((latest, { atMs }) => Math.max(latest, atMs), 0)
    this.#closed.set(copyOf(tradeId), packed({ day, from, to, marks: all.length, latestMs, fills: lines.join('') }))
    if (this.#last?.tradeId === tradeId) this.#last = null
  }

  /** How the last final mark of an order has an execution; null: it has none. From memory. */
  fill(tradeId: TradeId, id: ClientOrderId, executionId: string): FillKnown | null {
    const fills = this.#find(tradeId)?.fills ?? ''
    const name = nameOf(id, tradeId)
    if (!fills.includes(finalLine(name))) return null
    if (fills.includes(fillLine(name, executionId, true))) return 'told'
    return fills.includes(fillLine(name, executionId, false)) ? 'without-fee' : 'news'
  }

  /** @throws Error when the files have not all of its marks: then nobody can say what was sent. */
  orders(tradeId: TradeId): OrderMarks {
    if (this.#last?.tradeId === tradeId) return this.#last.orders
    const closed = this.#find(tradeId)
    if (!closed) return new Map()
    const near = this.#near(tradeId, closed)
    const orders = countOf(near) === closed.marks ? near : this.#read(newestDays(this.#folder, DAYS_SEARCHED), tradeId, null)
    if (countOf(orders) < closed.marks)
      throw new Error(`${this.#folder} has not all marks of trade ${tradeId} any more: reconcile with the venues`)
    this.#last = { tradeId, orders }
    return orders
  }

  /** It has marks again that are in nobody's file yet. @returns where the others are */
  take(tradeId: TradeId): { readonly orders: OrderMarks; readonly extent: Extent } | null {
    const closed = this.#find(tradeId)
    if (!closed) return null
    const taken = { orders: this.orders(tradeId), extent: { day: closed.day, from: closed.from, to: closed.to } }
    this.#closed.delete(tradeId)
    this.#last = null
    return taken
  }

  forgetBefore(day: string): void {
    for (const [tradeId, text] of this.#closed) if (unpacked(text).day < day) this.#closed.delete(tradeId)
    this.#last = null
  }

  #find(tradeId: TradeId): Closed | null {
    const text = this.#closed.get(tradeId)
    return text === undefined ? null : unpacked(text)
  }

  /** Where this process has counted them: a predecessor that did not know yet that it was fenced may have moved them. */
  #near(tradeId: TradeId, closed: Closed): OrderMarks {
    try {
      return this.#read([`${closed.day}.ndjson`], tradeId, closed)
    } catch {
      return new Map() // it begins within a line: all files are read instead
    }
  }

  #read(names: readonly string[], tradeId: TradeId, part: Pick<Extent, 'from' | 'to'> | null): OrderMarks {
    const orders = new Map<ClientOrderId, JournalMark[]>()
    for (const name of names)
      for (const mark of marksIn(path.join(this.#folder, name), tradeId, part)) {
        const known = orders.get(mark.clientOrderId) ?? []
        if (!known.some((each) => isSame(each, mark))) orders.set(mark.clientOrderId, [...known, mark])
      }
    return orders
  }
}

function linesOf(name: string, marks: readonly JournalMark[]): readonly string[] {
  const final = finalOf(marks)
  if (!final) return []
  return [finalLine(name), ...final.fills.map(({ executionId, fee }) => fillLine(name, executionId, fee !== null))]
}

const countOf = (orders: OrderMarks): number => [...orders.values()].reduce((sum, marks) => sum + marks.length, 0)

/** The marks of a trade's orders in a file, or in a part of it. */
const marksIn = (file: string, tradeId: TradeId, part: Pick<Extent, 'from' | 'to'> | null): readonly JournalMark[] =>
  linesWith(file, tradeId, part).flatMap((line) => {
    const mark = parseMark(line, file)
    return 'clientOrderId' in mark && tradeOf(mark) === tradeId ? [mark] : []
  })
