import type { Venue } from '../core/ids'
import { cashDifferences } from '../core/ledger/reconciliation'
import type { Purse, PurseBalance } from '../core/purse'
import { formatMoney, formatQuantity, millis, NO_MONEY, quantity, type Money, type Quantity } from '../core/units'
import type { Statement, VenueAccount } from '../ports/account'
import { knownCash } from './ledger'
import { fillKey } from '../stores/postgres/booking'
import type { Database } from '../stores/postgres/pool'
import { openLots } from '../stores/postgres/proof/verify'

export interface VenueReconciliation {
  readonly venue: string
  readonly ordersChecked: number
  readonly fillsChecked: number
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
    venues.push(await compare(database, account.venue, statement))
  }
  return { venues }
}

async function compare(database: Database, venue: Venue, statement: Statement): Promise<VenueReconciliation> {
  const booked = await database.query<{ orders: number; fills: number }>(
    `select (select count(*) from order_intent where venue = $1 and filled > 0) as orders, (select count(*) from fill where venue = $1) as fills`,
    [venue],
  )
  const breaks = [...(await cashBreaks(database, venue, statement))]
  if (statement.openOrders.length > 0) breaks.push(`orders rest: ${statement.openOrders.join(', ')}`)
  breaks.push(...(await positionBreaks(database, venue, statement)), ...(await fillBreaks(database, venue, statement)))
  return { venue, ordersChecked: booked.rows[0]?.orders ?? 0, fillsChecked: booked.rows[0]?.fills ?? 0, breaks }
}

/** Purse by purse: what the venue keeps apart cannot make up for each other. */
async function cashBreaks(database: Database, venue: Venue, { purses: told }: Statement): Promise<readonly string[]> {
  const known = await knownCash(database, venue)
  const held = (purse: Purse, purses: readonly PurseBalance[]): string =>
    formatMoney(purses.find((each) => each.purse === purse)?.cash ?? NO_MONEY)
  return cashDifferences(known, told).map(({ purse }) => `cash at ${purse}: ledger $${held(purse, known)}, venue $${held(purse, told)}`)
}

/** Σ lots = the venue's net, signed in YES contracts (execution.md E7). */
async function positionBreaks(database: Database, venue: string, statement: Statement): Promise<readonly string[]> {
  const net = new Map<string, { lots: number; venue: number }>()
  const add = (market: string, side: 'lots' | 'venue', contracts: number): void => {
    const known = net.get(market) ?? { lots: 0, venue: 0 }
    net.set(market, { ...known, [side]: known[side] + contracts })
  }
  for (const lot of await openLots(database))
    if (lot.venue === venue) add(lot.market, 'lots', lot.outcome === 'yes' ? lot.quantity : -lot.quantity)
  for (const { market, outcome, quantity: held } of statement.positions) add(market, 'venue', outcome === 'yes' ? held : -held)
  return [...net]
    .filter(([, { lots, venue: told }]) => lots !== told)
    .map(
      ([market, { lots, venue: told }]) =>
        `${market}: lots ${formatQuantity(quantity(lots))}, venue ${formatQuantity(quantity(told))} (YES)`,
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
