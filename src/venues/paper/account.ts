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
  /** What a YES of a market pays; null: not decided. Absent: this process pays nothing out. */
  readonly yesPays?: (market: MarketId, signal: AbortSignal) => Promise<Money | null>
  readonly clock: Clock
}

/** The account of a paper venue. It pays what is decided before it says what it has, as a venue has paid by then. */
export function createPaperAccount({ venue, books, opening, yesPays, clock }: PaperAccountOptions): VenueAccount {
  const statement = (sinceMs: Millis, signal: AbortSignal): Promise<Statement> => books.statement(venue, sinceMs, clock.nowMs(), signal)
  return {
    venue,
    account: PAPER_ACCOUNT,
    /** @throws LedgerUnreachable; what `yesPays` throws */
    async statement(sinceMs, signal) {
      await books.open(venue, opening, clock.nowMs(), signal)
      const { positions } = yesPays ? await statement(clock.nowMs(), signal) : { positions: [] }
      for (const { market } of positions) {
        const pays = (await yesPays?.(market, signal)) ?? null
        if (pays !== null) await books.pay(venue, market, pays, clock.nowMs(), signal)
      }
      return statement(sinceMs, signal)
    },
  }
}
