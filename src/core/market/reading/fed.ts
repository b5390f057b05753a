import type { Condition } from '../proposition'
import { decimal, plain } from './words'

const BPS = '(>|more than )? ?(\\d{1,3}) ?(?:bps|bp|basis points)( or more)?'
const DOES = new RegExp(`\\b(hike|raise|cut|lower)s?\\b(?: of| rates?| the rate| interest rates| rates by| by)*\\s*${BPS}`, 'i')

/** What the FOMC decides, as a change of the rate in basis points: "a Hike of >25bps", "lower the rate 50bps or more", "leave the rate unchanged". */
export function fedChangeIn(text: string): Condition | null {
  const words = plain(text)
  if (/\b(?:leaves?|maintains?|holds?)\b[^.?]*\b(?:unchanged|rates?|steady)\b/i.test(words)) return { kind: 'between', low: '0', high: '0' }
  const [, verb = '', more, digits = '', orMore] = DOES.exec(words) ?? []
  const points = decimal(digits)
  if (points === null) return null
  const isCut = /cut|lower/i.test(verb)
  const threshold = isCut && points !== '0' ? `-${points}` : points
  if (more) return { kind: 'threshold', operator: isCut ? '<' : '>', threshold }
  if (orMore) return { kind: 'threshold', operator: isCut ? '<=' : '>=', threshold }
  return { kind: 'between', low: threshold, high: threshold }
}
