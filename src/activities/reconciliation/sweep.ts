import { Context } from '@temporalio/activity'
import { FAILURES } from '../../core/failures'
import type { Venue } from '../../core/ids'
import { identityOf, Suspicions, type Difference, type Noted } from '../../core/ledger/breaks'
import type { CashDifference } from '../../core/ledger/reconciliation'
import type { Fill } from '../../core/trade/order'
import { formatMoney, type Millis } from '../../core/units'
import type { Look } from '../../ports/account'
import type { Clock } from '../../ports/clock'
import type { Log } from '../../ports/log'
import type { ReconciliationReport, VenueSwept } from '../../workflows/messages'

/** An open break, as far as its age alarms. */
export interface AgedBreak {
  readonly id: number
  readonly venue: Venue
  readonly kind: string
  readonly detail: string
  readonly owner: string | null
  readonly openedMs: Millis
}
export interface SweepAccounts {
  readonly venues: readonly Venue[]
  /** null: the account is not on record yet. @throws when the venue does not answer */
  readonly look: (venue: Venue, signal: AbortSignal) => Promise<Look | null>
  /** Books what is ours of these fills. @returns of which orders */
  readonly adopt: (venue: Venue, fills: readonly Fill[], signal: AbortSignal) => Promise<readonly string[]>
  /** Books cash that moved between our own purses, audited. */
  readonly moveCash: (moved: readonly CashDifference[], atMs: Millis, signal: AbortSignal) => Promise<void>
  readonly note: (look: Look, lasting: readonly Difference[], signal: AbortSignal) => Promise<Noted>
  readonly openBreaks: () => Promise<readonly AgedBreak[]>
  readonly graceMs: number
  /** An open break this old alarms at each sweep. */
  readonly alarmAfterMs: number
  readonly clock: Clock
  readonly log: Log
}

const NOT_ON_RECORD = 'its opening balance is not recorded yet'

interface Swept extends VenueSwept {
  readonly opened: readonly Difference[]
  readonly closed: readonly string[]
  readonly adopted: readonly string[]
}

const UNSWEPT = { differences: 0, moving: [], waiting: [], opened: [], closed: [], adopted: [] } as const

/** Both accounts side by side: what differs in two looks with the grace between them is a break. */
export async function sweepAccounts(dependencies: SweepAccounts): Promise<ReconciliationReport> {
  const signal = Context.current().cancellationSignal
  const swept = await Promise.all(dependencies.venues.map((venue) => sweepVenue(venue, dependencies, signal)))
  const open = await dependencies.openBreaks()
  alarm(swept, open, dependencies)
  const [oldest] = open
  return {
    venues: swept.map(({ venue, unread, differences, moving, waiting }) => ({ venue, unread, differences, moving, waiting })),
    opened: swept.flatMap(({ opened }) => opened.map(({ venue, detail }) => `${venue}: ${detail}`)),
    closed: swept.flatMap(({ closed }) => closed),
    adopted: swept.flatMap(({ adopted }) => adopted),
    openBreaks: open.length,
    oldestAgeMs: oldest ? dependencies.clock.nowMs() - oldest.openedMs : null,
  }
}

async function sweepVenue(venue: Venue, dependencies: SweepAccounts, signal: AbortSignal): Promise<Swept> {
  try {
    return await compareTwice(venue, dependencies, signal)
  } catch (error) {
    signal.throwIfAborted()
    return { ...UNSWEPT, venue, unread: (error as Error).message }
  }
}

async function compareTwice(
  venue: Venue,
  { look, adopt, moveCash, note, graceMs, clock }: SweepAccounts,
  signal: AbortSignal,
): Promise<Swept> {
  const suspicions = new Suspicions(graceMs)
  const adopted: string[] = []
  const first = await look(venue, signal)
  if (first === null) return { ...UNSWEPT, venue, unread: NOT_ON_RECORD }
  let seen = first
  const { moved } = first.comparison
  const wasStill = !seen.motion.cash
  if (seen.unbooked.length > 0) adopted.push(...(await adopt(venue, seen.unbooked, signal)))
  let lasting = suspicions.look(venue, seen.differences, seen.motion, seen.atMs)
  if (seen.differences.length + moved.length > 0) {
    await clock.sleep(graceMs, signal)
    seen = (await look(venue, signal)) ?? first
    lasting = suspicions.look(venue, seen.differences, seen.motion, seen.atMs)
    if (moved.length > 0 && wasStill && !seen.motion.cash && textOf(moved) === textOf(seen.comparison.moved)) {
      await moveCash(moved, seen.atMs, signal)
      adopted.push(`cash moved between purses: ${textOf(moved)}`)
    }
  }
  const { opened, closed } = await note(seen, lasting, signal)
  return {
    ...{ venue, unread: null, differences: seen.differences.length, opened, closed, adopted },
    moving: [...(seen.motion.cash ? ['cash'] : []), ...seen.motion.markets],
    waiting: [...seen.comparison.waiting.values()],
  }
}

const textOf = (moved: readonly CashDifference[]): string => moved.map(({ purse, amount }) => `${purse} $${formatMoney(amount)}`).join(', ')

function alarm(swept: readonly Swept[], open: readonly AgedBreak[], { alarmAfterMs, clock, log }: SweepAccounts): void {
  for (const { opened, closed, unread, venue } of swept) {
    for (const difference of opened) log.error({ identity: identityOf(difference), detail: difference.detail }, FAILURES.accountBreak)
    for (const identity of closed) log.info({ identity }, 'a break has ended: the venue and the ledger agree again')
    if (unread !== null && unread !== NOT_ON_RECORD) log.warn({ venue, reason: unread }, 'an account could not be compared with the ledger')
  }
  for (const { id, venue, kind, detail, owner, openedMs } of open) {
    const ageMs = clock.nowMs() - openedMs
    if (ageMs >= alarmAfterMs) log.error({ id, venue, kind, detail, owner, ageMs }, FAILURES.breakTooOld)
  }
}
