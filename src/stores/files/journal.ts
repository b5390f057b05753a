import { mkdir, open, readdir, readFile, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { isOurOrderId, parseOrderId, type ClientOrderId, type TradeId } from '../../core/ids'
import type { Grant, JournalMark, TradeJournal, TradeMark } from '../../ports/journal'
import type { Log } from '../../ports/log'

/** Orders of yesterday may still be unresolved at midnight; of older ones only open trades and unbooked orders matter, and they are carried along. */
const DAYS_KEPT = 2
const DAY_MS = 86_400_000
const DAY_FILE = /^\d{4}-\d{2}-\d{2}\.ndjson$/
/** Ends a line that was cut off by a crash or a full disk, so that it can be told from damage. */
const TORN_SEAL = ' #torn'
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
  const folder = path.join(options.dir, 'journal')
  await mkdir(folder, { recursive: true })
  const journal = new FileJournal(folder, options.log)
  await journal.load()
  return journal
}

type FinalMark = Extract<JournalMark, { readonly mark: 'final' }>

type Mark = JournalMark | TradeMark

interface Append {
  readonly mark: Mark
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

class FileJournal implements DurableJournal {
  readonly #marks = new Map<ClientOrderId, JournalMark[]>()
  readonly #unbooked = new Map<ClientOrderId, FinalMark>()
  readonly #open = new Map<TradeId, Grant>()
  readonly #orders = new Map<TradeId, ClientOrderId[]>()
  #queue: Append[] = []
  #writing: Promise<void> | null = null
  #file: { readonly day: string; readonly handle: FileHandle } | null = null
  #torn = 0
  #closed = false

  constructor(
    readonly folder: string,
    readonly log: Log,
  ) {}

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
    return new Promise((resolve, reject) => {
      this.#queue.push({ mark, resolve, reject })
      this.#writing ??= this.#writeQueued()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#writing
    await this.#closeFile()
  }

  async load(): Promise<void> {
    const days = (await readdir(this.folder)).filter((name) => DAY_FILE.test(name)).toSorted()
    for (const name of days.slice(-DAYS_KEPT)) await this.#loadDay(path.join(this.folder, name))
    if (this.#torn > 0)
      this.log.warn({ folder: this.folder, torn: this.#torn }, 'the journal has lines that a crash cut off; they are ignored')
  }

  async #loadDay(file: string): Promise<void> {
    const lines = (await readFile(file, 'utf8')).split('\n')
    if (lines.pop() !== '') this.#torn += 1
    for (const [index, line] of lines.entries()) {
      if (line.endsWith(TORN_SEAL)) this.#torn += 1
      else this.#rememberOnce(parseMark(line, `${file}:${index + 1}`))
    }
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

  /** Never rejects: each append hears of its own fate. */
  async #writeQueued(): Promise<void> {
    while (this.#queue.length > 0) await this.#settle(this.#nextGroup())
    this.#writing = null // in the turn in which the queue was found empty: an append made right after starts anew
  }

  async #settle(group: readonly Append[]): Promise<void> {
    try {
      await this.#writeGroup(group)
      for (const append of group) append.resolve()
    } catch (error) {
      await this.#closeFile() // the next group opens it again and seals what this one may have left behind
      this.log.error({ error: String(error), marks: group.length }, 'the journal cannot be written')
      for (const append of group) append.reject(error)
    }
  }

  /** Everything queued for one day. */
  #nextGroup(): Append[] {
    const day = dayOf(this.#queue[0]?.mark)
    const next = this.#queue.findIndex((append) => dayOf(append.mark) !== day)
    return this.#queue.splice(0, next < 0 ? this.#queue.length : next)
  }

  async #writeGroup(group: readonly Append[]): Promise<void> {
    const handle = await this.#fileOf(dayOf(group[0]?.mark))
    await handle.appendFile(group.map(({ mark }) => lineOf(mark)).join(''))
    await handle.datasync()
  }

  async #fileOf(day: string): Promise<FileHandle> {
    if (this.#file?.day === day) return this.#file.handle
    await this.#closeFile()
    const handle = await open(path.join(this.folder, `${day}.ndjson`), 'a+')
    this.#file = { day, handle }
    await this.#startFile(handle, day)
    await syncFolder(this.folder)
    this.#forgetBefore(day)
    return handle
  }

  async #startFile(handle: FileHandle, day: string): Promise<void> {
    const { size } = await handle.stat()
    if (size > 0) return sealTornLine(handle, size)
    const orders = new Set([...this.#unbooked.keys(), ...[...this.#open.keys()].flatMap((trade) => this.ordersOf(trade))])
    const carried = [...this.#open.values(), ...[...orders].flatMap((id) => this.marks(id))].filter((mark) => dayOf(mark) < day)
    await handle.appendFile(carried.map(lineOf).join(''))
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

  async #closeFile(): Promise<void> {
    const file = this.#file
    this.#file = null
    await file?.handle.close().catch((error: unknown) => this.log.warn({ error: String(error) }, 'the journal file did not close'))
  }
}

async function sealTornLine(handle: FileHandle, size: number): Promise<void> {
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1)
  if (buffer.toString() !== '\n') await handle.appendFile(`${TORN_SEAL}\n`)
}

/** Without this a new file may be gone after a power cut although its content was synced. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
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

const lineOf = (mark: Mark): string => `${JSON.stringify(mark)}\n`
/** A queue is never empty where this is asked. */
const dayOf = (mark: Mark | undefined): string => new Date(mark?.atMs ?? 0).toISOString().slice(0, 10)
