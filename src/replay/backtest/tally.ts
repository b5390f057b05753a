import { createHash } from 'node:crypto'
import { DOLLAR } from '../../core/box/payoff'
import type { Worth } from '../../core/ledger/pnl'
import { payoutOf } from '../../core/ledger/settlement'
import type { Violation } from '../../core/ledger/invariants'
import type { TradeId } from '../../core/ids'
import type { Frame } from '../../core/market/event'
import type { BacktestResult, PaperOpportunity, PaperOrder, PaperSettlement, PaperTrade } from '../../core/report/backtest/result'
import type { Fill, OrderIntent } from '../../core/trade/order'
import type { Plan, Reservation, TradeResult } from '../../core/trade/plan'
import { millis, money, NO_MONEY, NO_QUANTITY, notional, quantity, type Millis, type Money } from '../../core/units'
import type { RecordRow } from '../../ports/record'
import type { BacktestOptions } from './backtest'
import type { PaperLedger } from './paper-ledger'
import { Refusals, type Opportunity } from './refusals'

/** A probability of both legs is the product of two in 1e-4. */
const RATE = 10_000
/** Codes in the digest: append only. */
const CODES = { decided: 1, reserved: 2, ordered: 3, fill: 4, closed: 5, settled: 6, transfer: 7, endedAnew: 8 } as const
/** A check names its market or its purse: all of a kind are counted together. */
const kindOf = (check: string): string =>
  check
    .replace(/ in \w+ event .*$/, ' in an event')
    .replace(/ in (?:kalshi|forecastex) .*$/, ' in a market')
    .replace(/ (?:on|at) .*$/, '')

type Draft = { -readonly [K in keyof Omit<PaperTrade, 'orders'>]: PaperTrade[K] } & {
  readonly orders: PaperOrder[]
  readonly plan: Plan
  readonly opportunity: Opportunity
  /** As it was last told. */
  worth: Worth | null
}

/** What happens in a backtest, kept for its result, and its digest. */
export class Tally {
  messages = 0
  readonly #options: BacktestOptions
  readonly #ledger: PaperLedger
  readonly #hash = createHash('sha256')
  readonly #trades = new Map<TradeId, Draft>()
  readonly #opportunities: PaperOpportunity[] = []
  readonly #refusals = new Refusals()
  readonly #equity: { atMs: Millis; pnl: Money }[] = []
  #fromMs: Millis = millis(0)

  constructor(options: BacktestOptions, ledger: PaperLedger) {
    this.#options = options
    this.#ledger = ledger
  }

  told({ recvMs }: Frame): void {
    if (this.messages++ === 0) this.#fromMs = recvMs
  }

  /** Of what the streaming process records only the opportunities are kept. */
  record(row: RecordRow): boolean {
    if (row.kind === 'opportunity')
      this.#opportunities.push({
        pair: row.subject,
        firstSeenMs: row.firstSeenMs,
        lastedMs: row.endedMs - row.firstSeenMs,
        bestEdge: row.best?.netEdge ?? null,
        outcome: this.#refusals.ended(row),
      })
    return true
  }

  decided(plan: Plan, atMs: Millis): void {
    const { tradeId, opportunity, legs } = plan
    const seen = this.#refusals.of(opportunity.subject)
    seen.wasTraded = true
    const quantity = legs[0].order.quantity
    this.#add(CODES.decided, atMs, quantity, opportunity.netEdge, ...legs.map(({ order }) => order.limit))
    this.#trades.set(tradeId, {
      ...{ plan, opportunity: seen, tradeId, pair: opportunity.subject, decidedMs: atMs, endedMs: null, label: null, reason: '', quantity },
      ...{ locked: NO_QUANTITY, held: NO_QUANTITY, edge: opportunity.netEdge, fillPrior: this.#priorOf(plan) },
      ...{
        filledAsPlanned: false,
        capital: NO_MONEY,
        fees: NO_MONEY,
        pnl: NO_MONEY,
        pnlKind: 'realised',
        settledMs: null,
        sold: null,
        orders: [],
        worth: null,
      },
    })
  }

  /** How likely all legs fill as they were planned, in 1e-4. */
  #priorOf({ strategy }: Plan): number {
    const { kalshi, forecastex } = this.#options.policy.fillPrior
    return strategy === 'box' ? Math.floor((kalshi * forecastex) / RATE) : kalshi
  }

  /** The reserve's refusals count beside the gates'. */
  reserved({ tradeId, opportunity: { subject } }: Plan, { kind, verdicts }: Reservation): void {
    this.#add(CODES.reserved, kind === 'granted' ? 1 : 0)
    const opportunity = this.#trades.get(tradeId)?.opportunity ?? this.#refusals.of(subject)
    for (const { check, passed } of verdicts) if (!passed) this.#refusals.refuse(opportunity, `reserve: ${kindOf(check)}`)
  }

  /** A find that the launcher took is no trade here. */
  refuse({ opportunity: { subject } }: Plan, reason: string): void {
    this.#refusals.refuse(this.#refusals.of(subject), reason)
  }

  ordered({ tradeId, limit }: OrderIntent, paper: PaperOrder, fills: readonly Fill[]): void {
    this.#add(CODES.ordered, paper.sentMs, paper.arrivedMs, limit, paper.wanted, paper.displayed, paper.filled)
    for (const { price, quantity, atMs } of fills) this.#add(CODES.fill, price, quantity, atMs)
    const trade = this.#trades.get(tradeId)
    trade?.orders.push(paper)
    if (trade && trade.endedMs !== null && fills.length > 0) this.#sold(trade, paper, fills)
    if (fills.length > 0) this.#tellEquity(paper.arrivedMs)
  }

  /** An order of an ended trade is a sale: what it brought, less its own fees. */
  #sold(trade: Draft, { filled, arrivedMs }: PaperOrder, fills: readonly Fill[]): void {
    const fees = this.#ledger.feesOf(trade.tradeId)
    const proceeds = fills.reduce((sum, fill) => sum + notional(fill.price, fill.quantity), 0)
    const { sold } = trade
    trade.sold = {
      quantity: quantity((sold?.quantity ?? 0) + filled),
      brought: money((sold?.brought ?? 0) + proceeds - (fees - trade.fees)),
      lastMs: arrivedMs,
      wouldHavePaid: null,
    }
    trade.fees = fees
  }

  closed({ strategy, tradeId, legs }: Plan, result: TradeResult, worth: Worth, atMs: Millis): void {
    const trade = this.#trades.get(tradeId)
    if (!trade) return
    const { label, reason, locked, flat, held, dust, cures } = result
    trade.label = label
    trade.reason = reason
    trade.held = held
    if (trade.endedMs !== null) {
      this.#add(CODES.endedAnew, atMs, flat, held, dust, worth.realisedPnl)
      return this.amended(tradeId, worth, atMs)
    }
    this.#add(CODES.closed, atMs, locked, held, dust, worth.realisedPnl)
    trade.endedMs = atMs
    trade.locked = locked
    trade.filledAsPlanned = (strategy === 'box' ? locked : held) === legs[0].order.quantity && cures.length === 0
    trade.capital = money(this.#ledger.lotsOf(tradeId).reduce((sum, { cost }) => sum + cost, 0))
    trade.fees = this.#ledger.feesOf(tradeId)
    this.amended(tradeId, worth, atMs)
  }

  /** What an ended trade is worth now. */
  amended(tradeId: TradeId, worth: Worth, atMs: Millis): void {
    const trade = this.#trades.get(tradeId)
    if (!trade) return
    trade.worth = worth
    trade.pnl = worth.realisedPnl
    trade.pnlKind = worth.kind
    this.#tellEquity(atMs)
    const isGone = trade.endedMs !== null && trade.capital > 0 && this.#ledger.lotsOf(tradeId).length === 0
    if (isGone) trade.settledMs ??= atMs
  }

  /** A market's result is known: what was sold of it before would have been paid so much. */
  marketPaid({ venue, market, yesPays }: PaperSettlement): void {
    for (const trade of this.#trades.values()) {
      const [{ order }] = trade.plan.legs
      if (trade.sold === null || order.venue !== venue || order.market !== market) continue
      trade.sold = { ...trade.sold, wouldHavePaid: payoutOf(order.outcome, trade.sold.quantity, yesPays) }
    }
  }

  /** @returns what an ended trade is worth now; null: it still runs, and says so itself when it ends. */
  settled(tradeId: TradeId, atMs: Millis): Worth | null {
    const trade = this.#trades.get(tradeId)
    if (!trade) return null
    const { plan, locked, worth: before } = trade
    this.#tellEquity(atMs)
    if (this.#ledger.lotsOf(tradeId).length === 0) trade.settledMs = atMs
    if (before === null) return null
    const worth = this.#ledger.afterPayout(tradeId, locked, plan.opportunity.leastPayoff ?? DOLLAR) ?? before
    this.#add(CODES.settled, atMs, worth.realisedPnl)
    this.amended(tradeId, worth, atMs)
    return worth
  }

  result(toMs: Millis, looks: Readonly<Record<string, number>>, violations: readonly Violation[]): BacktestResult {
    const { name, seed, described, caveats } = this.#options
    for (const { legs } of this.#ledger.transfers) this.#add(CODES.transfer, ...legs.map(({ amount }) => amount))
    const trades = [...this.#trades.values()].map(({ plan: _plan, opportunity: _seen, worth: _worth, ...trade }): PaperTrade => trade)
    const sumOf = (kind: PaperTrade['pnlKind']): Money =>
      money(trades.reduce((sum, { pnl, pnlKind }) => (pnlKind === kind ? sum + pnl : sum), 0))
    return {
      ...{ name, seed, fromMs: this.#fromMs, toMs, messages: this.messages, assumptions: described },
      opportunities: this.#opportunities,
      trades,
      refused: { ...looks, ...this.#refusals.looks },
      refusedOpportunities: this.#refusals.opportunities,
      equity: this.#equity,
      pnl: { realised: sumOf('realised'), guaranteed: sumOf('guaranteed'), open: sumOf('open') },
      capitalMost: money(this.#ledger.tiedUpMost),
      ledger: {
        transfers: this.#ledger.transfers.length,
        sumMicros: this.#ledger.transfers.reduce((sum, { legs }) => legs.reduce((all, { amount }) => all + amount, sum), 0),
        violations: violations.map(({ invariant, detail }) => `${invariant}: ${detail}`),
      },
      sha256: this.#hash.digest('hex'),
      caveats,
    }
  }

  #tellEquity(atMs: Millis): void {
    const { pnl } = this.#ledger
    const last = this.#equity.at(-1)
    if (last?.pnl === pnl) return
    if (last?.atMs === atMs) last.pnl = pnl
    else this.#equity.push({ atMs, pnl })
  }
  #add(...numbers: readonly number[]): void {
    this.#hash.update(`${numbers.join(' ')}\n`)
  }
}
