import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'

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
 * An append-only file of commits, one JSON line each; it is compacted when it is opened.
 * A line is written in one write, so the death of the process leaves at most one torn line, which was never acknowledged.
 */
export function openJournal(directory: string, name: string): Store {
  mkdirSync(directory, { recursive: true })
  const path = join(directory, `${name}.ndjson`)
  const tables = existsSync(path) ? fold(readFileSync(path, 'utf8'), path) : new Map<string, Map<string, unknown>>()
  compact(path, tables)
  const file = openSync(path, 'a')
  let pending: Change[] = []
  return {
    rows: (table) => [...(tables.get(table) ?? [])],
    put: (table, key, row) => void pending.push([table, key, row]),
    commit: () => {
      if (pending.length === 0) return
      const line = `${JSON.stringify(pending)}\n`
      pending = []
      writeSync(file, line)
    },
    close: () => closeSync(file),
  }
}

function fold(text: string, path: string): Map<string, Map<string, unknown>> {
  const tables = new Map<string, Map<string, unknown>>()
  const lines = text.split('\n')
  const torn = lines.pop()
  for (const [at, line] of lines.entries()) {
    for (const [table, key, row] of parseCommit(line, at + 1, path)) {
      const rows = tables.get(table) ?? new Map<string, unknown>()
      tables.set(table, rows)
      if (row === null) rows.delete(key)
      else rows.set(key, row)
    }
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

/** A whole document, replaced at each save. */
export interface Snapshot {
  readonly saved: unknown
  save(document: unknown): void
}

export const forgetfulSnapshot: Snapshot = { saved: null, save: () => undefined }

export function openSnapshot(directory: string, name: string): Snapshot {
  mkdirSync(directory, { recursive: true })
  const path = join(directory, `${name}.json`)
  return {
    saved: existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as unknown) : null,
    save: (document) => writeWhole(path, JSON.stringify(document)),
  }
}
