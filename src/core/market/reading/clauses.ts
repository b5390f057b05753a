import type { Branch, Proposition, Source, Told } from '../proposition'
import { DATE, dayOf } from './dates'
import { plain, sentences, spelling } from './words'

/** What the texts of a market say beside the question itself, sentence by sentence; what they do not say is null. */

const AGENCIES: readonly (readonly [string, RegExp])[] = [
  ['BLS', /bureau of labor statistics|\bBLS\b/i],
  ['BEA', /bureau of economic analysis|\bBEA\b/i],
  ['DOL', /department of labor|employment and training administration/i],
  ['Federal Reserve', /federal reserve'?s? (?:official website|board|system)|board of governors|federal open market committee/i],
  ['NWS', /national weather service|\bNWS\b/i],
  ['Weather Underground', /weather underground|wunderground/i],
  ['Synoptic Data', /synoptic data/i],
  ['AccuWeather', /accuweather/i],
  ['The Weather Company', /the weather company/i],
  ['CDC', /centers for disease control|\bCDC\b/i],
]
const DOCUMENTS: readonly (readonly [string, RegExp])[] = [
  ['Employment Situation', /employment situation/i],
  ['Consumer Price Index', /(?:consumer price index|\bCPI\b) (?:news release|release|summary|report)/i],
  ['Unemployment Insurance Weekly Claims', /weekly claims/i],
  ['GDP, advance estimate', /advance estimate/i],
  ['official website', /official website/i],
  ['Climatological Report (Daily)', /climatological report \(daily\)/i],
]
const named = (table: readonly (readonly [string, RegExp])[], text: string): readonly string[] =>
  table.flatMap(([name, words]) => (words.test(text) ? [name] : []))

/**
 * The agency of the first text that names one, and its document. A text that names two tells neither: it may warn of one of them.
 * @param texts those that say how it is decided, the most binding first
 */
export function sourceIn(texts: readonly string[]): Told<Source> {
  for (const text of texts) {
    const [agency, ...others] = named(AGENCIES, plain(text))
    if (agency === undefined) continue
    if (others.length > 0) return null
    const documents = named(DOCUMENTS, plain(text))
    return { agency, document: documents.length === 1 ? (documents[0] ?? null) : null }
  }
  return null
}

const STEPS: readonly (readonly [string, RegExp])[] = [
  ['0.1', /\b(?:single|one)[- ]decimal|\bnearest (?:tenth|0\.1)/i],
  ['0.01', /\btwo[- ]decimal|\bnearest (?:hundredth|0\.01)/i],
  ['1', /\b(?:nearest|rounded to a|in) whole (?:number|degree|percent)|\bnearest (?:integer|degree)/i],
]
const UNROUNDED = /\b(?:not|never|without|before)(?: being| be)? round|\bunrounded/i
export const roundingIn = (text: string): Told<string> => (UNROUNDED.test(plain(text)) ? null : sole(named(STEPS, plain(text))))

const PRINTS: readonly (readonly [NonNullable<Proposition['revision']>, RegExp])[] = [
  ['latest-at-expiry', /revisions?[^.;]*\bafter (?:the )?expiration|as (?:last )?revised (?:at|by) (?:the )?expiration/i],
  [
    'first-print',
    /\b(?:as first|first|initial|initially) (?:released|published|reported|print|release|value|estimate)\b|revisions? (?:are|is|will) not (?:be )?(?:used|considered|counted|taken)/i,
  ],
  ['final', /\bfinal (?:revised|revision)\b/i],
]
/** "The first release is not used", "rather than the initial estimate". */
const NOT_THE_FIRST =
  /\b(?:not|never|instead of|rather than) (?:on |by |use |the )*(?:first|initial)|\b(?:first|initial) (?:release|print|value|estimate|report)s? (?:is|are|will|does) not\b/i
/** "Use the initial release; subsequent revisions are not used." Two answers are none. */
export function revisionIn(text: string): Proposition['revision'] {
  if (NOT_THE_FIRST.test(plain(text))) return null
  const found = PRINTS.flatMap(([print, words]) => (words.test(plain(text)) ? [print] : []))
  return found.length === 1 ? (found[0] ?? null) : null
}

const CLOCKS: readonly (readonly [string, RegExp])[] = [
  ['America/New_York', /\b(?:E[SD]?T|Eastern(?: Time)?)\b/],
  ['America/Chicago', /\b(?:C[SD]?T|Central(?: Time)?)\b/],
  ['America/Los_Angeles', /\b(?:P[SD]?T|Pacific(?: Time)?)\b/],
  ['UTC', /\b(?:UTC|GMT)\b/],
]
const PUBLISHED = new RegExp(`\\b(?:released|published|measured|recorded) on ${DATE}([^.;]{0,40})`, 'i')
/** "first released on April 4, 2025 at 8:30 AM ET". */
export function measuredIn(text: string): Proposition['measured'] {
  const [, month, day, year, rest = ''] = PUBLISHED.exec(plain(text)) ?? []
  const date = dayOf(month, day, year)
  return date === null ? null : { date, zone: sole(named(CLOCKS, rest)) }
}

const LATE =
  /\b(?:delay|cancel|postpon|resched|shutdown|unavailable|missing)|\bnot (?:be )?(?:released|published|available|held|issued|reported)|\bno (?:data|report|release|meeting)\b/i
/** Which market is meant is no part of what it says, nor how it is called that it is decided. */
const OF_THE_MARKET = /\b(?:then|this|the|market|contract|question|will|to|be|is|are)\b/g
const DECIDED = /\b(?:resolve|settle)s?\b/g
export function fallbackIn(text: string): Told<string> {
  const found = sentences(text).filter((sentence) => /^(?:if|in the event|should)\b/i.test(sentence) && LATE.test(sentence))
  const words = found.map((sentence) =>
    spelling(sentence).replace(OF_THE_MARKET, '').replace(DECIDED, 'resolves').replace(/ +/g, ' ').trim(),
  )
  return words.length === 0 ? null : words.toSorted().join('; ')
}

const NOTHING_TO_ALL = { least: 0, most: 1_000_000 }
const HALF = { least: 500_000, most: 500_000 }
const HALVES = /50[-/ ]50|\$ ?0?\.50?\b|\b(?:split|half|halves)\b/i
export function branchesIn(text: string): readonly Branch[] {
  return sentences(text).flatMap((sentence): readonly Branch[] => {
    if (/\b(?:ties?|tied|dead heat)\b/i.test(sentence) && /resolv|settl|pay/i.test(sentence)) {
      if (/\bbroken\b/i.test(sentence)) return []
      return [{ state: 'tie', yesPays: HALVES.test(sentence) ? HALF : NOTHING_TO_ALL, text: sentence }]
    }
    if (/\bfair (?:market )?(?:price|value)|\bvoid(?:ed)?\b|\brefund/i.test(sentence)) {
      return [{ state: 'void', yesPays: NOTHING_TO_ALL, text: sentence }]
    }
    return /\bscalar\b|\blast (?:traded |fair )?price/i.test(sentence) ? [{ state: 'scalar', yesPays: NOTHING_TO_ALL, text: sentence }] : []
  })
}

const sole = (found: readonly string[]): string | null => (found.length === 1 ? (found[0] ?? null) : null)
