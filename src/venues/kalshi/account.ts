import { purseOf } from '../../core/purse'
import type { Millis } from '../../core/units'
import type { Statement, VenueAccount } from '../../ports/account'
import type { Clock } from '../../ports/clock'
import { toFill } from './direction'
import type { KalshiRest } from './rest/call'
import { getUserDataTimestamp } from './rest/exchange'
import { listOrders } from './rest/orders'
import { getBalance, getFills, getPositions, getSettlements, TRADING_SUBACCOUNT as subaccount } from './rest/portfolio'

export interface KalshiAccountOptions {
  readonly rest: KalshiRest
  readonly account: string
  readonly clock: Clock
}

/**
 * The subaccount that trades, as the venue tells it. Fills are told as what they buy (`toFill` without an order): to compare them with our own, compare
 * signed YES quantities and cash, not the words. Cash is the sum over all shards.
 */
export function createKalshiAccount({ rest, account, clock }: KalshiAccountOptions): VenueAccount {
  return {
    venue: 'kalshi',
    account,
    /** @throws KalshiReadError when a list cannot be read; z.ZodError when one has another shape */
    async statement(sinceMs: Millis, signal: AbortSignal): Promise<Statement> {
      const askedMs = clock.nowMs()
      // read first: what is read after it is at least this fresh
      const freshMs = await getUserDataTimestamp(rest, signal)
      const [balance, positions, resting, fills, payouts] = await Promise.all([
        getBalance(rest, signal),
        getPositions(rest, signal),
        listOrders(rest, { status: 'resting', subaccount }, signal),
        getFills(rest, { sinceMs, subaccount }, signal),
        getSettlements(rest, { sinceMs, subaccount }, signal),
      ])
      return {
        // the venue's clock may be ahead of ours: a statement is never newer than the question
        asOfMs: freshMs < askedMs ? freshMs : askedMs,
        cash: balance.cash,
        purses: balance.shards.map(({ shard, cash }) => ({ purse: purseOf('kalshi', shard), cash })),
        fills: fills.map((fill) => toFill(fill, account, null)),
        openOrders: resting.map(({ venueOrderId }) => venueOrderId),
        positions,
        payouts,
      }
    },
  }
}
