import { invariant } from '../../../core/assert'
import { millis, type Millis } from '../../../core/units'
import type { RecordRow } from '../../../ports/record'
import { instant } from '../../../venues/kalshi/wire/fields'
import type { Form } from './form'
import { formOf } from './forms'
import { linesOf, type Line } from './lines'

/** Told so often: a line may be one row, or the thousands of a fetch. */
const PROGRESS_EVERY = 50_000
/** Rows that are waited for before more are made: far below what the writer would put on disk. */
const QUEUED_MAX = 10_000

/** Where rows go; null: nowhere, they are counted. */
export interface Sink {
  offer(row: RecordRow): void
  /** Resolves when so few rows wait. @throws Error when they do not get fewer in time. */
  room(queuedMax: number): Promise<void>
}
export interface BadLine extends Line {
  readonly reason: string
}
export interface IngestOptions {
  readonly sink: Sink | null
  /** When an answer of The Odds API came that does not tell it itself; null: nobody has said. */
  readonly fetchedMs: Millis | null
  /** A line that cannot be used, as soon as it is met. */
  readonly onBad: (bad: BadLine) => void
  readonly onProgress: (lines: number, rows: number) => void
}
export interface Ingested {
  readonly form: Form['name']
  readonly lines: number
  readonly bad: number
  /** null: the file is whole; else why what follows could not be read. */
  readonly cut: string | null
  /** Rows by table, with the time of the oldest and the newest. */
  readonly tables: Readonly<Record<string, TableRows>>
}
export interface TableRows {
  readonly rows: number
  readonly firstMs: number
  readonly lastMs: number
}

/**
 * Loads a recording line by line. What cannot be read is told with its number and counted, never left out in silence.
 * @throws RangeError for a file of no known form, or an empty one; the file system's error; the sink's.
 */
export async function ingestFile(file: string, { sink, fetchedMs, onBad, onProgress }: IngestOptions): Promise<Ingested> {
  const tables = new Map<string, TableRows>()
  const progress = { lines: 0, bad: 0, rows: 0, told: 0 }
  let waiting = 0
  const tell = (row: RecordRow): void => {
    count(tables, row)
    progress.rows += 1
    waiting += 1
    sink?.offer(row)
  }
  let form: Form | null = null
  let cut: string | null = null
  for await (const line of linesOf(file, (reason) => (cut = reason))) {
    if (line.text.trim() === '') continue
    form ??= formOf(line.text, tell, fetchedMs)
    progress.lines += 1
    try {
      form.take(line.text, line.number)
    } catch (error) {
      progress.bad += 1
      onBad({ ...line, reason: (error as Error).message })
    }
    if (waiting >= QUEUED_MAX) {
      await sink?.room(QUEUED_MAX)
      waiting = 0
    }
    if (progress.lines + progress.rows - progress.told >= PROGRESS_EVERY) {
      progress.told = progress.lines + progress.rows
      onProgress(progress.lines, progress.rows)
    }
  }
  if (form === null) throw new RangeError(`${file} has no lines${cut === null ? '' : `: ${String(cut)}`}`)
  await sink?.room(0)
  return { form: form.name, lines: progress.lines, bad: progress.bad, cut, tables: Object.fromEntries(tables) }
}

function count(tables: Map<string, TableRows>, row: RecordRow): void {
  const table = tableOf(row)
  const atMs = 'atMs' in row ? row.atMs : 0
  const known = tables.get(table) ?? { rows: 0, firstMs: atMs, lastMs: atMs }
  tables.set(table, { rows: known.rows + 1, firstMs: Math.min(known.firstMs, atMs), lastMs: Math.max(known.lastMs, atMs) })
}

/** The kinds that a recording makes. */
const TABLES: Readonly<Partial<Record<RecordRow['kind'], string>>> = {
  print: 'kalshi_trades',
  change: 'kalshi_orderbook',
  market: 'kalshi_markets',
  odds: 'sportsbook_odds',
}
function tableOf(row: RecordRow): string {
  if (row.kind === 'tick') return row.venue === 'kalshi' ? 'kalshi_ticks' : 'forecastex_ticks'
  const table = TABLES[row.kind]
  invariant(table !== undefined, `a recording has made a row of kind ${row.kind}`)
  return table
}

/**
 * The time of `--fetched-at`; `nowMs` bounds it, for a row of the future would make all others old.
 * @throws RangeError for a text that is no RFC 3339 time, or one after `nowMs`.
 */
export function fetchedAtOf(text: string, nowMs: Millis): Millis {
  try {
    const at = instant(text)
    if (at <= nowMs) return millis(at)
  } catch (error) {
    throw new RangeError(`--fetched-at: ${(error as Error).message}; write it as 2026-08-14T17:18:00Z`)
  }
  throw new RangeError(`--fetched-at ${text} is in the future`)
}

/** A row that is older than its table is kept would go at once: what to change. null: all of them stay. */
export function goneAtOnce(
  { tables }: Ingested,
  newestMs: Readonly<Record<string, number | null>>,
  keepDays: Readonly<Record<string, number>>,
): string | null {
  for (const [table, { firstMs, lastMs }] of Object.entries(tables)) {
    const days = keepDays[table] ?? 0
    const newest = Math.max(lastMs, newestMs[table] ?? lastMs)
    if (days > 0 && firstMs < newest - days * DAY_MS)
      return `the oldest row of ${table} is of ${new Date(firstMs).toISOString().slice(0, 10)}, more than the ${days} days that it is kept before its newest row (${new Date(newest).toISOString().slice(0, 10)}): it would go at once. Set keep_days.${table} in config/record.yaml to more, or to 0, then: crossbook migrate`
  }
  return null
}
const DAY_MS = 86_400_000
