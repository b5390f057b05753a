import type { TopRow } from '../../ports/cache'
import type { Family, Index } from './family'
import { FORECASTEX, forecastexFields } from './forecastex'
import { KALSHI, kalshiFields } from './kalshi'
import type { Call } from './script'
import { iso, TOP_TTL_S } from './top'

interface QuoteFamily {
  readonly family: Family & { readonly members: Index; readonly lastUpdate: string }
  memberOf(row: TopRow): string
  fieldsOf(row: TopRow): Readonly<Record<string, string>>
}

const QUOTES: { readonly [V in TopRow['venue']]: QuoteFamily } = {
  kalshi: { family: KALSHI, memberOf: ({ market }) => market, fieldsOf: kalshiFields },
  forecastex: { family: FORECASTEX, memberOf: ({ market, outcome }) => `${market}:${outcome}`, fieldsOf: forecastexFields },
}
/** What the writer of quotes prunes. */
export const QUOTE_INDEXES: readonly Index[] = [KALSHI.members, FORECASTEX.members]

export function keyOf(row: TopRow): string {
  const { family, memberOf } = QUOTES[row.venue]
  return `${family.members.prefix}${memberOf(row)}`
}

/** Of WRITE_TOP. */
export function topCall(row: TopRow): Call {
  const { family, memberOf, fieldsOf } = QUOTES[row.venue]
  return {
    keys: [keyOf(row), family.members.index, family.lastUpdate],
    args: [memberOf(row), TOP_TTL_S, iso(row.atMs), ...Object.entries(fieldsOf(row)).flat()],
  }
}
