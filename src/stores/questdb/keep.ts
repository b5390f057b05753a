import { query } from './query'

/** How many days each table and view is kept, counted back from its newest row; 0: for ever. */
export type KeepDays = Readonly<Record<string, number>>

export interface Kept {
  readonly table: string
  readonly days: number
}

/** QuestDB writes fourteen days as two weeks. */
const DAYS: Readonly<Record<string, number>> = { DAY: 1, WEEK: 7 }

/** What {@link applyKeep} would change. Tables that are not there are left out. @throws as query does. */
export async function pendingKeep(
  httpUrl: string,
  keep: KeepDays,
  signal: AbortSignal,
): Promise<readonly (Kept & { readonly isView: boolean })[]> {
  const { rows } = await query(httpUrl, 'SELECT table_name, ttlValue, ttlUnit, matView FROM tables() ORDER BY table_name', signal)
  return rows.flatMap(([name, value, unit, isView]) => {
    const table = String(name)
    const days = keep[table]
    const now = value === 0 ? 0 : Number(value) * (DAYS[String(unit)] ?? Number.NaN)
    return days === undefined || days === now ? [] : [{ table, days, isView: isView === true }]
  })
}

/** Sets how long tables are kept where that is different now. Older days go with the next rows that are written. @returns what was changed. @throws as query does. */
export async function applyKeep(httpUrl: string, keep: KeepDays, signal: AbortSignal): Promise<readonly Kept[]> {
  const pending = await pendingKeep(httpUrl, keep, signal)
  for (const { table, days, isView } of pending)
    await query(httpUrl, `ALTER ${isView ? 'MATERIALIZED VIEW' : 'TABLE'} ${table} SET TTL ${days} DAYS`, signal)
  return pending.map(({ table, days }) => ({ table, days }))
}
