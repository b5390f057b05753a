import type { Venue } from '../core/ids'
import type { Purse, PurseBalance } from '../core/purse'
import { formatMoney, millis, NO_MONEY, type Millis, type Money } from '../core/units'
import type { Look, VenueAccount } from '../ports/account'
import { fillKey } from '../stores/postgres/booking'
import { lookAt } from '../stores/postgres/breaks/look'
import type { Database } from '../stores/postgres/pool'

export interface VenueReconciliation {
  readonly venue: string
  /** Whose fills the venue tells, and how many those are: all were compared. */
  readonly ordersChecked: number
  readonly fillsChecked: number
  /** What could not be compared, and why; null: everything was. */
  readonly unseen: string | null
  /** One sentence for each difference; empty: ledger and venue agree. */
  readonly breaks: readonly string[]
  /** Differences that settlement will post, a sentence each. */
  readonly waiting: readonly string[]
}
export interface Reconciliation {
  readonly venues: readonly VenueReconciliation[]
}

/**
 * The ledger against what the venues say, once and now: cash of every purse to the micro-dollar, net position per market, every fill, nothing resting.
 * What a person has accepted is known. Meant for a moment without running trades: unlike the looks of the processes it waits for nothing, and records nothing.
 */
export async function reconcileVenues(database: Database, accounts: readonly VenueAccount[], signal: AbortSignal): Promise<Reconciliation> {
  const venues: VenueReconciliation[] = []
  for (const account of accounts) venues.push(await compare(database, account, signal))
  return { venues }
}

const UNSEEN =
  'executions of other clients: this one is told its own, unless it is the Master API client; fills and trades by hand show in cash and positions alone'

async function compare(database: Database, account: VenueAccount, signal: AbortSignal): Promise<VenueReconciliation> {
  const since = await database.query<{ since: number | null }>('select min(started_ms) as since from trade')
  const look = await lookAt(database, account, millis(since.rows[0]?.since ?? 0), () => millis(Date.now()), signal)
  const { statement, comparison } = look
  const told = statement.fills.filter(({ fee }) => fee !== null).map(fillKey)
  return {
    venue: account.venue,
    ordersChecked: new Set(statement.fills.map(({ venueOrderId }) => venueOrderId)).size,
    fillsChecked: statement.fills.length,
    unseen: statement.ownExecutionsOnly === true ? UNSEEN : null,
    breaks: [
      ...comparison.differences.map(({ detail }) => detail),
      ...comparison.moved.map(({ purse }) => cashText(purse, look)),
      ...(await estimates(database, account.venue, told)),
    ],
    waiting: [...comparison.waiting.values()],
  }
}

/** Money that another of our purses lacks: in sum nothing differs. */
function cashText(purse: Purse, { known, told }: Look): string {
  const held = (balances: readonly PurseBalance[]): string => formatMoney(balances.find((each) => each.purse === purse)?.cash ?? NO_MONEY)
  return `cash at ${purse}: ledger $${held(known.purses)}, venue $${held(told.purses)}`
}

/** Fees that were booked as their model says because the venue has not told them, and since when. */
async function estimates(database: Database, venue: Venue, told: readonly string[]): Promise<readonly string[]> {
  const read = await database.query<{ key: string; fee: Money; atMs: Millis }>(
    'select key, fee_micros as fee, at_ms as "atMs" from fill where venue = $1 and fee_estimated and key <> all($2) order by at_ms, key',
    [venue, told],
  )
  return read.rows.map(
    ({ key, fee, atMs }) =>
      `fill ${key} of ${new Date(atMs).toISOString()}: its fee is not told yet, $${formatMoney(fee)} are booked for it`,
  )
}
