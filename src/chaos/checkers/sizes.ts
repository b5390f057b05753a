import type { OrderIntent } from '../../core/trade/order'
import type { Workflow } from '../evidence/evidence'
import { filledBy, grouped, type Case, type SentOrder } from './case'
import type { Violation } from './violation'

/** A simulated venue books an execution by the same clock; its time is told in whole milliseconds. */
const CLOCK_MS = 5
const ONE_CONTRACT = 100

/** I3: what opens is granted, and what reduces answers contracts that the trade holds unpaired at that moment. */
export function withinGrant({ orders }: Case): readonly Violation[] {
  return [...grouped(orders, ({ tradeId }) => tradeId).values()].flatMap((ofTrade) => [
    ...ofTrade.flatMap(ungranted),
    ...opened(ofTrade),
    ...ofTrade.flatMap((order) => reducing(order, ofTrade)),
  ])
}

function ungranted({ trade, clientOrderId, tradeId }: SentOrder): readonly Violation[] {
  if (trade && trade.reservation !== 'refused') return []
  return [{ invariant: 'I3', tradeId, detail: `${clientOrderId} was sent and its trade is ${trade?.reservation ?? 'not in the ledger'}` }]
}

function opened(ofTrade: readonly SentOrder[]): readonly Violation[] {
  const openings = ofTrade.filter(({ purpose }) => purpose === 'opening')
  const [first] = openings
  if (!first?.trade) return []
  const granted = first.trade.plan.legs.reduce((sum, { order }) => (order.purpose === 'opening' ? sum + order.quantity : sum), 0)
  const total = openings.reduce((sum, { quantity }) => sum + quantity, 0)
  const { tradeId } = first
  return total > granted
    ? [{ invariant: 'I3', tradeId, detail: `openings of ${total} were sent, ${granted} were granted (1e-2 contract)` }]
    : []
}

/** The most the first leg may have told by then, less the least that the other orders had answered. */
function unpairedAt(ofTrade: readonly SentOrder[], atMs: number): number {
  return ofTrade.reduce(
    (sum, order) =>
      order.purpose === 'opening' ? sum + filledBy(order, atMs + CLOCK_MS, 'most') : sum - filledBy(order, atMs - CLOCK_MS, 'least'),
    0,
  )
}

function reducing(order: SentOrder, ofTrade: readonly SentOrder[]): readonly Violation[] {
  const { purpose, quantity, clientOrderId, tradeId, atMs } = order
  if (purpose !== 'reducing') return []
  const unpaired = unpairedAt(
    ofTrade.filter((each) => each.clientOrderId !== clientOrderId),
    atMs,
  )
  return quantity > unpaired
    ? [
        {
          invariant: 'I3',
          tradeId,
          detail: `${clientOrderId} reduces ${quantity} where ${unpaired} were unpaired at ${atMs} (1e-2 contract)`,
        },
      ]
    : []
}

/** I6: the second leg is the whole contracts of what the first one's own answer told, never more (E15), and is sent unless a halt stops it (E26). */
export const secondLegs = (of: Case): readonly Violation[] => [
  ...tooLong(of),
  ...of.evidence.workflows.flatMap((each) => notAnswered(each, of)),
]

function tooLong({ orders, answers: told }: Case): readonly Violation[] {
  const answers = firstAnswers(told)
  return orders.flatMap((order): readonly Violation[] => {
    const { leg, tradeId, atMs, quantity, clientOrderId } = order
    if (leg !== 'b') return []
    const first = orders.find((each) => each.tradeId === tradeId && each.leg === 'a')
    const filled = first ? filledBy(first, atMs + CLOCK_MS, 'most') : 0
    const answered = Math.min(filled, answers.get(tradeId) ?? filled)
    return quantity > wholeOf(answered)
      ? [
          {
            invariant: 'I6',
            tradeId,
            detail: `${clientOrderId} is for ${quantity} where the first leg had filled ${answered} (1e-2 contract)`,
          },
        ]
      : []
  })
}

const wholeOf = (quantity: number): number => quantity - (quantity % ONE_CONTRACT)

/** A saga that asks for more than its first leg's answer relies on the order port's refusal; with less, or nothing, it leaves contracts naked. */
function notAnswered({ type, status, tradeId, steps }: Workflow, { answers, trades }: Case): readonly Violation[] {
  const plan = trades.get(tradeId ?? '')?.plan
  const answered = wholeOf(firstAnswers(answers.filter(({ workflow }) => workflow.tradeId === tradeId)).get(tradeId ?? '') ?? 0)
  if (type !== 'box' || status !== 'completed' || tradeId === null || plan?.strategy !== 'box' || answered === 0) return []
  const asked = steps.flatMap(({ kind, name, value }) => (kind === 'asked' && name === 'place' ? (value as readonly OrderIntent[]) : []))
  const second = asked.find(({ clientOrderId }) => clientOrderId === plan.legs[1].order.clientOrderId)
  if (second) {
    const detail = `${second.clientOrderId} was asked for with ${second.quantity} where the first leg told ${answered} whole (1e-2 contract)`
    return second.quantity !== answered ? [{ invariant: 'I6', tradeId, detail }] : []
  }
  const stopping = [`venue:${plan.legs[1].order.venue}`, `pair:${plan.opportunity.subject}`]
  const isStopped = steps.some(({ kind, value }) => {
    const [told] = kind === 'told' ? (value as readonly { readonly scope?: string }[]) : []
    return stopping.includes(told?.scope ?? '')
  })
  const detail = `its first leg told ${answered} whole, no second leg was asked for, and no halt stopped it`
  return isStopped ? [] : [{ invariant: 'I6', tradeId, detail }]
}

/** What each box was told of its first leg, by the last word on it. */
function firstAnswers(answers: Case['answers']): ReadonlyMap<string, number> {
  const told = new Map<string, number>()
  for (const { workflow, activity, order, value } of answers) {
    const answer = value as { readonly kind?: string; readonly filled?: number } | null
    const isFirst = order.clientOrderId?.endsWith('-a1') === true && (activity === 'place' || activity === 'resolve')
    if (workflow.type === 'box' && isFirst && order.tradeId !== undefined && answer?.kind === 'done')
      told.set(order.tradeId, answer.filled ?? 0)
  }
  return told
}
