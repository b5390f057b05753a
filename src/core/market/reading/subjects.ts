import { assertNever } from '../../assert'
import type { Proposition } from '../proposition'
import { daysIn, MONTH, monthsIn, only, quartersIn } from './dates'
import { statisticOf, type Statistic } from '../statistics'
import { plain, spelling } from './words'

/** Which published number a text speaks of. */
export interface Subject {
  readonly statistic: string
  readonly adjustment: Proposition['adjustment']
}
/** A sentence where the text speaks of such a number and does not name it well enough. */
type SubjectOf = (text: string) => Subject | string

/** Each with the words that make another number of it: a part of the index, a group of people, an average. */
const SUBJECTS: readonly (readonly [words: RegExp, others: RegExp | null, SubjectOf])[] = [
  [/\b(?:highest|maximum|lowest|minimum|high|low) temp(?:erature)?\b/i, null, temperature],
  [
    /consumer price index|\bCPI\b/i,
    /\b(?:chained|CPI-W|C-CPI|median|trimmed|gas|gasoline|cars?|vehicles?|shelter|rents?|airfares?|eggs?|apparel|medical|transportation)\b|\b(?:index|CPI) (?:level|value|for (?!all))/i,
    prices,
  ],
  [
    /unemployment rate|\bU-3\b/i,
    /\bU-[1-24-6]\b|\b(?:black|hispanic|asian|white|women|men|youth|teen\w*|graduates?)\b/i,
    (text) => seasonal('us-u3', text),
  ],
  [
    /non-?farm payroll|\bjobs be added\b|\bpayroll employment\b/i,
    /\b(?:ADP|manufacturing|government|private|construction)\b/i,
    (text) => seasonal('us-payrolls-change', text),
  ],
  [
    /initial (?:jobless |unemployment )?(?:insurance )?claims/i,
    /\b(?:moving|4-week|four-week)\b/i,
    (text) => seasonal('us-initial-claims', text),
  ],
  [/\breal GDP\b|real gross domestic product/i, /\bper capita\b/i, growth],
  [/upper bound of the (?:target )?(?:range for the )?federal funds/i, null, () => bare('us-fed-upper-bound')],
  [/fed(?:eral)? funds target rate/i, null, () => bare('us-fed-target-rate')],
  [/\b(?:federal reserve|fed) (?:does a (?:hike|cut)|(?:leave|raise|lower|hike|cut|maintain)s?\b)/i, null, () => bare('us-fed-change')],
]
const CONDITIONAL = /^if\b[^.?]*, (?:will|what|how)\b/i
/** One release decides, or it is another question. */
const SEVERAL = /\b(?:any|averages?|averaged|consecutive|peaks?|at least once|how many)\b/i
/** The same numbers are published of other countries, and by the BLS of regions and states. */
const ELSEWHERE =
  /\b(?:canad\w*|u\.?k\.?|british|britain|england|euro\w*|e\.?u\.?|german\w*|france|french|ital\w*|spain|spanish|japan\w*|chin(?:a|ese)|india\w*|austral\w*|mexic\w*|brazil\w*|argentin\w*|turk\w*|korea\w*|swi(?:ss|tzerland)|swed\w*|norw\w*|russia\w*|poland|polish|israel\w*|singapore\w*|hong kong|taiwan\w*|new zealand|south africa\w*|chile\w*|colombia\w*|indonesia\w*|north-?east\w*|mid-?west\w*|southern|western|california|texas|florida|new york|illinois|metro\w*|puerto rico)\b/i

/** 'unclear': the text does not name its number well enough, which another text may; 'other': it asks about something that no text makes ours. */
interface NoSubject {
  readonly kind: 'unclear' | 'other'
  readonly because: string
}

function subjectOf(text: string): Subject | NoSubject | null {
  const words = plain(text)
  if (CONDITIONAL.test(words)) return { kind: 'other', because: 'the question depends on the answer to another one' }
  const found = SUBJECTS.find(([pattern]) => pattern.test(words))
  if (!found) return null
  const [, others, read] = found
  const subject = read(words)
  if (typeof subject === 'string') return { kind: 'unclear', because: subject }
  if (!subject.statistic.startsWith('us-')) return subject
  const other = others?.exec(words) ?? SEVERAL.exec(words) ?? ELSEWHERE.exec(words)
  return other ? { kind: 'other', because: `it asks about something else than ${subject.statistic}: "${other[0]}"` } : subject
}

/** The number that the texts of one market speak of, the most binding first; null: of none that we know. A sentence where they do not say it, or contradict each other. */
export function subjectAmong(texts: readonly string[]): Subject | string | null {
  let found: Subject | null = null
  let unclear: string | null = null
  for (const text of texts) {
    const subject = subjectOf(text)
    if (subject === null) continue
    if ('kind' in subject) {
      if (subject.kind === 'other') return subject.because
      unclear ??= subject.because
      continue
    }
    const isOther = found !== null && found.statistic !== subject.statistic && [found, subject].every((each) => tableEntry(each).isDefined)
    if (isOther) return `its texts speak of two numbers: ${found?.statistic ?? ''} and ${subject.statistic}`
    found ??= subject
  }
  return found ?? unclear
}

const bare = (statistic: string): Subject => ({ statistic, adjustment: 'none' })

/** "seasonally adjusted", "not seasonally adjusted", "before seasonal adjustment": read where the number has seasons. */
export function seasonal(statistic: string, text: string): Subject {
  if (/\b(?:not seasonally adjusted|(?:before|without) seasonal adjustment|unadjusted)\b/i.test(text))
    return { statistic, adjustment: 'unadjusted' }
  return { statistic, adjustment: /\bseasonally adjusted\b/i.test(text) ? 'adjusted' : null }
}

const YEARLY = /year[- ]over[- ]year|\byoy\b|twelve[- ]months?|12[- ]months?|year ending|\bannual/i
const MONTHLY = /month[- ]over[- ]month|\bmom\b|one[- ]month|\bmonthly\b/i
/** "increases by more than 0.3% in August": from the month before. */
const IN_A_MONTH = new RegExp(`\\b(?:increas|ris|chang|declin)(?:e|es|ing)?\\b[^?]{0,80} in ${MONTH}`, 'i')
function prices(text: string): Subject | string {
  const isCore = /\bcore\b|excluding food|less food/i.test(text)
  const isYearly = YEARLY.test(text)
  if (isYearly && MONTHLY.test(text)) return 'the text speaks of both the monthly and the yearly change of the CPI'
  if (!isYearly && !MONTHLY.test(text) && !IN_A_MONTH.test(text)) return 'the text does not say which change of the CPI it means'
  return seasonal(`us-cpi-${isCore ? 'core-' : ''}${isYearly ? 'yoy' : 'mom'}`, text)
}

function growth(text: string): Subject {
  if (/annuali[sz]ed|annual rate/i.test(text)) return bare('us-gdp-annualized')
  return bare(/quarterly change|quarter[- ]over[- ]quarter/i.test(text) ? 'us-gdp-quarterly' : 'us-gdp')
}

/** What the venues call their stations; a code of four letters in brackets stands for itself. "Central Park, New York": Kalshi KXHIGHNY, report CLINYC. */
const STATIONS: Readonly<Record<string, string>> = { 'central park new york': 'KNYC' }
const PLACE = /temp(?:erature)?(?: recorded)? (?:in|at) ([^?]{2,60}?)(?: for| on| as| exceed| be\b| is\b|,? [A-Z][a-z]{2} \d|\?|$)/i
function temperature(text: string): Subject | string {
  const kind = /\b(?:highest|maximum|high) temp/i.test(text) ? 'daily-high' : 'daily-low'
  const codes = [...text.matchAll(/\((K[A-Z]{3})\)/g)].map(([, code = '']) => code)
  const place = PLACE.exec(text)?.[1] ?? ''
  const station = only(codes) ?? STATIONS[spelling(place)] ?? null
  return station === null
    ? `the station where the temperature is measured is not one we know by a code: "${place}"`
    : bare(`${kind}/${station}`)
}

/** The reference period as that kind of statistic tells it; null: not told, or told twice differently. */
export function periodIn(every: Statistic['every'], text: string): string | null {
  const words = plain(text)
  switch (every) {
    case 'month':
      return only(monthsIn(words))
    case 'quarter':
      return only(quartersIn(words))
    case 'week':
      return only(daysIn(/\bweek end(?:ing|ed)\b.*/i.exec(words)?.[0] ?? ''))
    case 'day':
    case 'meeting':
      return only(daysIn(words))
    case 'edition':
      return null
    default:
      return assertNever(every, 'period')
  }
}

/** A statistic of the table; the readers name no other. */
export function tableEntry(subject: Subject): Statistic {
  const found = statisticOf(subject.statistic)
  if (!found) throw new RangeError(`no such statistic: ${subject.statistic}`)
  return found
}
