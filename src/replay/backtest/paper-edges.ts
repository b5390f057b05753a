import type { EdgeMarket } from '../../core/edge/finding'
import { HOLDS } from '../../core/edge/leaving/exit'
import type { TradeId } from '../../core/ids'
import type { Limits } from '../../core/risk/limits'
import { limitsNow } from '../../core/risk/size'
import type { EdgePlan, Plan, SaleChoice, Unpaired } from '../../core/trade/plan'
import { money, type Millis, type Quantity } from '../../core/units'
import type { Log } from '../../ports/log'
import type { Succession } from '../../ports/trader'
import type { EdgeMoney, EdgeOptions } from '../../streaming/edges/desk-options'
import type { EdgeDesk } from '../../streaming/edges/edge-desk'
import { Sales } from '../../streaming/edges/sales'
import { eventOf } from '../../streaming/edges/standing'
import type { PaperMarket } from '../../venues/paper/market'
import { tradeCure } from '../../workflows/cure'
import type { PaperLedger } from './paper-ledger'
import type { PaperRisk } from './paper-risk'
import type { PaperSteps } from './paper-steps'
import { TAKEN_HERE } from './refusals'
import type { VirtualClock } from './virtual-clock'

/** As the running system does it without a change of books or odds. */
const LOOK_EVERY_MS = 1_000

export interface PaperEdgesOptions {
  readonly clock: VirtualClock
  readonly ledger: PaperLedger
  readonly risk: () => PaperRisk
  readonly market: () => PaperMarket
  readonly limits: () => Limits | null
  /** null: boxes alone. */
  readonly desk: () => EdgeDesk | null
  readonly onFailure: (error: Error) => void
  readonly log: Log
}

/** What edges are decided upon besides books and odds, and how what they hold is sold (ruling 13). Nobody arms, halts or leases a backtest. */
export class PaperEdges {
  readonly options: Pick<EdgeOptions, 'armed' | 'money' | 'maxContracts' | 'sales'>
  readonly #options: PaperEdgesOptions
  readonly #sales: Sales
  /** That the reserve has not heard of yet. */
  readonly #deciding = new Map<TradeId, EdgePlan>()
  /** Ended, with something to sell. */
  readonly #held = new Map<TradeId, PaperSteps>()
  readonly #selling = new Set<TradeId>()
  #isLooking = false
  #isOver = false

  constructor(options: PaperEdgesOptions) {
    this.#options = options
    const { clock, risk, log } = options
    this.#sales = new Sales({
      ...{ clock, log, armed: () => null, lease: { valid: () => true }, halts: { active: () => [] } },
      sellers: { sell: (tradeId, reason) => Promise.resolve(this.#sell(tradeId, reason)) },
      heldOf: (market) => risk().heldOf(market),
    })
    this.options = {
      ...{ armed: () => null, sales: this.#sales },
      money: (market, nowMs) => this.#moneyFor(market, nowMs),
      maxContracts: () => this.#largest(),
    }
  }

  decided(plan: EdgePlan): void {
    this.#deciding.set(plan.tradeId, plan)
  }
  reserved({ tradeId }: Plan): void {
    this.#deciding.delete(tradeId)
  }
  /** An end, the first one or a sale's. */
  closed({ strategy, tradeId }: Plan, steps: PaperSteps): void {
    if (strategy === 'edge' && this.#options.ledger.lotsOf(tradeId).length > 0) this.#held.set(tradeId, steps)
    else this.#held.delete(tradeId)
  }
  paid(tradeId: TradeId): void {
    this.#held.delete(tradeId)
  }
  /** The frames are over. */
  stop(): void {
    this.#isOver = true
  }

  /** Looks again at what shows an edge while there is something to sell. Openings need none of it: their gates ask again by themselves. */
  look(): void {
    const { clock, desk } = this.#options
    const edges = desk()
    if (this.#isLooking || this.#isOver || edges === null || edges.showing === 0 || this.#held.size === 0) return
    this.#isLooking = true
    clock.at(clock.nowMs() + LOOK_EVERY_MS, () => {
      this.#isLooking = false
      if (this.#isOver) return
      edges.sweep(clock.nowMs())
      this.look()
    })
  }

  /** As the activity asks: the desk by the books of now, the ledger whether another order is under way there, and the recorded book what is left of it. */
  chooseSale(held: Unpaired): SaleChoice {
    const { clock, risk, market, desk } = this.#options
    const choice = this.#sales.choose(
      held,
      (of, position) => desk()?.saleOf(of, position, clock.nowMs()) ?? { kind: 'hold', reason: HOLDS.notWatched, netBid: null },
    )
    if (choice.kind === 'hold') return choice
    if (risk().isMoving(held.venue, held.market)) return { kind: 'hold', reason: HOLDS.moving }
    return market().meets(choice.order) ? choice : { kind: 'hold', reason: TAKEN_HERE }
  }

  #sell(tradeId: TradeId, reason: string): Succession {
    const steps = this.#held.get(tradeId)
    if (!steps) return { kind: 'unreachable', detail: 'it holds nothing' }
    if (this.#selling.has(tradeId)) return { kind: 'already-running' }
    this.#selling.add(tradeId)
    tradeCure(tradeId, reason, steps, { way: 'sell' })
      .finally(() => this.#selling.delete(tradeId))
      .catch(this.#options.onFailure)
    return { kind: 'started' }
  }

  /** As the reserve will have it, with what was decided and is not reserved yet: what comes in one fetch is not sized as if it were alone. */
  #moneyFor({ kalshi }: EdgeMarket, nowMs: Millis): EdgeMoney {
    const { ledger, risk } = this.#options
    const { event, day } = risk().edgesSpent(kalshi, nowMs)
    const deciding = [...this.#deciding.values()].map(({ legs: [leg] }) => leg)
    const sum = (legs: typeof deciding): number => legs.reduce((all, { costBound }) => all + costBound, 0)
    const ofEvent = eventOf(kalshi)
    return {
      equity: ledger.worthAt('kalshi'),
      cash: money(Math.max(0, ledger.cashOf('kalshi') - sum(deciding))),
      spent: {
        event: money(event + sum(deciding.filter(({ order }) => eventOf(order.market) === ofEvent))),
        day: money(day + sum(deciding)),
      },
    }
  }

  #largest(): Quantity | null {
    const { clock, risk, limits } = this.#options
    const bound = limits()
    return bound && limitsNow(bound, risk().standing('edge'), clock.nowMs()).maxContractsPerTrade
  }
}
