import { invariant } from '../core/assert'
import type { CureChoice, Plan, Reservation, TradeResult, Unpaired } from '../core/trade/plan'
import type { OrderIntent } from '../core/trade/order'
import type { Done, OrderVerdict, Rejected, Resolved } from '../core/trade/outcome'
import type { CurePace, TradeSteps } from '../core/trade/steps'
import { ceilDiv, money, moneyOf, NO_MONEY, NO_QUANTITY, ONE_CONTRACT, type Money, type Quantity } from '../core/units'

/** First pause when nothing can cure now, or a cure has filled nothing: the book that misled it has changed by then. Doubles up to the longest. */
const FIRST_WAIT_MS = 250
/** E24: a closed venue is waited out for days. A pause takes 11 events of a history that ends at 51,200: at this length it lasts six days. */
const LONGEST_WAIT_MS = 120_000

/** One order of a trade, and what is known of it. `known` null: nothing was to be sent. */
export interface Sent {
  readonly order: OrderIntent
  readonly filled: Quantity
  readonly known: Done | Rejected | null
  /** Set when it is known by the operator's word alone (E12). */
  readonly verdict: OrderVerdict | null
  /** Nothing about it can change any more (E14). */
  readonly isFinal: boolean
  /** A verdict that a predecessor booked stands behind `known` (E12). */
  readonly isJudged?: boolean
}

/** Sends one order and knows what it did. The only caller of place: nothing is sent while an order is unknown (I2). */
export async function send(order: OrderIntent, steps: TradeSteps): Promise<Sent> {
  if (order.quantity === 0) return { order, filled: NO_QUANTITY, known: null, verdict: null, isFinal: true }
  if (steps.stopped(order)) return sentAs(order, { kind: 'rejected', reason: 'halted', detail: 'stopped before it was sent' })
  const outcome = await steps.place(order)
  return outcome.kind === 'unknown' ? learned(order, steps) : sentAs(order, outcome)
}

/** Knows what an order did that may have been sent. A verdict is booked before anything rests on it: a successor would find only what is booked. */
export async function learned(order: OrderIntent, steps: TradeSteps): Promise<Sent> {
  const sent = sentAs(order, await steps.resolve(order))
  return sent.verdict ? finished(sent, steps) : sent
}

/** An order with what became known of it. A proven rejection is final by itself: nothing traded, nothing rests. A verdict has to be booked. */
export function sentAs(order: OrderIntent, resolved: Resolved): Sent {
  const verdict = resolved.kind === 'verdict' ? resolved.verdict : null
  const known = resolved.kind === 'verdict' ? resolved.verdict.outcome : resolved
  const filled = known.kind === 'done' ? known.filled : NO_QUANTITY
  return { order, filled, known, verdict, isFinal: resolved.kind === 'rejected' }
}

export interface Cured {
  readonly sent: readonly Sent[]
  readonly cures: readonly CureChoice[]
}

/**
 * E14, E21–E24: makes every order final, then cures what is whole and unpaired, until both hold: the plan's price once more, then the cheapest way
 * at once (E22). Sized by finals only: an answer may be short. `firstPace`: whether the plan's price is still worth asking for.
 */
export async function cureUntilFinal(
  plan: Plan,
  legs: readonly Sent[],
  exposure: (sent: readonly Sent[]) => Unpaired,
  steps: TradeSteps,
  firstPace: CurePace,
): Promise<Cured> {
  const sent: Sent[] = [...(await allFinished(legs, steps))]
  const cures: CureChoice[] = []
  let waitMs = FIRST_WAIT_MS
  let pace = firstPace
  for (;;) {
    const unpaired = exposure(sent)
    if (unpaired.quantity < ONE_CONTRACT) return { sent, cures }
    const budgetLeft = money(plan.lossBudget - spentBy(cures, sent.slice(legs.length)))
    const cure = await steps.chooseCure(unpaired, budgetLeft, pace)
    pace = 'at-once'
    const { chosen } = cure
    if (chosen.way === 'hold') return { sent, cures: [...cures, cure] }
    if (chosen.way !== 'wait' && !steps.stopped(chosen.order)) {
      const cured = await finished(await send(chosen.order, steps), steps)
      sent.push(cured)
      cures.push(cure)
      if (isOverLots(cured)) sent.splice(0, sent.length, ...(await recounted(sent, steps)))
      if (exposure(sent).quantity !== unpaired.quantity) waitMs = FIRST_WAIT_MS
      if (cured.filled > 0) continue
    }
    await steps.wait(waitMs)
    waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)
  }
}

export const finished = async (each: Sent, steps: TradeSteps): Promise<Sent> =>
  each.isFinal ? each : { ...each, filled: await steps.finish(each.order, each.verdict), isFinal: true }

/** The order port has heard of fills that we have not: nothing was sent, and we ask what it was told. */
const isOverLots = ({ known }: Sent): boolean => known?.kind === 'rejected' && known.reason === 'lots'

/** A fill may come after the final that a cure was sized by (E14, chaos seed 443). A verdict stands (E12), and what was rejected holds nothing. */
async function recounted(sent: readonly Sent[], steps: TradeSteps): Promise<readonly Sent[]> {
  const stands = ({ known, verdict, isJudged }: Sent): boolean => known?.kind !== 'done' || verdict !== null || isJudged === true
  return allFinished(
    sent.map((each) => ({ ...each, isFinal: stands(each) })),
    steps,
  )
}

/** Several that are not final yet are one step: each step is a task of the server, and both legs of a box end in the same moment. */
async function allFinished(legs: readonly Sent[], steps: TradeSteps): Promise<readonly Sent[]> {
  const open = legs.filter(({ isFinal }) => !isFinal)
  if (open.length < 2) return Promise.all(legs.map((leg) => finished(leg, steps)))
  const filled = await steps.finishAll(open.map(({ order, verdict }) => ({ order, verdict })))
  invariant(filled.length === open.length, `${filled.length} of ${open.length} orders were told final`)
  return legs.map((leg) => (leg.isFinal ? leg : { ...leg, filled: filled[open.indexOf(leg)] ?? NO_QUANTITY, isFinal: true }))
}

/** What the cures took from the trade's budget: of each loss the share that really filled, so that a miss costs nothing. */
function spentBy(cures: readonly CureChoice[], curing: readonly Sent[]): Money {
  const shares = curing.map(({ order, filled }, i) => ceilDiv(BigInt(cures[i]?.chosen.loss ?? 0) * BigInt(filled), BigInt(order.quantity)))
  return moneyOf(shares.reduce((sum, share) => sum + share, 0n))
}

/** Why nothing was reserved, in the words of the checks that failed. */
export const refusalOf = ({ verdicts }: Reservation): string => {
  const failed = verdicts.filter(({ passed }) => !passed).map(({ check, actual }) => `${check}: ${actual}`)
  return failed.join('; ') || 'refused'
}

/** The first order of a trade that was rejected, and why; empty: none was. */
export function firstRejection(sent: readonly Sent[]): string {
  for (const { known } of sent)
    if (known?.kind === 'rejected') return known.detail === '' ? known.reason : `${known.reason}: ${known.detail}`
  return ''
}

/** Books the end of the trade; what it cost is the ledger's to say. */
export async function close(
  plan: Plan,
  result: Omit<TradeResult, 'tradeId' | 'realisedPnl' | 'maxRemainingLoss'>,
  steps: TradeSteps,
): Promise<TradeResult> {
  const draft: TradeResult = { ...result, tradeId: plan.tradeId, realisedPnl: NO_MONEY, maxRemainingLoss: NO_MONEY }
  return { ...draft, ...(await steps.close(draft)) }
}
