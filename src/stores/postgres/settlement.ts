import { payoutOf } from '../../core/ledger/settlement'
import type { MarketId, Venue } from '../../core/ids'
import { money, type Millis, type Money } from '../../core/units'
import { transact, type Database, type Transaction } from './pool'
import { openLotsOf, paidLotsOf, payLot, repayLot, type Place } from './results/payouts'
import { revalue } from './results/worth'
import { dropIdleClaims } from './worth'

export interface Settled {
  readonly lots: number
  readonly paid: Money
}

/**
 * Posts the settlement of one market: every open lot pays `yesPays` per YES contract and one dollar less it per NO contract, each lot once, into the purse it was bought from.
 * Claims that no lot needs any more are dropped, and trades whose last lot this was become realised. @returns what was posted now.
 * @throws RangeError when a contract would pay less than nothing or more than a dollar.
 */
export function settleMarket(
  database: Database,
  venue: Venue,
  market: MarketId,
  yesPays: Money,
  atMs: Millis,
  signal: AbortSignal,
): Promise<Settled> {
  return transact(database, signal, async (transaction) => {
    await transaction.query('select 1 from risk_lock for update')
    return settleIn(transaction, { venue, market, atMs }, yesPays)
  })
}

/** The same in a transaction that has taken `risk_lock`. */
export async function settleIn(transaction: Transaction, place: Place, yesPays: Money): Promise<Settled> {
  const lots = await openLotsOf(transaction, place)
  let paid = 0
  for (const lot of lots) {
    const payout = payoutOf(lot.outcome, lot.quantity, yesPays)
    await payLot(transaction, place, lot, payout)
    paid += payout
  }
  await dropIdleClaims(transaction, place.venue, place.market)
  await revalue(
    transaction,
    lots.map(({ trade_id }) => trade_id),
  )
  return { lots: lots.length, paid: money(paid) }
}

/** Payouts are rounded down to the µ$ in each part of a lot: so little is no other result. */
const ROUNDING_MICROS = 10

/**
 * A result that the venue has changed after we posted it: each payout that differs is reversed as it was booked and posted anew (execution.md §8).
 * @returns what was posted now: as many lots as changed, and the difference.
 * @throws Error when the reversal would overdraw the purse: the money has been spent, and a person has to see to it.
 */
export function amendSettlement(
  database: Database,
  venue: Venue,
  market: MarketId,
  yesPays: Money,
  atMs: Millis,
  signal: AbortSignal,
): Promise<Settled> {
  return transact(database, signal, async (transaction) => {
    await transaction.query('select 1 from risk_lock for update')
    const place = { venue, market, atMs }
    const wrong = (await paidLotsOf(transaction, place)).filter(
      ({ outcome, quantity, paid_micros }) => Math.abs(payoutOf(outcome, quantity, yesPays) - paid_micros) > ROUNDING_MICROS,
    )
    let difference = 0
    for (const lot of wrong) {
      const payout = payoutOf(lot.outcome, lot.quantity, yesPays)
      await repayLot(transaction, place, lot, payout)
      difference += payout - lot.paid_micros
    }
    await revalue(
      transaction,
      wrong.map(({ trade_id }) => trade_id),
    )
    return { lots: wrong.length, paid: money(difference) }
  })
}
