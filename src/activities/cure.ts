import { Context } from '@temporalio/activity'
import { DOLLAR } from '../core/box/payoff'
import { HOLDS } from '../core/edge/leaving/exit'
import { FAILURES } from '../core/failures'
import type { Venue } from '../core/ids'
import type { VenueFees } from '../core/market/fees'
import { chooseCure, cureWays, EXIT_LIMITS, heldCostOf, missingLegOf, type Access, type CureRoute, type CureWay } from '../core/trade/cure'
import { orHold, type OperatorsWord } from '../core/trade/adoption'
import type { BoxPlan, CureChoice, SaleChoice, Unpaired } from '../core/trade/plan'
import { money, NO_MONEY, type Money, type Price } from '../core/units'
import type { CurePace } from '../core/trade/steps'
import type { Clock } from '../ports/clock'
import type { Guard, HaltView } from '../ports/guard'
import { withLimit } from '../ports/limit'
import type { Ledger } from '../ports/ledger'
import type { Log } from '../ports/log'
import type { Quotes } from '../ports/feed'

/** A question for depth that takes longer than this is answered by "none": the next choice asks again. */
const QUOTE_LIMIT_MS = 1_000

/** E22: the plan's own price is waited for this long, looked for this often; longer ladders stay off until fills of our own calibrate them. */
const REQUOTE_MS = 1_000
const REQUOTE_LOOK_EVERY_MS = 50

export interface CureDependencies {
  readonly quotes: Readonly<Record<Venue, Quotes>>
  readonly fees: (venue: Venue, market: string) => VenueFees | null
  readonly halts: HaltView
  readonly guard: Guard
  readonly access: (venue: Venue, market: string) => Access
  readonly ledger: Pick<Ledger, 'intend'>
  /** What is done now about what an edge holds. */
  readonly chooseSale: (held: Unpaired) => SaleChoice
  readonly clock: Clock
  readonly log: Log
}
export interface CureActivities {
  chooseCure(unpaired: Unpaired, budgetLeft: Money, pace: CurePace, word?: OperatorsWord): Promise<CureChoice>
  chooseSale(held: Unpaired): Promise<SaleChoice>
}

export function createCureActivities(dependencies: CureDependencies): CureActivities {
  const { guard, ledger, clock, log } = dependencies
  return {
    /** E21, E22: the plan's own price for a moment, then all permitted ways with the books as they are now; the choice and the alternatives are its result. */
    async chooseCure(unpaired, budgetLeft, pace, word) {
      const signal = Context.current().cancellationSignal
      const plan = await guard.planOf(unpaired.tradeId, signal)
      if (plan?.strategy !== 'box') throw new Error(`trade ${unpaired.tradeId} has no box plan to cure`)
      const missing = missingLegOf(plan, unpaired)
      const cost = heldCostOf(plan, unpaired)
      const choose = (routes: readonly (CureRoute | null)[]): CureChoice =>
        chooseCure({
          unpaired,
          reserved: plan.cure,
          heldCost: cost,
          routes: routes.filter((route) => route !== null),
          mayHold: !routes.includes(null), // a way that cannot be priced yet may still be the better one
          budgetLeft,
          nowMs: clock.nowMs(),
        })
      const [complete, exit] = cureWays(unpaired, missing)
      if (plan.adopted) {
        const ways = word === undefined ? [] : [word.way === 'complete' ? complete : exit]
        const routes = await Promise.all(ways.map((way) => routeOf(way, plan, plan.cure.limit, dependencies, signal)))
        return orHold(choose(routes), cost)
      }
      const atPlan =
        pace === 'requote' ? await requote(() => routeOf(complete, plan, missing.limit, dependencies, signal), choose, clock, signal) : null
      const atOnce = [complete, exit].map((way) => routeOf(way, plan, plan.cure.limit, dependencies, signal))
      const choice = atPlan ?? choose(await Promise.all(atOnce))
      log.info(
        { tradeId: unpaired.tradeId, unpaired: unpaired.quantity, chosen: choice.chosen.way, loss: choice.chosen.loss },
        'cure chosen',
      )
      const { chosen } = choice
      if (chosen.way === 'wait' ? chosen.state === 'over-budget' : chosen.loss > budgetLeft)
        log.error({ tradeId: unpaired.tradeId, unpaired: unpaired.quantity, budgetLeft }, FAILURES.overBudget) // I12: before the order
      return choice
    },
    /** Its order is in the ledger before it is told: a sale that is killed right after it is found by that (E25). */
    async chooseSale(held) {
      const asked = dependencies.chooseSale(held)
      const mayGo = asked.kind === 'hold' || (await ledger.intend(asked.order, Context.current().cancellationSignal))
      const choice: SaleChoice = mayGo ? asked : { kind: 'hold', reason: HOLDS.moving }
      log.info({ tradeId: held.tradeId, held: held.quantity, choice }, 'sale chosen')
      return choice
    },
  }
}

/** E22: looks for the missing outcome at the plan's own price, for at most a second. @returns null when it does not come, or cannot. */
async function requote(
  route: () => Promise<CureRoute | null>,
  choose: (routes: readonly CureRoute[]) => CureChoice,
  clock: Clock,
  signal: AbortSignal,
): Promise<CureChoice | null> {
  const untilMs = clock.nowMs() + REQUOTE_MS
  for (;;) {
    const asked = await route()
    if (asked !== null && asked.access !== 'open') return null
    const choice = asked && choose([asked])
    if (choice?.chosen.way === 'complete') return choice
    if (clock.nowMs() >= untilMs) return null
    await clock.sleep(REQUOTE_LOOK_EVERY_MS, signal)
  }
}

/**
 * A completed pair is worth what the certificate's worst state pays (E21).
 * @param ceiling the dearest completion: the plan's price, or what the reserve set cash aside for (E8).
 */
async function routeOf(
  way: CureWay,
  { opportunity: { leastPayoff = DOLLAR } }: BoxPlan,
  ceiling: Price,
  { quotes, fees, halts, access, log }: CureDependencies,
  signal: AbortSignal,
): Promise<CureRoute | null> {
  const known = fees(way.venue, way.market)
  if (!known) return null
  const halted = halts.active().includes(`venue:${way.venue}`)
  const ladder = await withLimit([signal], QUOTE_LIMIT_MS, (limit) =>
    quotes[way.venue].ladder(way.market, way.outcome, way.action, limit),
  ).catch((error: Error) => {
    log.warn({ venue: way.venue, market: way.market, error: error.message }, 'no depth for a cure')
    return null
  })
  const open = halted ? 'halted' : access(way.venue, way.market)
  if (ladder === null && open === 'open') return null // cannot be priced yet: neither held nor judged without it
  return {
    ...way,
    access: open,
    levels: ladder?.levels ?? [],
    fees: known,
    worst: way.way === 'complete' ? ceiling : EXIT_LIMITS[way.way],
    chargePerContract: way.way === 'complete' ? money(DOLLAR - leastPayoff) : NO_MONEY,
  }
}
