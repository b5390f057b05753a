import { Pool } from 'pg'
import { withLimit } from '../../ports/limit'

/** A question to the ledger takes a millisecond; a Postgres that is stopped or down does not answer. */
const ANSWER_LIMIT_MS = 1_500
/** Looks overlap while one waits for a Postgres that is stopped. */
const CONNECTIONS_MAX = 4

/** A trade as the harness follows it. */
export interface TradeRow {
  readonly tradeId: string
  readonly subject: string
  readonly startedMs: number
  readonly ended: boolean
  readonly fills: number
  /** No order of it can change any more, and it has not ended. */
  readonly closing: boolean
}

const TRADES = `
  select t.trade_id as "tradeId", t.subject, t.started_ms::float8 as "startedMs", t.ended_ms is not null as ended,
         (select count(*)::int from fill f where f.trade_id = t.trade_id) as fills,
         t.ended_ms is null and coalesce((select bool_or(o.state = 'final') and bool_and(o.state in ('final', 'rejected', 'intended'))
                                            from order_intent o where o.trade_id = t.trade_id), false) as closing
    from trade t where t.started_ms >= $1 order by t.started_ms`

/** The tables of a lane, read only. */
export class Ledger {
  readonly #pool: Pool

  constructor(databaseUrl: string) {
    this.#pool = new Pool({
      connectionString: databaseUrl,
      max: CONNECTIONS_MAX,
      connectionTimeoutMillis: ANSWER_LIMIT_MS,
      query_timeout: ANSWER_LIMIT_MS,
      application_name: 'chaos',
    })
    this.#pool.on('error', () => undefined) // an idle connection dies with the server that is killed on purpose
  }

  trades(sinceMs: number, signal: AbortSignal): Promise<readonly TradeRow[]> {
    return this.#rows<TradeRow>(TRADES, [sinceMs], signal)
  }
  async halts(signal: AbortSignal): Promise<readonly string[]> {
    return (await this.#rows<{ scope: string }>('select scope from halt where active', [], signal)).map(({ scope }) => scope)
  }
  /** The pid of the process that holds the lease of the shard now, or null. */
  async holder(signal: AbortSignal): Promise<number | null> {
    const [row] = await this.#rows<{ holder: string }>(
      "select holder from lease where name = 'trading-main' and expires_at > clock_timestamp()",
      [],
      signal,
    )
    const pid = Number(row?.holder.split(':')[1])
    return Number.isInteger(pid) ? pid : null
  }
  /** Trades that were granted and whose profit or loss is not final yet. */
  async unrealised(signal: AbortSignal): Promise<number> {
    const rows = await this.#rows<{ n: number }>(
      "select count(*)::int as n from trade where ended_ms is null or (reservation <> 'refused' and pnl_kind <> 'realised')",
      [],
      signal,
    )
    return rows[0]?.n ?? 0
  }

  async close(): Promise<void> {
    await this.#pool.end()
  }

  /** @throws Error when Postgres does not answer in time. */
  #rows<T extends object>(sql: string, values: readonly unknown[], signal: AbortSignal): Promise<readonly T[]> {
    return withLimit([signal], ANSWER_LIMIT_MS, async (limit) => {
      limit.throwIfAborted()
      return (await this.#pool.query<T>(sql, [...values])).rows
    })
  }
}
