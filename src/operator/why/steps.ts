import { formatMoney, formatPrice, formatQuantity, money, price, quantity } from '../../core/units'
import type { TradeRecord } from './record'
import type { Latency, Part, Step } from './why'

interface Moment {
  readonly atMs: number
  readonly part: Part
  readonly what: string
  readonly source: string
}

/** Everything that happened, by the clock of this machine. */
export function stepsOf(record: TradeRecord): readonly Step[] {
  const moments = [...fromCapture(record), ...fromJournal(record), ...fromLedger(record)].toSorted((a, b) => a.atMs - b.atMs)
  const [first] = moments
  return moments.map((moment, at) => ({
    atMs: moment.atMs,
    sincePreviousMs: moment.atMs - (moments[at - 1]?.atMs ?? moment.atMs),
    sinceFirstMs: moment.atMs - (first?.atMs ?? moment.atMs),
    part: moment.part,
    what: moment.what,
    source: moment.source,
  }))
}

function fromCapture({ capture }: TradeRecord): readonly Moment[] {
  if (capture.kind === 'missing') return []
  const { led, decided, sent, answers } = capture.found
  const at = (
    { atMs, n, venue }: { readonly atMs: number; readonly n: number; readonly venue: string },
    part: Part,
    what: string,
  ): Moment => ({
    ...{ atMs, part, what },
    source: `${venue} frame ${n}`,
  })
  return [
    ...led.map((frame) =>
      at(frame, 'seen', frame.venue === 'odds' ? 'the odds that it was decided upon' : `the book of ${frame.venue} as it was decided upon`),
    ),
    ...(decided ? [at(decided.frame, 'decided', 'a trade is decided')] : []),
    ...sent.map((frame) => at(frame, 'sent', `${frame.clientOrderId}: its bytes leave`)),
    ...answers.map((frame) => at(frame, 'answered', `${frame.clientOrderId}: ${frame.what}`)),
  ]
}

function fromJournal({ journal }: TradeRecord): readonly Moment[] {
  if (journal.kind === 'missing') return []
  return journal.found.map((mark): Moment => {
    const { atMs } = mark
    const of = (part: Part, what: string): Moment => ({ atMs, part, what, source: 'journal' })
    switch (mark.mark) {
      case 'granted':
        return of('decided', 'the ledger has granted it')
      case 'closed':
        return of('booked', 'the trade is closed')
      case 'sending':
        return of('sent', `${mark.clientOrderId}: about to be sent, on disk`)
      case 'refused':
        return of('sent', `${mark.clientOrderId}: no byte left, ${mark.reason}`)
      case 'numbered':
        return of('answered', `${mark.clientOrderId}: numbered ${mark.venueOrderId} by its venue`)
      case 'answered':
        return of('answered', `${mark.clientOrderId}: ${outcomeText(mark.outcome)}`)
      case 'final':
        return of('answered', `${mark.clientOrderId}: final, ${mark.fills.length} executions`)
      case 'booked':
        return of('booked', `${mark.clientOrderId}: its executions are in the ledger`)
    }
  })
}

function fromLedger({ ledger }: TradeRecord): readonly Moment[] {
  if (ledger.kind === 'missing') return []
  const { startedMs, endedMs, outcome, transfers, verdicts } = ledger.found
  return [
    { atMs: startedMs, part: 'decided', what: `the ledger judges it by ${verdicts.length} checks`, source: 'ledger' },
    ...transfers.map((transfer): Moment => ({
      ...{ atMs: transfer.recordedMs, part: 'booked', source: 'ledger' },
      what: `${transfer.kind} ${transfer.postings.map(({ account, amountMicros }) => `${account} ${formatMoney(money(amountMicros))}`).join(', ')}`,
    })),
    ...(endedMs === null ? [] : [{ atMs: endedMs, part: 'booked', what: `the trade has ended: ${outcome}`, source: 'ledger' } as const]),
  ]
}

type Answer =
  { readonly kind: 'done'; readonly filled: number } | { readonly kind: 'rejected'; readonly reason: string; readonly detail: string }
export const outcomeText = (outcome: Answer): string =>
  outcome.kind === 'done'
    ? `filled ${formatQuantity(quantity(outcome.filled))}`
    : `rejected, ${outcome.reason}${outcome.detail ? `: ${outcome.detail}` : ''}`

/** One line of an order. */
export const orderText = (order: {
  readonly action: string
  readonly outcome: string
  /** null: not told. */
  readonly quantity: number | null
  readonly limit: number | null
}): string => {
  const contracts = order.quantity === null ? 'a quantity that is not told' : formatQuantity(quantity(order.quantity))
  return `${order.action} ${order.outcome} ${contracts} at ${order.limit === null ? 'a limit that is not told' : formatPrice(price(order.limit))}`
}

/** From step to step of a trade, as far as both ends are on record. */
export function latenciesOf({ capture, journal, ledger }: TradeRecord): readonly Latency[] {
  const captured = capture.kind === 'read' ? capture.found : null
  const marks = journal.kind === 'read' ? journal.found : []
  const first = <M extends string>(mark: M): number | null => marks.find((each) => each.mark === mark)?.atMs ?? null
  const last = <M extends string>(mark: M): number | null => marks.findLast((each) => each.mark === mark)?.atMs ?? null
  const seenMs = captured?.decided?.decided.seenMs ?? null
  const decidedMs = captured?.decided?.frame.atMs ?? (ledger.kind === 'read' ? ledger.found.plan.opportunity.seenAtMs : null)
  const bytesMs = captured?.sent[0]?.atMs ?? first('sending')
  const between = (what: string, fromMs: number | null, toMs: number | null): readonly Latency[] =>
    fromMs === null || toMs === null ? [] : [{ what, ms: toMs - fromMs }]
  const orders = (captured?.sent ?? []).flatMap(({ clientOrderId, atMs }) => {
    const answered = marks.find((mark) => mark.mark === 'answered' && mark.clientOrderId === clientOrderId)?.atMs ?? null
    return between(`${clientOrderId}: bytes to answer`, atMs, answered)
  })
  return [
    ...between('seen to decided', seenMs, decidedMs),
    ...between('decided to granted', decidedMs, first('granted')),
    ...between('granted to first bytes', first('granted'), bytesMs),
    ...orders,
    ...between('decided to last answer', decidedMs, last('answered')),
    ...between('last answer to all booked', last('answered'), last('booked')),
    ...between('decided to closed', decidedMs, last('closed')),
  ]
}
