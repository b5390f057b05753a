import { formatMoney, formatPrice, formatQuantity, money } from '../../core/units'
import { availableIn } from './accounts'
import { fillBody, orderbookBody, orderBody, positionBody, settlementBody } from './api/render'
import { ownPockets } from './cash/pockets'
import type { Floor } from './floor'

/** The exchange as the control endpoint shows it: the truth at this moment, without the read model's lag. */
export function floorState(floor: Floor): unknown {
  return {
    accounts: [...floor.tables.all('account')].map((account) => {
      const { accountId } = account
      const own = <T extends { readonly accountId: string }>(rows: Iterable<T>): T[] =>
        [...rows].filter((row) => row.accountId === accountId)
      const pockets = ownPockets(floor, accountId)
      const cash = pockets.reduce((sum, pocket) => sum + pocket.cash, 0)
      return {
        account_id: accountId,
        cash: formatMoney(money(cash)),
        reserved: formatMoney(money(pockets.reduce((sum, pocket) => sum + pocket.cash - availableIn(floor, pocket), 0))),
        pockets: pockets.map(({ subaccount, shard, cash: own }) => ({ subaccount, exchange_index: shard, cash: formatMoney(own) })),
        positions: own(floor.tables.all('position')).map((row) => ({ ...positionBody(floor, row), settled: row.settled })),
        orders: own(floor.tables.all('order'))
          .filter((order) => order.status === 'resting')
          .map((order) => orderBody(floor, order)),
        ended_orders: own(floor.tables.all('order'))
          .filter((order) => order.status !== 'resting')
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
