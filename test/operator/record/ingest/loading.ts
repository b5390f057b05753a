import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { ingestFile, type BadLine, type Ingested } from '../../../../src/operator/record/ingest/ingest'
import type { Millis } from '../../../../src/core/units'
import type { RecordRow } from '../../../../src/ports/record'
import { SHARED } from '../../../venues/kalshi/fakes'

export interface Loaded {
  readonly rows: RecordRow[]
  readonly bad: BadLine[]
  readonly told: Ingested
}
const quiet = { onWarning: () => undefined, onProgress: () => undefined }
let n = 0

/** Loads lines as a file in `dir`. */
export async function loadLines(dir: string, lines: readonly (string | object)[], fetchedMs: Millis | null = null): Promise<Loaded> {
  const file = path.join(dir, `lines-${(n += 1)}`)
  writeFileSync(file, lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''))
  const [rows, bad]: [RecordRow[], BadLine[]] = [[], []]
  const sink = { offer: (row: RecordRow) => void rows.push(row), room: () => Promise.resolve() }
  const told = await ingestFile(file, { sink, fetchedMs, onBad: (each) => void bad.push(each), ...quiet })
  return { rows, bad, told }
}

/** What a recording of ../shared would write, and what of it cannot be read. */
export async function counted(
  name: string,
  fetchedMs: Millis | null = null,
): Promise<{ readonly rows: Readonly<Record<string, number>>; readonly bad: readonly BadLine[] }> {
  const bad: BadLine[] = []
  const onBad = (each: BadLine): void => void bad.push(each)
  const told = await ingestFile(path.join(SHARED, name), { sink: null, fetchedMs, onBad, ...quiet })
  return { rows: Object.fromEntries(Object.entries(told.tables).map(([table, { rows }]) => [table, rows])), bad }
}
