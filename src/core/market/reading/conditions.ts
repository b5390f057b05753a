import { assertNever } from '../../assert'
import type { Condition, Operator } from '../proposition'
import { decimal, plain } from './words'

const NUMBER = '\\$?(-?\\d[\\d,]{0,24}(?:\\.\\d{1,12})?)'
const UNIT = '(?: ?%| percent| ?°(?: ?F)?| F\\b)?'

/** The longer phrase before the one it contains: what a pattern has taken, no later one sees. "Exceed" is strictly greater at ForecastEx (market-math §8). */
const PHRASES: readonly (readonly [Operator, RegExp])[] = [
  ['>=', new RegExp(`(?:greater than or equal to|at least|no less than|not less than|≥|>=) ?${NUMBER}`, 'gi')],
  ['<=', new RegExp(`(?:less than or equal to|at most|no more than|not more than|≤|<=) ?${NUMBER}`, 'gi')],
  ['>=', new RegExp(`${NUMBER}${UNIT} or (?:more|above|higher|greater|over)\\b`, 'gi')],
  ['<=', new RegExp(`${NUMBER}${UNIT} or (?:less|below|lower|fewer|under)\\b`, 'gi')],
  ['>', new RegExp(`(?:\\babove|\\b(?:greater|more|higher) than|\\bexceed(?:s|ing)?|\\bover|>) ?${NUMBER}`, 'gi')],
  ['<', new RegExp(`(?:\\bbelow|\\b(?:less|fewer|lower) than|\\bunder|<) ?${NUMBER}`, 'gi')],
]
const RANGE = new RegExp(`(?:\\bbetween )?${NUMBER}${UNIT}(?:-| to | and )${NUMBER}${UNIT}(?= |\\?|,|\\.|$)`, 'gi')
const EXACTLY = new RegExp(`\\bexactly ${NUMBER}`, 'gi')

/** Every condition on a number that a text states. Ranges only after "between" or "be", so that "2024-2025" is none. */
export function conditionsIn(text: string): readonly Condition[] {
  let rest = plain(text)
  const found: Condition[] = []
  for (const [operator, phrase] of PHRASES) {
    rest = rest.replace(phrase, (_, number: string) => {
      const threshold = decimal(number)
      if (threshold !== null) found.push({ kind: 'threshold', operator, threshold })
      return ' … '
    })
  }
  for (const [, number = ''] of rest.matchAll(EXACTLY)) {
    const value = decimal(number)
    if (value !== null) found.push({ kind: 'between', low: value, high: value })
  }
  for (const [whole, from = '', to = ''] of rest.matchAll(RANGE)) {
    const [low, high] = [decimal(from), decimal(to)]
    if (low !== null && high !== null && /°|between/i.test(whole)) found.push({ kind: 'between', low, high })
  }
  return found
}

/** `> 4.1`, `0.1 to 0.2`, or the name: one spelling for people and for comparisons. */
export const conditionWords = (condition: Condition): string => {
  switch (condition.kind) {
    case 'threshold':
      return `${condition.operator} ${condition.threshold}`
    case 'between':
      return `${condition.low} to ${condition.high}`
    case 'named':
      return condition.outcome
    default:
      return assertNever(condition, 'condition')
  }
}

/** "not above", "fails to exceed", "no higher than": of these the phrases would read the opposite. "no more than" and "not less than" they know. */
const NEGATED =
  /(?:\b(?:not(?! seasonally)|never|cannot|fails? to|unless|neither|nor)|n't|\bno(?= (?:greater|higher|lower|fewer) than))\b(?! (?:less|more) than)[^.;,]{0,30}?(?:above|below|exceed|(?:greater|less|more|fewer|higher|lower) than|at least|at most|\bover\b|\bunder\b|between|\bor (?:more|less|above|below|higher|lower)\b|[<>≤≥])/i
const COMPLEMENTS: Readonly<Record<Operator, Operator>> = { '>': '<=', '>=': '<', '<': '>=', '<=': '>' }

/**
 * null where a text agrees with what the venue's fields say, or there is none; else how it does not. A number told with two operators is told with none,
 * but for the other side of the same ("4.1 or lower" beside "above 4.1"); words in which no condition is found may hold another one.
 * @param further whatever else the venue says: it need not tell the condition, and may not tell another one of the same number
 */
export function contradiction(field: Condition, text: string, further = ''): string | null {
  const told = conditionsIn(text)
  const negated = NEGATED.exec(plain(text))
  if (negated) return `its text negates its condition: "${negated[0]}"`
  if (told.length === 0 && text !== '') return 'its text states no condition that is understood'
  const agrees = text === '' || told.some((condition) => conditionWords(condition) === conditionWords(field))
  const clashes = [...told, ...conditionsIn(further)].filter((condition) => isOtherOperator(condition, field))
  if (agrees && clashes.length === 0) return null
  return `the fields say ${conditionWords(field)} and the text says ${(agrees ? clashes : told).map(conditionWords).join(', ')}`
}

const isOtherOperator = (told: Condition, field: Condition): boolean =>
  told.kind === 'threshold' &&
  field.kind === 'threshold' &&
  told.threshold === field.threshold &&
  told.operator !== field.operator &&
  told.operator !== COMPLEMENTS[field.operator]
