import type { CureChoice, Estate, SaleChoice } from '../../core/trade/plan'
import type { Step, Workflow } from '../evidence/evidence'
import type { Case } from './case'
import type { Violation } from './violation'

/** I12: no cure is chosen beyond what its budget leaves, none is sent that was not chosen before, and nothing is held that nobody chose to hold (E23). */
export function withinBudgetLeft(of: Case): readonly Violation[] {
  return [...of.evidence.workflows.flatMap((workflow) => beyondBudget(workflow, of)), ...unchosen(of), ...heldUnchosen(of)]
}

const named = (tradeId: string | null): { readonly tradeId: string } | Record<string, never> => (tradeId === null ? {} : { tradeId })

const choicesIn = ({ steps }: Workflow): readonly (Step & { readonly value: CureChoice })[] =>
  steps.flatMap((step) => (step.name === 'chooseCure' && step.kind === 'answered' ? [{ ...step, value: step.value as CureChoice }] : []))

/** The budget is the plan's, a successor's its own (E14); each cure takes of its loss the share that really filled. */
function beyondBudget(workflow: Workflow, { trades }: Case): readonly Violation[] {
  const { tradeId, steps } = workflow
  const plan = trades.get(tradeId ?? '')?.plan
  const taken = steps.find(({ name, kind }) => name === 'takeOver' && kind === 'answered')?.value as Estate | undefined
  const isOrdered = plan?.strategy === 'box' && plan.adopted !== undefined // by an operator's word, with a budget of its own
  const filled = finals(steps)
  let left: number = isOrdered ? Infinity : (taken?.lossBudget ?? plan?.lossBudget ?? Infinity)
  return choicesIn(workflow).flatMap(({ value: { chosen, budgetLeft } }): readonly Violation[] => {
    const least = Math.min(left, budgetLeft)
    if ('order' in chosen) {
      const share = BigInt(chosen.loss) * BigInt(filled.get(chosen.order.clientOrderId) ?? 0)
      const quantity = BigInt(chosen.order.quantity)
      left -= Number((share + quantity - 1n) / quantity)
    }
    const wrong = [
      budgetLeft > least ? `a cure was chosen with a budget of ${budgetLeft} µ$ where ${least} were left` : null,
      chosen.way === 'wait' || chosen.loss <= least
        ? null
        : `${chosen.way} loses ${chosen.loss} µ$ where ${least} are left, and nobody was told`,
    ]
    return wrong.flatMap((detail) => (detail === null ? [] : [{ invariant: 'I12' as const, ...named(tradeId), detail }]))
  })
}

/** What each order was final with, as its saga was told. */
function finals(steps: readonly Step[]): ReadonlyMap<string, number> {
  const asked = ordersOf(steps)
  const together = togetherOf(steps)
  return new Map(
    steps.flatMap(({ name, kind, n, value }): readonly (readonly [string, number])[] => {
      if (kind !== 'answered') return []
      if (name === 'finish') return [[asked.get(n) ?? '', Number(value)]]
      const filled = name === 'finishAll' ? (value as readonly number[]) : []
      return filled.map((each, place) => [together.get(n)?.[place] ?? '', each])
    }),
  )
}

/** By the number of what was asked: the orders that were to become final together. */
const togetherOf = (steps: readonly Step[]): ReadonlyMap<number, readonly string[]> =>
  new Map(
    steps.flatMap(({ kind, name, n, value }) => {
      if (kind !== 'asked' || name !== 'finishAll') return []
      const [all = []] = value as readonly (readonly { readonly order: { readonly clientOrderId: string } }[])[]
      return [[n, all.map(({ order }) => order.clientOrderId)] as const]
    }),
  )

/** By the number of what was asked: the order that it was asked about. */
const ordersOf = (steps: readonly Step[]): ReadonlyMap<number, string> =>
  new Map(
    steps.flatMap(({ kind, n, value }) => {
      const [first] = kind === 'asked' ? (value as readonly ({ readonly clientOrderId?: string } | null)[]) : []
      return first?.clientOrderId === undefined ? [] : [[n, first.clientOrderId] as const]
    }),
  )

function unchosen({ orders, evidence }: Case): readonly Violation[] {
  const chosenAt = new Map<string, number>()
  for (const { value, atMs } of evidence.workflows.flatMap(choicesIn))
    if ('order' in value.chosen) chosenAt.set(value.chosen.order.clientOrderId, atMs)
  for (const { name, kind, value, atMs } of evidence.workflows.flatMap(({ steps }) => steps)) {
    const sale = name === 'chooseSale' && kind === 'answered' ? (value as SaleChoice) : null
    if (sale?.kind === 'sell') chosenAt.set(sale.order.clientOrderId, atMs)
  }
  return orders.flatMap(({ leg, clientOrderId, tradeId, atMs, trade }): readonly Violation[] => {
    const at = chosenAt.get(clientOrderId)
    const isKnown = trade !== null && trade.startedMs >= evidence.startedMs // of earlier trades there is no history any more
    return leg === 'c' && isKnown && (at === undefined || at > atMs)
      ? [{ invariant: 'I12', tradeId, detail: `${clientOrderId} was sent at ${atMs} and was never chosen before` }]
      : []
  })
}

function heldUnchosen({ evidence }: Case): readonly Violation[] {
  return evidence.tables.trades.flatMap(({ tradeId, strategy, startedMs, result, outcome }): readonly Violation[] => {
    if (strategy !== 'box' || outcome === 'surrendered' || startedMs < evidence.startedMs || !result || result.held === 0) return []
    const own = evidence.workflows.filter((each) => each.tradeId === tradeId || each.workflowId === `cure-${tradeId}`)
    const isChosen = own.flatMap(choicesIn).some(({ value }) => value.chosen.way === 'hold')
    return isChosen ? [] : [{ invariant: 'I12', tradeId, detail: `${result.held} are held, and nobody chose to hold them (1e-2 contract)` }]
  })
}

/** The shortest pause of a saga whose cure could do nothing, less what two readings of a clock in whole milliseconds may differ. */
const PAUSE_MS = 250 - 10

/** E22: the plan's price is asked for once, at first; a cure that filled nothing, or a wait, is followed by a pause. */
export const pacedCures = ({ evidence }: Case): readonly Violation[] =>
  evidence.workflows.flatMap((workflow) =>
    [...hasty(workflow), ...requoted(workflow)].map((detail) => ({ invariant: 'E22' as const, ...named(workflow.tradeId), detail })),
  )

function requoted({ workflowId, type, steps }: Workflow): readonly string[] {
  const paces = steps.flatMap(({ name, kind, value }) =>
    name === 'chooseCure' && kind === 'asked' ? [(value as readonly unknown[])[2]] : [],
  )
  const permitted = type === 'box' ? 1 : 0
  const late = paces.slice(permitted).filter((pace) => pace === 'requote').length
  return late === 0 ? [] : [`${workflowId} asked ${late} times more for the plan's price`]
}

/** A successor proves that the cure which its predecessor had prepared was never accepted: nothing was tried, and no book has misled anybody. */
const neverTried = (name: string, value: unknown): boolean =>
  name === 'resolve' && (value as { readonly reason?: string }).reason === 'never-accepted'

function hasty({ workflowId, steps }: Workflow): readonly string[] {
  const asked = ordersOf(steps)
  /** Since when nothing has been done for what is unpaired; null: something was. */
  let idleMs: number | null = null
  return steps.flatMap(({ name, kind, n, value, atMs }): readonly string[] => {
    const isOfCure = /-c\d+$/.test(asked.get(n) ?? '')
    if (isOfCure && kind === 'answered' && !neverTried(name, value)) idleMs = name === 'finish' && Number(value) > 0 ? null : atMs
    if (name === 'chooseCure' && kind === 'answered') idleMs = (value as CureChoice).chosen.way === 'wait' ? atMs : null
    if (name !== 'chooseCure' || kind !== 'asked' || idleMs === null || atMs - idleMs >= PAUSE_MS) return []
    return [`${workflowId} asked for another cure ${atMs - idleMs} ms after one that did nothing`]
  })
}
