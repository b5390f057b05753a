import path from 'node:path'
import { configDirOf, environment } from '../../config/environment'
import { readFile } from '../../config/files'
import { venuesSchema, type VenuesFile } from '../../config/schema/venues'
import type { ForecastexRegime } from '../../core/market/fees-forecastex'
import { formatQuantity, millis } from '../../core/units'
import type { Log } from '../../ports/log'
import type { OpportunityRow } from '../../ports/record'
import { framesOf } from '../../replay/frames'
import { replay as replayFrames, type Ladder, type Replayed, type ReplayOptions } from '../../replay/replay'
import { durationMs } from '../../replay/seen'
import { clockTime, dollars, print, printJson, table } from '../render'

/** As typed; undefined: not given. */
export interface ReplayArguments {
  readonly books?: boolean | undefined
  readonly opportunities?: boolean | undefined
  readonly until?: string | undefined
  readonly sequence: string
  readonly json?: boolean | undefined
}
type ReplayReport = Replayed & { readonly elapsedMs: number }

/** Fewer digits of a digest tell two runs apart as well; the whole is in the JSON. */
const SHOWN_DIGITS = 16

/** @throws RangeError for a wrong option or a file that is no capture; ConfigurationError when the venues' configuration cannot be used. */
export async function replay(
  files: readonly string[],
  { books, opportunities = false, until, sequence, json }: ReplayArguments,
): Promise<void> {
  const lines = until === undefined ? null : linesOf(until)
  const options: ReplayOptions = { ...configured(), sequence: sequenceOf(sequence), until: lines, opportunities }
  const startedMs = performance.now()
  const replayed = await replayFrames(framesOf(files, STDERR_LOG), options)
  const report: ReplayReport = { ...replayed, elapsedMs: Math.round(performance.now() - startedMs) }
  if (json) printJson(books ? report : { ...report, books: [] })
  else
    print([summaryText(report), ...(opportunities ? [opportunitiesText(report)] : []), ...(books ? [booksText(report)] : [])].join('\n\n'))
}

function sequenceOf(text: string): ReplayOptions['sequence'] {
  if (text !== 'check' && text !== 'ignore') throw new RangeError(`--sequence takes check or ignore, not "${text}"`)
  return text
}

function linesOf(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new RangeError(`--until takes a number of lines from 1, not "${text}"`)
  return Number.parseInt(text, 10)
}

/** What the files of a capture do not tell: how the venues charge and how a find is valued. */
function configured(): Omit<ReplayOptions, 'sequence' | 'until' | 'opportunities'> {
  const { mode, kalshi, forecastex, box } = readFile(path.join(configDirOf(environment()), 'venues.yaml'), venuesSchema)
  return {
    mode,
    balancePrecision: kalshi.balance_precision,
    policy: box,
    regimes: forecastex.fee_regimes.map(regime).toSorted((a, b) => a.effectiveFromMs - b.effectiveFromMs),
  }
}

const regime = (of: VenuesFile['forecastex']['fee_regimes'][number]): ForecastexRegime => ({
  effectiveFromMs: millis(Date.parse(of.effective_from)),
  feePerContract: of.fee_per_contract,
  pairPrice: of.pair_price,
})

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
      ['decisions', report.decisionsSha256.slice(0, SHOWN_DIGITS)],
      ['elapsed', `${report.elapsedMs} ms`],
    ],
  )

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
      row.best?.annualReturn ? percent(row.best.annualReturn) : '–',
      row.outcome,
      row.refusals || '–',
    ]),
    [3, 4, 5, 6, 7, 8],
  )

/** Of a rate in 1e-4: "25.20 %". */
const percent = (rate: number): string => `${Math.trunc(rate / 100)}.${String(Math.abs(rate % 100)).padStart(2, '0')} %`

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
