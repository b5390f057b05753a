import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** A journal is written anew when so much was appended: some ten thousand orders, which take a fraction of a second to write. */
const APPENDED_CHARS_MAX = 16_000_000

/** One changed row: its table, its key, and the row itself, or null when it is gone. */
type Change = readonly [table: string, key: string, row: unknown]

/** What survives a restart. Rows are plain JSON and are replaced, never changed in place. */
export interface Store {
  /** Rows of an earlier process, in the order they were first written. */
  rows(table: string): readonly (readonly [key: string, row: unknown])[]
  put(table: string, key: string, row: unknown): void
  /** Makes every put since the last commit durable against the death of this process, all of them or none. */
  commit(): void
  close(): void
}

/** Nothing is kept: a start without --state gives exactly the scenario's state. */
export const forgetfulStore: Store = { rows: () => [], put: () => undefined, commit: () => undefined, close: () => undefined }

/**
 * An append-only file of commits, one JSON line each; it is compacted when it is opened, and whenever so many characters were appended.
 * A line is written in one write, so the death of the process leaves at most one torn line, which was never acknowledged.
 */
export function openJournal(directory: string, name: string, appendedMax = APPENDED_CHARS_MAX): Store {
  mkdirSync(directory, { recursive: true })
  const path = join(directory, `${name}.ndjson`)
  const tables: Tables = existsSync(path) ? fold(readFileSync(path, 'utf8'), path) : new Map()
  const compacted = (): number => {
    compact(path, tables)
    return openSync(path, 'a')
  }
  let file: number | null = compacted()
  let appended = 0
  let pending: Change[] = []
  return {
    rows: (table) => [...(tables.get(table) ?? [])],
    put: (table, key, row) => void pending.push([table, key, row]),
    commit: () => {
      if (pending.length === 0 || file === null) return
      const line = `${JSON.stringify(pending)}\n`
      writeSync(file, line)
      for (const change of pending) apply(tables, change)
      pending = []
      appended += line.length
      if (appended < appendedMax) return
      closeSync(file)
      file = compacted()
      appended = 0
    },
    close: () => {
      if (file !== null) closeSync(file)
      file = null
    },
  }
}

type Tables = Map<string, Map<string, unknown>>

function apply(tables: Tables, [table, key, row]: Change): void {
  const rows = tables.get(table) ?? new Map<string, unknown>()
  tables.set(table, rows)
  if (row === null) rows.delete(key)
  else rows.set(key, row)
}

function fold(text: string, path: string): Tables {
  const tables: Tables = new Map()
  const lines = text.split('\n')
  const torn = lines.pop()
  for (const [at, line] of lines.entries()) {
    for (const change of parseCommit(line, at + 1, path)) apply(tables, change)
  }
  if (torn !== undefined && torn !== '')
    process.stderr.write(`${path}: the last line was cut short by a stop and was never acknowledged: left out\n`)
  return tables
}

function parseCommit(line: string, number: number, path: string): readonly Change[] {
  try {
    return JSON.parse(line) as readonly Change[]
  } catch {
    throw new Error(`${path} line ${number} is not readable: move the state directory away to start afresh`)
  }
}

function compact(path: string, tables: ReadonlyMap<string, ReadonlyMap<string, unknown>>): void {
  const lines = [...tables].flatMap(([table, rows]) => [...rows].map(([key, row]) => JSON.stringify([[table, key, row]])))
  writeWhole(path, lines.map((line) => `${line}\n`).join(''))
}

/** Replaces a file so that a reader sees the old or the new content, never a part. */
function writeWhole(path: string, content: string): void {
  writeFileSync(`${path}.tmp`, content)
  renameSync(`${path}.tmp`, path)
}

/** What an earlier version kept of a venue as one document: it counts until the journal has taken it over. */
export interface EarlierState {
  readonly document: unknown
  /** The journal has it. */
  remove(): void
}

export function earlierState(directory: string, name: string): EarlierState {
  const path = join(directory, `${name}.json`)
  return {
    document: existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as unknown) : null,
    remove: () => rmSync(path, { force: true }),
  }
}
