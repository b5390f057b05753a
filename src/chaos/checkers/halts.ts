import type { Struck } from '../where'
import type { OrderIntent } from '../../core/trade/order'
import type { Workflow } from '../evidence/evidence'
import type { Answer, Case, SentOrder } from './case'
import type { Violation } from './violation'

/** One halt in force: from its acknowledgement until somebody began to lift it. */
interface Halt {
  readonly scope: string
  readonly fromMs: number
  readonly toMs: number
}

/** I10: after an acknowledged halt no opening byte leaves that it covers; what reduces goes on, unless its venue or its pair is halted (E26). */
export function haltsHold(of: Case): readonly Violation[] {
  const halts = haltsOf(of.struck)
  return [
    ...of.orders.flatMap((order) => openedAgainst(order, halts)),
    ...of.answers.flatMap((answer) => heldBack(answer, of)),
    ...of.evidence.workflows.flatMap(deaf),
  ]
}

function haltsOf(struck: readonly Struck[]): readonly Halt[] {
  return struck.flatMap(({ kind, name, untilMs }) => {
    if (kind !== 'halt' || untilMs === null) return []
    const lifted = struck.filter((each) => each.kind === 'resume' && each.name === name && each.atMs >= untilMs).map(({ atMs }) => atMs)
    return [{ scope: name, fromMs: untilMs, toMs: Math.min(Infinity, ...lifted) }]
  })
}

function openedAgainst(order: SentOrder, halts: readonly Halt[]): readonly Violation[] {
  const { purpose, clientOrderId, tradeId, sent, atMs } = order
  if (purpose !== 'opening') return []
  // the capture's stamp is the write; an arrival alone may have been on its way
  const leftMs = sent[0]?.atMs ?? null
  if (leftMs === null) return []
  return halts
    .filter(({ scope, fromMs, toMs }) => leftMs > fromMs && leftMs < toMs && covers(scope, order))
    .map(({ scope, fromMs }) => ({
      invariant: 'I10',
      tradeId,
      detail: `${clientOrderId} left at ${atMs}, ${leftMs - fromMs} ms after the halt of ${scope} was acknowledged`,
    }))
}

function covers(scope: string, { tradeId, trade, venue }: SentOrder): boolean {
  const venues = [venue, ...(trade?.plan.legs ?? []).map(({ order }) => order.venue)]
  const covering = [
    'all',
    `strategy:${trade?.strategy}`,
    `pair:${trade?.subject}`,
    `trade:${tradeId}`,
    ...venues.map((each) => `venue:${each}`),
  ]
  return covering.includes(scope)
}

/** A reducing order that was refused as halted while no halt of its venue or its pair was in force or being asked for. */
function heldBack({ order, value, atMs, activity, workflow }: Answer, { struck, trades }: Case): readonly Violation[] {
  const answer = value as { readonly kind?: string; readonly reason?: string; readonly detail?: string } | null
  const { clientOrderId, purpose, venue, tradeId = '' } = order
  if (activity !== 'place' || purpose !== 'reducing' || answer?.kind !== 'rejected' || answer.reason !== 'halted') return []
  const pair = `pair:${trades.get(tradeId)?.subject ?? ''}`
  const permitted = struck.some(
    (each) =>
      each.kind === 'halt' && each.atMs <= atMs && (each.name === `venue:${venue}` || each.name === pair) && !isLifted(each, struck, atMs),
  )
  // "echo differs" halts a venue by itself (E13)
  const byItself = struck.some(({ name, atMs: at }) => name === 'tif_rewritten' && at <= atMs)
  return permitted || byItself
    ? []
    : [
        {
          invariant: 'I10',
          tradeId,
          detail: `${clientOrderId} reduces and was refused as halted in ${workflow.workflowId}: ${answer.detail ?? ''}`,
        },
      ]
}

/** From a resume's acknowledgement until whoever was asked under the halt has answered: a `place` takes three seconds at the most. */
const ANSWERED_MS = 5_000
const isLifted = (halt: Struck, struck: readonly Struck[], atMs: number): boolean =>
  struck.some(
    ({ kind, name, atMs: at, untilMs }) =>
      kind === 'resume' && name === halt.name && at >= halt.atMs && untilMs !== null && untilMs + ANSWERED_MS < atMs,
  )

/** A saga that asks for an order which a halt covers that it was told of before, and of whose end it was not told. */
function deaf({ workflowId, tradeId, steps }: Workflow): readonly Violation[] {
  const halts = new Set<string>()
  return steps.flatMap(({ kind, name, value, atMs }): readonly Violation[] => {
    const [first] = Array.isArray(value) ? (value as readonly unknown[]) : []
    if (kind === 'told') {
      const { scope } = first as { readonly scope: string }
      if (name === 'halt') halts.add(scope)
      else halts.delete(scope)
    }
    if (kind !== 'asked' || name !== 'place') return []
    const order = first as OrderIntent
    const covering = [...halts].find((scope) => stops(scope, order))
    if (covering === undefined) return []
    const detail = `${workflowId} asked for ${order.clientOrderId} at ${atMs}, and was told before that ${covering} is halted`
    return [{ invariant: 'I10', ...(tradeId === null ? {} : { tradeId }), detail }]
  })
}

/** E26: every halt stops openings, one of a venue all orders there, one of a pair its second leg. */
const stops = (scope: string, { purpose, venue, clientOrderId }: OrderIntent): boolean =>
  purpose === 'opening' || scope === `venue:${venue}` || (scope.startsWith('pair:') && /-b\d+$/.test(clientOrderId))
