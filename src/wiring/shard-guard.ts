import type { MarketId, TradeId } from '../core/ids'
import type { OrderIntent } from '../core/trade/order'
import type { Guard } from '../ports/guard'
import type { TradeJournal } from '../ports/journal'
import type { Signer } from '../venues/kalshi/sign'
import type { Tokens } from '../venues/tokens'

/** What the signature of a new order at Kalshi covers. */
const KALSHI_ORDERS = ['POST', '/trade-api/v2/portfolio/events/orders'] as const

export interface ShardGuardParts {
  readonly gate: Guard
  readonly journal: TradeJournal
  readonly tokens: Tokens
  readonly signer: Signer
  readonly shardOf: (market: MarketId) => number
  readonly onBytes: (order: OrderIntent) => void
}
export interface ShardGuard {
  readonly guard: Guard
  /** Told in the turn in which an order's bytes are released. */
  readonly onBytes: (order: OrderIntent) => void
  /** E19: what this host's journal holds open and another host has ended in the meantime: nobody else here would give its tokens back. */
  forgetEnded(hasEnded: (tradeId: TradeId) => Promise<boolean>): Promise<void>
}

/** The gate with what else goes with an order: the tokens of its trade (E18), and its signature, made while the journal syncs. */
export function openShardGuard({ gate, journal, tokens, signer, shardOf, onBytes }: ShardGuardParts): ShardGuard {
  const billed = ({ venue, market }: OrderIntent): number => (venue === 'kalshi' ? shardOf(market) : 0)
  for (const { tradeId, plan } of journal.open()) tokens.restore(tradeId, Math.max(...plan.legs.map(({ order }) => billed(order))))
  const guard: Guard = {
    remember: (plan) => gate.remember(plan),
    admit(order, signal) {
      if (order.venue === 'kalshi') void signer.prepare(...KALSHI_ORDERS)
      return gate.admit(order, signal)
    },
    planOf: (tradeId, signal) => gate.planOf(tradeId, signal),
    forget(tradeId) {
      gate.forget(tradeId)
      tokens.release(tradeId)
    },
  }
  return {
    guard,
    onBytes(order) {
      onBytes(order)
      tokens.spend(order.tradeId, order.venue, billed(order))
    },
    async forgetEnded(hasEnded) {
      for (const { tradeId } of journal.open()) if (await hasEnded(tradeId)) guard.forget(tradeId)
    },
  }
}
