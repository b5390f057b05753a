import { dollars, MARKET_RULE, reply } from './protocol/replies'
import type { Exchange } from './exchange/exchange'
import type { Contract } from './exchange/listings'
import type { MarketData } from './market-data'
import { NO_DEFINITION, type Execution, type Order } from './exchange/orders'
import type { FaultBook, IbkrSection, SimClock } from './port'
import { readContract, REQUEST } from './protocol/requests'
import type { Session } from './session'
import { zonedMs } from './protocol/zoned-time'

/** The client that hears of all clients' executions (§6 "clientId"). */
const MASTER_CLIENT = 0
/** The zone of an execution filter that names none. */
const GATEWAY_ZONE = 'US/Central'
const ACCOUNT_TAGS = ['TotalCashValue', 'AvailableFunds', 'NetLiquidation'] as const

export interface ReadOptions {
  readonly section: IbkrSection
  readonly clock: SimClock
  readonly faults: FaultBook
  readonly exchange: Exchange
  readonly marketData: MarketData
}

type Handler = (session: Session, tokens: readonly string[]) => void

/** The requests that change nothing at the exchange. */
export class Reads {
  /** Start of the day whose executions and completed orders a gateway returns; moved by the fault midnight (§6 "executions window"). */
  #dayStartMs = 0
  readonly #handlers: ReadonlyMap<number, Handler>

  constructor(private readonly options: ReadOptions) {
    const nothing: Handler = () => undefined
    this.#handlers = new Map<number, Handler>([
      [REQUEST.marketData, (session, tokens) => this.#subscribe(session, tokens)],
      [REQUEST.cancelMarketData, (session, [, , id]) => options.marketData.unsubscribe(session, Number(id))],
      [REQUEST.openOrders, (session) => this.#openOrders(session, (order) => order.clientId === session.clientId)],
      [REQUEST.allOpenOrders, (session) => this.#openOrders(session, () => true)],
      [REQUEST.completedOrders, (session) => this.#completedOrders(session)],
      [REQUEST.executions, (session, tokens) => this.#executions(session, tokens)],
      [REQUEST.ids, (session) => session.send(...reply.nextValidId(options.exchange.orders.nextOrderId(session.clientId)))],
      [REQUEST.contractDetails, (session, tokens) => this.#contractDetails(session, tokens)],
      [
        REQUEST.marketDepth,
        (session, [, , id = '']) =>
          session.send(...reply.error(id, 10092, 'Deep market data is not supported for this combination of security type/exchange')),
      ],
      [REQUEST.managedAccounts, (session) => session.send(...reply.managedAccounts(this.accounts()))],
      [REQUEST.currentTime, (session) => session.send(...reply.currentTime(options.clock.nowMs()))],
      [REQUEST.positions, (session) => this.#positions(session)],
      [REQUEST.cancelPositions, (session) => (session.wantsPositions = false)],
      [REQUEST.accountSummary, (session, tokens) => this.#accountSummary(session, tokens)],
      [REQUEST.accountUpdates, (session, tokens) => this.#accountUpdates(session, tokens)],
      [REQUEST.accountUpdatesMulti, (session, tokens) => this.#accountUpdatesMulti(session, tokens)],
      [REQUEST.optionParameters, (session, tokens) => this.#optionParameters(session, tokens)],
      [REQUEST.marketRule, (session, tokens) => this.#marketRule(session, tokens)],
      // Accepted without an answer, as by a real gateway: all data is live and nothing else is streamed.
      [REQUEST.cancelMarketDepth, nothing],
      [REQUEST.serverLogLevel, nothing],
      [REQUEST.autoOpenOrders, nothing],
      [REQUEST.marketDataType, nothing],
      [REQUEST.cancelAccountSummary, nothing],
      [REQUEST.cancelAccountUpdatesMulti, nothing],
    ])
  }

  accounts(): readonly string[] {
    return this.options.section.accounts.map(({ account }) => account)
  }

  /** @returns false when the message is none of these. */
  serve(session: Session, tokens: readonly string[]): boolean {
    const handler = this.#handlers.get(Number(tokens[0]))
    handler?.(session, tokens)
    return handler !== undefined
  }

  #subscribe(session: Session, tokens: readonly string[]): void {
    const tickerId = Number(tokens[2])
    const { exchange, marketData, clock } = this.options
    const found = exchange.listings.find(readContract(tokens, 3), clock.nowMs())
    const [contract] = found
    // An ambiguous description is no definition either: quotes belong to one contract.
    if (!contract || found.length > 1) return session.send(...reply.error(tickerId, NO_DEFINITION.code, NO_DEFINITION.text))
    marketData.subscribe(session, tickerId, contract, tokens.at(-3) === '1')
  }

  #contractDetails(session: Session, tokens: readonly string[]): void {
    const { exchange, clock } = this.options
    const reqId = tokens[2] ?? ''
    const found = exchange.listings.find(readContract(tokens, 3), clock.nowMs())
    if (found.length === 0) return session.send(...reply.error(reqId, NO_DEFINITION.code, NO_DEFINITION.text))
    for (const contract of found) session.send(...reply.contractDetails(reqId, contract, session.version, clock.nowMs()))
    session.send(...reply.contractDetailsEnd(reqId))
  }

  #contractOf(conId: number): Contract {
    const contract = this.options.exchange.listings.contract(conId)
    if (!contract) throw new Error(`no listing of contract ${conId}, which an order or a position names`)
    return contract
  }

  #openOrders(session: Session, isWanted: (order: Order) => boolean): void {
    for (const order of this.options.exchange.orders.working().filter(isWanted)) {
      session.send(...reply.openOrder(order, this.#contractOf(order.conId), session.version))
      session.send(...reply.orderStatus(order))
    }
    session.send(...reply.openOrdersEnd())
  }

  #completedOrders(session: Session): void {
    const since = this.#dayStart()
    for (const order of this.options.exchange.orders.completed()) {
      if ((order.completed?.ms ?? 0) < since) continue
      session.send(...reply.completedOrder(order, this.#contractOf(order.conId), session.version))
    }
    session.send(...reply.completedOrdersEnd())
  }

  /** Tokens: 7, 3, reqId, clientId, acctCode, time, symbol, secType, exchange, side. */
  #executions(session: Session, tokens: readonly string[]): void {
    const reqId = tokens[2] ?? ''
    const sinceMs = Math.max(this.#dayStart(), filterTimeMs(tokens[5] ?? ''))
    for (const report of this.options.exchange.executions()) {
      const contract = this.#contractOf(report.conId)
      const isOwn = report.ownerClientId === session.clientId || session.clientId === MASTER_CLIENT
      if (!isOwn || report.ms < sinceMs || !agrees(tokens, report, contract)) continue
      session.send(...reply.execution(reqId, report, contract))
      if (report.commission !== null) session.send(...reply.commission(report))
    }
    session.send(...reply.executionsEnd(reqId))
  }

  #dayStart(): number {
    if (this.options.faults.take('midnight')) this.#dayStartMs = this.options.clock.nowMs()
    return this.#dayStartMs
  }

  /** A subscription: the positions now, and each change of one until it is cancelled. */
  #positions(session: Session): void {
    const { account } = this.options.exchange
    session.wantsPositions = true
    for (const holding of account.holdings()) session.send(...reply.position(account.name, this.#contractOf(holding.conId), holding))
    session.send(...reply.positionsEnd())
  }

  /** Values of an account in dollars; only the first one trades, the others hold cash. */
  #accountValues(account: string): Record<(typeof ACCOUNT_TAGS)[number], string> {
    const { exchange, section } = this.options
    if (account !== exchange.account.name) {
      const cash = section.accounts.find((other) => other.account === account)?.cash ?? '0'
      return { TotalCashValue: cash, AvailableFunds: cash, NetLiquidation: cash }
    }
    const worth = exchange.account.holdings().map(({ conId, size, cost }) => {
      const { listing, outcome } = this.#contractOf(conId)
      const bid = listing.book.quote(outcome).bid
      return bid ? bid.price * size : cost
    })
    const { cash } = exchange.account
    const net = worth.reduce((sum, value) => sum + value, cash)
    return { TotalCashValue: dollars(cash), AvailableFunds: dollars(exchange.orders.availableCash()), NetLiquidation: dollars(net) }
  }

  /** Tokens: 62, 1, reqId, group, tags. */
  #accountSummary(session: Session, tokens: readonly string[]): void {
    const reqId = tokens[2] ?? ''
    const wanted = new Set((tokens[4] ?? '').split(','))
    for (const account of this.accounts()) {
      const values = this.#accountValues(account)
      for (const tag of ACCOUNT_TAGS) if (wanted.has(tag)) session.send(...reply.accountSummary(reqId, account, tag, values[tag]))
    }
    session.send(...reply.accountSummaryEnd(reqId))
  }

  /** Tokens: 6, 2, subscribe, account. */
  #accountUpdates(session: Session, tokens: readonly string[]): void {
    if (tokens[2] !== '1') return
    const account = tokens[3] || this.options.exchange.account.name
    const values = this.#accountValues(account)
    for (const tag of ACCOUNT_TAGS) session.send(...reply.accountValue(account, tag, values[tag]))
    session.send(...reply.accountDownloadEnd(account))
  }

  /** Tokens: 76, 1, reqId, account, modelCode, ledgerAndNLV. */
  #accountUpdatesMulti(session: Session, tokens: readonly string[]): void {
    const [, , reqId = '', account = ''] = tokens
    const values = this.#accountValues(account)
    for (const tag of ACCOUNT_TAGS) session.send(...reply.accountUpdateMulti(reqId, account, tag, values[tag]))
    session.send(...reply.accountUpdateMultiEnd(reqId))
  }

  /** Tokens: 78, reqId, symbol, futFopExchange, underSecType, underConId. */
  #optionParameters(session: Session, tokens: readonly string[]): void {
    const [, reqId = '', symbol, , , underConId] = tokens
    const { exchange, clock } = this.options
    const listed = exchange.listings.all().filter((listing) => listing.isTradable(clock.nowMs()))
    const open = listed.filter(({ question }) => question.symbol === symbol && String(question.under_con_id) === underConId)
    for (const tradingClass of new Set(open.map(({ question }) => question.trading_class))) {
      const ofClass = open.filter(({ question }) => question.trading_class === tradingClass)
      const expiries = [...new Set(ofClass.map(({ lastTradeDate }) => lastTradeDate))].toSorted()
      const strikes = [...new Set(ofClass.map(({ question }) => question.strike))].toSorted((a, b) => Number(a) - Number(b))
      session.send(...reply.optionParameters(reqId, Number(underConId), tradingClass, expiries, strikes))
    }
    session.send(...reply.optionParametersEnd(reqId))
  }

  #marketRule(session: Session, [, rule = '']: readonly string[]): void {
    session.send(
      ...(rule === MARKET_RULE ? reply.marketRule() : reply.error(-1, 321, `Error validating request: market rule ${rule} is unknown`)),
    )
  }
}

/** `yyyymmdd-hh:mm:ss` is UTC; with a blank it is a wall clock of the zone named after it. Empty: no limit. */
function filterTimeMs(text: string): number {
  const match = /^(\d{8})([- ])(\d{2}:\d{2}:\d{2})(?: (\S+))?$/.exec(text)
  if (!match) return 0
  const [, date = '', separator, time = '', zone = GATEWAY_ZONE] = match
  return zonedMs(date, time, separator === '-' ? 'UTC' : zone)
}

/** Whether an execution passes the filter of a request; an empty field (or client 0) does not filter. */
function agrees(tokens: readonly string[], report: Execution, { listing }: Contract): boolean {
  const [, , , clientId = '', account = '', , symbol = '', secType = '', exchange = '', side = ''] = tokens
  const passes = (wanted: string, ...have: readonly string[]): boolean => wanted === '' || have.includes(wanted)
  return (
    passes(clientId === '0' ? '' : clientId, String(report.clientId)) &&
    passes(account, report.account) &&
    passes(symbol, listing.question.symbol) &&
    passes(secType, 'OPT') &&
    passes(exchange, 'FORECASTX') &&
    passes(side, report.side, report.side === 'BOT' ? 'BUY' : report.side)
  )
}
