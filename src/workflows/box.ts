import { neverSent } from '../core/trade/outcome'
import type { BoxPlan, CureChoice, OutcomeLabel, TradeResult, Unpaired } from '../core/trade/plan'
import type { TradeSteps } from '../core/trade/steps'
import { NO_QUANTITY, ONE_CONTRACT, quantity, wholeContracts, type Quantity } from '../core/units'
import { close, cureUntilFinal, send, type Sent } from './trade'

/** Reserve, first leg, second leg sized by it, cure what is unpaired, close. No catch: outcomes are values, and only a bug throws. */
export async function tradeBox(plan: BoxPlan, steps: TradeSteps): Promise<TradeResult> {
  const reservation = await steps.checkRiskAndReserve(plan)
  return steps.shielded(async () => {
    // from here a cancel or a halt only stops what has not been sent
    if (reservation.kind === 'refused') {
      const reasons = reservation.verdicts.filter(({ passed }) => !passed).map(({ check, actual }) => `${check}: ${actual}`)
      return end(plan, [], [], reasons.join('; ') || 'refused', steps)
    }
    const first = await send(plan.legs[0].order, steps)
    const second = await send({ ...plan.legs[1].order, quantity: wholeContracts(first.filled) }, steps) // E15
    const { sent, cures } = await cureUntilFinal(plan, [first, second], (all) => unpaired(plan, all), steps)
    return end(plan, sent, cures, firstRejection(sent), steps)
  })
}

/** What the first leg's venue holds and nothing at the other side answers. A sale back there, or the missing outcome anywhere, pairs it. */
function unpaired(plan: BoxPlan, sent: readonly Sent[]): Unpaired {
  const { tradeId, venue, market, outcome } = plan.legs[0].order
  const open = sent.reduce((sum, { filled }, i) => (i === 0 ? sum + filled : sum - filled), 0)
  return { tradeId, venue, market, outcome, quantity: quantity(open), n: sent.length }
}

function firstRejection(sent: readonly Sent[]): string {
  for (const { known } of sent)
    if (known?.kind === 'rejected') return known.detail === '' ? known.reason : `${known.reason}: ${known.detail}`
  return ''
}

interface Counts {
  readonly first: Quantity
  readonly locked: Quantity
  readonly flat: Quantity
  readonly held: Quantity
  readonly dust: Quantity
}

/** The outcome vector of execution.md §5: every contract of the first leg is in exactly one part of it. */
function count(plan: BoxPlan, sent: readonly Sent[], cures: readonly CureChoice[]): Counts {
  const [first, second, ...curing] = sent
  const bought = first?.filled ?? NO_QUANTITY
  const left = first ? unpaired(plan, sent).quantity : NO_QUANTITY
  const completed = curing.reduce((sum, { filled }, i) => sum + (cures[i]?.chosen.way === 'complete' ? filled : 0), second?.filled ?? 0)
  const locked = quantity(Math.min(completed, bought))
  const dust = left > 0 && left < ONE_CONTRACT ? left : NO_QUANTITY
  return { first: bought, locked, flat: quantity(bought - locked - left), held: quantity(left - dust), dust }
}

function labelOf(first: Sent | undefined, { first: bought, locked, flat, held }: Counts): OutcomeLabel {
  if (!first || neverSent(first.known)) return 'refused'
  if (bought === 0) return 'missed'
  if (held > 0 || (locked === 0 && flat === 0)) return 'held' // nothing but dust is a remainder too: `settle` owns it
  if (locked === 0) return 'unwound'
  return flat > 0 ? 'partly-locked' : 'locked'
}

function end(plan: BoxPlan, sent: readonly Sent[], cures: readonly CureChoice[], reason: string, steps: TradeSteps): Promise<TradeResult> {
  const counts = count(plan, sent, cures)
  const { locked, flat, held, dust } = counts
  return close(plan, { label: labelOf(sent[0], counts), locked, flat, held, dust, reason, cures }, steps)
}
