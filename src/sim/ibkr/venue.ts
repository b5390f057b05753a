import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { Outcome } from '../../core/ids'
import { parseFixed } from '../../core/units'
import { Exchange, type SavedExchange } from './exchange/exchange'
import type { Listing } from './exchange/listings'
import { MarketData } from './market-data'
import { createOrderReports, withStatusFault } from './order-reports'
import type { IbkrVenue, IbkrVenueOptions } from './port'
import type { Token } from './protocol/frames'
import { Reads } from './reads'
import { dollars, reply } from './protocol/replies'
import { cancelledOrderId, cancelOrderTokens, placeOrderTokens, readContract, readTicket, REQUEST } from './protocol/requests'
import { Session } from './session'
import { zonedText } from './protocol/zoned-time'

/** What a gateway says when it has started (§10.1). */
const START_NOTICES = [
  [2104, 'Market data farm connection is OK:usfuture'],
  [2106, 'HMDS data farm connection is OK:ushmds'],
  [2158, 'Sec-def data farm connection is OK:secdefil'],
] as const
const GATEWAY_ZONE = 'US/Central'

type Frame = readonly Token[]

/** A simulated IB Gateway in front of a simulated ForecastEx. */
export const createIbkrVenue = (options: IbkrVenueOptions): IbkrVenue => new Gateway(options)

class Gateway implements IbkrVenue {
  readonly #server: Server
  readonly #exchange: Exchange
  readonly #reads: Reads
  readonly #marketData: MarketData
  readonly #connections = new Set<Session>()
  readonly #clients = new Map<number, Session>()
  /** Frames of a change that is not saved yet. */
  #outbox: Map<Session, Frame[]> | null = null
  #connectionCount = 0
  #closed = false

  constructor(private readonly options: IbkrVenueOptions) {
    const { section, clock, faults } = options
    this.#server = createServer((socket) => this.#connect(socket))
    this.#marketData = new MarketData(() => this.#clients.values(), section.settings.market_data_lines)
    const reports = createOrderReports({
      clock,
      faults,
      clients: this.#clients,
      exchange: () => this.#exchange,
      marketData: this.#marketData,
      send: (session, frame) => this.#send(session, frame),
    })
    const commit = (work: () => void): void => this.#commit(work)
    this.#exchange = new Exchange({ section, clock, faults, reports, saved: readSaved(options.saved), commit })
    this.#settleSuperseded()
    this.#reads = new Reads({ section, clock, faults, exchange: this.#exchange, marketData: this.#marketData })
  }

  async listen(host: string, port: number): Promise<{ host: string; port: number }> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, host, () => resolve(void this.#server.off('error', reject)))
    })
    const address = this.#server.address() as AddressInfo
    return { host: address.address, port: address.port }
  }

  apply(event: Record<string, unknown>): void {
    const { type, con_id } = event
    switch (type) {
      case 'external_order':
        return this.#externalOrder(event)
      case 'settle':
        return this.#settle(con_id, event['result'])
      case 'notice':
        return this.#notice(event['code'], event['text'])
      case 'drop':
        return this.dropAll()
      default:
        throw new Error(`unknown event type ${JSON.stringify(type)} of venue ibkr: use external_order, settle, notice, drop or fault`)
    }
  }

  setQuote(yesConId: number, quote: Parameters<IbkrVenue['setQuote']>[1]): void {
    const { listing } = this.#exchange.listings.forEvent(yesConId)
    if (!listing.isTradable(this.options.clock.nowMs())) return
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
      clients: [...this.#clients.keys()],
      account: account.name,
      cash: dollars(account.cash),
      available: dollars(this.#exchange.orders.availableCash()),
      positions: account.holdings().map(({ conId, size, cost }) => ({ con_id: conId, size, cost: dollars(cost) })),
      open_orders: this.#exchange.orders.working(),
      completed_orders: this.#exchange.orders.completed(),
      executions: this.#exchange.executions(),
      questions: listings.all().map((listing) => ({ state: listing.state, yes: side(listing, 'yes'), no: side(listing, 'no') })),
    }
  }

  snapshot(): unknown {
    return this.#exchange.snapshot()
  }

  dropAll(): void {
    for (const session of this.#connections) session.drop()
  }

  async close(): Promise<void> {
    this.#closed = true
    const done = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.dropAll()
    await done
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

  #connect(socket: Socket): void {
    const { wire, section, clock } = this.options
    const session = new Session({
      number: ++this.#connectionCount,
      socket,
      settings: section.settings,
      connectionTime: () => zonedText(clock.nowMs(), GATEWAY_ZONE),
      wire,
      started: (started) => this.#start(started),
      request: (from, tokens) => this.#request(from, tokens),
      closed: (closed) => {
        this.#connections.delete(closed)
        if (this.#clients.get(closed.clientId) === closed) this.#clients.delete(closed.clientId)
      },
    })
    this.#connections.add(session)
  }

  #start(session: Session): void {
    const { faults } = this.options
    const match = { client_id: session.clientId }
    if (faults.take('login_expired', match)) return session.mute()
    if (this.#clients.has(session.clientId) || faults.take('client_id_taken', match)) {
      session.send(...reply.notice(326, 'Unable to connect as the client id is already in use. Retry with a unique client id.'))
      return session.end()
    }
    this.#clients.set(session.clientId, session)
    session.up()
    session.send(...reply.managedAccounts(this.#reads.accounts()))
    session.send(...reply.nextValidId(this.#exchange.orders.nextOrderId(session.clientId)))
    for (const [code, text] of START_NOTICES) session.send(...reply.notice(code, text))
  }

  #request(session: Session, tokens: readonly string[]): void {
    const { faults } = this.options
    const message = Number(tokens[0])
    const match = { client_id: session.clientId, request: message }
    if (faults.take('restart', match)) return this.dropAll()
    if (faults.take('drop', match)) return session.drop()
    if (faults.take('half_open', match)) return session.mute()
    if (faults.take('pacing', match)) return session.breach()
    const notice = faults.take('notice', match)
    if (notice) this.#notice(Number(notice.name.split(':')[1] ?? notice['code']), notice['text'])
    if (message === REQUEST.placeOrder) return this.#placeOrder(session, tokens)
    if (message === REQUEST.cancelOrder) return this.#cancelOrder(session, tokens)
    if (message === REQUEST.globalCancel) return this.#cancelAll()
    if (this.#reads.serve(session, tokens)) return
    session.send(...reply.error(-1, 320, `Error reading request. Message id ${tokens[0]} is not served here`))
  }

  #placeOrder(session: Session, tokens: readonly string[]): void {
    if (!isLength(session, tokens, placeOrderTokens(session.version), tokens[1] ?? '')) return
    const { clock, faults } = this.options
    const ticket = readTicket(tokens, session.clientId)
    const found = this.#exchange.listings.find(readContract(tokens, 2), clock.nowMs())
    const contract = found.length === 1 ? (found[0] ?? null) : null
    const { clientId, orderId, orderRef } = ticket
    const aimed = { client_id: clientId, order_id: orderId, order_ref: orderRef }
    const match = contract ? { ...aimed, con_id: contract.listing.question[contract.outcome].con_id } : aimed
    if (faults.take('lost_before_accept', match)) return session.drop()
    const dying = faults.take('accept_then_drop', match)
    const statuses = faults.take('status_missing', match) ? 'missing' : faults.take('status_reordered', match) ? 'reordered' : null
    const kept = dying ? Number(dying['after_frames'] ?? 0) : Infinity
    this.#commit(
      () => this.#exchange.orders.place(ticket, contract),
      (frames, to) => (to === session ? (statuses ? withStatusFault(frames, statuses) : frames).slice(0, kept) : frames),
    )
    if (dying && kept > 0) session.end()
    else if (dying) session.drop()
  }

  #cancelOrder(session: Session, tokens: readonly string[]): void {
    const orderId = cancelledOrderId(tokens, session.version)
    if (!isLength(session, tokens, cancelOrderTokens(session.version), String(orderId))) return
    this.#commit(() => this.#exchange.orders.cancel(session.clientId, orderId))
  }

  #cancelAll(): void {
    const { orders } = this.#exchange
    this.#commit(() => {
      for (const order of orders.working()) orders.end(order)
    })
  }

  /** Applies a change, saves it, and only then tells anybody: an acknowledged order survives a kill. Faults may shape what is told. */
  #commit(work: () => void, shape: (frames: readonly Frame[], to: Session) => readonly Frame[] = (frames) => frames): void {
    if (this.#closed) return
    const outbox = new Map<Session, Frame[]>()
    this.#outbox = outbox
    try {
      work()
    } finally {
      this.#outbox = null
    }
    this.options.save()
    for (const [session, frames] of outbox) for (const frame of shape(frames, session)) session.send(...frame)
  }

  #send(session: Session, frame: Frame): void {
    if (!this.#outbox) return session.send(...frame)
    const frames = this.#outbox.get(session)
    if (frames) frames.push(frame)
    else this.#outbox.set(session, [frame])
  }

  #externalOrder({ con_id, price, size }: Record<string, unknown>): void {
    const contract = this.#exchange.listings.forEvent(con_id)
    if (!contract.listing.isTradable(this.options.clock.nowMs())) throw new Error(`contract ${String(con_id)} is not open for trading`)
    if (typeof size !== 'number' || !Number.isInteger(size) || size <= 0)
      throw new Error('"size" must be a positive whole number of contracts')
    const micros = typeof price === 'string' ? parseFixed(price, 6) : NaN
    if (!(micros > 0 && micros < 1_000_000)) throw new Error('"price" must be a decimal string between 0 and 1 like "0.56"')
    this.#commit(() => this.#exchange.bidFromOutside(contract, micros, size))
  }

  #settle(conId: unknown, result: unknown): void {
    if (result !== 'yes' && result !== 'no') throw new Error('"result" must be "yes" or "no"')
    const listings = this.#exchange.listings.toSettle(conId)
    if (listings.length === 0) throw new Error(`the question of contract ${String(conId)} is settled already`)
    this.#commit(() => {
      for (const listing of listings) this.#exchange.settle(listing, result)
    })
  }

  #notice(code: unknown, text: unknown): void {
    if (typeof code !== 'number' || !Number.isInteger(code)) throw new Error('"code" must be a whole number like 1100')
    for (const session of this.#clients.values()) session.send(...reply.notice(code, typeof text === 'string' ? text : ''))
  }
}

/** @returns whether a frame has the length of its layout; tells the client otherwise, because a wrong count is a shifted layout (§10.3). */
function isLength(session: Session, tokens: readonly string[], expected: number, id: string): boolean {
  if (tokens.length === expected) return true
  session.send(
    ...reply.error(id, 320, `Error reading request. Message id ${tokens[0]}: ${tokens.length} tokens where ${expected} are expected`),
  )
  return false
}

/** @throws Error when the state was written by something else. */
function readSaved(saved: unknown): SavedExchange | null {
  if (saved === null || saved === undefined) return null
  if (typeof saved === 'object' && 'version' in saved && saved.version === 1) return saved as SavedExchange
  throw new Error('the saved state of the simulated gateway is of another version: start with an empty --state directory')
}
