import { ApplicationFailure, Context } from '@temporalio/activity'
import { parseOrderId, type ClientOrderId, type TradeId } from '../core/ids'
import type { OrderIntent } from '../core/trade/order'
import type { Done, OrderVerdict, Rejected } from '../core/trade/outcome'
import type { Estate, EstateOrder } from '../core/trade/plan'
import type { Money } from '../core/units'
import type { JournalMark, TradeJournal } from '../ports/journal'
import type { RecordedOrder, RecordedTrade } from '../ports/trader'
import { NO_SUCH_TRADE } from '../workflows/messages'
import { bookPending, type PendingDependencies } from './booking'

export interface TakeOverDependencies extends PendingDependencies {
  readonly journal: TradeJournal
  /** What the ledger knows of a trade; null: nothing. */
  readonly recordOf: (tradeId: TradeId, signal: AbortSignal) => Promise<RecordedTrade | null>
  /** The limits' loss budget of today. */
  readonly lossBudget: (signal: AbortSignal) => Promise<Money>
}
export interface TakeOverActivities {
  takeOver(tradeId: TradeId): Promise<Estate>
}

export function createTakeOverActivities(dependencies: TakeOverDependencies): TakeOverActivities {
  const { journal, recordOf, lossBudget } = dependencies
  return {
    /**
     * E25: fills that wait in the journal are booked, then ledger and journal together say what is known of each order. An intent counts as
     * possibly sent unless something proves that it was not: a mark may stand in another host's journal.
     * @throws NO_SUCH_TRADE when the ledger has no such trade.
     */
    async takeOver(tradeId) {
      const signal = Context.current().cancellationSignal
      await bookPending(dependencies, signal, tradeId)
      const record = await recordOf(tradeId, signal)
      if (!record)
        throw ApplicationFailure.nonRetryable(`trade ${tradeId} is not in the ledger: there is nothing to take over`, NO_SUCH_TRADE)
      const { plan, result } = record
      const inLedger = new Map(record.orders.map((each) => [each.order.clientOrderId, each]))
      const ids = new Set([...inLedger.keys(), ...journal.ordersOf(tradeId)])
      const orders = [...ids].map((id) => inherited(id, inLedger.get(id), journal.marks(id), result !== null))
      return {
        plan,
        lossBudget: await lossBudget(signal),
        orders: orders.sort((a, b) => numberOf(a) - numberOf(b)),
        verdicts: unitedBy(
          result?.verdicts ?? [],
          [...ids].flatMap((id) => verdictIn(journal.marks(id))),
        ),
      }
    },
  }
}

const numberOf = ({ order }: EstateOrder): number => parseOrderId(order.clientOrderId).n

/** Those of its end, and those that were booked since: an ended trade may have sent more. One an order. */
const unitedBy = (ended: readonly OrderVerdict[], marked: readonly OrderVerdict[]): readonly OrderVerdict[] => [
  ...ended,
  ...marked.filter(({ order }) => !ended.some((each) => each.order === order)),
]

const verdictIn = (marks: readonly JournalMark[]) => marks.flatMap((mark) => (mark.mark === 'final' ? (mark.verdict ?? []) : []))

/** One order as it was sent, as far as anybody knows, and what is proven of it. @throws Error when nobody can say what the id stands for. */
function inherited(id: ClientOrderId, recorded: RecordedOrder | undefined, marks: readonly JournalMark[], hasEnded: boolean): EstateOrder {
  const sent = marks.flatMap((mark) => (mark.mark === 'sending' || mark.mark === 'final' ? (mark.order ?? []) : [])).at(-1)
  const order: OrderIntent | undefined = sent ?? recorded?.order // an intent carries ceilings, the mark what was sent (E2)
  if (!order) throw new Error(`the journal marks ${id}, and nobody knows what it stands for`)
  return { order, known: provenOf(recorded, marks, hasEnded) }
}

function provenOf(recorded: RecordedOrder | undefined, marks: readonly JournalMark[], hasEnded: boolean): Done | Rejected | null {
  if (recorded?.state === 'final') return { kind: 'done', filled: recorded.filled }
  for (const mark of marks) if (mark.mark === 'answered' && mark.outcome.kind === 'rejected') return mark.outcome
  const refused = marks.find((mark) => mark.mark === 'refused')
  if (refused) return { kind: 'rejected', reason: 'too-late', detail: `the gate refused it: ${refused.reason}` }
  return hasEnded && recorded?.state === 'rejected'
    ? { kind: 'rejected', reason: 'never-accepted', detail: 'proven when the trade ended' }
    : null
}
