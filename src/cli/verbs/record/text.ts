import type { RecordStats, TableStats } from '../../../operator/record/stats'
import type { TypedResult } from '../../../stores/questdb/query'
import { table } from '../../render'

/** Types whose values stand right-aligned. */
const NUMBERS = ['BYTE', 'SHORT', 'INT', 'LONG', 'FLOAT', 'DOUBLE']
const MEGABYTE = 1_048_576

/** QuestDB writes plans for a browser. */
const cellOf = (value: unknown): string => {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value.replaceAll('&nbsp;', ' ') : JSON.stringify(value)
}

export function tableText({ columns, rows }: Pick<TypedResult, 'columns' | 'rows'>): string {
  const right = columns.flatMap(({ type }, place) => (NUMBERS.includes(type) ? [place] : []))
  const cells = rows.map((row) => row.map((value) => cellOf(value).replaceAll('\n', ' ')))
  return `${table(
    columns.map(({ name }) => name),
    cells,
    right,
  )}\n${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`
}

/** RFC 4180: what holds a comma, a quote or a line's end stands in quotes; nothing stands for null. */
export function csvText({ columns, rows }: Pick<TypedResult, 'columns' | 'rows'>): string {
  const line = (cells: readonly unknown[]): string => cells.map((each) => quoted(cellOf(each))).join(',')
  return [line(columns.map(({ name }) => name)), ...rows.map(line)].join('\r\n')
}
const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

export function statsText({ tables, writers }: RecordStats): string {
  const headings = ['table', 'rows', 'last hour', 'first', 'last', 'MB on disk', 'keeps']
  const lines = [table(headings, tables.map(statsRow), [1, 2, 5])]
  for (const { table: name, suspended } of tables)
    if (suspended !== null) lines.push(`${name} is not written any more (${suspended}): ALTER TABLE ${name} RESUME WAL in the console`)
  for (const { process, counters } of writers)
    lines.push(`${process}: ${counters === null ? 'does not answer' : `${counters.queued} rows queued, ${counters.dropped} dropped`}`)
  return lines.join('\n')
}

const statsRow = ({ table: name, kind, rows, rowsLastHour, first, last, diskBytes, keeps }: TableStats): readonly string[] => [
  kind === 'view' ? `${name} (view)` : name,
  String(rows),
  String(rowsLastHour),
  momentText(first),
  momentText(last),
  String(Math.ceil(diskBytes / MEGABYTE)),
  keeps?.toLowerCase() ?? 'for ever',
]
const momentText = (iso: string | null): string => iso?.slice(0, 19).replace('T', ' ') ?? ''
