export interface QueryResult {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
}
export interface TypedResult {
  /** `type` as QuestDB names it: LONG, SYMBOL, TIMESTAMP, … */
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly (readonly unknown[])[]
}

/** Thrown when the server answered that it will not: the statement is wrong, not the connection. */
export class QueryRefused extends Error {
  /** @param reason the server's own words. @param position in the statement, from 0; null: it names none. */
  constructor(
    readonly reason: string,
    sql: string,
    readonly position: number | null = null,
  ) {
    super(`${reason} in: ${sql}`)
  }
}

/** Of the rows asked for only the first are sent. */
export interface Bounds {
  readonly rowsMax?: number
  /** The server gives the statement up after this. */
  readonly timeoutMs?: number
}

/**
 * Runs one statement over `/exec`. Statements without a result give no rows. LONG columns arrive as JSON numbers.
 * @throws QueryRefused with the server's own words; TypeError when the server cannot be reached; the signal's reason.
 */
export async function query(httpUrl: string, sql: string, signal: AbortSignal): Promise<QueryResult> {
  const { columns, rows } = await typedQuery(httpUrl, sql, {}, signal)
  return { columns: columns.map(({ name }) => name), rows }
}

/** As {@link query}, with the columns' types. @throws as it does. */
export async function typedQuery(httpUrl: string, sql: string, { rowsMax, timeoutMs }: Bounds, signal: AbortSignal): Promise<TypedResult> {
  const url = new URL('/exec', httpUrl)
  url.searchParams.set('query', sql)
  if (rowsMax !== undefined) url.searchParams.set('limit', String(rowsMax))
  const headers: Record<string, string> = timeoutMs === undefined ? {} : { 'Statement-Timeout': String(timeoutMs) }
  const response = await fetch(url, { signal, headers })
  const body = (await response.json()) as {
    readonly error?: string
    readonly position?: number
    readonly columns?: TypedResult['columns']
    readonly dataset?: TypedResult['rows']
  }
  if (body.error !== undefined) throw new QueryRefused(body.error, sql, body.position ?? null)
  if (!response.ok) throw new QueryRefused(`HTTP ${response.status}`, sql)
  return { columns: body.columns ?? [], rows: body.dataset ?? [] }
}
