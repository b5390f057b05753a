import { invariant } from '../../../core/assert'
import { millis, type Millis } from '../../../core/units'
import type { Log } from '../../../ports/log'
import type { RecordRow } from '../../../ports/record'
import { DamagedCapture, readCapture } from '../../../stores/files/capture-reader'
import { encodeFrame } from '../../../stores/files/frame-line'
import { instant } from '../../../venues/kalshi/wire/fields'
import type { CaptureForm, Form, Warn } from './form'
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
/** A line, or a frame of a capture, by its own number. */
export interface BadLine extends Line {
  readonly reason: string
}
export interface IngestOptions {
  readonly sink: Sink | null
  /** When an answer of The Odds API came that does not tell it itself; null: nobody has said. */
  readonly fetchedMs: Millis | null
  /** A line that cannot be used, as soon as it is met. */
  readonly onBad: (bad: BadLine) => void
  /** What is not loaded although every line was read: frames that are missing, changes without a snapshot. */
  readonly onWarning: Warn
  readonly onProgress: (lines: number, rows: number) => void
}
export interface Ingested {
  readonly form: Form['name']
  /** Of a capture: frames. */
  readonly lines: number
  readonly bad: number
  readonly warnings: number
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
 * Loads a recording line by line. What cannot be read is told with its number and counted, never left out in silence. A capture is read as a replay reads it.
 * @throws RangeError for a file of no known form, an empty one, or a capture of another version; the file system's error; the sink's.
 */
export async function ingestFile(file: string, { sink, fetchedMs, onBad, onWarning, onProgress }: IngestOptions): Promise<Ingested> {
  const tables = new Map<string, TableRows>()
  const progress = { lines: 0, bad: 0, warnings: 0, rows: 0, told: 0 }
  let waiting = 0
  const tell = (row: RecordRow): void => {
    count(tables, row)
    progress.rows += 1
    waiting += 1
    sink?.offer(row)
  }
  const warn = (sentence: string): void => {
    progress.warnings += 1
    onWarning(sentence)
  }
  const form = formOf(await firstLine(file), tell, warn, fetchedMs)
  let cut: string | null = null
  for await (const piece of piecesOf(file, form, warn, (reason) => (cut = reason))) {
    progress.lines += 1
    try {
      piece.take()
    } catch (error) {
      progress.bad += 1
      onBad({ number: piece.number, text: piece.text(), reason: (error as Error).message })
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
  await sink?.room(0)
  const { lines, bad, warnings } = progress
  return { form: form.name, lines, bad, warnings, cut, tables: Object.fromEntries(tables) }
}

/** @throws RangeError where there is none. */
async function firstLine(file: string): Promise<string> {
  let cut: string | null = null
  for await (const { text } of linesOf(file, (reason) => (cut = reason))) if (text.trim() !== '') return text
  throw new RangeError(`${file} has no lines${cut === null ? '' : `: ${String(cut)}`}`)
}

/** What a form takes at a time. */
interface Piece {
  readonly number: number
  readonly text: () => string
  readonly take: () => void
}

async function* piecesOf(file: string, form: Form, warn: Warn, cut: (reason: string) => void): AsyncGenerator<Piece> {
  if (form.name === 'capture') return yield* framesOf(file, form, warn, cut)
  for await (const { number, text } of linesOf(file, cut))
    if (text.trim() !== '') yield { number, text: () => text, take: () => form.take(text, number) }
}

/** @throws RangeError when nothing of it can be read, with the reader's sentence. */
async function* framesOf(file: string, form: CaptureForm, warn: Warn, cut: (reason: string) => void): AsyncGenerator<Piece> {
  let frames = 0
  try {
    for await (const frame of readCapture(file, readerLog(warn, cut))) {
      frames += 1
      yield { number: frame.n, text: () => encodeFrame(frame), take: () => form.receive(frame) }
    }
  } catch (error) {
    if (!(error instanceof DamagedCapture)) throw error
    if (frames === 0) throw new RangeError(error.message, { cause: error })
    cut(`it is damaged after ${frames} frames (${error.message})`)
  }
}

/** What the reader of captures tells beside their frames. */
function readerLog(warn: Warn, cut: (reason: string) => void): Log {
  const say = (fields: object, message: string): void => {
    const { line, lines, missing, jumpMs } = fields as { line?: number; lines?: number; missing?: number; jumpMs?: number }
    if (line === undefined) cut(`it has no end after line ${lines}`)
    else warn(`line ${line}: ${message} (${missing === undefined ? `${jumpMs} ms` : `${missing} frames`})`)
  }
  return { debug: () => undefined, info: () => undefined, warn: say, error: say }
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
