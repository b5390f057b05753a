import type { ListedMarket } from '../../core/edge/games/game'
import type { Millis, Quantity } from '../../core/units'
import type { Asked } from '../../ports/catalog'

/** A market that is open or will be, as its catalogue lists it. */
export interface Listed {
  readonly market: ListedMarket
  readonly closeMs: Millis
  /** Traded so far; null: not told. */
  readonly volume: Quantity | null
}

/** Those of a series that somebody may still trade. */
export const openOf = (asked: readonly Asked[], nowMs: Millis): readonly Listed[] =>
  asked.filter(({ listing: { status, closeMs } }) => (status === 'open' || status === 'paused') && closeMs > nowMs).map(listedOf)

const listedOf = ({ listing, rules, figures }: Asked): Listed => {
  const told = wordsOf(rules)
  return {
    market: {
      ticker: listing.market,
      eventTicker: listing.event,
      seriesTicker: listing.series,
      title: told.get('market') ?? '',
      subtitle: told.get('yes') ?? '',
      rulesPrimary: told.get('rules') ?? '',
      rulesSecondary: told.get('further rules') ?? '',
    },
    closeMs: listing.closeMs,
    volume: figures?.volume ?? null,
  }
}

/** The lines of a rule text, `name: what it says`; what the venue leaves empty has none. */
function wordsOf(rules: string): ReadonlyMap<string, string> {
  return new Map(
    rules.split('\n').map((line): [string, string] => {
      const at = line.indexOf(': ')
      return [line.slice(0, at), line.slice(at + 2)]
    }),
  )
}
