import { fillKnown, isHeard } from '../../src/stores/files/marks'
import { parseOrderId, type ClientOrderId, type TradeId } from '../../src/core/ids'
import type { Fill, OrderIntent } from '../../src/core/trade/order'
import { millis, quantity, type Quantity } from '../../src/core/units'
import type { FillKnown, Grant, JournalMark, TradeJournal, TradeMark } from '../../src/ports/journal'

type Final = Extract<JournalMark, { readonly mark: 'final' }>

/** What a disk would hold, in memory: a gate made anew on it is a process that was restarted. */
export class MemoryTradeJournal implements TradeJournal {
  readonly all: JournalMark[] = []
  readonly trades: TradeMark[] = []
  full = false

  append(mark: JournalMark | TradeMark): Promise<void> {
    if (this.full) return Promise.reject(new Error('no space left on device'))
    if ('clientOrderId' in mark) this.all.push(mark)
    else this.trades.push(mark)
    return Promise.resolve()
  }
  marks(id: ClientOrderId): readonly JournalMark[] {
    return this.all.filter(({ clientOrderId }) => clientOrderId === id)
  }
  unbooked(): readonly Final[] {
    return []
  }
  fill(id: ClientOrderId, executionId: string): FillKnown | null {
    return fillKnown(this.marks(id), executionId)
  }
  unheard(): readonly ClientOrderId[] {
    return this.sentSince(0).flatMap(({ clientOrderId: id }) => (isHeard(this.marks(id)) ? [] : [id]))
  }
  open(): readonly Grant[] {
    const closed = new Set(this.trades.filter(({ mark }) => mark === 'closed').map(({ tradeId }) => tradeId))
    return this.trades.flatMap((mark) => (mark.mark === 'granted' && !closed.has(mark.tradeId) ? [mark] : []))
  }
  ordersOf(tradeId: TradeId): readonly ClientOrderId[] {
    return [...new Set(this.all.map(({ clientOrderId }) => clientOrderId))].filter((id) => parseOrderId(id).tradeId === tradeId)
  }
  sentSince(atMs: number): ReturnType<TradeJournal['sentSince']> {
    return this.all.flatMap((mark) => {
      const refused = this.marks(mark.clientOrderId).some((other) => other.mark === 'refused')
      return mark.mark === 'sending' && mark.atMs >= atMs && !refused ? [mark] : []
    })
  }
}

/** The marks that the order port's users write. */
export const sending = ({ clientOrderId, venue, market, quantity: of, limit, purpose }: OrderIntent, atMs: number): JournalMark => ({
  mark: 'sending',
  clientOrderId,
  atMs: millis(atMs),
  venue,
  market,
  quantity: of,
  limit,
  purpose,
})
export const refused = ({ clientOrderId }: OrderIntent, atMs: number): JournalMark => ({
  mark: 'refused',
  clientOrderId,
  atMs: millis(atMs),
  reason: 'too-late',
})
export function final(order: OrderIntent, filled: Quantity, atMs: number): JournalMark {
  const { clientOrderId, venue, market, outcome, action, limit } = order
  const fill: Fill = {
    venue,
    account: 'main',
    venueOrderId: `v-${clientOrderId}`,
    executionId: `x-${clientOrderId}`,
    corrects: null,
    market,
    outcome,
    action,
    price: limit,
    quantity: filled,
    fee: null,
    atMs: millis(atMs),
  }
  return { mark: 'final', clientOrderId, atMs: millis(atMs), order, fills: filled > quantity(0) ? [fill] : [] }
}
