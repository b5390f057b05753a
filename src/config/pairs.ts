import { z } from 'zod'
import { ConfigurationError } from './environment'
import { checked, readFile, readText } from './files'
import { mappingSchema, pairsSchema, type Mapping, type PairsFile } from './schema/pairs'

/** A row of a list that cannot be used. */
interface BadRow {
  /** As a person counts: the first row of data is 1. */
  readonly row: number
  readonly name: string
  /** A sentence. */
  readonly why: string
}
interface NumberedMapping extends Mapping {
  readonly row: number
}
/** What a file of pairs turns out to be. */
export type PairsInput =
  | { readonly kind: 'pairs'; readonly file: PairsFile }
  | { readonly kind: 'mappings'; readonly mappings: readonly NumberedMapping[]; readonly bad: readonly BadRow[] }

const COLUMNS = Object.keys(mappingSchema.shape)

/**
 * Reads a file of pairs (YAML or JSON with `pairs`), or a list of the first system: YAML or JSON, bare or under `mappings`, or CSV with the names of its
 * columns in the first line. Every row of a list is either among the mappings or among the bad ones.
 * @throws ConfigurationError naming the file and the remedy, when it is neither.
 */
export function readPairsFile(file: string): PairsInput {
  if (/\.csv$/i.test(file)) return mappingsOf(csvRows(readText(file), file))
  const content = readFile(file, z.unknown())
  const rows = rowsOf(content)
  if (rows !== null) return mappingsOf(rows)
  if (typeof content !== 'object' || content === null || !('pairs' in content))
    throw new ConfigurationError(`${file}: neither \`pairs\` nor a list of {${COLUMNS.join(', ')}}, bare or under \`mappings\``)
  return { kind: 'pairs', file: checked(content, pairsSchema, file) }
}

function rowsOf(content: unknown): readonly unknown[] | null {
  if (Array.isArray(content)) return content
  const { mappings } = (content ?? {}) as { readonly mappings?: unknown }
  return Array.isArray(mappings) ? mappings : null
}

function mappingsOf(rows: readonly unknown[]): PairsInput {
  const mappings: NumberedMapping[] = []
  const bad: BadRow[] = []
  const seen = new Map<string, number>()
  rows.forEach((content, index) => {
    const row = index + 1
    const read = mappingSchema.safeParse(content)
    const why = read.success ? conflictOf(read.data, row, seen) : problemOf(read.error)
    if (why !== null) bad.push({ row, name: nameOf(content), why })
    else if (read.success) mappings.push({ row, ...read.data })
  })
  return { kind: 'mappings', mappings, bad }
}

/** Two rows that use one thing for two cannot both be right; the later is the bad one. */
function conflictOf(mapping: Mapping, row: number, seen: Map<string, number>): string | null {
  const { unified_symbol: symbol, kalshi_ticker: ticker, ibkr_yes_conid: yes, ibkr_no_conid: no } = mapping
  if (yes === no) return `ibkr_yes_conid and ibkr_no_conid are both ${yes}: they are two contracts`
  const uses = [`unified_symbol ${symbol}`, `the markets ${ticker} and ${yes}`]
  const used = uses.find((use) => seen.has(use))
  for (const use of uses) if (!seen.has(use)) seen.set(use, row)
  return used === undefined ? null : `${used} ${used.startsWith('the') ? 'are' : 'is'} in row ${seen.get(used)} already`
}

function problemOf({ issues }: z.ZodError): string {
  const [issue] = issues
  if (issue?.code === 'unrecognized_keys') return `"${issue.keys[0]}" is not known: a row has ${COLUMNS.join(', ')}`
  if (issue === undefined || issue.path.length === 0) return `is no object with ${COLUMNS.join(', ')}`
  return `${issue.path.join('.')} ${issue.message}`
}

const nameOf = (content: unknown): string => {
  const { unified_symbol: symbol } = (content ?? {}) as { readonly unified_symbol?: unknown }
  return typeof symbol === 'string' ? symbol : ''
}

/** @throws ConfigurationError when the first line does not name the columns. */
function csvRows(text: string, file: string): readonly unknown[] {
  const lines = cellsOf(text.replace(/^\uFEFF/, '')).filter((cells) => cells.some((cell) => cell.trim() !== ''))
  const names = (lines[0] ?? []).map((cell) => cell.trim())
  const missing = COLUMNS.filter((column) => column !== 'description' && !names.includes(column))
  if (missing.length > 0) throw new ConfigurationError(`${file}: the first line does not name the column ${missing.join(', ')}`)
  return lines.slice(1).map((cells) => ({
    ...Object.fromEntries(names.map((name, i) => [name, cells[i] ?? ''])),
    ...(cells.length > names.length ? { [`column ${names.length + 1}`]: cells[names.length] } : {}),
  }))
}

/** A cell and what ends it, by RFC 4180: a quoted one may hold commas, line ends, and its quotes twice. */
const CELL = /(?:[ \t]*"((?:[^"]|"")*)"[ \t]*|([^,\r\n]*))(,|\r?\n|$)/g

function cellsOf(text: string): readonly (readonly string[])[] {
  const lines: string[][] = []
  let line: string[] = []
  for (const [, quoted, plain, end] of text.matchAll(CELL)) {
    line.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
    if (end === ',') continue
    lines.push(line)
    line = []
  }
  return lines
}
