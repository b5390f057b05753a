import type { Outcome } from '../../../core/ids'
import type { PriceBand } from '../../../core/market/grid'
import type { Millis, Price } from '../../../core/units'
import type { ContractRow, PriceIncrement } from './messages'
import { venueTime } from './times'

/** Every contract that we trade is listed there, and nowhere else (without the final E). */
export const EXCHANGE = 'FORECASTX'

/** Where a contract tells a last trading day without a time: that day's beginning at the exchange, the earliest it can mean. */
const EXCHANGE_ZONE = 'America/Chicago'

/** Decimal digits that a double carries without loss: what the venue wrote in more came to us rounded. */
const EXACT_DIGITS = 15

/**
 * A strike as the venue wrote it, from the double that the client library makes of it: the shortest decimal that reads as this double is what was
 * written, up to 15 digits. Empty when there is none, or when it could be another number.
 */
export function decimalText(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return ''
  const text = String(Object.is(value, -0) ? 0 : value)
  return /^-?\d+(\.\d+)?$/.test(text) && text.replace(/^-?0*\.?0*|[-.]/g, '').length <= EXACT_DIGITS ? text : ''
}

/** Rules are listed in the order of the exchanges. */
export function marketRuleOf(exchanges: string, rules: string): number | null {
  const all = rules.split(',')
  const rule = all[Math.max(0, exchanges.split(',').indexOf(EXCHANGE))] ?? all[0] ?? ''
  return /^\d{1,9}$/.test(rule) ? Number.parseInt(rule, 10) : null
}

/** By what a position tells of its contract, whose exchange may be empty or differ (trap 7): `FF Sep17'24 4.88 YES` is a local symbol. */
export const isEventContract = ({ exchange, localSymbol }: { readonly exchange: string; readonly localSymbol: string }): boolean =>
  exchange === EXCHANGE || / (YES|NO)$/.test(localSymbol)

/** C is YES, P is NO (§2). */
export const outcomeOf = (right: ContractRow['right']): Outcome | null => (right === 'C' ? 'yes' : right === 'P' ? 'no' : null)

/** When trading in a contract ends; its zone is told with the time, or beside the hours. null: not readable. */
export const closeOf = ({ lastTrade, timeZone, date }: ContractRow): Millis | null =>
  venueTime(lastTrade) ?? venueTime(`${lastTrade} ${timeZone}`) ?? venueTime(`${date} 00:00:00 ${EXCHANGE_ZONE}`)

export interface ContractRows {
  readonly yes: ContractRow
  readonly no: ContractRow
}
export interface Paired {
  readonly pairs: readonly ContractRows[]
  /** Contracts that make no pair, and why: a sentence each. */
  readonly problems: readonly string[]
}

/** Same question: the other right of the same product, class, date and strike. The local symbol rounds the strike: it is never read. */
const questionOf = (row: ContractRow): string => [row.symbol, row.tradingClass, row.date, row.strike].join(' ')

/** YES and NO of each question. What has no sibling, or more than one, is told and left out: a wrong pair would be no hedge. */
export function pairsOf(rows: readonly ContractRow[]): Paired {
  const questions = new Map<string, Map<number, ContractRow>>()
  const problems: string[] = []
  for (const row of rows) {
    if (row.secType !== '' && row.secType !== 'OPT') continue
    if (outcomeOf(row.right) === null || row.strike === '' || row.date === '')
      problems.push(`contract ${row.conId} (${row.localSymbol}) has no readable ${unreadableOf(row)}: it is not traded`)
    else questions.set(questionOf(row), (questions.get(questionOf(row)) ?? new Map<number, ContractRow>()).set(row.conId, row))
  }
  const pairs: ContractRows[] = []
  for (const [question, contracts] of questions) {
    const sides = (wanted: Outcome): readonly ContractRow[] => [...contracts.values()].filter(({ right }) => outcomeOf(right) === wanted)
    const [yes, otherYes] = sides('yes')
    const [no, otherNo] = sides('no')
    if (yes && no && !otherYes && !otherNo) pairs.push({ yes, no })
    else problems.push(problemOf(question, sides('yes'), sides('no')))
  }
  return { pairs, problems }
}

const unreadableOf = (row: ContractRow): string => (outcomeOf(row.right) === null ? 'right' : row.strike === '' ? 'strike' : 'date')

function problemOf(question: string, yes: readonly ContractRow[], no: readonly ContractRow[]): string {
  const named = (rows: readonly ContractRow[]): string => rows.map(({ conId }) => conId).join(' and ')
  if (no.length === 0) return `${question}: YES is contract ${named(yes)}, and no NO is listed: it is not traded`
  if (yes.length === 0) return `${question}: NO is contract ${named(no)}, and no YES is listed: it is not traded`
  return `${question} is listed more than once (YES ${named(yes)}, NO ${named(no)}): it is not traded until one of each is left`
}

/** Prices from `lowest` to `highest` in the steps of a market rule; null when the rule does not cover them on our grid. */
export function bandsOf(increments: readonly PriceIncrement[], lowest: Price, highest: Price): readonly PriceBand[] | null {
  const edges = increments.toSorted((a, b) => (a.lowEdge ?? 0) - (b.lowEdge ?? 0))
  const bands: PriceBand[] = []
  for (const [at, { lowEdge, increment }] of edges.entries()) {
    if (lowEdge === null || increment === null || increment <= 0) return null
    const step = increment as Price
    const next = edges[at + 1]?.lowEdge ?? highest + step
    const start = Math.max(lowEdge, Math.ceil((lowest - lowEdge) / step) * step + lowEdge) as Price
    const end = Math.min(highest, next - step) as Price
    if (start <= end) bands.push({ start, end, step })
  }
  const [first] = bands
  return first && first.start === lowest ? bands : null
}
