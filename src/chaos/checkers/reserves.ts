import { NO_MONEY, type Money } from '../../core/units'
import { purseOfLeg, type Plan } from '../../core/trade/plan'
import type { TransferRow } from '../evidence/tables'
import { filledBy, grouped, hasStruck, type Case } from './case'
import type { Violation } from './violation'

const MICROS_PER_MS = 1_000n

/** I7: what a grant takes from each purse covers its orders and the dearest cure, and lasts as long as the trade runs. */
export function reservedEnough({ evidence, struck }: Case): readonly Violation[] {
  const { trades, transfers } = evidence.tables
  const ofTrade = grouped(transfers, ({ tradeId }) => tradeId ?? '')
  return trades.flatMap((trade): readonly Violation[] => {
    const { tradeId, plan, reservation, endedMs } = trade
    const own = ofTrade.get(tradeId) ?? []
    if (reservation === 'refused')
      return takes(own, 'reserve').size > 0 ? [{ invariant: 'I7', tradeId, detail: 'a refused trade reserves' }] : []
    const taken = takes(own, 'reserve')
    const short = [...needed(plan)].flatMap(([purse, amount]): readonly Violation[] => {
      const had = taken.get(purse) ?? 0
      return had < amount
        ? [{ invariant: 'I7', tradeId, detail: `${had} µ$ reserved at ${purse} where its orders and cure need ${amount}` }]
        : []
    })
    // a correction may make a purchase dearer than its own limit: no reserve can know that
    return hasStruck(struck, 'correction')
      ? short
      : [...short, ...own.filter((each) => spentOther(each, endedMs)).map((each) => fromCash(tradeId, each))]
  })
}

const fromCash = (tradeId: string, { id }: TransferRow): Violation => ({
  invariant: 'I7',
  tradeId,
  detail: `${id} was paid from free cash while its trade ran`,
})

/** A purchase paid from free cash: the reserve did not last. After the end there is none (a late fill, E14). */
const spentOther = ({ kind, recorded, legs }: TransferRow, endedMs: number | null): boolean =>
  kind === 'fillBuy' &&
  legs.some(([, account, amount]) => account.startsWith('cash:') && amount.startsWith('-')) &&
  (endedMs === null || BigInt(recorded) < BigInt(endedMs) * MICROS_PER_MS)

/** What the reserve transfers of a trade set aside, by purse. */
function takes(transfers: readonly TransferRow[], kind: string): ReadonlyMap<string, number> {
  const amounts = new Map<string, number>()
  for (const transfer of transfers)
    for (const [, account, amount] of transfer.kind === kind ? transfer.legs : [])
      if (account.startsWith('reserved:')) {
        const purse = account.slice('reserved:'.length)
        amounts.set(purse, (amounts.get(purse) ?? 0) + Number(amount))
      }
  return amounts
}

/** E8, in the plan's own figures where it tells them and never below price × quantity. */
function needed(plan: Plan): ReadonlyMap<string, number> {
  const amounts = new Map<string, number>()
  const add = (purse: string, amount: number): unknown => amounts.set(purse, (amounts.get(purse) ?? 0) + amount)
  for (const leg of plan.legs) add(purseOfLeg(leg), Math.max(leg.costBound, leg.order.limit * leg.order.quantity))
  if (plan.strategy !== 'box') return amounts
  add(purseOfLeg(plan.legs[1]), Math.max(plan.dearestCure, plan.cure.limit * plan.cure.quantity))
  if (plan.dearestExit !== undefined) add(purseOfLeg(plan.legs[0]), plan.dearestExit)
  return amounts
}

interface Unpaired {
  readonly tradeId: string
  readonly premium: Money
  /** When its first leg filled. */
  readonly sinceMs: number
}

/** I8: when a trade is granted, what stands unpaired at the venues is within the limits in force, in sum and in age; of an edge its price and premium. */
export function unpairedWithinLimits(of: Case): readonly Violation[] {
  const { evidence } = of
  const { maxUnpairedPremiumTotal, maxUnpairedAgeMs } = evidence.tables.limits
  return evidence.tables.trades.flatMap(({ tradeId, startedMs, reservation, strategy, plan }): readonly Violation[] => {
    if (reservation === 'refused') return []
    if (strategy === 'edge') return outsideLimits(plan, evidence.tables.limits).map((detail) => ({ invariant: 'I8', tradeId, detail }))
    const others = unpairedAt(of, startedMs, tradeId)
    const total = others.reduce((sum, { premium }) => sum + premium, plan.opportunity.maximumLoss as number)
    const oldMs = Math.max(0, ...others.map(({ sinceMs }) => startedMs - sinceMs))
    return [
      ...(total > maxUnpairedPremiumTotal
        ? [
            {
              invariant: 'I8' as const,
              tradeId,
              detail: `opened with ${total} µ$ unpaired in all, the limit is ${maxUnpairedPremiumTotal}`,
            },
          ]
        : []),
      ...(oldMs > maxUnpairedAgeMs
        ? [
            {
              invariant: 'I8' as const,
              tradeId,
              detail: `opened while a first leg was unpaired for ${oldMs} ms, the limit is ${maxUnpairedAgeMs}`,
            },
          ]
        : []),
    ]
  })
}

const MICROS_PER_PRICE = 100

/** Nothing is to pair an edge: all of its premium is at risk, and the limits in force say how much and at which price. */
function outsideLimits({ legs: [{ order, costBound }] }: Plan, limits: Case['evidence']['tables']['limits']): readonly string[] {
  const paid = order.limit * MICROS_PER_PRICE
  const { edgeMinPrice, edgeMaxPrice, maxPremiumPerTrade } = limits
  return [
    paid < edgeMinPrice ? `bought at ${paid} µ$, the least is ${edgeMinPrice}` : null,
    paid > edgeMaxPrice ? `bought at ${paid} µ$, the most is ${edgeMaxPrice}` : null,
    costBound > maxPremiumPerTrade ? `risks ${costBound} µ$, the limit is ${maxPremiumPerTrade}` : null,
  ].filter((each) => each !== null)
}

/** The boxes that run at a moment with contracts of their first leg that nothing answers. */
function unpairedAt({ orders, trades }: Case, atMs: number, but: string): readonly Unpaired[] {
  return [...grouped(orders, ({ tradeId }) => tradeId)].flatMap(([tradeId, ofTrade]): readonly Unpaired[] => {
    const trade = trades.get(tradeId)
    const first = ofTrade.find(({ leg }) => leg === 'a')
    if (tradeId === but || trade?.strategy !== 'box' || (trade.endedMs !== null && trade.endedMs <= atMs) || !first) return []
    const filled = filledBy(first, atMs, 'quantity')
    const answered = ofTrade.reduce((sum, order) => (order.leg === 'a' ? sum : sum + filledBy(order, atMs, 'quantity')), 0)
    if (filled <= answered || filled === 0) return []
    const own = first.sign > 0 ? (price: number) => price : (price: number) => 10_000 - price
    const paid = first.fills.reduce(
      (sum, { yesPrice, quantity, atMs: at }) => (at <= atMs ? sum + own(yesPrice) * quantity : sum),
      NO_MONEY as number,
    )
    return [
      {
        tradeId,
        premium: Math.floor((paid * (filled - answered)) / filled) as Money,
        sinceMs: Math.min(...first.fills.map((fill) => fill.atMs)),
      },
    ]
  })
}
