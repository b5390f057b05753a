const ROW = /^\| ([EI]\d+) \| [^|]+ \| ([^|]+) \|$/gm
const PATH = /`(src\/[^`]+)`/g

const numbers = (letter: string, last: number): readonly string[] => Array.from({ length: last }, (_, n) => `${letter}${n + 1}`)
const RULES = [...numbers('E', 29), ...numbers('I', 13)]

/** What docs/rules.md lacks: a rule, its place in the order, or a file that it names. */
export function rulesNotTold(markdown: string, files: readonly string[]): readonly string[] {
  const rows = [...markdown.matchAll(ROW)].map(([, rule = '', places = '']) => ({
    rule,
    places: [...places.matchAll(PATH)].map(([, path = '']) => path),
  }))
  const told = rows.map(({ rule }) => rule)
  return [
    ...(told.join() === RULES.join() ? [] : [`tells ${told.join(' ')}`]),
    ...rows.flatMap(({ rule, places }) => (places.length === 0 ? [`${rule} lives nowhere`] : [])),
    ...rows.flatMap(({ rule, places }) => places.filter((path) => !files.includes(path)).map((path) => `${rule}: there is no ${path}`)),
  ]
}
