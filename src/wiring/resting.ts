import type { Gateway } from '../venues/forecastex/gateway/owner'
import { rests } from '../venues/forecastex/wire/order-state'
import type { KalshiRest } from '../venues/kalshi/rest/call'
import { listOrders } from '../venues/kalshi/rest/orders'

/**
 * What rests in an account, whoever sent it, by the venue's own ids, in one question. Not the account's statement: that one fails for
 * reasons of its own, and a kill must read back what rests all the same.
 */
export type OpenOrders = (signal: AbortSignal) => Promise<readonly string[]>

export const openOrdersAtKalshi =
  (rest: KalshiRest): OpenOrders =>
  async (signal) =>
    (await listOrders(rest, { status: 'resting' }, signal)).map(({ venueOrderId }) => venueOrderId)

export const openOrdersAtForecastex =
  ({ requests }: Gateway, account: string): OpenOrders =>
  async (signal) =>
    (await requests.openOrders(signal))
      .filter((echo) => echo.account === account && rests(echo))
      .map(({ permId, orderRef }) => String(permId || orderRef))
