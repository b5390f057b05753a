import { isOurOrderId } from '../../core/ids'
import { MONEY_DECIMALS, ONE_CONTRACT, ONE_DOLLAR, parseFixed, PRICE_DECIMALS, QUANTITY_DECIMALS } from '../../core/units'
import type { VenueFill, VenueOrder, VenueTruth } from './evidence'
import type { Markets } from './orders'

/** GET /state of the simulated venues, as far as it is read here. */
export interface SimState {
  readonly kalshi: { readonly accounts: readonly KalshiAccount[] }
  readonly ibkr: IbkrState
}
interface KalshiAccount {
  readonly account_id: string
  readonly cash: string
  readonly pockets: readonly { readonly subaccount: number; readonly exchange_index: number; readonly cash: string }[]
  readonly positions: readonly { readonly ticker: string; readonly position_fp: string; readonly settled: boolean }[]
  readonly orders: readonly KalshiOrder[]
  readonly ended_orders: readonly KalshiOrder[]
  readonly fills: readonly KalshiFill[]
}
interface KalshiOrder {
  readonly order_id: string
  readonly client_order_id: string
  readonly ticker: string
  readonly fill_count_fp: string
  readonly created_time: string
  readonly last_update_time: string
}
interface KalshiFill {
  readonly trade_id: string
  readonly order_id: string
  readonly ticker: string
  readonly book_side: 'bid' | 'ask'
  readonly count_fp: string
  readonly yes_price_dollars: string
  readonly fee_cost: string
  readonly created_time: string
}
interface IbkrOrder {
  readonly orderRef: string
  readonly permId: number
  readonly conId: number
  readonly filled: number
  readonly completed: { readonly ms: number } | null
}
interface IbkrState {
  readonly account: string
  readonly cash: string
  readonly violations: readonly unknown[]
  readonly positions: readonly { readonly con_id: number; readonly size: number }[]
  readonly open_orders: readonly IbkrOrder[]
  readonly completed_orders: readonly IbkrOrder[]
  readonly executions: readonly IbkrExecution[]
  readonly questions: readonly { readonly yes: { readonly con_id: number }; readonly no: { readonly con_id: number } }[]
}
interface IbkrExecution {
  readonly execId: string
  readonly ms: number
  readonly conId: number
  readonly account: string
  readonly side: string
  readonly size: number
  /** µ$. */
  readonly price: number
  readonly permId: number
  readonly orderRef: string
  readonly commission: number | null
}

/** ForecastEx only buys; a netting report carries another side. */
const BOUGHT = 'BOT'
const MICROS_PER_PRICE = 100
const micros = (dollars: string): number => parseFixed(dollars, MONEY_DECIMALS)

export function marketsOf({ ibkr: { questions } }: SimState): Markets {
  const markets = new Map<number, { readonly market: string; readonly outcome: 'yes' | 'no' }>()
  for (const { yes, no } of questions) {
    const market = String(yes.con_id)
    markets.set(yes.con_id, { market, outcome: 'yes' }).set(no.con_id, { market, outcome: 'no' })
  }
  return markets
}

export function kalshiTruth({ kalshi }: SimState, account: string): VenueTruth {
  const own = kalshi.accounts.find(({ account_id }) => account_id === account)
  if (!own) throw new Error(`the simulated Kalshi has no account ${account}`)
  const ids = new Map([...own.orders, ...own.ended_orders].map(({ order_id, client_order_id }) => [order_id, client_order_id]))
  const purse = (pocket: KalshiAccount['pockets'][number]): string =>
    pocket.subaccount === 0 && pocket.exchange_index === 0 ? 'kalshi' : `kalshi/${pocket.subaccount}.${pocket.exchange_index}`
  return {
    venue: 'kalshi',
    account,
    cash: micros(own.cash),
    purses: Object.fromEntries(own.pockets.map((pocket) => [purse(pocket), micros(pocket.cash)])),
    fills: own.fills.map((fill) => kalshiFill(fill, account, ids.get(fill.order_id) ?? '')),
    orders: [...own.orders.map((order) => kalshiOrder(order, true)), ...own.ended_orders.map((order) => kalshiOrder(order, false))],
    net: Object.fromEntries(
      own.positions
        .filter(({ settled }) => !settled)
        .map(({ ticker, position_fp }) => [ticker, parseFixed(position_fp, QUANTITY_DECIMALS)]),
    ),
    violations: [],
  }
}

const kalshiOrder = (order: KalshiOrder, rests: boolean): VenueOrder => ({
  clientOrderId: order.client_order_id,
  market: order.ticker,
  filled: parseFixed(order.fill_count_fp, QUANTITY_DECIMALS),
  rests,
  createdMs: Date.parse(order.created_time),
  endedMs: rests ? null : Date.parse(order.last_update_time),
})

function kalshiFill(fill: KalshiFill, account: string, clientOrderId: string): VenueFill {
  const quantity = parseFixed(fill.count_fp, QUANTITY_DECIMALS)
  return {
    key: `kalshi|${account}|${fill.order_id}|${fill.trade_id}`,
    clientOrderId: isOurOrderId(clientOrderId) ? clientOrderId : null,
    venue: 'kalshi',
    market: fill.ticker,
    sign: fill.book_side === 'bid' ? 1 : -1,
    yesPrice: parseFixed(fill.yes_price_dollars, PRICE_DECIMALS),
    quantity,
    most: quantity,
    least: quantity,
    fee: micros(fill.fee_cost),
    atMs: Date.parse(fill.created_time),
  }
}

export function forecastexTruth({ ibkr }: SimState, markets: Markets): VenueTruth {
  const net = new Map<string, number>()
  for (const { con_id, size } of ibkr.positions) {
    const contract = markets.get(con_id)
    if (contract) net.set(contract.market, (net.get(contract.market) ?? 0) + size * ONE_CONTRACT * (contract.outcome === 'yes' ? 1 : -1))
  }
  const cash = micros(ibkr.cash)
  return {
    venue: 'forecastex',
    account: ibkr.account,
    cash,
    purses: { forecastex: cash },
    fills: purchases(ibkr.executions, markets),
    orders: [...ibkr.open_orders, ...ibkr.completed_orders].map((order) => ({
      clientOrderId: order.orderRef,
      market: markets.get(order.conId)?.market ?? String(order.conId),
      filled: order.filled * ONE_CONTRACT,
      rests: order.completed === null,
      createdMs: null,
      endedMs: order.completed?.ms ?? null,
    })),
    net: Object.fromEntries(net),
    violations: ibkr.violations.map((each) => JSON.stringify(each)),
  }
}

const baseOf = (execId: string): string => execId.slice(0, execId.lastIndexOf('.'))

/** Every execution in its latest version: corrections come later in the venue's own list and share its name but for the last number. */
function purchases(executions: readonly IbkrExecution[], markets: Markets): readonly VenueFill[] {
  const fills = new Map<string, VenueFill>()
  for (const execution of executions) {
    const contract = markets.get(execution.conId)
    if (execution.side !== BOUGHT || execution.permId === 0 || !contract) continue
    const key = `forecastex|${execution.account}|${execution.permId}|${baseOf(execution.execId)}`
    const before = fills.get(key)
    const quantity = execution.size * ONE_CONTRACT
    const own = Math.round(execution.price / MICROS_PER_PRICE)
    const isYes = contract.outcome === 'yes'
    fills.set(key, {
      key,
      clientOrderId: isOurOrderId(execution.orderRef) ? execution.orderRef : null,
      venue: 'forecastex',
      market: contract.market,
      sign: isYes ? 1 : -1,
      yesPrice: isYes ? own : ONE_DOLLAR - own,
      quantity,
      most: Math.max(quantity, before?.most ?? 0),
      least: Math.min(quantity, before?.least ?? quantity),
      fee: execution.commission ?? (before?.quantity === quantity ? before.fee : null),
      atMs: before?.atMs ?? execution.ms,
    })
  }
  return [...fills.values()]
}
