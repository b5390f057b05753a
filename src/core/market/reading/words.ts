/** Beyond this a text is none of a market: rules are a few hundred characters, the longest recorded below three thousand. */
export const LONGEST_TEXT = 20_000

/** One spelling of spaces, quotes and dashes; without the emphasis marks that titles carry. */
export const plain = (text: string): string =>
  text
    .slice(0, LONGEST_TEXT)
    .replace(/\*\*/g, '')
    .replace(/[‘’`´]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/[‐‑–—−]/g, '-')
    .replace(/[^\S\n]+/g, ' ')
    .trim()

/** An abbreviation's point is followed by a capital as often as a sentence's: what is cut too early is only read in pieces. */
export const sentences = (text: string): readonly string[] =>
  plain(text)
    .split(/(?<=[.!?;])\s+(?=[A-Z])|\n+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '')

/** Lower case, no accents, no points after letters: words with single spaces. The same name in another typography is the same spelling; 1.5 and 15 are not. */
export const spelling = (text: string): string =>
  plain(text)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/'|(?<=\p{L})\.|(?<=\d),(?=\d{3})/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()

/** As many digits as no published number has: more is a text that we do not understand. */
const DECIMAL = /^(-?)0*(\d{1,15})(?:\.(\d{0,12}?)0*)?$/
/** "244,000" → `244000`, "4.10" → `4.1`, "-0.0" → `0`; null: not a plain decimal. */
export function decimal(text: string): string | null {
  const match = DECIMAL.exec(text.replace(/,/g, ''))
  if (!match) return null
  const [, sign = '', whole = '', fraction = ''] = match
  const digits = fraction === '' ? whole : `${whole}.${fraction}`
  return digits === '0' ? '0' : `${sign}${digits}`
}
