import { parseOrderId, type ClientOrderId, type TradeId } from '../../core/ids'
import type { TradeJournal } from '../../ports/journal'

export interface InheritanceSources {
  readonly journal: Pick<TradeJournal, 'open' | 'ordersOf' | 'unheard' | 'unbooked'>
  /** This shard's trades that were granted and have not ended. */
  readonly openTrades: () => Promise<readonly TradeId[]>
  /** Whether the ledger has the end of a trade. */
  readonly hasEnded: (tradeId: TradeId) => Promise<boolean>
}

/**
 * E19: what a predecessor left open, as this host's journal and the ledger have it when the lease is taken. Orders whose outcome nobody has heard, fills
 * that wait to be booked, and trades that run without a line in this journal: of those nobody here can say what was sent, so their end is waited for.
 * What begins later is not in it.
 */
export class Inheritance {
  readonly #sources: InheritanceSources
  readonly #orders: readonly ClientOrderId[]
  readonly #fills: readonly ClientOrderId[]
  /** null: the ledger has not said yet. */
  #strange: readonly TradeId[] | null = null

  constructor(sources: InheritanceSources) {
    const { journal } = sources
    this.#sources = sources
    this.#orders = journal.unheard()
    this.#fills = journal.unbooked().map(({ clientOrderId }) => clientOrderId)
  }

  /** One line for each thing that is open still; none: everything is resolved. @throws when the ledger cannot be asked */
  async left(): Promise<readonly string[]> {
    const { journal, hasEnded } = this.#sources
    const orders: string[] = []
    const unheard = new Set(journal.unheard())
    for (const id of this.#orders)
      if (unheard.has(id) && !(await hasEnded(parseOrderId(id).tradeId))) orders.push(`what became of order ${id} is not known`)
    const unbooked = new Set(journal.unbooked().map(({ clientOrderId }) => clientOrderId))
    const fills = this.#fills.filter((id) => unbooked.has(id)).map((id) => `fills of order ${id} are not booked`)
    const trades: string[] = []
    for (const tradeId of await this.#strangeTrades())
      if (!(await hasEnded(tradeId))) trades.push(`trade ${tradeId} runs and has no line in this journal`)
    return [...orders, ...fills, ...trades]
  }

  async #strangeTrades(): Promise<readonly TradeId[]> {
    const { journal, openTrades } = this.#sources
    if (this.#strange) return this.#strange
    const known = new Set(journal.open().map(({ tradeId }) => tradeId))
    return (this.#strange = (await openTrades()).filter((tradeId) => !known.has(tradeId) && journal.ordersOf(tradeId).length === 0))
  }
}
