import path from 'node:path'
import { configDirOf, environment } from '../../config/environment'
import { readFile } from '../../config/files'
import { venuesSchema } from '../../config/schema/venues'
import { formatQuantity } from '../../core/units'
import type { Log } from '../../ports/log'
import type { OpportunityRow } from '../../ports/record'
import { framesOf } from '../../replay/frames'
import { replay as replayFrames, type Ladder, type Replayed, type ReplayOptions } from '../../replay/replay'
import { shown } from '../../operator/reports/render/format'
import { durationMs } from '../../replay/seen'
import { judgedBy } from '../../wiring/captures/terms'
import { clockTime, dollars, print, printJson, table } from '../render'

/** Rates are in 1e-4, shown ratios in 1e-6. */
const PPM_PER_RATE = 100

/** As typed; undefined: not given. */
export interface ReplayArguments {
  readonly books?: boolean | undefined
  readonly opportunities?: boolean | undefined
  readonly until?: string | undefined
  readonly sequence: string
  readonly json?: boolean | undefined
}
type ReplayReport = Replayed & {
  readonly elapsedMs: number
  /** Where a file could not be read any further: what is told is of everything before it. null: nowhere. */
  readonly damaged: string | null
}

/** Fewer digits of a digest tell two runs apart as well; the whole is in the JSON. */
const SHOWN_DIGITS = 16

/** @returns the exit code: 1 where a file is damaged after what could be read. @throws RangeError for a wrong option or a file that is no capture; ConfigurationError when the venues' configuration cannot be used. */
export async function replay(
  files: readonly string[],
  { books, opportunities = false, until, sequence, json }: ReplayArguments,
): Promise<number> {
  if (files.length === 0) throw new RangeError('replay takes captures (*.ndjson or *.ndjson.gz), oldest first; or day DATE; or nightly')
  const lines = until === undefined ? null : linesOf(until)
  const options: ReplayOptions = { ...configured(), sequence: sequenceOf(sequence), until: lines, opportunities }
  const startedMs = performance.now()
  let damaged: string | null = null
  const frames = framesOf(files, STDERR_LOG, (sentence) => (damaged = sentence))
  const replayed = await replayFrames(frames, options)
  const report: ReplayReport = { ...replayed, elapsedMs: Math.round(performance.now() - startedMs), damaged }
  if (json) printJson(books ? report : { ...report, books: [] })
  else
    print([summaryText(report), ...(opportunities ? [opportunitiesText(report)] : []), ...(books ? [booksText(report)] : [])].join('\n\n'))
  if (damaged === null) return 0
  process.stderr.write(`crossbook: ${String(damaged)}: what is told above is of everything before it\n`)
  return 1
}

function sequenceOf(text: string): ReplayOptions['sequence'] {
  if (text !== 'check' && text !== 'ignore') throw new RangeError(`--sequence takes check or ignore, not "${text}"`)
  return text
}

function linesOf(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new RangeError(`--until takes a number of lines from 1, not "${text}"`)
  return Number.parseInt(text, 10)
}

function configured(): ReturnType<typeof judgedBy> {
  const configDir = configDirOf(environment())
  return judgedBy(configDir, readFile(path.join(configDir, 'venues.yaml'), venuesSchema))
}

/** For a person who waits: sentences, not JSON lines. */
const say = (fields: object, message: string): void => void process.stderr.write(`crossbook: ${message} ${JSON.stringify(fields)}\n`)
const STDERR_LOG: Log = { debug: () => undefined, info: say, warn: say, error: say }

/** Counts and the digest, one value a line. */
export const summaryText = (report: ReplayReport): string =>
  table(
    ['replayed', ''],
    [
      ['messages', String(report.messages)],
      ['gaps', String(report.gaps)],
      ['resyncs', String(report.resyncs)],
      ['unreadable, inconsistent', `${report.unreadable}, ${report.inconsistent}`],
      ['found, refused', `${report.found}, ${report.refused}`],
      ...Object.entries(report.refusals).map(([reason, looks]) => [`  ${reason}`, String(looks)]),
      ['opportunities', String(report.opportunities.count)],
      ...outstandingText(report.opportunities),
      ...edgesText(report.edges),
      ['decisions', report.decisionsSha256.slice(0, SHOWN_DIGITS)],
      ['elapsed', `${report.elapsedMs} ms`],
    ],
  )

/** Edges that the frames say were decided; none where there was none. */
const edgesText = ({ decided, compared, same }: ReplayReport['edges']): string[][] =>
  decided === 0 ? [] : [['edges decided, compared, the same', `${decided}, ${compared}, ${same}`]]

/** The longest and the best opportunity; none where there was none. */
function outstandingText({ longest, best }: ReplayReport['opportunities']): string[][] {
  if (longest === null) return []
  const of = (row: OpportunityRow): string => `${row.subject} ${row.direction} at ${clockTime(row.firstSeenMs)}`
  return [
    ['  longest', `${durationMs(longest)} ms, ${of(longest)}`],
    ...(best?.best ? [['  best', `${dollars(best.best.netEdge)} on ${formatQuantity(best.best.quantity)}, ${of(best)}`]] : []),
  ]
}

/** One line an opportunity, in the order of their ends. */
export const opportunitiesText = ({ opportunities: { list } }: ReplayReport): string =>
  table(
    ['first seen', 'pair', 'direction', 'lasted', 'looks', 'finds', 'best size', 'best edge', 'a year', 'outcome', 'refused by'],
    list.map((row) => [
      clockTime(row.firstSeenMs),
      row.subject,
      row.direction,
      `${durationMs(row)} ms`,
      String(row.looks),
      String(row.finds),
      row.best ? formatQuantity(row.best.quantity) : '–',
      row.best ? dollars(row.best.netEdge) : '–',
      row.best === null || row.best.annualReturn === null ? '–' : shown('ratio', row.best.annualReturn * PPM_PER_RATE),
      row.outcome,
      row.refusals || '–',
    ]),
    [3, 4, 5, 6, 7, 8],
  )

/** One line a book: its tops and how deep it is. */
export const booksText = ({ books }: ReplayReport): string =>
  table(
    ['venue', 'market', 'side', 'bid', 'ask', 'levels'],
    books.map((book) => {
      const [bids, asks] = book.venue === 'kalshi' ? [book.yesBids, book.yesAsks] : [book.bids, book.asks]
      const side = book.venue === 'kalshi' ? 'yes' : book.outcome
      return [book.venue, book.market, side, topText(bids), topText(asks), book.live ? `${bids.length} | ${asks.length}` : 'not known']
    }),
  )

const topText = ([best]: Ladder): string => (best ? `${best[1]} at ${best[0]}` : '–')
