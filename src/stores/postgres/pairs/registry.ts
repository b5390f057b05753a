import type { Certificate, IdentityClass, JointState } from '../../../core/box/certificate'
import type { MarketId, SubjectId } from '../../../core/ids'
import type { Proposition } from '../../../core/market/proposition'
import type { Operator } from '../../../core/risk/scope'
import type { Millis } from '../../../core/units'
import { unlessUnreachable, type Database, type Transaction } from '../pool'

/**
 * Where a pair stands: `proposed` and `rejected` never traded; `suspended` may after a new approval; `ended` never again, its markets were listed anew.
 */
export type PairState = 'proposed' | 'active' | 'suspended' | 'ended' | 'rejected'

/** Two markets judged to be the same question, and what they may be traded for. */
export interface PairRecord {
  readonly id: SubjectId
  readonly base: string
  readonly kalshiMarket: MarketId
  readonly forecastexMarket: MarketId
  readonly state: PairState
  /** Of the certificate in force; every version is kept. */
  readonly version: number
  readonly polarity: 'same' | 'opposite'
  readonly class: IdentityClass
  readonly approvedFor: 'none' | 'sim' | 'all'
  /** Empty: none besides yes and no. */
  readonly states: readonly JointState[]
  /** Fingerprints of the texts as they were judged; null: no text was (sim only). */
  readonly rules: Certificate['rules'] | null
  /** null: with the markets themselves (sim only). */
  readonly expiresMs: Millis | null
}

/** A shard (E19); the first one has the pairs that were given to no other. */
export interface OfShard {
  readonly name: string
  readonly isFirst: boolean
}

/** What was judged of one venue's market. null: nobody has read it, or the venue told no text. */
export interface JudgedSides<T> {
  readonly kalshi: T | null
  readonly forecastex: T | null
}

/** One version of a pair's certificate: all of it, and why there is this version. */
export interface CertificateRecord extends PairRecord {
  /** One line for a person. */
  readonly question: string
  readonly keys: JudgedSides<Proposition>
  /** Fingerprints, each by itself: `rules` has them only together. */
  readonly texts: JudgedSides<string>
  /** Why this class, a sentence each. */
  readonly because: readonly string[]
  /** 0 to 10,000; orders the review queue and decides nothing. */
  readonly similarity: number
  readonly evidence: string
  readonly proposedBy: string
  readonly proposedMs: Millis
  readonly approvedBy: string | null
  readonly secondBy: string | null
  readonly approvedMs: Millis | null
  readonly reason: string
  readonly by: Operator
  readonly atMs: Millis
}

const PAIR_COLUMNS = `p.id, p.base, p.kalshi_market as "kalshiMarket", p.forecastex_market as "forecastexMarket", c.state, c.version, c.polarity, c.class,
  c.approved_for as "approvedFor", c.states, c.expires_ms as "expiresMs",
  case when c.kalshi_rules is not null and c.forecastex_rules is not null then json_build_object('kalshi', c.kalshi_rules, 'forecastex', c.forecastex_rules) end as rules`
const CERTIFICATE_COLUMNS = `${PAIR_COLUMNS}, c.question, json_build_object('kalshi', c.kalshi_key, 'forecastex', c.forecastex_key) as keys,
  json_build_object('kalshi', c.kalshi_rules, 'forecastex', c.forecastex_rules) as texts, c.because, c.similarity, c.evidence, c.proposed_by as "proposedBy",
  c.proposed_ms as "proposedMs", c.approved_by as "approvedBy", c.second_by as "secondBy", c.approved_ms as "approvedMs", c.reason,
  json_build_object('name', c.by_name, 'role', c.role) as by, c.at_ms as "atMs"`
const IN_FORCE = 'from pair p join certificate c on c.pair = p.id and c.version = p.version'

/**
 * What may be traded, expired certificates among them: who decides names that as his reason. @param of a shard's alone; default: all.
 * @throws LedgerUnreachable
 */
export async function activePairs(database: Database, of: OfShard | null = null): Promise<readonly PairRecord[]> {
  const read = await unlessUnreachable(
    database.query<PairRecord>(
      `select ${PAIR_COLUMNS} ${IN_FORCE} left join pair_shard s on s.pair = p.id
       where p.state = 'active' and ($1::text is null or s.shard = $1 or ($2 and s.shard is null)) order by p.id`,
      [of?.name ?? null, of?.isFirst ?? true],
    ),
  )
  return read.rows
}

/**
 * Pairs that may have lots, each with the certificate under which they were bought: the last that was approved, whatever was proposed since. Of the state
 * nothing follows: what was suspended, ended, or withdrawn by a file has its lots still.
 */
export const TRADED = `from pair p join lateral (select * from certificate where pair = p.id and (approved_for <> 'none' or p.state in ('suspended', 'ended'))
  order by (approved_for <> 'none') desc, version desc limit 1) c on true`

/** Pairs with open lots that may be theirs: what settlement has to look at. What was never approved has none. */
export async function pairsWithLots(database: Database): Promise<readonly PairRecord[]> {
  const read = await database.query<PairRecord>(
    `select ${PAIR_COLUMNS} ${TRADED} where exists (select 1 from lot l where l.quantity > 0
      and ((l.venue = 'kalshi' and l.market = p.kalshi_market) or (l.venue = 'forecastex' and l.market = p.forecastex_market))) order by p.id`,
  )
  return read.rows
}

/** The certificate in force of a pair; null: there is no such pair. @throws LedgerUnreachable */
export async function readCertificate(database: Database, id: string): Promise<CertificateRecord | null> {
  const read = await unlessUnreachable(database.query<CertificateRecord>(`select ${CERTIFICATE_COLUMNS} ${IN_FORCE} where p.id = $1`, [id]))
  return read.rows[0] ?? null
}

/** Every version of a pair's certificate, the newest first. @throws LedgerUnreachable */
export async function readVersions(database: Database, id: string): Promise<readonly CertificateRecord[]> {
  const read = await unlessUnreachable(
    database.query<CertificateRecord>(
      `select ${CERTIFICATE_COLUMNS} from pair p join certificate c on c.pair = p.id where p.id = $1 order by c.version desc`,
      [id],
    ),
  )
  return read.rows
}

/** Certificates in force, the most alike first: so that a review starts where it is most likely to end well. @throws LedgerUnreachable */
export async function listCertificates(database: Database, state: PairState | null): Promise<readonly CertificateRecord[]> {
  const read = await unlessUnreachable(
    database.query<CertificateRecord>(
      `select ${CERTIFICATE_COLUMNS} ${IN_FORCE} where $1::text is null or p.state = $1 order by c.similarity desc, p.id`,
      [state],
    ),
  )
  return read.rows
}

/** The certificate in force of the pair of that id, locked until the transaction ends. */
export async function lockCertificate(transaction: Transaction, id: string): Promise<CertificateRecord | null> {
  await transaction.query('select 1 from pair where id = $1 for update', [id]) // first: what is read after it is what is locked
  const read = await transaction.query<CertificateRecord>(`select ${CERTIFICATE_COLUMNS} ${IN_FORCE} where p.id = $1`, [id])
  return read.rows[0] ?? null
}

/** The pair of these two markets that stands, or else the last that ended, locked; two writers of new ones wait for each other. */
export async function lockMarkets(transaction: Transaction, kalshi: MarketId, forecastex: MarketId): Promise<CertificateRecord | null> {
  await transaction.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`pair ${kalshi} ${forecastex}`])
  const id = await idOf(transaction, kalshi, forecastex)
  return id === null ? null : lockCertificate(transaction, id)
}

async function idOf(database: Pick<Database, 'query'>, kalshi: string, forecastex: string): Promise<string | null> {
  const found = await database.query<{ id: string }>(
    `select id from pair where kalshi_market = $1 and forecastex_market = $2
     order by array_position(array['active', 'suspended', 'proposed', 'rejected', 'ended'], state), id limit 1`,
    [kalshi, forecastex],
  )
  return found.rows[0]?.id ?? null
}

/** The pair of these two markets that stands, or else the last that ended; null: there never was one. @throws LedgerUnreachable */
export async function findPair(database: Database, kalshi: string, forecastex: string): Promise<CertificateRecord | null> {
  const id = await unlessUnreachable(idOf(database, kalshi, forecastex))
  return id === null ? null : readCertificate(database, id)
}

/** The markets of a pair, whatever became of it; null: there is no such pair. @throws the database's errors */
export async function marketsOfPair(
  database: Database,
  id: string,
): Promise<{ readonly kalshi: string; readonly forecastex: string } | null> {
  const read = await database.query<{ kalshi: string; forecastex: string }>(
    'select kalshi_market as kalshi, forecastex_market as forecastex from pair where id = $1',
    [id],
  )
  return read.rows[0] ?? null
}
