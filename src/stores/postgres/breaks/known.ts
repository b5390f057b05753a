import type { MarketId, Venue } from '../../../core/ids'
import type { KnownAccount, KnownFill } from '../../../core/ledger/differences/accounts'
import { parsePurse, venueOf, type Purse } from '../../../core/purse'
import { money, type Millis } from '../../../core/units'
import { nettingId } from '../evidence/coupons'
import { gonePositions, pendingFalls } from '../evidence/statements'
import type { Database, Transaction } from '../pool'
import { ledgerPurses, openLots } from '../proof/verify'
import { standingBreaks } from './breaks'

/** Where the ledger stands at a moment: whoever finds it elsewhere later knows that it has moved meanwhile. */
export interface LedgerHead {
  readonly seq: number
  /** The venue's markets where a trade runs, or has ended since the moment asked for. */
  readonly moving: readonly MarketId[]
}
export interface KnownAt {
  readonly account: KnownAccount
  readonly head: LedgerHead
}

const MOVING = `select i.market from order_intent i join trade t using (trade_id)
    where i.venue = $1 and t.reservation <> 'refused' and (t.ended_ms is null or t.ended_ms > $2)
  union select market from order_intent where venue = $1 and state in ('intended', 'unknown') -- of ended trades too, that are sold
  order by market`

export async function ledgerHead(database: Pick<Database, 'query'>, venue: Venue, sinceMs: Millis): Promise<LedgerHead> {
  const moving = await database.query<{ market: MarketId }>(MOVING, [venue, sinceMs])
  const head = await database.query<{ seq: number }>('select seq from audit_head')
  return { seq: head.rows[0]?.seq ?? 0, moving: moving.rows.map(({ market }) => market) }
}

/** What is asked for: fills since then, and those that the venue names. */
export interface Window {
  readonly venue: Venue
  readonly account: string
  readonly sinceMs: Millis
  readonly keys: readonly string[]
  /** Executions of others that the venue tells. */
  readonly executions: readonly string[]
  /** Trades that have ended since then still move. */
  readonly movedSinceMs: Millis
  readonly nowMs: Millis
}

/** What the ledger knows of one venue, in one snapshot. */
export async function readKnown(database: Database, window: Window): Promise<KnownAt> {
  const client = await database.connect()
  try {
    await client.query('begin isolation level repeatable read read only')
    const head = await ledgerHead(client, window.venue, window.movedSinceMs)
    const account = await accountIn(client, window)
    await client.query('commit')
    return { account, head }
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  } finally {
    client.release()
  }
}

async function accountIn(client: Transaction, { venue, account, sinceMs, keys, executions, nowMs }: Window): Promise<KnownAccount> {
  const purses = (await ledgerPurses(client)).filter(({ purse }) => venueOf(purse) === venue)
  const fills = await client.query<KnownFill>(
    `select key, market, outcome, action, price, quantity, fee_micros as fee, fee_estimated as "isEstimate", at_ms as "atMs"
     from fill where venue = $1 and account = $2 and venue_order_id not like 'break-%' -- an adoption's own name, which no venue lists
       and (at_ms >= $3 or key = any($4)) order by key`,
    [venue, account, sinceMs, keys],
  )
  const gone = await gonePositions(client, { venue, account })
  const charged = await client.query<{ id: string }>('select id from transfer where id = any($1)', [
    executions.map((execution) => nettingId(venue, account, execution)),
  ])
  const adopted = await client.query<{ id: string }>(
    'select execution_id as id from fill where venue = $1 and account = $2 and execution_id = any($3)',
    [venue, account, executions],
  )
  const booked = new Set([...charged.rows, ...adopted.rows].map(({ id }) => id))
  return {
    venue,
    purses: purses.map(({ purse, freeMicros, reservedMicros }) => ({ purse, cash: money(freeMicros + reservedMicros) })),
    lots: (await openLots(client)).filter((lot) => lot.venue === venue),
    fills: fills.rows,
    pursesOf: await pursesOf(client, venue),
    ended: await endedMarkets(client, venue, nowMs),
    falls: await pendingFalls(client, { venue, account }, nowMs),
    gone: new Map(gone.map(({ market, goneMs }) => [market, goneMs])),
    bookedExecutions: new Set(executions.filter((execution) => booked.has(execution) || booked.has(nettingId(venue, account, execution)))),
    standing: await standingBreaks(client, venue),
  }
}

async function pursesOf(client: Transaction, venue: Venue): Promise<ReadonlyMap<MarketId, Purse>> {
  const read = await client.query<{ market: MarketId; purse: string }>(
    `select distinct market, purse_of(trade_id, venue, market) as purse from lot where venue = $1 and quantity > 0`,
    [venue],
  )
  return new Map(read.rows.map(({ market, purse }) => [market, parsePurse(purse)]))
}

/** Markets with open lots that are decided or past their end: by the venue's own words, by their times, or because the other leg of the pair is paid. */
async function endedMarkets(client: Transaction, venue: Venue, nowMs: Millis): Promise<ReadonlySet<MarketId>> {
  const [own, other, elsewhere] =
    venue === 'kalshi' ? ['kalshi_market', 'forecastex_market', 'forecastex'] : ['forecastex_market', 'kalshi_market', 'kalshi']
  // each is asked market by market, and no more than one row of it: payouts are as many as there ever were
  const read = await client.query<{ market: MarketId }>(
    `select market from (select distinct market from lot where venue = $1 and quantity > 0) l where
       exists (select 1 from listing x where x.venue = $1 and x.market = l.market and x.status in ('closed', 'determined', 'settled'))
       or exists (select 1 from market_reading m where m.venue = $1 and m.market = l.market and m.closes_ms <= $2)
       or (select true from settlement s where s.venue = $1 and s.market = l.market limit 1)
       or (select true from pair p join settlement s on s.market = p.${other} and s.venue = $3 where p.${own} = l.market limit 1)`,
    [venue, nowMs, elsewhere],
  )
  return new Set(read.rows.map(({ market }) => market))
}
