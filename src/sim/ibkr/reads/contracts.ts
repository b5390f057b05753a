import { EXCHANGE, type Question } from '../exchange/listings'
import { NO_DEFINITION } from '../exchange/orders'
import { MARKET_RULE } from '../protocol/contract-replies'
import { reply } from '../protocol/replies'
import { isUnset, readContract, REQUEST } from '../protocol/requests'
import type { Session } from '../session'
import type { Handlers, ReadOptions } from './options'

/** The requests for what is listed, and for its quotes. */
export class ContractReads {
  constructor(private readonly options: ReadOptions) {}

  handlers(): Handlers {
    const { marketData, section } = this.options
    return [
      [REQUEST.contractDetails, (session, tokens) => this.#contractDetails(session, tokens)],
      [REQUEST.matchingSymbols, (session, tokens) => this.#matchingSymbols(session, tokens)],
      [REQUEST.optionParameters, (session, tokens) => this.#optionParameters(session, tokens)],
      [REQUEST.marketRule, (session, tokens) => this.#marketRule(session, tokens)],
      [REQUEST.marketData, (session, tokens) => this.#subscribe(session, tokens)],
      [REQUEST.cancelMarketData, (session, [, , id]) => marketData.unsubscribe(session, Number(id))],
      [REQUEST.marketDepth, (session, tokens) => this.#subscribeDepth(session, tokens)],
      [REQUEST.cancelMarketDepth, (session, [, , id]) => marketData.depth.unsubscribe(session, Number(id))],
      [
        REQUEST.marketDepthExchanges,
        (session) => session.send(...reply.marketDepthExchanges(section.settings.depth === 'none' ? null : EXCHANGE)),
      ],
    ]
  }

  /** Tokens: 9, 8, reqId, contract12, … The underlying index is described to everybody, the contracts to who may trade them. */
  #contractDetails(session: Session, tokens: readonly string[]): void {
    const { exchange, clock, section } = this.options
    const reqId = tokens[2] ?? ''
    const filter = readContract(tokens, 3)
    if (filter.secType === 'IND') return this.#underliers(session, reqId, filter.symbol, filter.conId)
    if (section.settings.event_contracts === 'silent') return
    const found = section.settings.event_contracts === 'missing' ? [] : exchange.listings.find(filter, clock.nowMs())
    if (found.length === 0) return session.send(...reply.error(reqId, NO_DEFINITION.code, NO_DEFINITION.text))
    for (const contract of found) session.send(...reply.contractDetails(reqId, contract, session.version, clock.nowMs()))
    session.send(...reply.contractDetailsEnd(reqId))
  }

  #underliers(session: Session, reqId: string, symbol: string, conId: string): void {
    const found = this.#products().filter(
      (question) => (symbol === '' || question.symbol === symbol) && (isUnset(conId) || Number(conId) === question.under_con_id),
    )
    if (found.length === 0) return session.send(...reply.error(reqId, NO_DEFINITION.code, NO_DEFINITION.text))
    for (const question of found) session.send(...reply.underlierDetails(reqId, question, session.version))
    session.send(...reply.contractDetailsEnd(reqId))
  }

  /** Tokens: 81, reqId, pattern: the beginning of a symbol, or words of a name. */
  #matchingSymbols(session: Session, [, reqId = '', pattern = '']: readonly string[]): void {
    const wanted = pattern.toLowerCase()
    const found = this.#products().filter(
      ({ symbol, long_name }) => symbol.toLowerCase().startsWith(wanted) || long_name.toLowerCase().includes(wanted),
    )
    session.send(...reply.symbolSamples(reqId, pattern === '' ? [] : found))
  }

  /** One question of each underlying index that is listed. */
  #products(): readonly Question[] {
    const byIndex = new Map(this.options.exchange.listings.all().map(({ question }) => [question.under_con_id, question]))
    return [...byIndex.values()]
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

  /** Tokens: 10, 5, reqId, contract12, rows, isSmartDepth, options. */
  #subscribeDepth(session: Session, tokens: readonly string[]): void {
    const tickerId = Number(tokens[2])
    const { exchange, marketData, clock } = this.options
    const found = exchange.listings.find(readContract(tokens, 3), clock.nowMs())
    const [contract] = found
    if (!contract || found.length > 1) return session.send(...reply.error(tickerId, NO_DEFINITION.code, NO_DEFINITION.text))
    marketData.depth.subscribe(session, tickerId, contract, Number(tokens[15]))
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
