import type { MarketId, Venue } from '../../core/ids'
import { PAPER_ACCOUNT } from '../../core/trade/paper'
import type { PurseBalance } from '../../core/purse'
import type { Millis, Money } from '../../core/units'
import type { PaperBooks, Statement, VenueAccount } from '../../ports/account'
import type { Clock } from '../../ports/clock'

export interface PaperAccountOptions {
  readonly venue: Venue
  readonly books: PaperBooks
  /** What its purses begin with. */
  readonly opening: readonly PurseBalance[]
  /** Absent: this process pays nothing out. */
  readonly payouts?: PaperPayouts
  readonly clock: Clock
}
export interface PaperPayouts {
  /** What a YES of a market pays; null: not decided. */
  readonly yesPays: (market: MarketId, signal: AbortSignal) => Promise<Money | null>
  /** Told of a market whose end could not be asked: it is paid by a later question, and hides no other one and not the account. */
  readonly onUnread: (market: MarketId, error: Error) => void
}

/** The account of a paper venue. It pays what is decided before it says what it has, as a venue has paid by then. */
export function createPaperAccount({ venue, books, opening, payouts, clock }: PaperAccountOptions): VenueAccount {
  const statement = (sinceMs: Millis, signal: AbortSignal): Promise<Statement> => books.statement(venue, sinceMs, clock.nowMs(), signal)
  const askedOf = async (market: MarketId, signal: AbortSignal): Promise<Money | null> => {
    try {
      return (await payouts?.yesPays(market, signal)) ?? null
    } catch (error) {
      if (signal.aborted) throw error
      payouts?.onUnread(market, error as Error)
      return null
    }
  }
  return {
    venue,
    account: PAPER_ACCOUNT,
    /** @throws LedgerUnreachable; the signal's reason */
    async statement(sinceMs, signal) {
      await books.open(venue, opening, clock.nowMs(), signal)
      const { positions } = payouts ? await statement(clock.nowMs(), signal) : { positions: [] }
      for (const { market } of positions) {
        const pays = await askedOf(market, signal)
        if (pays !== null) await books.pay(venue, market, pays, clock.nowMs(), signal)
      }
      return statement(sinceMs, signal)
    },
  }
}
