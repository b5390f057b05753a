import { marketId, orderId, otherOutcome, subjectId, tradeId, type Outcome, type Venue } from '../../../../src/core/ids'
import { purseOf } from '../../../../src/core/purse'
import type { Fill, OrderIntent } from '../../../../src/core/trade/order'
import type { BoxPlan, Plan, TradeResult } from '../../../../src/core/trade/plan'
import { millis, money, NO_MONEY, NO_QUANTITY, price, quantity } from '../../../../src/core/units'
import type { Ledger } from '../../../../src/ports/ledger'
import { LedgerUnreachable } from '../../../../src/stores/postgres/pool'
import { NEVER, NOW, type TestLedger } from './ledger'

export interface PlanTerms {
  readonly id?: string
  readonly subject?: string
  readonly kalshi?: string
  /** Kalshi's shard; a plan of before there were several names none. */
  readonly shard?: number
  readonly forecastex?: string
  readonly contracts?: string
  /** The outcome bought at Kalshi; the other one is bought at ForecastEx. */
  readonly outcome?: Outcome
  readonly kalshiCost?: string
  readonly forecastexCost?: string
  readonly cure?: string
  readonly seenAtMs?: number
  readonly notAfterMs?: number
}

/** The worked example of market-math §9: 100 contracts, Kalshi YES at 0.42, ForecastEx NO at 0.54 (limit 0.55). */
export function boxPlan(terms: PlanTerms = {}): BoxPlan {
  const { subject = 'u3', contracts = '100', outcome = 'yes', kalshiCost = '43.72', forecastexCost = '55', cure = '0' } = terms
  const id = tradeId(terms.id ?? 't1')
  const seenAtMs = millis(terms.seenAtMs ?? NOW)
  const order = {
    tradeId: id,
    action: 'buy',
    quantity: quantity(contracts),
    timeInForce: 'ioc',
    notAfterMs: millis(terms.notAfterMs ?? seenAtMs + 1_000),
  } as const
  return {
    tradeId: id,
    strategy: 'box',
    mode: 'sim',
    opportunity: {
      strategy: 'box',
      subject: subjectId(subject),
      n: 1,
      seenAtMs,
      netEdge: money('1.2948'),
      expectedValue: money('0.5'),
      unwindLoss: money('2'),
      maximumLoss: money('43.72'),
      verdicts: [],
    },
    lossBudget: money('5'),
    dearestCure: money(cure),
    rules: { certificate: `${subject}@1`, limits: 'wide', config: 'test' },
    cure: {
      ...order,
      clientOrderId: orderId(id, 'c', 3),
      venue: 'forecastex',
      market: marketId(terms.forecastex ?? '751'),
      outcome: otherOutcome(outcome),
      limit: price('0.57'),
      purpose: 'reducing',
    },
    legs: [
      {
        order: {
          ...order,
          clientOrderId: orderId(id, 'a', 1),
          venue: 'kalshi',
          market: marketId(terms.kalshi ?? 'KXU3-T4'),
          outcome,
          limit: price('0.42'),
          purpose: 'opening',
        },
        costBound: money(kalshiCost),
        ...(terms.shard === undefined ? {} : { purse: purseOf('kalshi', terms.shard) }),
      },
      {
        order: {
          ...order,
          clientOrderId: orderId(id, 'b', 2),
          venue: 'forecastex',
          market: marketId(terms.forecastex ?? '751'),
          outcome: outcome === 'yes' ? 'no' : 'yes',
          limit: price('0.55'),
          purpose: 'reducing',
        },
        costBound: money(forecastexCost),
      },
    ],
  }
}

export interface CureTerms {
  readonly action: OrderIntent['action']
  readonly venue: Venue
  readonly outcome: Outcome
  readonly contracts: string
  readonly limit: string
  readonly n?: number
}
/** A cure of the plan, at the market it already trades at that venue. Number 3 is the reserved one's (E3). */
export function cureOf(plan: BoxPlan, { action, venue, outcome, contracts, limit, n = 4 }: CureTerms): OrderIntent {
  const leg = plan.legs.find(({ order }) => order.venue === venue) ?? plan.legs[0]
  return {
    ...leg.order,
    clientOrderId: orderId(plan.tradeId, 'c', n),
    action,
    outcome,
    quantity: quantity(contracts),
    limit: price(limit),
    purpose: 'reducing',
  }
}

export interface FillTerms {
  readonly id?: string
  readonly contracts?: string
  readonly at?: string
  readonly fee?: string | null
  readonly corrects?: string
}
/** A fill of an order: whole, at its limit, for nothing, unless told otherwise. */
export function fillOf(order: OrderIntent, { id = '1', contracts, at, fee = '0', corrects }: FillTerms = {}): Fill {
  return {
    venue: order.venue,
    account: `account-${order.venue}`,
    venueOrderId: `v-${order.clientOrderId}`,
    executionId: `x${id}`,
    corrects: corrects ?? null,
    market: order.market,
    outcome: order.outcome,
    action: order.action,
    price: at === undefined ? order.limit : price(at),
    quantity: contracts === undefined ? order.quantity : quantity(contracts),
    fee: fee === null ? null : money(fee),
    atMs: NOW,
  }
}

type Parts = Partial<Record<'locked' | 'flat' | 'held' | 'dust', string>>
export function resultOf(plan: Plan, label: TradeResult['label'], parts: Parts = {}): TradeResult {
  const part = (contracts: string | undefined): TradeResult['locked'] => (contracts === undefined ? NO_QUANTITY : quantity(contracts))
  return {
    tradeId: plan.tradeId,
    label,
    locked: part(parts.locked),
    flat: part(parts.flat),
    held: part(parts.held),
    dust: part(parts.dust),
    realisedPnl: NO_MONEY,
    maxRemainingLoss: NO_MONEY,
    reason: '',
    cures: [],
  }
}

/** Reserves for a plan and books its fills. @throws when it is refused: the test meant something else. */
export async function open(world: TestLedger, plan: Plan, ...booked: readonly [OrderIntent, FillTerms][]): Promise<void> {
  const { kind, verdicts } = await world.ledger.reserve(plan, 'run', NEVER)
  if (kind === 'refused') throw new Error(JSON.stringify(verdicts.filter(({ passed }) => !passed)))
  for (const [order, terms] of booked) await book(world, order, terms)
}
/** Books fills of an order, with what the model says of their fees in dollars, to the cent. */
export const bookModelled = (
  world: TestLedger,
  order: OrderIntent,
  model: { readonly fees: readonly string[]; readonly grid: string } | null,
  ...fills: readonly FillTerms[]
): ReturnType<Ledger['book']> =>
  world.ledger.book(
    order.tradeId,
    order,
    fills.map((terms) => fillOf(order, terms)),
    model && { fees: model.fees.map((fee) => money(fee)), grid: money(model.grid) },
    NEVER,
  )
export const book = async (world: TestLedger, order: OrderIntent, ...fills: readonly FillTerms[]): Promise<void> =>
  void (await bookModelled(world, order, null, ...fills))
export const close = (world: TestLedger, result: TradeResult, runId = 'run'): ReturnType<TestLedger['ledger']['close']> =>
  world.ledger.close(result, runId, NEVER)

/** A box of which both legs filled as in the worked example, closed as locked. */
export async function lockedBox(world: TestLedger, terms: PlanTerms = {}): Promise<BoxPlan> {
  const plan = boxPlan(terms)
  const [a, b] = plan.legs
  await open(world, plan, [a.order, { fee: '1.7052' }], [b.order, { at: '0.54', fee: '1' }])
  await close(world, resultOf(plan, 'locked', { locked: terms.contracts ?? '100' }))
  return plan
}

/** Asks again while the ledger cannot be reached, as a saga does: a busy machine has no connection in time, a cut one is noticed when it is used. */
export async function patiently<T>(step: () => Promise<T>): Promise<T> {
  for (let left = 10; ; left -= 1) {
    try {
      return await step()
    } catch (error) {
      if (!(error instanceof LedgerUnreachable) || left === 0) throw error
    }
  }
}
