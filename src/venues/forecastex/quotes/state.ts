import type { MarketId, Outcome } from '../../../core/ids'
import { otherOutcome } from '../../../core/ids'
import { ONE_CONTRACT, notional, type Money } from '../../../core/units'
import type { QuoteSession } from '../wire/quotes'
import { sentenceOf, type Withheld } from '../wire/refusals'
import type { Side } from './asking'

/** For status: what the feed has, and what it has not and why. */
export interface ForecastexFeedState {
  readonly lines: { readonly used: number; readonly of: number }
  /** Watched markets without any quotes, because the account's lines do not suffice. */
  readonly beyondLines: readonly MarketId[]
  /** Subscribed contracts without quotes, each with what to do. */
  readonly withheld: readonly { readonly market: MarketId; readonly outcome: Outcome; readonly why: string }[]
  /** Markets whose contracts the gateway does not tell. */
  readonly unlisted: readonly { readonly market: MarketId; readonly why: string }[]
  /** How a new subscription of a contract compared with the one that stands. */
  readonly probes: { readonly agreed: number; readonly differed: number; readonly unanswered: number }
  /** Asks that are, and are not, the pair price less the bid of the other outcome: an observation, on which nothing is built. */
  readonly complements: { readonly agreeing: number; readonly differing: number } | null
  /** null: not asked for. */
  readonly depth: { readonly books: number; readonly refusal: string | null } | null
}

interface Seen {
  readonly session: QuoteSession
  readonly sides: readonly Side[]
  readonly lines: number
  readonly pairPrice: Money | null
  readonly depthRows: number
}

export const withheldOf = (
  session: QuoteSession,
  sides: readonly Side[],
): readonly { readonly side: Side; readonly withheld: Withheld }[] =>
  sides.flatMap((side) => {
    const withheld = session.withheldOf(side.book)
    return withheld ? [{ side, withheld }] : []
  })

/** What the session knows of the books that are subscribed. */
export function quotesState({ session, sides, lines, pairPrice, depthRows }: Seen): Omit<ForecastexFeedState, 'beyondLines' | 'unlisted'> {
  const { refusal } = session.depths
  return {
    lines: { used: session.subscribedBooks().length + (session.probing.book === null ? 0 : 1), of: lines },
    withheld: withheldOf(session, sides).map(({ side: { market, outcome }, withheld }) => ({ market, outcome, why: sentenceOf(withheld) })),
    probes: { ...session.probing.counts },
    complements: pairPrice === null ? null : complements(session, sides, pairPrice),
    depth: depthRows === 0 ? null : { books: session.depths.books, refusal: refusal && sentenceOf(refusal) },
  }
}

function complements(session: QuoteSession, sides: readonly Side[], pairPrice: Money): { agreeing: number; differing: number } {
  const counts = { agreeing: 0, differing: 0 }
  for (const { market, outcome, book } of sides) {
    const opposite = sides.find((other) => other.market === market && other.outcome === otherOutcome(outcome))
    const ask = session.topOf(book, 'ask').price
    const bid = opposite ? session.topOf(opposite.book, 'bid').price : null
    if (ask === null || bid === null) continue
    const isPair = notional(ask, ONE_CONTRACT) + notional(bid, ONE_CONTRACT) === pairPrice
    counts[isPair ? 'agreeing' : 'differing'] += 1
  }
  return counts
}
