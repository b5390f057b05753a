import type { EdgeDecided } from '../../core/edge/decided'
import type { Plan } from '../../core/trade/plan'
import type { SeenBook } from '../../core/trade/seen'
import type { JournalMark } from '../../ports/journal'
import type { Source, TradeRecord } from './record'
import { latenciesOf, outcomeText, stepsOf } from './steps'
import type { Answered, Booked, DecidedPart, Missing, Part, Seen, SeenOddsThen, SentOrder, WhyTrade } from './why'

/** Tells a trade from what is on record of it. Pure; nothing that is missing is left out: it is named, with the reason. */
export function whyTrade(record: TradeRecord): WhyTrade {
  const { tradeId, ledger, capture, history } = record
  const rows = ledger.kind === 'read' ? ledger.found : null
  const plan = planOf(record)
  return {
    kind: 'trade',
    tradeId,
    pair: plan?.opportunity.subject ?? null,
    mode: plan?.mode ?? null,
    outcome: rows?.outcome ?? null,
    state: rows?.state ?? null,
    seen: seenOf(record),
    decided: decidedOf(record, plan),
    sent: sentOf(record, plan),
    answered: answeredOf(record),
    booked: bookedOf(record),
    steps: stepsOf(record),
    latencies: latenciesOf(record),
    measured: history.kind === 'read' ? history.found.latencies : [],
    missing: missingOf(record, plan),
    warnings: capture.kind === 'read' ? capture.found.warnings : [],
    files: capture.kind === 'read' ? capture.found.files : [],
  }
}

const marksOf = <M extends JournalMark['mark']>(
  { journal }: TradeRecord,
  mark: M,
): readonly Extract<JournalMark, { readonly mark: M }>[] =>
  journal.kind === 'read' ? journal.found.filter((each): each is Extract<JournalMark, { readonly mark: M }> => each.mark === mark) : []

/** The ledger's, or what the journal keeps of the grant. */
function planOf({ ledger, journal }: TradeRecord): Plan | null {
  if (ledger.kind === 'read') return ledger.found.plan
  const granted = journal.kind === 'read' ? journal.found.find(({ mark }) => mark === 'granted') : undefined
  return granted?.mark === 'granted' ? granted.plan : null
}

function seenOf({ capture }: TradeRecord): Seen | null {
  if (capture.kind === 'missing' || capture.found.decided === null) return null
  const { decided } = capture.found.decided
  const age = (ms: number | null | undefined): number | null => (ms === null || ms === undefined ? null : decided.seenMs - ms)
  const books = decided.books.map((book: SeenBook) => ({
    ...book,
    confirmedAgeMs: age(book.confirmedMs),
    bidAgeMs: age(book.bid?.changedMs),
    askAgeMs: age(book.ask?.changedMs),
  }))
  return { seenMs: decided.seenMs, books, odds: decided.strategy === 'edge' ? oddsThen(decided) : null, frames: capture.found.led }
}

function oddsThen({ seenMs, odds, movedMs, profile, given }: EdgeDecided): SeenOddsThen {
  const lines = odds.lines.map((line) => ({ ...line, ageMs: seenMs - line.updatedMs }))
  return { ...odds, fetchedAgeMs: seenMs - odds.fetchedMs, lines, movedAgeMs: movedMs === null ? null : seenMs - movedMs, profile, given }
}

function decidedOf({ ledger }: TradeRecord, plan: Plan | null): DecidedPart | null {
  if (plan === null) return null
  const { opportunity, legs, rules, lossBudget } = plan
  return {
    atMs: opportunity.seenAtMs,
    netEdgeMicros: opportunity.netEdge,
    expectedValueMicros: opportunity.expectedValue,
    unwindLossMicros: opportunity.unwindLoss,
    maximumLossMicros: opportunity.maximumLoss,
    lossBudgetMicros: lossBudget,
    legs,
    cure: plan.strategy === 'box' ? plan.cure : null,
    rules,
    checks: opportunity.verdicts,
    reserve: ledger.kind === 'read' ? ledger.found.verdicts : [],
  }
}

/** Every order of which there is a trace, in the order of their numbers. */
function sentOf(record: TradeRecord, plan: Plan | null): readonly SentOrder[] | null {
  const { ledger, capture } = record
  const marks = marksOf(record, 'sending')
  const frames = capture.kind === 'read' ? capture.found.sent : []
  const rows = ledger.kind === 'read' ? ledger.found.orders : []
  const ids = new Set([...frames, ...marks].map(({ clientOrderId }): string => clientOrderId))
  if (ids.size === 0) return null
  return [...ids].map((clientOrderId) => {
    const mark = marks.find((each) => each.clientOrderId === clientOrderId)
    const row = rows.find((each) => each.clientOrderId === clientOrderId)
    const planned = plan?.legs.find(({ order }) => order.clientOrderId === clientOrderId)?.order
    const order = mark?.order ?? row ?? planned ?? null
    const bytes = frames.find((each) => each.clientOrderId === clientOrderId) ?? null
    return {
      clientOrderId,
      venue: order?.venue ?? bytes?.venue ?? 'not told',
      action: order?.action ?? 'not told',
      outcome: order?.outcome ?? 'not told',
      market: order?.market ?? 'not told',
      purpose: order?.purpose ?? 'not told',
      limit: order?.limit ?? null,
      quantity: order?.quantity ?? null,
      markedMs: mark?.atMs ?? null,
      bytes,
    }
  })
}

function answeredOf(record: TradeRecord): readonly Answered[] | null {
  const { ledger, capture } = record
  const frames = capture.kind === 'read' ? capture.found.answers : []
  const fills = ledger.kind === 'read' ? ledger.found.fills : []
  const [answers, finals] = [marksOf(record, 'answered'), marksOf(record, 'final')]
  const ids = new Set([...frames, ...answers, ...finals, ...fills].map(({ clientOrderId }): string => clientOrderId))
  if (ids.size === 0) return null
  return [...ids].toSorted().map((clientOrderId) => {
    const is = (each: { readonly clientOrderId: string }): boolean => each.clientOrderId === clientOrderId
    const answer = answers.find(is)
    return {
      clientOrderId,
      frames: frames.filter(is),
      outcome: answer ? outcomeText(answer.outcome) : null,
      answeredMs: answer?.atMs ?? null,
      finalMs: finals.findLast(is)?.atMs ?? null,
      executions: fills.filter(is),
    }
  })
}

function bookedOf({ ledger }: TradeRecord): Booked | null {
  if (ledger.kind === 'missing') return null
  const { transfers, fills, pnlMicros, pnlKind, parts, outcome, result } = ledger.found
  return { transfers, feesMicros: fills.reduce((sum, { feeMicros }) => sum + feeMicros, 0), pnlMicros, pnlKind, parts, outcome, result }
}

/** What a full record would have and this one has not. */
function missingOf(record: TradeRecord, plan: Plan | null): readonly Missing[] {
  const { ledger, journal, capture, history } = record
  const lack = (part: Part, what: string, source: Source<unknown>): readonly Missing[] =>
    source.kind === 'missing' ? [{ part, what, reason: source.reason }] : []
  return [
    ...lack('seen', `${seenBy(plan)}, and the frames that led to the decision`, capture),
    ...lack('sent', 'the bytes of each order, and who sent them', capture),
    ...lack('answered', "the venues' messages", capture),
    ...lack('sent', 'the marks of each order, made before its bytes', journal),
    ...lack('decided', plan === null ? 'the plan and every check' : 'the checks of the reserve', ledger),
    ...lack('booked', 'transfers, fees and the result', ledger),
    ...lack('decided', 'the row of the decision, and the latencies that its process measured', history),
    ...gapsOf(record),
  ]
}

const seenBy = (plan: Plan | null): string => (plan?.strategy === 'edge' ? 'its book, the odds' : 'both books')

/** Where a source was read and does not have what others tell of. */
function gapsOf(record: TradeRecord): readonly Missing[] {
  const { capture } = record
  if (capture.kind === 'missing') return []
  const { decided, sent, answers } = capture.found
  const files = capture.found.files.join(', ')
  const refused = new Set(marksOf(record, 'refused').map(({ clientOrderId }) => clientOrderId))
  const unsent = marksOf(record, 'sending').filter(
    ({ clientOrderId }) => !refused.has(clientOrderId) && !sent.some((each) => each.clientOrderId === clientOrderId),
  )
  const unanswered = sent.filter(({ clientOrderId }) => !answers.some((each) => each.clientOrderId === clientOrderId))
  return [
    ...(decided
      ? []
      : [{ part: 'seen', what: 'what it was decided upon', reason: `${files}: no frame of the house tells of its decision` } as const]),
    ...unsent.map(({ clientOrderId }): Missing => ({
      part: 'sent',
      what: `the bytes of ${clientOrderId}`,
      reason: `they are not in ${files}`,
    })),
    ...sent
      .filter(({ epoch }) => epoch === null)
      .map(({ clientOrderId, process }): Missing => ({
        ...{ part: 'sent', what: `the lease epoch under which ${clientOrderId} was sent` },
        reason: `${process} took its lease before the captures that are kept begin`,
      })),
    ...unanswered.map(({ clientOrderId }): Missing => ({
      part: 'answered',
      what: `a message about ${clientOrderId}`,
      reason: `there is none in ${files}`,
    })),
  ]
}
