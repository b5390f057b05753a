/** A figure that an expression asks for, with the labels that it is chosen by. */
export interface Asked {
  readonly name: string
  readonly labels: readonly string[]
}

/** What is no figure in PromQL, wherever it stands. */
const WORDS = new Set([
  'and',
  'bool',
  'by',
  'group_left',
  'group_right',
  'ignoring',
  'inf',
  'nan',
  'offset',
  'on',
  'or',
  'unless',
  'without',
])
const TEXT = /"(?:[^"\\]|\\.)*"/g
const GROUPING = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g
const RANGE = /\[[^\]]*\]/g
const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*(?!\w)(\s*\()?(?:\s*\{([^}]*)\})?/g

/** The figures of an expression. A grouping's labels are no part of it: they may be those of several. */
export function figuresOf(expression: string): readonly Asked[] {
  const plain = expression
    .replaceAll(TEXT, '""')
    .replaceAll(GROUPING, ' ')
    .replaceAll(RANGE, ' ')
    .replaceAll(/\b\d[\w.]*/g, ' ')
  return [...plain.matchAll(NAME)].flatMap(([text, call, matchers]): Asked[] => {
    const name = /^[\w:]+/.exec(text)?.[0] ?? ''
    if (call !== undefined || WORDS.has(name.toLowerCase())) return []
    return [{ name, labels: (matchers ?? '').split(',').flatMap((matcher) => /^\s*(\w+)/.exec(matcher)?.[1] ?? []) }]
  })
}
