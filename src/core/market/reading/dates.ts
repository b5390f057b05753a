const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
export const MONTH =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?'
/** "Sep 16, 2026", "September 16 2026": capturing month, day, year. */
export const DATE = `(${MONTH}) ?(\\d{1,2}),? ?(20\\d\\d)`
const QUARTERS: Readonly<Record<string, string>> = { first: '1', second: '2', third: '3', fourth: '4' }

/** `09` of "Sep.", "September"; null: no month. */
export function monthOf(name: string): string | null {
  const index = MONTHS.indexOf(name.slice(0, 3).toLowerCase())
  return index === -1 ? null : String(index + 1).padStart(2, '0')
}

/** `2026-09-16`; null: no such month or day. */
export function dayOf(month: string | undefined, day: string | undefined, year: string | undefined): string | null {
  const number = monthOf(month ?? '')
  const ofMonth = Number.parseInt(day ?? '', 10)
  if (number === null || !year || !(ofMonth >= 1 && ofMonth <= 31)) return null
  return `${year}-${number}-${String(ofMonth).padStart(2, '0')}`
}

const DATES = new RegExp(`\\b${DATE}`, 'gi')
/** Every full date of a text, in its order. */
export const daysIn = (text: string): readonly string[] =>
  [...text.matchAll(DATES)].flatMap(([, month, day, year]) => dayOf(month, day, year) ?? [])

const MONTH_AND_YEAR = new RegExp(`\\b(${MONTH}),? ?(20\\d\\d)\\b`, 'gi')
/** Every "August 2026" of a text ("September2026" too, as ForecastEx prints it). */
export const monthsIn = (text: string): readonly string[] =>
  [...text.matchAll(MONTH_AND_YEAR)].flatMap(([, month = '', year = '']) => {
    const number = monthOf(month)
    return number === null ? [] : [`${year}-${number}`]
  })

/** Every "Q2 2026", "second quarter of 2026". */
export const quartersIn = (text: string): readonly string[] => [
  ...[...text.matchAll(/\bQ([1-4]),? ?(20\d\d)\b/gi)].map(([, quarter, year]) => `${year ?? ''}-Q${quarter ?? ''}`),
  ...[...text.matchAll(/\b(first|second|third|fourth) quarter(?: of)?,? (20\d\d)\b/gi)].map(
    ([, quarter = '', year]) => `${year ?? ''}-Q${QUARTERS[quarter.toLowerCase()] ?? ''}`,
  ),
]

export const yearsIn = (text: string): readonly string[] => [...text.matchAll(/\b(20\d\d)\b/g)].map(([, year = '']) => year)

/** The one value that all of them are; null: none, or several. */
export const only = (found: readonly string[]): string | null => {
  const [first, ...others] = new Set(found)
  return first !== undefined && others.length === 0 ? first : null
}
