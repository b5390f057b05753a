import type { MarketId, Venue } from '../core/ids'
import { cashDifferences } from '../core/ledger/reconciliation'
import type { Purse, PurseBalance } from '../core/purse'
import { formatMoney, formatQuantity, millis, NO_MONEY, quantity, type Millis, type Money, type Quantity } from '../core/units'
import type { Statement, VenueAccount } from '../ports/account'
import { knownCash } from './ledger'
import { fillKey } from '../stores/postgres/booking'
import { gonePositions, pendingFalls } from '../stores/postgres/evidence/statements'
import type { Database } from '../stores/postgres/pool'
import { openLots } from '../stores/postgres/proof/verify'

export interface VenueReconciliation {
  readonly venue: string
  /** Whose fills the venue tells, and how many those are: all were compared. */
  readonly ordersChecked: number
  readonly fillsChecked: number
  /** What could not be compared, and why; null: everything was. */
  readonly unseen: string | null
  /** One sentence for each difference; empty: ledger and venue agree. */
  readonly breaks: readonly string[]
}
export interface Reconciliation {
  readonly venues: readonly VenueReconciliation[]
}

/** The ledger against what the venues say: cash of every purse to the micro-dollar, net position per market, every fill, nothing resting. Meant for a moment without running trades. */
export async function reconcileVenues(database: Database, accounts: readonly VenueAccount[], signal: AbortSignal): Promise<Reconciliation> {
  const venues: VenueReconciliation[] = []
  for (const account of accounts) {
    const since = await database.query<{ since: number | null }>('select min(started_ms) as since from trade')
    const statement = await account.statement(millis(since.rows[0]?.since ?? 0), signal)
    venues.push(await compare(database, account, statement))
  }
  return { venues }
}

const UNSEEN =
  'executions of other clients: this one is told its own, unless it is the Master API client; fills and trades by hand show in cash and positions alone'

async function compare(database: Database, { venue, account }: VenueAccount, statement: Statement): Promise<VenueReconciliation> {
  const breaks = [...(await cashBreaks(database, venue, statement)), ...(await accrualBreaks(database, venue, account, statement))]
  if (statement.openOrders.length > 0) breaks.push(`orders rest: ${statement.openOrders.join(', ')}`)
  breaks.push(
    ...(await positionBreaks(database, venue, account, statement)),
    ...(await fillBreaks(database, venue, statement)),
    ...strangeBreaks(statement),
    ...(await estimateBreaks(database, venue)),
  )
  return {
    venue,
    ordersChecked: new Set(statement.fills.map(({ venueOrderId }) => venueOrderId)).size,
    fillsChecked: statement.fills.length,
    unseen: statement.ownExecutionsOnly === true ? UNSEEN : null,
    breaks,
  }
}

/** Purse by purse: what the venue keeps apart cannot make up for each other. */
async function cashBreaks(database: Database, venue: Venue, { purses: told, otherCash = [] }: Statement): Promise<readonly string[]> {
  const known = await knownCash(database, venue)
  const held = (purse: Purse, purses: readonly PurseBalance[]): string =>
    formatMoney(purses.find((each) => each.purse === purse)?.cash ?? NO_MONEY)
  return [
    ...cashDifferences(known, told).map(({ purse }) => `cash at ${purse}: ledger $${held(purse, known)}, venue $${held(purse, told)}`),
    ...otherCash.map((amount) => `cash at ${venue} of ${amount} is not counted: the ledger holds dollars`),
  ]
}

/** Interest that the venue owes no longer and that no coupon was booked for, where the cash differs: one may explain the other. */
async function accrualBreaks(database: Database, venue: Venue, account: string, { purses, asOfMs }: Statement): Promise<readonly string[]> {
  if (cashDifferences(await knownCash(database, venue), purses).length === 0) return []
  const falls = await pendingFalls(database, { venue, account }, asOfMs)
  return falls.map(
    ({ atMs, amount }) => `interest owed by ${venue} fell by $${formatMoney(amount)} at ${utc(atMs)}: no coupon is booked for it`,
  )
}

/** Σ lots = the venue's net, signed in YES contracts (execution.md E7). */
async function positionBreaks(database: Database, venue: Venue, account: string, statement: Statement): Promise<readonly string[]> {
  const net = new Map<string, { lots: number; venue: number }>()
  const add = (market: string, side: 'lots' | 'venue', contracts: number): void => {
    const known = net.get(market) ?? { lots: 0, venue: 0 }
    net.set(market, { ...known, [side]: known[side] + contracts })
  }
  for (const lot of await openLots(database))
    if (lot.venue === venue) add(lot.market, 'lots', lot.outcome === 'yes' ? lot.quantity : -lot.quantity)
  const gone = new Map((await gonePositions(database, { venue, account })).map(({ market, goneMs }) => [market, goneMs]))
  const since = (market: string, told: number): string => {
    const goneMs = told === 0 ? gone.get(market as MarketId) : undefined
    return goneMs === undefined ? '' : `, gone since ${utc(goneMs)}`
  }
  for (const { market, outcome, quantity: held } of statement.positions) add(market, 'venue', outcome === 'yes' ? held : -held)
  return [...net]
    .filter(([, { lots, venue: told }]) => lots !== told)
    .map(
      ([market, { lots, venue: told }]) =>
        `${market}: lots ${formatQuantity(quantity(lots))}, venue ${formatQuantity(quantity(told))} (YES)${since(market, told)}`,
    )
}

/**
 * Every fill the venue tells is in the ledger, with its size and fee. Prices are left to the cash, for a venue may tell a sale as a purchase of the
 * other outcome; and a fill that the venue does not tell is no break, for a gateway tells only today's.
 */
async function fillBreaks(database: Database, venue: string, { fills }: Statement): Promise<readonly string[]> {
  const read = await database.query<{ key: string; quantity: Quantity; fee: Money }>(
    'select key, quantity, fee_micros as fee from fill where venue = $1 and key = any($2)',
    [venue, fills.map(fillKey)],
  )
  const booked = new Map(read.rows.map((row) => [row.key, row]))
  return fills.flatMap((fill) => {
    const key = fillKey(fill)
    const row = booked.get(key)
    if (!row) return [`fill ${key} of ${formatQuantity(fill.quantity)} in ${fill.market} is not in the ledger`]
    if (row.quantity !== fill.quantity)
      return [`fill ${key}: ledger ${formatQuantity(row.quantity)}, venue ${formatQuantity(fill.quantity)}`]
    const feeDiffers = fill.fee !== null && fill.fee !== row.fee
    return feeDiffers ? [`fill ${key}: ledger fee $${formatMoney(row.fee)}, venue fee $${formatMoney(fill.fee)}`] : []
  })
}

/** What the account shows that no order of ours explains: purchases of others, and nettings that were charged. */
function strangeBreaks({ strange = [] }: Statement): readonly string[] {
  return strange.flatMap(({ executionId, market, outcome, quantity: held, isNetting, fee, atMs }) => {
    if (!isNetting)
      return [
        `execution ${executionId} bought ${formatQuantity(held)} ${outcome.toUpperCase()} of ${market} at ${utc(atMs)}: no order of ours`,
      ]
    return fee === null || fee === 0 ? [] : [`netting ${executionId} in ${market} was charged $${formatMoney(fee)}: nettings are free`]
  })
}

/** Fees that were booked as their model says because the venue has not told them, and since when. */
async function estimateBreaks(database: Database, venue: Venue): Promise<readonly string[]> {
  const read = await database.query<{ key: string; fee: Money; atMs: Millis }>(
    'select key, fee_micros as fee, at_ms as "atMs" from fill where venue = $1 and fee_estimated order by at_ms, key',
    [venue],
  )
  return read.rows.map(
    ({ key, fee, atMs }) => `fill ${key} of ${utc(atMs)}: its fee is not told yet, $${formatMoney(fee)} are booked for it`,
  )
}

const utc = (ms: Millis): string => new Date(ms).toISOString()
