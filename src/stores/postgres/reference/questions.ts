import { marketId, type MarketId, type SubjectId } from '../../../core/ids'
import type { Millis } from '../../../core/units'
import type { ContractPair, Discovery, Product, Question } from '../../../ports/catalog'
import { transact, type Database, type Transaction } from '../pool'
import { changesOf, factsOf, type Change, type Facts } from './changes'

/** What a look at a product has changed in the store. */
export interface SavedProduct {
  readonly added: readonly MarketId[]
  readonly delisted: readonly MarketId[]
  /** Listed again after they were gone. */
  readonly relisted: readonly MarketId[]
  readonly changes: readonly (Change & { readonly market: MarketId; readonly name: string })[]
}

interface StoredQuestion extends Facts {
  readonly yesConId: number
  readonly symbol: string
  readonly liquidHours: string
  readonly firstSeenMs: Millis
  readonly lastSeenMs: Millis
  readonly delistedMs: Millis | null
}
const QUESTION_COLUMNS = `yes_con_id as "yesConId", no_con_id as "noConId", symbol, trading_class as "tradingClass", name, strike, last_trade_date as "lastTradeDate",
  last_trade_ms as "lastTradeMs", real_expiration as "realExpiration", time_zone as "timeZone", trading_hours as "tradingHours", liquid_hours as "liquidHours", hours, tick,
  first_seen_ms as "firstSeenMs", last_seen_ms as "lastSeenMs", delisted_ms as "delistedMs"`

/**
 * Stores what was found of a product, in one transaction: the same again changes nothing but the time it was seen. What is different is kept beside what
 * it was; what is gone is marked, and only when nothing that is listed can be missing.
 */
export function saveProduct(database: Database, found: Discovery, atMs: Millis, signal: AbortSignal): Promise<SavedProduct> {
  return transact(database, signal, async (transaction) => {
    if (found.kind === 'unavailable') {
      await saveTrouble(transaction, found.symbol, found.reason, atMs)
      return { added: [], delisted: [], relisted: [], changes: [] }
    }
    await upsertProduct(transaction, found.product, found.problems, atMs) // its row is the lock of its questions
    const before = await storedOf(transaction, found)
    const changes: SavedProduct['changes'][number][] = []
    for (const question of found.questions) {
      const known = before.get(Number(question.listing.market))
      await upsertQuestion(transaction, question, atMs)
      for (const change of known ? changesOf(known, factsOf(question)) : []) {
        changes.push({ market: question.listing.market, name: titleOf(question), ...change })
        await transaction.query(
          'insert into forecastex_question_changes (yes_con_id, at_ms, field, before, after) values ($1,$2,$3,$4,$5)',
          [question.listing.market, atMs, change.field, change.before, change.after],
        )
      }
    }
    const markets = found.questions.map(({ listing }) => listing.market)
    return {
      added: markets.filter((market) => !before.has(Number(market))),
      relisted: markets.filter((market) => (before.get(Number(market))?.delistedMs ?? null) !== null),
      delisted: found.complete ? await delist(transaction, found.product.symbol, markets, atMs) : [],
      changes,
    }
  })
}

const titleOf = ({ symbol, strike, lastTradeDate }: Question): string => `${symbol} ${lastTradeDate} ${strike}`

/** A product of which nothing was ever seen is kept too: it is why there are no questions. */
async function saveTrouble(transaction: Transaction, symbol: string, reason: string, atMs: Millis): Promise<void> {
  await transaction.query(
    `insert into forecastex_products (symbol, name, category, trouble, first_seen_ms, looked_ms) values ($1,$1,'',$2,$3,$3)
     on conflict (symbol) do update set trouble = excluded.trouble, looked_ms = excluded.looked_ms`,
    [symbol, reason, atMs],
  )
}

async function upsertProduct(
  transaction: Transaction,
  { symbol, name, category, underConId }: Product,
  problems: readonly string[],
  atMs: Millis,
): Promise<void> {
  await transaction.query(
    `insert into forecastex_products (symbol, name, category, under_con_id, problems, trouble, first_seen_ms, last_seen_ms, looked_ms)
     values ($1,$2,$3,$4,$5,null,$6,$6,$6)
     on conflict (symbol) do update set name = excluded.name, category = excluded.category, under_con_id = excluded.under_con_id, problems = excluded.problems,
       trouble = null, last_seen_ms = excluded.last_seen_ms, looked_ms = excluded.looked_ms`,
    [symbol, name, category, underConId, JSON.stringify(problems), atMs],
  )
}

/** Also those that were under another symbol until now. */
async function storedOf(transaction: Transaction, { product, questions }: Extract<Discovery, { kind: 'read' }>) {
  const read = await transaction.query<StoredQuestion>(
    `select ${QUESTION_COLUMNS} from forecastex_questions where symbol = $1 or yes_con_id = any($2::bigint[]) for update`,
    [product.symbol, questions.map(({ listing }) => listing.market)],
  )
  return new Map(read.rows.map((row) => [row.yesConId, row]))
}

async function upsertQuestion(transaction: Transaction, question: Question, atMs: Millis): Promise<void> {
  const { noConId, lastTradeMs, hours, tick, ...facts } = factsOf(question)
  await transaction.query(
    `insert into forecastex_questions (yes_con_id, no_con_id, symbol, trading_class, name, strike, last_trade_date, last_trade_ms, real_expiration, time_zone,
       trading_hours, liquid_hours, hours, tick, first_seen_ms, last_seen_ms) values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$15)
     on conflict (yes_con_id) do update set no_con_id = excluded.no_con_id, symbol = excluded.symbol, trading_class = excluded.trading_class, name = excluded.name,
       strike = excluded.strike, last_trade_date = excluded.last_trade_date, last_trade_ms = excluded.last_trade_ms, real_expiration = excluded.real_expiration,
       time_zone = excluded.time_zone, trading_hours = excluded.trading_hours, liquid_hours = excluded.liquid_hours, hours = excluded.hours, tick = excluded.tick,
       last_seen_ms = excluded.last_seen_ms, delisted_ms = null`,
    [
      ...[
        question.listing.market,
        noConId,
        question.symbol,
        facts.tradingClass,
        facts.name,
        facts.strike,
        facts.lastTradeDate,
        lastTradeMs,
      ],
      ...[facts.realExpiration, facts.timeZone, facts.tradingHours, question.liquidHours, JSON.stringify(hours), tick, atMs],
    ],
  )
}

async function delist(transaction: Transaction, symbol: string, listed: readonly MarketId[], atMs: Millis): Promise<readonly MarketId[]> {
  const gone = await transaction.query<{ yesConId: number }>(
    `update forecastex_questions set delisted_ms = $3 where symbol = $1 and delisted_ms is null and not (yes_con_id = any($2::bigint[]))
     returning yes_con_id as "yesConId"`,
    [symbol, listed, atMs],
  )
  return gone.rows.map(({ yesConId }) => marketId(String(yesConId)))
}

/** The contracts that were ever seen: they last as long as the instrument, delisted ones included. */
export async function knownContracts(database: Database): Promise<readonly ContractPair[]> {
  const read = await database.query<ContractPair>('select yes_con_id as yes, no_con_id as no from forecastex_questions')
  return read.rows
}

export interface ProductRow extends Product {
  readonly problems: readonly string[]
  readonly trouble: string | null
  readonly firstSeenMs: Millis
  readonly lastSeenMs: Millis | null
  readonly lookedMs: Millis
}
export interface QuestionRow extends StoredQuestion {
  /** The active pairs that use it. */
  readonly pairs: readonly SubjectId[]
}
export interface ChangeRow extends Change {
  readonly yesConId: number
  readonly atMs: Millis
}

/** @param symbol null: every product. */
export async function readProducts(database: Database, symbol: string | null): Promise<readonly ProductRow[]> {
  const read = await database.query<ProductRow>(
    `select symbol, name, category, under_con_id as "underConId", problems, trouble, first_seen_ms as "firstSeenMs", last_seen_ms as "lastSeenMs",
       looked_ms as "lookedMs" from forecastex_products where $1::text is null or symbol = $1 order by symbol`,
    [symbol],
  )
  return read.rows
}

export async function readQuestions(database: Database, symbol: string | null): Promise<readonly QuestionRow[]> {
  const read = await database.query<QuestionRow>(
    `select ${QUESTION_COLUMNS},
       (select coalesce(jsonb_agg(p.id order by p.id), '[]') from pair p where p.state = 'active' and p.forecastex_market = q.yes_con_id::text) as pairs
     from forecastex_questions q where $1::text is null or symbol = $1 order by symbol, last_trade_ms, strike::numeric, yes_con_id`,
    [symbol],
  )
  return read.rows
}

/** The newest first. */
export async function readQuestionChanges(database: Database, symbol: string | null, limit: number): Promise<readonly ChangeRow[]> {
  const read = await database.query<ChangeRow>(
    `select c.yes_con_id as "yesConId", c.at_ms as "atMs", c.field, c.before, c.after from forecastex_question_changes c
     join forecastex_questions q using (yes_con_id) where $1::text is null or q.symbol = $1 order by c.id desc limit $2`,
    [symbol, limit],
  )
  return read.rows
}
