import type { Outcome } from '../../core/ids'
import { ExchangeEvents } from './exchange/events'
import { Exchange, type SavedExchange } from './exchange/exchange'
import type { Listing } from './exchange/listings'
import { Front } from './front'
import { ManualOrders } from './manual-orders'
import { MarketData } from './market-data'
import { createOrderReports } from './order-reports'
import { Outbox, type Cut } from './outbox'
import type { IbkrSection, IbkrVenue, IbkrVenueOptions } from './port'
import type { Token } from './protocol/frames'
import { dollars, reply } from './protocol/replies'
import { cancelledOrderId, readContract, readTicket, REQUEST } from './protocol/requests'
import { obstacleTo, Reads } from './reads'
import { savedExchange, SavedRows } from './saved'
import type { Session } from './session'

type Frame = readonly Token[]

/** A simulated IB Gateway in front of a simulated ForecastEx. */
export const createIbkrVenue = (options: IbkrVenueOptions): IbkrVenue => new Gateway(options)

class Gateway implements IbkrVenue {
  readonly #front: Front
  readonly #exchange: Exchange
  readonly #reads: Reads
  readonly #marketData: MarketData
  readonly #manual: ManualOrders
  readonly #outbox: Outbox
  readonly #events: ExchangeEvents
  readonly #rows: SavedRows
  /** What somebody may change at the gateway while it runs. */
  readonly #settings: IbkrSection['settings']
  #closed = false

  constructor(private readonly options: IbkrVenueOptions) {
    const { clock, faults, store } = options
    this.#settings = { ...options.section.settings }
    const section = { ...options.section, settings: this.#settings }
    this.#outbox = new Outbox({ faults, save: () => this.#rows.save(), tell: (session, frame) => this.#tell(session, frame) })
    this.#front = this.#openFront()
    const { clients } = this.#front
    this.#marketData = new MarketData({ sessions: () => clients.values(), settings: section.settings, faults })
    this.#manual = new ManualOrders(() => this.#exchange)
    const reports = createOrderReports({
      section,
      clock,
      faults,
      clients,
      exchange: () => this.#exchange,
      marketData: this.#marketData,
      send: (session, told) => this.#outbox.send(session, told),
    })
    const commit = (work: () => void): void => this.#commit(work)
    this.#exchange = new Exchange({ section, clock, faults, reports, saved: savedExchange(store) ?? readEarlier(options.earlier), commit })
    this.#rows = new SavedRows(this.#exchange, store)
    this.#events = new ExchangeEvents(this.#exchange, clock, commit)
    this.#settleSuperseded()
    const manual = this.#manual
    this.#reads = new Reads({ section, clock, faults, exchange: this.#exchange, marketData: this.#marketData, manual, clients })
    this.#rows.save()
  }

  #openFront(): Front {
    const { section, clock, faults, random, wire } = this.options
    return new Front({
      ...{ settings: section.settings, clock, faults, random, wire },
      marketData: () => this.#marketData,
      accounts: () => this.#reads.accounts.managed(),
      nextOrderId: (clientId) => this.#exchange.orders.nextOrderId(clientId),
      request: (session, tokens) => this.#request(session, tokens),
    })
  }

  listen(host: string, port: number): Promise<{ host: string; port: number }> {
    return this.#front.listen(host, port)
  }

  apply(event: Record<string, unknown>): void {
    if (this.#front.apply(event) || this.#applyToQuotes(event) || this.#applyToSettings(event) || this.#events.apply(event)) return
    const { type, con_id } = event
    if (type !== 'manual_order') throw new Error(`unknown event type ${JSON.stringify(type)} of venue ibkr: docs/scenario.md lists them`)
    this.#commit(() => this.#manual.enter(this.#exchange.listings.forEvent(con_id), event))
  }

  /** @returns false when the event is none of the quotes'. */
  #applyToQuotes({ type, on, data_type, frames }: Record<string, unknown>): boolean {
    switch (type) {
      case 'competing_session':
        if (on === false) this.#marketData.resume('competing_session')
        else this.#marketData.pause('competing_session')
        return true
      case 'market_data_type':
        this.#marketData.setType(data_type)
        return true
      case 'burst':
        if (typeof frames !== 'number' || !Number.isInteger(frames) || frames < 1)
          throw new Error('"frames" must be a positive whole number')
        this.#marketData.burst(frames)
        return true
      default:
        return false
    }
  }

  /** @returns false when the event is another. */
  #applyToSettings({ type, read_only, managed_accounts }: Record<string, unknown>): boolean {
    if (type !== 'settings') return false
    if (read_only === undefined && managed_accounts === undefined) throw new Error('name "read_only", "managed_accounts" or both')
    if (read_only !== undefined && typeof read_only !== 'boolean') throw new Error('"read_only" must be true or false')
    if (managed_accounts !== undefined && !isTexts(managed_accounts)) throw new Error('"managed_accounts" must be a list of account names')
    if (read_only !== undefined) this.#settings.read_only = read_only
    if (managed_accounts === undefined) return true
    // Another user has logged in.
    this.#settings.managed_accounts = [...managed_accounts]
    this.#front.dropAll()
    return true
  }

  setQuote(yesConId: number, quote: Parameters<IbkrVenue['setQuote']>[1]): void {
    const { listing } = this.#exchange.listings.forEvent(yesConId)
    if (!listing.isOpenAt(this.options.clock.nowMs())) return
    if (quote.yesAsk !== undefined) this.#exchange.setTapeAsk(listing, 'yes', quote.yesAsk)
    if (quote.noAsk !== undefined) this.#exchange.setTapeAsk(listing, 'no', quote.noAsk)
  }

  subscribedConIds(): readonly number[] {
    return this.#marketData.subscribedConIds()
  }

  onSubscribe(listener: () => void): void {
    this.#marketData.onSubscribe(listener)
  }

  state(): unknown {
    const { account, listings } = this.#exchange
    const side = (listing: Listing, outcome: Outcome) => ({
      con_id: listing.conId(outcome),
      held: account.size(listing.conId(outcome)),
      bids: listing.book.bids(outcome).map(({ price, size, owner }) => [dollars(price), size, typeof owner === 'object' ? 'own' : owner]),
    })
    return {
      clients: [...this.#front.clients.keys()],
      account: account.name,
      cash: dollars(account.cash),
      available: dollars(this.#exchange.orders.availableCash()),
      accrued: dollars(this.#exchange.coupon.accrued),
      violations: this.#exchange.violations(),
      positions: account.holdings().map(({ conId, size, cost }) => ({ con_id: conId, size, cost: dollars(cost) })),
      open_orders: this.#exchange.orders.working(),
      completed_orders: this.#exchange.orders.completed(),
      executions: this.#exchange.executions(),
      questions: listings.all().map((listing) => ({ state: listing.state, yes: side(listing, 'yes'), no: side(listing, 'no') })),
    }
  }

  dropAll(): void {
    this.#front.dropAll()
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#front.close()
  }

  /** Listings that an earlier process left open, of questions whose result is known: their capital returns. */
  #settleSuperseded(): void {
    const { results } = this.options
    for (const listing of this.#exchange.listings.all()) {
      const { yes, no } = listing.question
      const result = results?.get(yes.con_id) ?? results?.get(no.con_id)
      if (listing.state.kind === 'superseded' && result) this.#exchange.settle(listing, result)
    }
  }

  #request(session: Session, tokens: readonly string[]): void {
    const obstacle = obstacleTo(session, tokens, this.#settings.read_only)
    if (obstacle) return session.send(...reply.error(...obstacle))
    if (!this.#front.admits(session, tokens)) return
    const message = Number(tokens[0])
    if (message === REQUEST.placeOrder) return this.#placeOrder(session, tokens)
    if (message === REQUEST.cancelOrder) return this.#cancelOrder(session, tokens)
    if (message === REQUEST.globalCancel) return this.#cancelAll()
    this.#reads.serve(session, tokens)
  }

  #placeOrder(session: Session, tokens: readonly string[]): void {
    const { clock, faults } = this.options
    const ticket = readTicket(tokens, session.clientId)
    const found = this.#exchange.listings.find(readContract(tokens, 2), clock.nowMs())
    const contract = found.length === 1 ? (found[0] ?? null) : null
    const { clientId, orderId, orderRef } = ticket
    const aimed = { client_id: clientId, order_id: orderId, order_ref: orderRef }
    const match = contract ? { ...aimed, con_id: contract.listing.question[contract.outcome].con_id } : aimed
    if (faults.take('lost_before_accept', match)) return session.drop()
    const dying = faults.take('accept_then_drop', match)
    const kept = Number(dying?.['after_frames'] ?? 0)
    this.#commit(() => this.#exchange.orders.place(ticket, contract), dying ? { session, frames: kept } : null)
    if (dying && kept > 0) session.end()
    else if (dying) session.drop()
  }

  #cancelOrder(session: Session, tokens: readonly string[]): void {
    const orderId = cancelledOrderId(tokens, session.version)
    this.#commit(() => this.#exchange.orders.cancel(session.clientId, orderId))
  }

  #cancelAll(): void {
    const { orders } = this.#exchange
    this.#commit(() => {
      for (const order of orders.working()) orders.endings.cancelWorking(order)
    })
  }

  /** Applies a change, saves it, and only then tells anybody. */
  #commit(work: () => void, cut: Cut | null = null): void {
    if (this.#closed) return
    const checked = (): void => {
      work()
      this.#exchange.verify()
    }
    this.#outbox.commit(checked, cut)
    this.#reads.accounts.changed()
  }

  #tell(session: Session, frame: Frame): void {
    if (this.#manual.isToldOf(session, frame)) this.#front.report(session, this.#manual.shown(frame))
  }
}

const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every((each) => typeof each === 'string')

/** @throws Error when the state was written by something else. */
function readEarlier(saved: unknown): SavedExchange | null {
  if (saved === null || saved === undefined) return null
  if (typeof saved === 'object' && 'version' in saved && saved.version === 1) return saved as SavedExchange
  throw new Error('the saved state of the simulated gateway is of another version: start with an empty --state directory')
}
