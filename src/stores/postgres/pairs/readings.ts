import { createHash } from 'node:crypto'
import type { MarketId, Venue } from '../../../core/ids'
import type { Reading } from '../../../core/market/proposition'
import type { Millis } from '../../../core/units'
import { transact, unlessUnreachable, type Database, type Transaction } from '../pool'

/** Which schedule reads a venue's texts, and which list of config/venues.yaml names what it reads. */
export const INGEST = {
  kalshi: { schedule: 'ingestMarkets', list: 'kalshi.series' },
  forecastex: { schedule: 'ingestContracts', list: 'forecastex.symbols' },
} as const

/** A market's own words: one string for each (venue, market), as its catalogue composes it. */
interface ToldText {
  readonly venue: Venue
  readonly market: MarketId
  readonly text: string
}
/** What a market asks, as its venue tells it and as it was read. */
export interface MarketReading extends Omit<ToldText, 'text'> {
  readonly title: string
  readonly closeMs: Millis
  /** null: the venue tells none here. */
  readonly text: string | null
  readonly reading: Reading
}
/** A text that was known and is another one now; both by their fingerprint. */
export interface TextChange {
  readonly venue: Venue
  readonly market: MarketId
  readonly before: string
  readonly after: string
}
export interface StoredReading extends Omit<MarketReading, 'text'> {
  readonly rulesSha256: string | null
  readonly readMs: Millis
}
export interface RuleTextRow {
  readonly sha256: string
  readonly text: string
  readonly firstSeenMs: Millis
}

/** Lower-case hex SHA-256 of the text's UTF-8 bytes; Postgres checks it. */
const fingerprintOf = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')

/** Keeps the newest reading of each market, and every text that was ever told. @returns the texts that have changed. @throws LedgerUnreachable */
export function saveReadings(
  database: Database,
  readings: readonly MarketReading[],
  atMs: Millis,
  signal: AbortSignal,
): Promise<readonly TextChange[]> {
  return transact(database, signal, async (transaction) => {
    const changes: TextChange[] = []
    for (const { venue, market, title, closeMs, text, reading } of inOrder(readings)) {
      if (text !== null) changes.push(...(await saveText(transaction, { venue, market, text }, atMs)))
      await transaction.query(
        `insert into market_reading (venue, market, title, closes_ms, rules_sha256, reading, read_ms) values ($1,$2,$3,$4,$5,$6,$7)
         on conflict (venue, market) do update set title = excluded.title, closes_ms = excluded.closes_ms, rules_sha256 = excluded.rules_sha256,
           reading = excluded.reading, read_ms = excluded.read_ms`,
        [venue, market, title, closeMs, text === null ? null : fingerprintOf(text), JSON.stringify(reading), atMs],
      )
    }
    return changes
  })
}

/** Two writers take the same locks in the same order. */
const inOrder = (all: readonly MarketReading[]): readonly MarketReading[] =>
  all.toSorted((a, b) => (`${a.venue} ${a.market}` < `${b.venue} ${b.market}` ? -1 : 1))

async function saveText(transaction: Transaction, { venue, market, text }: ToldText, atMs: Millis): Promise<readonly TextChange[]> {
  await transaction.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`rules ${venue} ${market}`])
  const read = await transaction.query<{ sha256: string }>(
    'select sha256 from rule_text where venue = $1 and market = $2 order by id desc limit 1',
    [venue, market],
  )
  const before = read.rows[0]?.sha256 ?? null
  const after = fingerprintOf(text)
  if (before === after) return []
  await transaction.query('insert into rule_text (venue, market, sha256, text, first_seen_ms) values ($1,$2,$3,$4,$5)', [
    ...[venue, market, after, text, atMs],
  ])
  return before === null ? [] : [{ venue, market, before, after }]
}

const READING_COLUMNS = 'venue, market, title, closes_ms as "closeMs", rules_sha256 as "rulesSha256", reading, read_ms as "readMs"'

/** The newest reading of every market that closes later than that. @throws LedgerUnreachable */
export async function readReadings(database: Database, closesAfterMs: Millis): Promise<readonly StoredReading[]> {
  const read = await unlessUnreachable(
    database.query<StoredReading>(`select ${READING_COLUMNS} from market_reading where closes_ms > $1 order by venue, market`, [
      closesAfterMs,
    ]),
  )
  return read.rows
}

/** The newest reading of one market; null: it was never read. @throws LedgerUnreachable */
export async function readReading(database: Database, venue: Venue, market: string): Promise<StoredReading | null> {
  const read = await unlessUnreachable(
    database.query<StoredReading>(`select ${READING_COLUMNS} from market_reading where venue = $1 and market = $2`, [venue, market]),
  )
  return read.rows[0] ?? null
}

/** Every text of a market that was seen, the newest first. @throws LedgerUnreachable */
export async function readRuleTexts(database: Database, venue: Venue, market: string): Promise<readonly RuleTextRow[]> {
  const read = await unlessUnreachable(
    database.query<RuleTextRow>(
      'select sha256, text, first_seen_ms as "firstSeenMs" from rule_text where venue = $1 and market = $2 order by id desc',
      [venue, market],
    ),
  )
  return read.rows
}

/** The fingerprints of the newest texts of two markets; null: none was ever seen. */
export async function latestTexts(
  transaction: Pick<Transaction, 'query'>,
  kalshi: MarketId,
  forecastex: MarketId,
): Promise<Readonly<Record<Venue, string | null>>> {
  const read = await transaction.query<{ venue: Venue; sha256: string }>(
    `select distinct on (venue) venue, sha256 from rule_text
     where (venue, market) in (('kalshi', $1), ('forecastex', $2)) order by venue, id desc`,
    [kalshi, forecastex],
  )
  const told = new Map(read.rows.map(({ venue, sha256 }) => [venue, sha256]))
  return { kalshi: told.get('kalshi') ?? null, forecastex: told.get('forecastex') ?? null }
}
