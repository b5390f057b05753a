import { money, parseFixed, price, quantity, type Money, type Price, type Quantity } from '../../core/units'
import type { KalshiEventSection, KalshiMarketSection } from '../schema'
import type { Floor } from './floor'
import { armRebalancing } from './cash/allocation'
import { pocketRow } from './cash/pockets'
import { armEventFees } from './lifecycle/changes'
import { armTimers, closeMarket } from './lifecycle/markets'
import { settle } from './lifecycle/outcome'
import { stand } from './orders/resting'
import { placeOutside, restOutside } from './outside'
import { pocketKey, positionKey, type EventRow, type MarketRow } from './rows'
import { bookOf, usedOrderId } from './floor'
import { uuidOf } from './tables'

/** How a scenario and what was remembered become the markets of this process. */

/** The result that the scenario's timeline gives a market, by its name in the scenario. */
export interface KnownResult {
  readonly result: 'yes' | 'no' | 'scalar'
  readonly value: Price | null
}

/** Lists what is new, lists again what is to be relisted, and puts what was resting back into the books. */
export function openFloor(floor: Floor, results: ReadonlyMap<string, KnownResult>): void {
  for (const market of floor.tables.all('market')) floor.listings.set(market.base, market.ticker)
  for (const account of floor.section.accounts) openAccount(floor, account)
  for (const order of floor.tables.all('order')) floor.usedOrderIds.add(usedOrderId(order.accountId, order.clientOrderId))
  restoreBooks(floor)
  for (const event of floor.section.events) {
    const latest = latestListing(floor, event.event_ticker)
    if (latest && event.relist) {
      settleOld(floor, latest.base, results)
      listEvent(floor, event, latest.listing + 1)
    } else if (latest) addMarkets(floor, latest, event)
    else listEvent(floor, event, 1)
  }
  for (const market of [...floor.tables.all('market')]) armTimers(floor, market)
  if ([...floor.tables.all('allocation')].length > 0) armRebalancing(floor)
  armEventFees(floor)
}

function openAccount(floor: Floor, account: Floor['section']['accounts'][number]): void {
  if (floor.tables.get('account', account.account_id)) return
  floor.tables.put('account', account.account_id, { accountId: account.account_id, userId: floor.tables.uuid('user') })
  const first = { exchange_index: 0, subaccount: 0, balance_dollars: account.balance_dollars }
  for (const { exchange_index: shard, subaccount, balance_dollars: dollars } of [first, ...account.balances]) {
    const pocket = { accountId: account.account_id, subaccount, shard }
    const row = { ...pocketRow(floor, pocket), netting: account.collateral_return }
    floor.tables.put('pocket', pocketKey(pocket), { ...row, cash: money(row.cash + parseFixed(dollars, 6)) })
  }
  for (const held of account.positions) {
    const cost = parseFixed(held.cost_dollars, 6) as Money
    floor.tables.put('position', positionKey(account.account_id, held.ticker), {
      accountId: account.account_id,
      subaccount: 0,
      ticker: held.ticker,
      position: quantity(held.position_fp),
      cost,
      realized: 0 as Money,
      fees: 0 as Money,
      traded: cost,
      updatedMs: floor.clock.nowMs(),
      settled: false,
    })
  }
}

export function latestListing(floor: Floor, base: string): EventRow | null {
  let latest: EventRow | null = null
  for (const event of floor.tables.all('event')) if (event.base === base && event.listing > (latest?.listing ?? 0)) latest = event
  return latest
}

/** A market by the name a scenario uses: its latest listing. A name with a suffix means that listing. */
export function resolveTicker(floor: Floor, name: string): string {
  const latest = floor.listings.get(name)
  if (latest !== undefined) return latest
  if (floor.tables.get('market', name)) return name
  throw new Error(`there is no market ${JSON.stringify(name)}`)
}

/** A listing that an earlier process left open is settled as the timeline would have, so that no position hangs; without a result it closes. */
function settleOld(floor: Floor, base: string, results: ReadonlyMap<string, KnownResult>): void {
  for (const market of [...floor.tables.all('market')]) {
    if (floor.tables.get('event', market.eventTicker)?.base !== base || market.status === 'finalized') continue
    const known = results.get(market.base)
    if (known) settle(floor, market.ticker, known.result, known.value)
    else closeMarket(floor, market.ticker)
  }
}

function listEvent(floor: Floor, event: KalshiEventSection, listing: number): void {
  const { markets, ...definition } = event
  const ticker = listing === 1 ? event.event_ticker : `${event.event_ticker}.${listing}`
  const tickerOf = (base: string): string => `${ticker}${base.slice(event.event_ticker.length)}`
  const tickers = markets.map((market) => (listing === 1 ? market.ticker : tickerOf(market.ticker)))
  const row: EventRow = {
    ticker,
    base: event.event_ticker,
    listing,
    definition: { ...definition, event_ticker: ticker },
    markets: tickers,
    createdMs: floor.clock.nowMs(),
  }
  floor.tables.put('event', ticker, row)
  for (const [at, market] of markets.entries()) listMarket(floor, row, tickers[at] ?? market.ticker, market)
}

/** Lists an event while the exchange runs, and says so. @throws Error with one sentence when it cannot be listed. */
export function listNow(floor: Floor, event: KalshiEventSection): void {
  if (latestListing(floor, event.event_ticker)) throw new Error(`event ${event.event_ticker} is listed already`)
  if (!floor.section.series.some((series) => series.ticker === event.series_ticker))
    throw new Error(`there is no series ${JSON.stringify(event.series_ticker)}`)
  const known = event.markets.find((market) => floor.tables.get('market', market.ticker))
  if (known) throw new Error(`market ${known.ticker} is listed already`)
  listEvent(floor, event, 1)
  const row = floor.tables.get('event', event.event_ticker)
  if (row) floor.emit({ kind: 'event_listed', event: row })
  for (const { ticker } of event.markets) {
    floor.emit({ kind: 'lifecycle', ticker, change: { event_type: 'created' }, atMs: floor.clock.nowMs() })
    const market = floor.tables.get('market', ticker)
    if (market) armTimers(floor, market)
  }
}

/** A later scenario may add markets to an event that is already listed. */
function addMarkets(floor: Floor, row: EventRow, event: KalshiEventSection): void {
  const fresh = event.markets.filter((market) => !row.markets.some((ticker) => floor.tables.get('market', ticker)?.base === market.ticker))
  if (fresh.length === 0) return
  floor.tables.put('event', row.ticker, { ...row, markets: [...row.markets, ...fresh.map((market) => market.ticker)] })
  for (const market of fresh) listMarket(floor, row, market.ticker, market)
}

function listMarket(floor: Floor, event: EventRow, ticker: string, section: KalshiMarketSection): void {
  const { book, trades, ...definition } = section
  const now = floor.clock.nowMs()
  const openMs = Date.parse(section.open_time)
  const value = section.result === 'yes' ? '1' : section.result === 'no' ? '0' : section.settlement_value_dollars
  const market: MarketRow = {
    ticker,
    base: section.ticker,
    eventTicker: event.ticker,
    marketId: uuidOf(`market|${ticker}`),
    definition: { ...definition, ticker },
    status: section.status,
    openMs,
    closeMs: Date.parse(section.close_time),
    createdMs: Math.min(openMs, now),
    updatedMs: now,
    result: section.result ?? '',
    settlementValue: section.result === undefined || value === undefined ? null : price(value),
    settledMs: section.settled_time === undefined ? null : Date.parse(section.settled_time),
    lastPrice: null,
    previousPrice: null,
    volume: 0 as Quantity,
    openInterest: 0 as Quantity,
  }
  floor.tables.put('market', ticker, market)
  floor.listings.set(market.base, ticker)
  for (const printed of trades) recordTrade(floor, ticker, printed)
  for (const [at, count] of book?.yes ?? []) placeOutside(floor, ticker, { side: 'bid', price: price(at), count: quantity(count) }, true)
  for (const [at, count] of book?.no ?? []) {
    placeOutside(floor, ticker, { side: 'ask', price: (10_000 - price(at)) as Price, count: quantity(count) }, true)
  }
}

/** A trade of before the start. */
function recordTrade(floor: Floor, ticker: string, printed: KalshiMarketSection['trades'][number]): void {
  const market = floor.tables.get('market', ticker)
  if (!market) return
  const row = {
    tradeId: floor.tables.uuid('trade'),
    ticker,
    price: price(printed.yes_price),
    quantity: quantity(printed.count),
    takerSide: printed.taker_book_side,
    atMs: Date.parse(printed.created_time),
  }
  floor.tables.put('trade', row.tradeId, row)
  const volume = (market.volume + row.quantity) as Quantity
  floor.tables.put('market', ticker, { ...market, lastPrice: row.price, previousPrice: market.lastPrice, volume, openInterest: volume })
}

function restoreBooks(floor: Floor): void {
  for (const order of [...floor.tables.all('outside')]) restOutside(floor, order.ticker, order)
  for (const order of floor.tables.all('order')) {
    if (order.status !== 'resting') continue
    stand(floor, bookOf(floor, order.ticker), order)
  }
}
