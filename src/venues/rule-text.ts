import { createHash } from 'node:crypto'

/** A venue's own words about one market, and their fingerprint: another fingerprint is another question until a person has looked. */
export interface RuleText {
  /** One line for each thing that the venue says, `name: what it says`; kept for whoever judges. */
  readonly text: string
  /** SHA-256 of the UTF-8 of `text`, in hex. */
  readonly sha256: string
}

/** What looks alike and means the same: a page that is rendered anew may change these, and nothing else of a text. */
const ALIKE: readonly (readonly [RegExp, string])[] = [
  [/[\u00AD\u200B-\u200D\u2060\uFEFF]/g, ''], // invisible: soft hyphens, joiners, byte order marks
  [/[\u2018\u2019\u201A\u2032]/g, "'"],
  [/[\u201C\u201D\u201E\u2033]/g, '"'],
  [/[\u2010-\u2015\u2212]/g, '-'],
  [/\u2026/g, '...'],
  [/\s+/g, ' '], // of every kind, line ends included
]

/** Composed letters, one kind of quote, dash and blank. Case, digits and every other sign stay. */
const plain = (text: string): string => ALIKE.reduce((all, [these, one]) => all.replace(these, one), text.normalize('NFC')).trim()

/**
 * The canonical text of what a venue says about a market. What it leaves empty is left out, so that a field which the venue adds without filling it
 * changes nothing.
 */
export function ruleText(says: readonly (readonly [name: string, text: string | null])[]): RuleText {
  const lines = says.map(([name, text]) => [name, plain(text ?? '')] as const).filter(([, text]) => text !== '')
  const text = lines.map(([name, what]) => `${name}: ${what}`).join('\n')
  return { text, sha256: createHash('sha256').update(text, 'utf8').digest('hex') }
}
