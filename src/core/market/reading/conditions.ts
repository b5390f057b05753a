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

const written = (condition: Condition): string => {
  switch (condition.kind) {
    case 'threshold':
      return `${condition.operator} ${condition.threshold}`
    case 'between':
      return `${condition.low} to ${condition.high}`
    case 'named':
      return condition.outcome
  }
}
export { written as conditionWords }

/** null where a text agrees with what the venue's fields say, or says nothing; else how it does not. */
export function contradiction(field: Condition, text: string): string | null {
  const told = conditionsIn(text)
  if (told.length === 0 || told.some((condition) => written(condition) === written(field))) return null
  return `the fields say ${written(field)} and the text says ${told.map(written).join(', ')}`
}
