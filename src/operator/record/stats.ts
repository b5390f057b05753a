import type { Millis } from '../../core/units'
import { withLimit } from '../../ports/limit'
import { query, type QueryResult } from '../../stores/questdb/query'
import { explained, SECONDS_DEFAULT } from './query'

/** A health page that says nothing within this is down; the record's own figures are then all there is. */
const COUNTERS_LIMIT_MS = 1_500
const HOUR_MS = 3_600_000

export interface TableStats {
  readonly table: string
  readonly kind: 'table' | 'view'
  readonly rows: number
  readonly rowsLastHour: number
  /** UTC, as QuestDB writes it; null: no rows. */
  readonly first: string | null
  readonly last: string | null
  readonly diskBytes: number
  /** "90 DAYS"; null: for ever. */
  readonly keeps: string | null
  /** QuestDB has stopped writing it, and says why; null: it is written. */
  readonly suspended: string | null
}
/** Of one process that writes; null: it does not answer. */
export interface WriterStats {
  readonly process: string
  readonly counters: { readonly queued: number; readonly dropped: number } | null
}
export interface RecordStats {
  readonly tables: readonly TableStats[]
  readonly writers: readonly WriterStats[]
}

/** @param writers processes that write, and where they tell of themselves. @throws Error when QuestDB does not answer. */
export async function readStats(
  httpUrl: string,
  writers: readonly { readonly process: string; readonly port: number }[],
  nowMs: Millis,
): Promise<RecordStats> {
  const [tables, told] = await Promise.all([readTables(httpUrl, nowMs), Promise.all(writers.map(readWriter))])
  return { tables, writers: told }
}

async function readTables(httpUrl: string, nowMs: Millis): Promise<readonly TableStats[]> {
  const list = `SELECT t.table_name, t.matView, t.ttlValue, t.ttlUnit, w.suspended, w.errorMessage, s.diskSize
    FROM tables() t JOIN wal_tables() w ON w.name = t.table_name JOIN table_storage() s ON s.tableName = t.table_name ORDER BY t.table_name`
  const { rows } = await ask(httpUrl, list)
  if (rows.length === 0) return []
  const names = rows.map(([name]) => String(name))
  const hourAgo = (nowMs - HOUR_MS) * 1_000
  const counted = await ask(
    httpUrl,
    names.map((name) => `SELECT '${name}' t, count() n, min(ts) a, max(ts) z FROM '${name}'`).join(' UNION ALL '),
  )
  const recent = await ask(
    httpUrl,
    names.map((name) => `SELECT '${name}' t, count() n FROM '${name}' WHERE ts >= ${hourAgo}`).join(' UNION ALL '),
  )
  return rows.map(([table, isView, ttl, unit, suspended, message, disk]) => {
    const [, count, first, last] = rowOf(counted, table)
    return {
      table: String(table),
      kind: isView === true ? 'view' : 'table',
      rows: Number(count),
      rowsLastHour: Number(rowOf(recent, table)[1]),
      first: textOf(first),
      last: textOf(last),
      diskBytes: Number(disk),
      keeps: Number(ttl) === 0 ? null : `${Number(ttl)} ${String(unit)}S`,
      suspended: suspended === true ? (textOf(message) ?? 'it does not say why') : null,
    }
  })
}

const rowOf = ({ rows }: QueryResult, table: unknown): readonly unknown[] => rows.find(([name]) => name === table) ?? [table, 0, null, null]
const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

const ask = (httpUrl: string, sql: string): Promise<QueryResult> =>
  withLimit([], SECONDS_DEFAULT * 1_000, (limit) => query(httpUrl, sql, limit)).catch((error: unknown) => {
    throw explained(error, httpUrl, sql, SECONDS_DEFAULT)
  })

async function readWriter({ process, port }: { readonly process: string; readonly port: number }): Promise<WriterStats> {
  const counters = await withLimit([], COUNTERS_LIMIT_MS, async (signal) => {
    const response = await fetch(`http://127.0.0.1:${port}/status`, { signal })
    const { counters: told } = (await response.json()) as { readonly counters?: Readonly<Record<string, unknown>> }
    return told && 'recordQueued' in told ? { queued: Number(told['recordQueued']), dropped: Number(told['recordDropped']) } : null
  }).catch(() => null)
  return { process, counters }
}
