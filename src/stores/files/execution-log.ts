import { rm } from 'node:fs/promises'
import path from 'node:path'
import { isOurOrderId, type ClientOrderId } from '../../core/ids'
import type { ExecutionLog, ToldExecution, ToldMark } from '../../ports/journal'
import type { Log } from '../../ports/log'
import { DayFiles, dayOf, daysIn, linesWith, newestDays, readNewest } from './day-file'

/**
 * An order that is still unresolved after so long is the operator's (E12): a login that is missed on a Sunday and a week of holidays fit in. A busy
 * day is some megabytes, so that what is kept stays small and a start reads it in a moment.
 */
const DAYS_KEPT = 8
const WHAT = 'log of executions'
const DAY_MS = 86_400_000

export interface DurableExecutionLog extends ExecutionLog {
  /** Lines that were cut off by a crash. */
  readonly torn: number
  close(): Promise<void>
}

/**
 * What ForecastEx told of our orders in `<dir>/executions/<UTC day>.ndjson`, append-only: its gateway forgets at midnight (trap 9). `append` resolves
 * after fdatasync, and appends made while one is under way share the next one: a power cut loses at most the last burst, which the gateway tells
 * again on the same day. The newest eight days are kept and loaded. One process may write it: it is opened after the lease was taken.
 * @throws Error naming file and line when a complete line is not a mark, and the file system's errors.
 */
export async function openExecutionLog(options: { readonly dir: string; readonly log: Log }): Promise<DurableExecutionLog> {
  const executions = new FileExecutionLog(path.join(options.dir, 'executions'), options.log)
  await executions.load()
  return executions
}

class FileExecutionLog implements DurableExecutionLog {
  readonly told: ToldMark[] = []
  readonly #files: DayFiles
  #upTo = 0
  #torn = 0

  constructor(
    readonly folder: string,
    readonly log: Log,
  ) {
    this.#files = new DayFiles({
      folder,
      what: WHAT,
      log,
      carry: (day) => this.#carried(day),
      opened: (day) => this.#rotate(day),
    })
  }

  get torn(): number {
    return this.#torn
  }

  async append(mark: ToldMark): Promise<void> {
    await this.#files.append(dayOf(mark.atMs), JSON.stringify(mark))
    if (mark.mark === 'numbers') this.#upTo = Math.max(this.#upTo, mark.upTo)
  }

  of(clientOrderId: ClientOrderId): readonly ToldMark[] {
    const files = newestDays(this.folder, DAYS_KEPT).map((name) => path.join(this.folder, name))
    const marksWith = (text: string): readonly ToldMark[] =>
      files.flatMap((file) => linesWith(file, text, null).map((line) => parseMark(line, file)))
    const own = marksWith(clientOrderId).filter((mark) => 'clientOrderId' in mark && mark.clientOrderId === clientOrderId)
    const fees = own.flatMap((mark) =>
      mark.mark === 'execution'
        ? marksWith(mark.execution.execId).filter((other) => other.mark === 'fee' && other.execId === mark.execution.execId)
        : [],
    )
    return [...own, ...fees]
  }

  close(): Promise<void> {
    return this.#files.close()
  }

  async load(): Promise<void> {
    const { folder, log } = this
    this.#torn = await readNewest({ folder, what: WHAT, log }, DAYS_KEPT, (line, place) => this.told.push(parseMark(line, place)))
    for (const mark of this.told) if (mark.mark === 'numbers') this.#upTo = Math.max(this.#upTo, mark.upTo)
  }

  /** Used order numbers are never forgotten, however long nothing is traded. */
  #carried(day: string): readonly string[] {
    return this.#upTo === 0 ? [] : [JSON.stringify({ mark: 'numbers', atMs: Date.parse(day), upTo: this.#upTo })]
  }

  async #rotate(day: string): Promise<void> {
    const oldest = dayOf(Date.parse(day) - (DAYS_KEPT - 1) * DAY_MS)
    for (const name of await daysIn(this.folder)) if (name < oldest) await rm(path.join(this.folder, name), { force: true })
  }
}

/** The fields of a mark and what they are. */
const EXECUTION: { readonly [F in keyof ToldExecution]: 'text' | 'number' | 'price' } = {
  execId: 'text',
  orderId: 'number',
  clientId: 'number',
  permId: 'number',
  orderRef: 'text',
  account: 'text',
  conId: 'number',
  side: 'text',
  quantity: 'number',
  cumulative: 'number',
  price: 'price',
  time: 'text',
}
const isField = (value: unknown, kind: 'text' | 'number' | 'price'): boolean =>
  kind === 'text' ? typeof value === 'string' : Number.isSafeInteger(value) || (kind === 'price' && value === null)
const isExecution = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(EXECUTION).every(([field, kind]) => isField((value as Record<string, unknown>)[field], kind))

type Fields = {
  readonly [F in 'mark' | 'atMs' | 'clientOrderId' | 'execution' | 'execId' | 'fee' | 'permId' | 'hinted' | 'upTo']?: unknown
}

function isMark(mark: Fields): boolean {
  const isOrder = typeof mark.clientOrderId === 'string' && isOurOrderId(mark.clientOrderId)
  switch (mark.mark) {
    case 'execution':
      return isOrder && isExecution(mark.execution)
    case 'ended':
      return isOrder && Number.isSafeInteger(mark.permId) && Number.isSafeInteger(mark.hinted)
    case 'fee':
      return typeof mark.execId === 'string' && Number.isSafeInteger(mark.fee)
    case 'numbers':
      return Number.isSafeInteger(mark.upTo)
    default:
      return false
  }
}

function parseMark(line: string, place: string): ToldMark {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (error) {
    throw damaged(place, error)
  }
  if (typeof value !== 'object' || value === null || !Number.isSafeInteger((value as Fields).atMs) || !isMark(value)) throw damaged(place)
  return value as ToldMark
}

const damaged = (place: string, cause?: unknown): Error =>
  new Error(`${place} is not a mark of an execution: the file was damaged; reconcile with ForecastEx, then move it away`, { cause })
