import { formatFixed, money, NO_MONEY, ONE_DOLLAR, type Money } from '../../../../core/units'
import { reserved } from '../../accounts'
import { shardOf } from '../../cash/pockets'
import type { Floor } from '../../floor'
import { positionKey, type Pocket, type PositionRow } from '../../rows'
import { subaccountFor } from '../access'
import { accountOf, ok, shardQuery, subaccountQuery, type Answer, type Call } from '../pages'

/** Cash as the read model has it. Whole numbers are cents, cut off (kalshi.md §5). */

const CENT = 10_000
/** Cash is shown on the grid of a direct member: 1e-4 dollars. */
const BALANCE_GRID = 100

export const balanceText = (cash: Money): string => formatFixed(Math.floor(cash / BALANCE_GRID), 4)
const onGrid = (cash: Money): Money => money(Math.floor(cash / BALANCE_GRID) * BALANCE_GRID)

/** Cash that resting orders do not reserve. */
function available(floor: Floor, pocket: Pocket, cash: Money): Money {
  const claims = floor.tables
    .shownResting(pocket.accountId)
    .filter((order) => order.subaccount === pocket.subaccount && shardOf(floor, order.ticker) === pocket.shard)
  const held = (ticker: string): number =>
    floor.tables.shown('position', positionKey(pocket.accountId, ticker, pocket.subaccount))?.position ?? 0
  return money(cash - reserved(claims, held))
}

/** Open positions at the last price of their market, or at cost before the first trade. */
function valueOf(floor: Floor, position: PositionRow): number {
  const last = floor.tables.get('market', position.ticker)?.lastPrice ?? null
  if (last === null) return position.cost
  return (position.position >= 0 ? last : ONE_DOLLAR - last) * Math.abs(position.position)
}

/** Of one subaccount (0 unless it is named); of one shard, or of all with what each has: at least one is told. The whole is the sum of what is told. */
export function balance(floor: Floor, call: Call): Answer {
  const accountId = accountOf(call)
  const subaccount = subaccountFor(call.key, subaccountQuery(call, 'GetBalance'), 0)
  const shard = shardQuery(call, 'GetBalance')
  const isMeant = (row: { readonly accountId: string; readonly subaccount: number }, at: number): boolean =>
    row.accountId === accountId && row.subaccount === subaccount && (shard === null || at === shard)
  const pockets = floor.tables.allShown('pocket').filter((pocket) => isMeant(pocket, pocket.shard))
  const funded = pockets.map((pocket) => ({ shard: pocket.shard, cash: onGrid(available(floor, pocket, pocket.cash)) }))
  const free = funded.length > 0 ? funded : [{ shard: shard ?? 0, cash: NO_MONEY }]
  const total = money(free.reduce((sum, { cash }) => sum + cash, 0))
  const positions = floor.tables.allShown('position').filter((row) => isMeant(row, shardOf(floor, row.ticker)))
  return ok({
    balance: Math.floor(total / CENT),
    balance_breakdown: free.map(({ shard: index, cash }) => ({ balance: balanceText(cash), exchange_index: index })),
    balance_dollars: balanceText(total),
    portfolio_value: Math.floor(positions.reduce((sum, row) => sum + valueOf(floor, row), 0) / CENT),
    updated_ts: Math.floor(floor.clock.nowMs() / 1000),
  })
}

/** What all resting orders reserve: in cents, and on each shard in dollars. */
export function restingOrderValue(floor: Floor, call: Call): Answer {
  const accountId = accountOf(call)
  const byShard = new Map<number, number>()
  for (const pocket of floor.tables.allShown('pocket').filter((each) => each.accountId === accountId)) {
    const value = pocket.cash - available(floor, pocket, pocket.cash)
    byShard.set(pocket.shard, (byShard.get(pocket.shard) ?? 0) + value)
  }
  const total = [...byShard.values()].reduce((sum, value) => sum + value, 0)
  return ok({
    total_resting_order_value: Math.floor(total / CENT),
    resting_order_value_breakdown: [...byShard].map(([shard, value]) => ({ exchange_index: shard, balance: balanceText(value as Money) })),
  })
}
