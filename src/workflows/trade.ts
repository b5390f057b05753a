import type { CureChoice, Plan, TradeResult, Unpaired } from '../core/trade/plan'
import type { OrderIntent } from '../core/trade/order'
import type { Done, Rejected } from '../core/trade/outcome'
import type { TradeSteps } from '../core/trade/steps'
import { money, NO_MONEY, NO_QUANTITY, ONE_CONTRACT, type Quantity } from '../core/units'

/** First pause when nothing can cure now: quotes come back within seconds. Doubles up to the longest. */
const FIRST_WAIT_MS = 1_000
/** E24: a closed venue is waited out for days: quiet, yet short against a reopening. */
const LONGEST_WAIT_MS = 30_000

/** One order of a trade, and what is known of it. `known` null: nothing was to be sent. */
export interface Sent {
  readonly order: OrderIntent
  readonly filled: Quantity
  readonly known: Done | Rejected | null
}

/** Sends one order and knows what it did. The only caller of place: nothing is sent while an order is unknown (I2). */
export async function send(order: OrderIntent, steps: TradeSteps): Promise<Sent> {
  if (order.quantity === 0) return { order, filled: NO_QUANTITY, known: null }
  if (steps.stopped(order))
    return { order, filled: NO_QUANTITY, known: { kind: 'rejected', reason: 'halted', detail: 'stopped before it was sent' } }
  const outcome = await steps.place(order)
  const known = outcome.kind === 'unknown' ? await steps.resolve(order) : outcome
  return { order, filled: known.kind === 'done' ? known.filled : NO_QUANTITY, known }
}

export interface Cured {
  readonly sent: readonly Sent[]
  readonly cures: readonly CureChoice[]
}

/** E14, E21–E24: makes every order final, then cures what is whole and unpaired, until both hold. Sized by finals only: an answer may be short. */
export async function cureUntilFinal(
  plan: Plan,
  legs: readonly Sent[],
  exposure: (sent: readonly Sent[]) => Unpaired,
  steps: TradeSteps,
): Promise<Cured> {
  const sent: Sent[] = []
  const cures: CureChoice[] = []
  let pending = [...legs]
  let spent = NO_MONEY
  let waitMs = FIRST_WAIT_MS
  for (;;) {
    for (const each of pending) sent.push(each.known?.kind === 'done' ? { ...each, filled: await steps.finish(each.order) } : each)
    pending = []
    const unpaired = exposure(sent)
    if (unpaired.quantity < ONE_CONTRACT) return { sent, cures }
    const cure = await steps.chooseCure({ ...unpaired, n: sent.length }, money(plan.lossBudget - spent))
    const { chosen } = cure
    if (chosen.way === 'wait' || (chosen.way !== 'hold' && steps.stopped(chosen.order))) {
      await steps.wait(waitMs)
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)
      continue
    }
    waitMs = FIRST_WAIT_MS
    cures.push(cure)
    if (chosen.way === 'hold') return { sent, cures }
    const cured = await send(chosen.order, steps)
    pending = [cured]
    if (cured.known?.kind === 'done') spent = money(spent + chosen.loss)
  }
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
