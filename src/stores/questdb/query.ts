export interface QueryResult {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
}

/** Thrown when the server answered that it will not: the statement is wrong, not the connection. */
export class QueryRefused extends Error {}

/**
 * Runs one statement over `/exec`. Statements without a result give no rows. LONG columns arrive as JSON numbers.
 * @throws QueryRefused with the server's own words; TypeError when the server cannot be reached; the signal's reason.
 */
export async function query(httpUrl: string, sql: string, signal: AbortSignal): Promise<QueryResult> {
  const url = new URL('/exec', httpUrl)
  url.searchParams.set('query', sql)
  const response = await fetch(url, { signal })
  const body = (await response.json()) as {
    readonly error?: string
    readonly columns?: readonly { readonly name: string }[]
    readonly dataset?: readonly (readonly unknown[])[]
  }
  if (body.error !== undefined) throw new QueryRefused(`${body.error} in: ${sql}`)
  if (!response.ok) throw new QueryRefused(`HTTP ${response.status} to: ${sql}`)
  return { columns: (body.columns ?? []).map(({ name }) => name), rows: body.dataset ?? [] }
}
