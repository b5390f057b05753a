import { parseFixed } from '../../../core/units'
import type { Holding } from '../exchange/account'
import type { PortfolioRow } from '../protocol/account-replies'
import { dollars, reply } from '../protocol/replies'
import { REQUEST } from '../protocol/requests'
import { GATEWAY_ZONE, zonedText } from '../protocol/zoned-time'
import type { Session } from '../session'
import { contractOf, type Handlers, type ReadOptions } from './options'

/** Values of an account in µ$. The broker lends nothing here: what is available is cash that no order has reserved. */
interface Values {
  readonly cash: number
  readonly available: number
  readonly positions: number
  /** Coupon earned and not yet paid. */
  readonly accrued: number
}

/** Tags of an account and what they are worth; reqAccountSummary sends those it was asked for. */
const TAGS: Readonly<Record<string, (values: Values) => number>> = {
  TotalCashValue: ({ cash }) => cash,
  SettledCash: ({ cash }) => cash,
  AvailableFunds: ({ available }) => available,
  ExcessLiquidity: ({ available }) => available,
  BuyingPower: ({ available }) => available,
  NetLiquidation: ({ cash, positions }) => cash + positions,
  EquityWithLoanValue: ({ cash, positions }) => cash + positions,
  AccruedCash: ({ accrued }) => accrued,
  GrossPositionValue: ({ positions }) => positions,
  InitMarginReq: () => 0,
  MaintMarginReq: () => 0,
}
const CURRENCY = 'USD'
/** A gateway repeats an account's values at this interval when one of them has changed. */
const REPEAT_MS = 180_000
/** More at a time are refused. */
const SUMMARIES_MAX = 2

interface Summary {
  readonly group: string
  readonly tags: readonly string[]
  told: string
  stop: () => void
}

/** What one client has asked to be kept informed of. */
interface Watch {
  readonly summaries: Map<string, Summary>
  readonly pnl: Set<string>
  readonly pnlSingle: Map<string, number>
  account: string | null
  told: string
}

/** The requests for accounts, positions, profit and loss: most of them are subscriptions. */
export class AccountReads {
  readonly #watches = new WeakMap<Session, Watch>()
  readonly #worthAtStart: number

  constructor(private readonly options: ReadOptions) {
    const { cash, positions } = this.#values(options.exchange.account.name)
    this.#worthAtStart = cash + positions
  }

  handlers(): Handlers {
    return [
      [REQUEST.managedAccounts, (session) => session.send(...reply.managedAccounts(this.managed()))],
      [REQUEST.positions, (session) => this.#positions(session)],
      [REQUEST.cancelPositions, (session) => void (session.wantsPositions = false)],
      [REQUEST.positionsMulti, (session, [, , reqId = '', account = '']) => this.#positionsMulti(session, reqId, account)],
      [REQUEST.cancelPositionsMulti, () => undefined],
      [REQUEST.accountSummary, (session, [, , reqId = '', group = '', tags = '']) => this.#summary(session, reqId, group, tags)],
      [REQUEST.cancelAccountSummary, (session, [, , reqId = '']) => this.#cancelSummary(session, reqId)],
      [REQUEST.accountUpdates, (session, [, , on = '', account = '']) => this.#updates(session, on === '1', account)],
      [REQUEST.accountUpdatesMulti, (session, [, , reqId = '', account = '']) => this.#updatesMulti(session, reqId, account)],
      [REQUEST.cancelAccountUpdatesMulti, () => undefined],
      [REQUEST.pnl, (session, [, reqId = '']) => this.#pnl(session, reqId)],
      [REQUEST.cancelPnl, (session, [, reqId = '']) => void this.#watch(session).pnl.delete(reqId)],
      [REQUEST.pnlSingle, (session, [, reqId = '', , , conId = '']) => this.#pnlSingle(session, reqId, Number(conId))],
      [REQUEST.cancelPnlSingle, (session, [, reqId = '']) => void this.#watch(session).pnlSingle.delete(reqId)],
      [REQUEST.familyCodes, (session) => session.send(...reply.familyCodes(this.managed()))],
      [REQUEST.userInfo, (session, [, reqId = '']) => session.send(...reply.userInfo(reqId))],
    ]
  }

  /** The accounts that clients are told they manage; a setting may name others than the one that trades. */
  managed(): readonly string[] {
    const { settings, accounts } = this.options.section
    return settings.managed_accounts ?? accounts.map(({ account }) => account)
  }

  /** After an order, a fill or a settlement: what clients watch, where it has changed. */
  changed(): void {
    for (const session of this.options.clients.values()) {
      const watch = this.#watches.get(session)
      if (!watch) continue
      if (watch.account !== null) this.#tellUpdates(session, watch, watch.account)
      for (const reqId of watch.pnl) this.#tellPnl(session, reqId)
      for (const [reqId, conId] of watch.pnlSingle) this.#tellPnlSingle(session, reqId, conId)
    }
  }

  #watch(session: Session): Watch {
    const known = this.#watches.get(session)
    if (known) return known
    const watch: Watch = { summaries: new Map(), pnl: new Set(), pnlSingle: new Map(), account: null, told: '' }
    this.#watches.set(session, watch)
    return watch
  }

  /** A subscription: the positions now, and each change of one until it is cancelled. */
  #positions(session: Session): void {
    const { exchange } = this.options
    const { account } = exchange
    session.wantsPositions = true
    for (const holding of account.holdings()) {
      session.send(...reply.position(account.name, contractOf(exchange, holding.conId), holding))
    }
    session.send(...reply.positionsEnd())
  }

  #positionsMulti(session: Session, reqId: string, account: string): void {
    const { exchange } = this.options
    const name = account || exchange.account.name
    for (const holding of this.#holdings(name)) {
      session.send(...reply.positionMulti(reqId, name, contractOf(exchange, holding.conId), holding))
    }
    session.send(...reply.positionMultiEnd(reqId))
  }

  /** Only the first account trades; the others hold cash. */
  #holdings(account: string): readonly Holding[] {
    return account === this.options.exchange.account.name ? this.options.exchange.account.holdings() : []
  }

  #rows(account: string): readonly PortfolioRow[] {
    const { exchange } = this.options
    return this.#holdings(account).map(({ conId, size, cost }) => {
      const contract = contractOf(exchange, conId)
      const { bid } = contract.listing.book.quote(contract.outcome)
      return { contract, size, cost, marketPrice: bid?.price ?? Math.round(cost / size) }
    })
  }

  #values(account: string): Values {
    const { exchange, section } = this.options
    if (account !== exchange.account.name) {
      const cash = parseFixed(section.accounts.find((other) => other.account === account)?.cash ?? '0', 6)
      return { cash, available: cash, positions: 0, accrued: 0 }
    }
    const positions = this.#rows(account).reduce((sum, { marketPrice, size }) => sum + marketPrice * size, 0)
    const { account: trading, orders, coupon } = exchange
    return { cash: trading.cash, available: orders.availableCash(), positions, accrued: coupon.accrued }
  }

  /** `group` is All or one account. Repeated while it is subscribed, when something has changed. */
  #summary(session: Session, reqId: string, group: string, tags: string): void {
    const { summaries } = this.#watch(session)
    if (!summaries.has(reqId) && summaries.size >= SUMMARIES_MAX) {
      const text = "Error processing request.-'bL' : cause - Maximum number of account summary requests exceeded"
      return session.send(...reply.error(reqId, 322, text))
    }
    summaries.get(reqId)?.stop()
    const summary: Summary = { group, tags: tags.split(','), told: '', stop: () => undefined }
    summaries.set(reqId, summary)
    this.#tellSummary(session, reqId, summary)
    this.#repeat(session, reqId, summary)
  }

  #repeat(session: Session, reqId: string, summary: Summary): void {
    summary.stop = this.options.clock.beat(REPEAT_MS, () => {
      const isGone = this.options.clients.get(session.clientId) !== session
      if (isGone || this.#watch(session).summaries.get(reqId) !== summary) return
      this.#tellSummary(session, reqId, summary)
      this.#repeat(session, reqId, summary)
    })
  }

  #tellSummary(session: Session, reqId: string, summary: Summary): void {
    const accounts = this.managed().filter((account) => summary.group === 'All' || summary.group === account)
    const rows = accounts.flatMap((account) => this.#tagged(account, summary.tags).map((row) => [account, ...row] as const))
    const told = JSON.stringify(rows)
    if (told === summary.told) return
    summary.told = told
    for (const [account, tag, value, currency] of rows) session.send(...reply.accountSummary(reqId, account, tag, value, currency))
    session.send(...reply.accountSummaryEnd(reqId))
  }

  #tagged(account: string, tags: readonly string[]): (readonly [tag: string, value: string, currency: string])[] {
    const values = this.#values(account)
    return tags.flatMap((tag): (readonly [string, string, string])[] => {
      if (tag === 'AccountType') return [[tag, 'INDIVIDUAL', '']]
      const worth = TAGS[tag]
      return worth ? [[tag, dollars(worth(values)), CURRENCY]] : []
    })
  }

  #cancelSummary(session: Session, reqId: string): void {
    const { summaries } = this.#watch(session)
    summaries.get(reqId)?.stop()
    summaries.delete(reqId)
  }

  #updates(session: Session, isOn: boolean, account: string): void {
    const watch = this.#watch(session)
    watch.account = isOn ? account || this.options.exchange.account.name : null
    watch.told = ''
    if (watch.account !== null) this.#tellUpdates(session, watch, watch.account)
  }

  #tellUpdates(session: Session, watch: Watch, account: string): void {
    const rows = this.#rows(account)
    const values = this.#tagged(account, Object.keys(TAGS))
    const told = JSON.stringify([values, rows.map(({ size, cost, marketPrice }) => [size, cost, marketPrice])])
    if (told === watch.told) return
    watch.told = told
    for (const [tag, value, currency] of values) session.send(...reply.accountValue(account, tag, value, currency))
    for (const row of rows) session.send(...reply.portfolio(account, row))
    session.send(...reply.accountTime(zonedText(this.options.clock.nowMs(), GATEWAY_ZONE).slice(9, 14)))
    session.send(...reply.accountDownloadEnd(account))
  }

  #updatesMulti(session: Session, reqId: string, account: string): void {
    for (const [tag, value, currency] of this.#tagged(account, Object.keys(TAGS))) {
      session.send(...reply.accountUpdateMulti(reqId, account, tag, value, currency))
    }
    session.send(...reply.accountUpdateMultiEnd(reqId))
  }

  #pnl(session: Session, reqId: string): void {
    this.#watch(session).pnl.add(reqId)
    this.#tellPnl(session, reqId)
  }

  #tellPnl(session: Session, reqId: string): void {
    const account = this.options.exchange.account.name
    const { cash, positions } = this.#values(account)
    const unrealized = this.#rows(account).reduce((sum, { marketPrice, size, cost }) => sum + marketPrice * size - cost, 0)
    session.send(...reply.pnl(reqId, cash + positions - this.#worthAtStart, unrealized))
  }

  #pnlSingle(session: Session, reqId: string, conId: number): void {
    this.#watch(session).pnlSingle.set(reqId, conId)
    this.#tellPnlSingle(session, reqId, conId)
  }

  #tellPnlSingle(session: Session, reqId: string, conId: number): void {
    const { exchange } = this.options
    const at = exchange.account.holdings().findIndex((holding) => holding.conId === conId)
    const row = this.#rows(exchange.account.name)[at]
    const value = row ? row.marketPrice * row.size : 0
    session.send(...reply.pnlSingle(reqId, row?.size ?? 0, row ? value - row.cost : 0, value))
  }
}
