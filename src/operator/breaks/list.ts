import { formatQuantity, quantity, type Millis } from '../../core/units'
import { readBreak, readBreaks, type AccountBreak } from '../../stores/postgres/breaks/breaks'
import type { Database } from '../../stores/postgres/pool'

/** A break as the command line shows it: contracts as a decimal string, money in micro-dollars. */
export interface BreakView {
  readonly id: number
  readonly venue: string
  readonly kind: string
  readonly subject: string
  readonly market: string | null
  readonly purse: string | null
  /** What the venue has more than the ledger because of it, in YES contracts; negative: less. */
  readonly contracts: string
  readonly cashMicros: number
  readonly detail: string
  readonly openedMs: number
  readonly lastSeenMs: number
  /** Since it was opened; of an ended one, how long it was open. */
  readonly ageMs: number
  readonly owner: string | null
  readonly state: AccountBreak['state']
  readonly resolution: AccountBreak['resolution']
  readonly by: string | null
  readonly reason: string | null
  readonly endedMs: number | null
}
export interface BreakHistory extends BreakView {
  /** Every write about it, as the audit has it, oldest first. */
  readonly history: readonly { readonly atMs: number; readonly by: string; readonly action: string; readonly detail: unknown }[]
}

/** Open breaks, or all of them, oldest first. */
export async function listBreaks(database: Pick<Database, 'query'>, which: 'open' | 'all', nowMs: Millis): Promise<readonly BreakView[]> {
  return (await readBreaks(database, which)).map((each) => viewOf(each, nowMs))
}

/** One break with what was done about it. @throws RangeError when there is none of that number */
export async function showBreak(database: Pick<Database, 'query'>, id: number, nowMs: Millis): Promise<BreakHistory> {
  const found = await readBreak(database, id)
  if (!found) throw new RangeError(`there is no break ${id}: crossbook breaks list --all`)
  const read = await database.query<BreakHistory['history'][number]>(
    `select at_ms as "atMs", by_name as by, action, detail from audit where action like 'break-%' and (detail ->> 'id')::bigint = $1 order by seq`,
    [id],
  )
  return { ...viewOf(found, nowMs), history: read.rows }
}

/** Open breaks in sum, for the first look. */
export interface OpenBreaks {
  readonly open: number
  readonly oldestAgeMs: number | null
  /** The oldest ones, a few. */
  readonly oldest: readonly Pick<BreakView, 'id' | 'venue' | 'kind' | 'detail' | 'ageMs' | 'owner'>[]
}
/** More than this many nobody reads in a status. */
const TOLD = 5

export async function openBreaks(database: Pick<Database, 'query'>, nowMs: Millis): Promise<OpenBreaks> {
  const breaks = await listBreaks(database, 'open', nowMs)
  return {
    open: breaks.length,
    oldestAgeMs: breaks[0]?.ageMs ?? null,
    oldest: breaks.slice(0, TOLD).map(({ id, venue, kind, detail, ageMs, owner }) => ({ id, venue, kind, detail, ageMs, owner })),
  }
}

const viewOf = (found: AccountBreak, nowMs: Millis): BreakView => ({
  id: found.id,
  venue: found.venue,
  kind: found.kind,
  subject: found.subject,
  market: found.market,
  purse: found.purse,
  contracts: formatQuantity(quantity(found.contracts)),
  cashMicros: found.amount,
  detail: found.detail,
  openedMs: found.openedMs,
  lastSeenMs: found.lastSeenMs,
  ageMs: Math.max(0, (found.endedMs ?? nowMs) - found.openedMs),
  owner: found.owner,
  state: found.state,
  resolution: found.resolution,
  by: found.by,
  reason: found.reason,
  endedMs: found.endedMs,
})
