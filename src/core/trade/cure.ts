import { assertNever } from '../assert'
import { orderId, otherOutcome, type MarketId, type Outcome, type Venue } from '../ids'
import type { Level } from '../market/event'
import { buyingCostBound, sellingProceedsBound, type VenueFees } from '../market/fees'
import { depthOf, taken } from '../market/ladder'
import {
  ceilDiv,
  millis,
  money,
  moneyOf,
  NO_MONEY,
  notional,
  ONE_CONTRACT,
  ONE_DOLLAR,
  price,
  wholeContracts,
  type Millis,
  type Money,
  type Price,
  type Quantity,
} from '../units'
import type { OrderIntent } from './order'
import type { BoxPlan, CureChoice, CureOption, Unpaired } from './plan'

/** How long after its choice a cure's bytes may leave: the prices it was chosen by are not believed longer (Kalshi's liveness limit, execution.md §7). */
export const CURE_LIFE_MS = 2_000

/** How far an exit may go: what it may lose is the budget's to say (E23). Buying the opposite outcome at 0.99 is selling one's own at 0.01. */
export const EXIT_LIMITS = { sell: price(100), net: price(9_900) } as const

/** complete: buy the missing outcome at the other venue. sell: back into Kalshi's bids. net: buy the opposite outcome at ForecastEx, which has no sale. */
export type CureWay = {
  readonly way: 'complete' | 'sell' | 'net'
  readonly action: OrderIntent['action']
  readonly venue: Venue
  readonly market: MarketId
  readonly outcome: Outcome
}
/** halted, closed: worth waiting for (E24). ended: this market trades no more. */
export type Access = 'open' | 'halted' | 'closed' | 'ended'

/** A way with what it can be priced by. */
export type CureRoute = CureWay & {
  readonly access: Access
  /** Executable depth for this action, best first, in the traded outcome's own prices. */
  readonly levels: readonly Level[]
  readonly fees: VenueFees
  /** The plan's limit: the dearest purchase or the cheapest sale permitted. */
  readonly worst: Price
  /** Carry until the payout and the certificate's hazard, per contract (E21). Zero for an identical pair that settles soon. */
  readonly chargePerContract: Money
}
export interface CureInput {
  readonly unpaired: Unpaired
  /** E3: the cure that the reserve wrote. Its id stands for that and nothing else. */
  readonly reserved: OrderIntent
  /** What the unpaired quantity cost, fees included. */
  readonly heldCost: Money
  readonly routes: readonly CureRoute[]
  /** E23: whether holding to settlement is permitted for this trade at all. */
  readonly mayHold: boolean
  readonly budgetLeft: Money
  readonly nowMs: Millis
}

/** The two ways out of an unpaired position (E21): the missing outcome at the other venue, or back where it is held. */
export const cureWays = (unpaired: Unpaired, missing: Pick<CureWay, 'venue' | 'market' | 'outcome'>): readonly [CureWay, CureWay] => [
  { way: 'complete', action: 'buy', venue: missing.venue, market: missing.market, outcome: missing.outcome },
  exitWay(unpaired),
]
function exitWay({ venue, market, outcome }: Unpaired): CureWay {
  switch (venue) {
    case 'kalshi':
      return { way: 'sell', action: 'sell', venue, market, outcome }
    case 'forecastex':
      return { way: 'net', action: 'buy', venue, market, outcome: otherOutcome(outcome) }
    default:
      return assertNever(venue, 'venue')
  }
}

/** @throws Error for a box with both legs at one venue: there is none. */
export function missingLegOf({ tradeId, legs }: BoxPlan, { venue }: Pick<Unpaired, 'venue'>): OrderIntent {
  const other = legs.find(({ order }) => order.venue !== venue)
  if (!other) throw new Error(`trade ${tradeId} has both legs at one venue`)
  return other.order
}
/** What the unpaired contracts cost at most: their share of the first leg's bound. */
export function heldCostOf({ legs: [first] }: BoxPlan, unpaired: Pick<Unpaired, 'quantity'>): Money {
  const { quantity } = first.order
  return quantity === 0 ? NO_MONEY : moneyOf(ceilDiv(BigInt(first.costBound) * BigInt(unpaired.quantity), BigInt(quantity)))
}

type Priced = { readonly option: Extract<CureOption, { order: OrderIntent }>; readonly signedLoss: Money }

/**
 * E21: prices every way that an open venue and the plan's limits permit, and takes the one that loses least per contract within the budget.
 * A loss is what the cured contracts cost and the cure costs at its bound, less the dollar or the proceeds; a gain counts as no loss, so that it never widens the budget.
 * Nothing permitted: waits, 'over-budget' when every way there is would exceed the limits (E23), else 'waiting-for-venue' (E24). Where no market
 * trades any more there is nothing to wait for: holding is no choice then but a fact, whatever it may lose.
 * @throws RangeError when less than one whole contract is unpaired: that is dust, not a cure.
 */
export function chooseCure(input: CureInput): CureChoice {
  const { unpaired, routes, budgetLeft } = input
  if (wholeContracts(unpaired.quantity) < ONE_CONTRACT)
    throw new RangeError(`nothing whole is unpaired: ${unpaired.quantity} (1e-2 contract)`)
  const open = routes.filter(({ access }) => access === 'open')
  const options = [...byLoss(open.flatMap((route) => priced(route, input) ?? [])), ...holding(input)]
  const chosen = options.find(({ loss }) => loss <= budgetLeft) ?? (hasEnded(input) ? holding(input)[0] : undefined) ?? waiting(input)
  return { chosen, over: options.filter((option) => option !== chosen), budgetLeft }
}

/** Cheapest per contract first; the larger first among equals. */
function byLoss(ways: readonly Priced[]): readonly CureOption[] {
  const dearer = (a: Priced, b: Priced): number => {
    const difference = BigInt(a.signedLoss) * BigInt(b.option.order.quantity) - BigInt(b.signedLoss) * BigInt(a.option.order.quantity)
    return difference === 0n ? b.option.order.quantity - a.option.order.quantity : difference < 0n ? -1 : 1
  }
  return [...ways].sort(dearer).map(({ option }) => option)
}

/** Holding to settlement can lose the whole premium. While a venue is only halted or closed, waiting for it is the better form of holding. */
function holding({ mayHold, routes, heldCost }: CureInput): readonly CureOption[] {
  const mayStillTrade = routes.some(({ access }) => access === 'halted' || access === 'closed')
  return mayHold && !mayStillTrade ? [{ way: 'hold', loss: heldCost }] : []
}

const hasEnded = ({ routes }: CureInput): boolean => routes.length > 0 && routes.every(({ access }) => access === 'ended')

function waiting({ routes }: CureInput): CureOption {
  const mayReopen = routes.some(({ access }) => access === 'halted' || access === 'closed')
  const hasDepth = routes.some(({ access, levels }) => access === 'open' && depthOf(levels) >= ONE_CONTRACT)
  return { way: 'wait', state: hasDepth && !mayReopen ? 'over-budget' : 'waiting-for-venue', loss: NO_MONEY }
}

function priced(route: CureRoute, { unpaired, reserved, heldCost, nowMs }: CureInput): Priced | null {
  const permitted = route.levels.filter((level) => (route.action === 'buy' ? level.price <= route.worst : level.price >= route.worst))
  const wanted = wholeContracts(Math.min(unpaired.quantity, depthOf(permitted)) as Quantity)
  const limit = taken(permitted, wanted).at(-1)?.price
  if (limit === undefined) return null
  const order: OrderIntent = numbered(unpaired, reserved, {
    tradeId: unpaired.tradeId,
    venue: route.venue,
    market: route.market,
    action: route.action,
    outcome: route.outcome,
    limit,
    quantity: wanted,
    timeInForce: 'ioc',
    purpose: 'reducing',
    notAfterMs: millis(nowMs + CURE_LIFE_MS),
  })
  const held = moneyOf(ceilDiv(BigInt(heldCost) * BigInt(wanted), BigInt(unpaired.quantity)))
  const signedLoss = money(held - worthOf(route, { price: limit, quantity: wanted }))
  return { option: { way: route.way, order, loss: money(Math.max(0, signedLoss)) }, signedLoss }
}

/** E2: the next number, unless that is the reserved cure's and this is not within it: then the one after. */
function numbered({ tradeId, n }: Unpaired, reserved: OrderIntent, cure: Omit<OrderIntent, 'clientOrderId'>): OrderIntent {
  const next = orderId(tradeId, 'c', n + 1)
  const isTaken = next === reserved.clientOrderId && !isWithin(cure, reserved)
  return { clientOrderId: isTaken ? orderId(tradeId, 'c', n + 2) : next, ...cure }
}
const isWithin = (cure: Omit<OrderIntent, 'clientOrderId'>, reserved: OrderIntent): boolean =>
  cure.venue === reserved.venue &&
  cure.market === reserved.market &&
  cure.outcome === reserved.outcome &&
  cure.action === reserved.action &&
  cure.limit <= reserved.limit &&
  cure.quantity <= reserved.quantity

/** What the cured contracts bring at least when the whole order fills at its limit: fills better than the limit only bring more. */
function worthOf(route: CureRoute, level: Level): Money {
  const charge = moneyOf(ceilDiv(BigInt(route.chargePerContract) * BigInt(level.quantity), BigInt(ONE_CONTRACT)))
  if (route.way !== 'sell') return money(notional(ONE_DOLLAR, level.quantity) - buyingCostBound(route.fees, [level]) - charge)
  if (route.fees.venue !== 'kalshi') throw new RangeError('ForecastEx has no sale: leave by buying the opposite outcome')
  return money(sellingProceedsBound(route.fees, [level]) - charge)
}
