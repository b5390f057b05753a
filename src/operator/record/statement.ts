/** What may begin a statement that only reads. */
const READING = ['select', 'with', 'show', 'explain']
/** A WITH may lead up to them. */
const WRITING = ['insert', 'update']
/** Functions of QuestDB that do something to the server when they are selected. */
const ACTING = [
  'cancel_query',
  'dump_memory_usage',
  'dump_thread_stacks',
  'flush_query_cache',
  'hydrate_table_metadata',
  'reload_config',
  'simulate_crash',
  'simulate_warnings',
]
/** A text 'with its '' inside', a "name", a line or block of comment, or a word. */
const PARTS = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|['"]|\/\*|[A-Za-z_]\w*|;/g

/**
 * One statement that only reads, without its final semicolon. What it does not know it refuses: the record is written by the product alone.
 * @throws RangeError with a sentence that says what is wrong and, where it helps, what to write.
 */
export function readingStatement(sql: string): string {
  const parts = [...sql.matchAll(PARTS)].filter(([text]) => !isComment(text))
  const open = parts.find(([text]) => ["'", '"', '/*'].includes(text))
  if (open) throw new RangeError(`the ${open[0]} at ${placeOf(sql, open.index)} is not closed`)
  const end = parts.find(([text]) => text === ';')
  if (end && parts.at(-1) !== end) throw new RangeError(`one statement at a time: another one follows the ; at ${placeOf(sql, end.index)}`)
  const words = parts.filter(([text]) => /^\w/.test(text)).map((each) => ({ word: each[0].toLowerCase(), at: each.index }))
  const [first] = words
  if (!first)
    throw new RangeError('there is no statement: write one, for example "SELECT * FROM kalshi_ticks LATEST ON ts PARTITION BY ticker"')
  if (!READING.includes(first.word) || sql.slice(0, first.at).includes('('))
    throw new RangeError(
      `crossbook query only reads: begin with SELECT, WITH, SHOW or EXPLAIN, not with "${sql.trim().split(/\s+/)[0] ?? ''}"`,
    )
  const writing = words.find(({ word }) => WRITING.includes(word) && first.word !== 'select')
  if (writing) throw new RangeError(`crossbook query only reads: there is a ${writing.word.toUpperCase()} at ${placeOf(sql, writing.at)}`)
  const acting = words.find(({ word, at }) => ACTING.includes(word) && /^\w+\s*\(/.test(sql.slice(at)))
  if (acting) throw new RangeError(`crossbook query only reads: ${acting.word}() at ${placeOf(sql, acting.at)} acts on the server`)
  return end ? sql.slice(0, end.index) : sql
}

const isComment = (text: string): boolean => text.startsWith('--') || (text.startsWith('/*') && text.length > 2)

/** "line 2, column 7", counted from 1. */
export function placeOf(sql: string, position: number): string {
  const before = sql.slice(0, position).split('\n')
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`
}

/** The line of a position, and a mark under it. */
export function marked(sql: string, position: number): string {
  const lines = sql.slice(0, position).split('\n')
  const column = lines.at(-1)?.length ?? 0
  return `  ${sql.split('\n')[lines.length - 1] ?? ''}\n  ${' '.repeat(column)}^`
}
