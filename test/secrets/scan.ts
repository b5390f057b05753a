/** A kind of secret, and what it looks like where somebody has pasted it. */
interface Kind {
  readonly what: string
  readonly pattern: RegExp
  /** Of the match, whether it is one: what looks alike and is not random is a name. */
  readonly isOne?: (found: RegExpExecArray) => boolean
}
export interface Leak {
  readonly line: number
  readonly what: string
}

/** Bits a character. A name of 24 letters and more has up to 3.5 and no digits; 32 random hex digits have less than 3.2 in one of 250. */
function entropyOf(text: string): number {
  const counts = new Map<string, number>()
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1)
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0)
}
const RANDOM_BITS = 3.2
const isRandom = (text: string): boolean => entropyOf(text) >= RANDOM_BITS && /\d/.test(text) && /[a-z]/i.test(text)

const KINDS: readonly Kind[] = [
  // of a private key more than its first line: that alone is in code which looks for keys
  { what: 'a private key', pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:\\n|\s|["'+`])*[A-Za-z0-9+/]{40,}/ },
  { what: 'a token of our API', pattern: /\bxbk_[0-9a-z]{8,16}_[\w-]{40,}/, isOne: ([found]) => isRandom(found) },
  { what: 'a key of AWS', pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/ },
  { what: 'a token of GitHub or npm', pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{40,}|npm_[A-Za-z0-9]{36})\b/ },
  { what: 'a webhook of Slack', pattern: /hooks\.slack\.com\/services\/T\w{8,}\/B\w{8,}\/\w{20,}/ },
  { what: 'a token of a Telegram bot', pattern: /\b\d{8,10}:AA[\w-]{33}\b/ },
  {
    what: 'a password in an address',
    pattern: /\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/'"`${}]+:([^\s@/'"`${}]{16,})@/i,
    isOne: ([, password = '']) => isRandom(password),
  },
  {
    what: 'a value that looks random under the name of a secret',
    pattern: /\b\w*(?:api_?key|secret|token|password|passwd|private_?key)\w*["']?\s*[:=]\s*["'`]([A-Za-z0-9+/_=-]{24,})["'`]/i,
    isOne: ([, value = '']) => isRandom(value),
  },
]

/** Secrets in a text, by line. A key that goes over several lines is found at its first. */
export function leaksIn(text: string): readonly Leak[] {
  return KINDS.flatMap(({ what, pattern, isOne = () => true }) =>
    [...text.matchAll(new RegExp(pattern, `g${pattern.flags.replace('g', '')}`))]
      .filter((found) => isOne(found as RegExpExecArray))
      .map(({ index }) => ({ line: text.slice(0, index).split('\n').length, what })),
  )
}
