import { formatMoney, formatPrice, formatQuantity } from '../../core/units'
import { claimsOf, reserved } from './accounts'
import { fillBody, orderbookBody, orderBody, positionBody, settlementBody } from './api/render'
import type { Floor } from './floor'
import { positionKey } from './rows'

/** The exchange as the control endpoint shows it: the truth at this moment, without the read model's lag. */
export function floorState(floor: Floor): unknown {
  return {
    accounts: [...floor.tables.all('account')].map((account) => {
      const { accountId } = account
      const own = <T extends { readonly accountId: string }>(rows: Iterable<T>): T[] =>
        [...rows].filter((row) => row.accountId === accountId)
      const held = (ticker: string): number => floor.tables.get('position', positionKey(accountId, ticker))?.position ?? 0
      return {
        account_id: accountId,
        cash: formatMoney(account.cash),
        reserved: formatMoney(reserved(claimsOf(floor, accountId), held)),
        positions: own(floor.tables.all('position')).map((row) => ({ ...positionBody(floor, row), settled: row.settled })),
        orders: own(floor.tables.all('order'))
          .filter((order) => order.status === 'resting')
          .map((order) => orderBody(floor, order)),
        fills: own(floor.tables.all('fill')).map((fill) => fillBody(floor, fill)),
        settlements: own(floor.tables.all('settlement')).map((row) => settlementBody(floor, row)),
      }
    }),
    markets: [...floor.tables.all('market')].map((market) => ({
      ticker: market.ticker,
      base_ticker: market.base,
      status: market.status,
      result: market.result,
      last_price: market.lastPrice === null ? null : formatPrice(market.lastPrice),
      volume: formatQuantity(market.volume),
      book: orderbookBody(floor, market.ticker, 0),
    })),
  }
}
