import { assertNever } from '../../../core/assert'
import type { Unit, Value } from '../../../core/report/document'
import { formatFixed, MONEY_DECIMALS, PRICE_DECIMALS, QUANTITY_DECIMALS } from '../../../core/units'

const MICROS_PER_MS_DECIMALS = 3
const PER_CENT_DECIMALS = 4
const DOLLAR_SECONDS_DECIMALS = 3
const CENTS = 2

/** What stands where nothing is known, or nothing applies. */
export const UNKNOWN = '–'

const timeOf = (atMs: number): string => new Date(atMs).toISOString()

/** For machines: decimal dollars, contracts and milliseconds without a sign or a word, times in ISO 8601; empty where nothing is known. */
export function plain(unit: Unit, value: Value): string {
  if (value === null) return ''
  if (typeof value === 'string') return value
  switch (unit) {
    case 'money':
      return formatFixed(value, MONEY_DECIMALS, CENTS)
    case 'price':
      return formatFixed(value, PRICE_DECIMALS)
    case 'quantity':
      return formatFixed(value, QUANTITY_DECIMALS)
    case 'time':
      return timeOf(value)
    case 'micros':
      return formatFixed(value, MICROS_PER_MS_DECIMALS)
    case 'ratio':
      return formatFixed(value, MONEY_DECIMALS)
    case 'dollarSeconds':
      return formatFixed(value, DOLLAR_SECONDS_DECIMALS)
    case 'text':
    case 'count':
    case 'duration':
      return String(value)
    default:
      return assertNever(unit)
  }
}

const DURATIONS = [
  { ms: 86_400_000, name: 'd' },
  { ms: 3_600_000, name: 'h' },
  { ms: 60_000, name: 'min' },
  { ms: 1_000, name: 's' },
] as const

/** "2 d 3 h", "1 min 5 s", "120 ms": two units at most. */
function durationText(ms: number): string {
  const largest = DURATIONS.findIndex(({ ms: unit }) => ms >= unit)
  const [big, small] = [DURATIONS[largest], DURATIONS[largest + 1]]
  if (big === undefined) return `${ms} ms`
  const rest = small === undefined ? 0 : Math.floor((ms % big.ms) / small.ms)
  return `${Math.floor(ms / big.ms)} ${big.name}${small === undefined || rest === 0 ? '' : ` ${rest} ${small.name}`}`
}

/** For persons. */
export function shown(unit: Unit, value: Value): string {
  if (value === null) return UNKNOWN
  if (typeof value === 'string') return value
  const sign = value < 0 ? '−' : ''
  const text = plain(unit, unit === 'time' ? value : Math.abs(value))
  switch (unit) {
    case 'money':
      return `${sign}$${text}`
    case 'time':
      return `${text.slice(0, 10)} ${text.slice(11, 23)}`
    case 'micros':
      return `${sign}${text} ms`
    case 'ratio':
      return `${sign}${formatFixed(Math.abs(value), PER_CENT_DECIMALS, CENTS)} %`
    case 'duration':
      return `${sign}${durationText(Math.abs(value))}`
    case 'dollarSeconds':
      return `${sign}${text} $·s`
    case 'price':
    case 'quantity':
    case 'text':
    case 'count':
      return `${sign}${text}`
    default:
      return assertNever(unit)
  }
}

/** Columns whose digits stand under each other. */
export const isRight = (unit: Unit): boolean => unit !== 'text' && unit !== 'time'

/** "the beginning" or a moment, to the second. */
export const momentText = (atMs: number): string => (atMs === 0 ? 'the beginning' : `${timeOf(atMs).slice(0, 19).replace('T', ' ')} UTC`)
