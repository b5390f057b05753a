import type { MarketId, Venue } from '../../../core/ids'
import type { Answer } from '../../../core/stats/results'
import type { Money, Millis } from '../../../core/units'
import { unlessUnreachable, type Database } from '../pool'

/** Adds what a venue answered. @throws LedgerUnreachable */
export async function keepAnswers(database: Pick<Database, 'query'>, venue: Venue, answers: readonly Answer[]): Promise<void> {
  const column = <T>(of: (answer: Answer) => T): readonly T[] => answers.map(of)
  await unlessUnreachable(
    database.query(
      `insert into market_answer (venue, market, asked_ms, status, pays_micros, settled_ms)
       select $1, * from unnest($2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[])`,
      [
        ...[venue, column(({ market }) => market), column(({ askedMs }) => askedMs), column(({ status }) => status)],
        ...[column(({ yesPays }) => yesPays), column(({ settledMs }) => settledMs)],
      ],
    ),
  )
}

interface Row {
  readonly market: MarketId
  readonly asked: Millis
  readonly status: Answer['status']
  readonly pays: Money | null
  readonly settled: Millis | null
}

/** The newest answer of each of these markets; those never asked for are not in it. @throws LedgerUnreachable */
export async function readAnswers(
  database: Pick<Database, 'query'>,
  venue: Venue,
  markets: readonly string[],
): Promise<ReadonlyMap<string, Answer>> {
  const { rows } = await unlessUnreachable(
    database.query<Row>(
      `select distinct on (market) market, asked_ms as asked, status, pays_micros as pays, settled_ms as settled
       from market_answer where venue = $1 and market = any($2) order by market, id desc`,
      [venue, markets],
    ),
  )
  return new Map(
    rows.map(({ market, asked, status, pays, settled }) => [market, { market, askedMs: asked, status, yesPays: pays, settledMs: settled }]),
  )
}
