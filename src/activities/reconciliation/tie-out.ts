import { Context } from '@temporalio/activity'
import { FAILURES } from '../../core/failures'
import type { Venue } from '../../core/ids'
import { Suspicions } from '../../core/ledger/breaks'
import { netOf } from '../../core/ledger/differences/positions'
import { millis, type Millis, type Money } from '../../core/units'
import type { Look } from '../../ports/account'
import type { Clock } from '../../ports/clock'
import type { Log } from '../../ports/log'
import type { TieOutReport, VenueTied } from '../../workflows/messages'

/** A day is compared from where the last one ended, and no further back than this: what the venues still tell. */
const LONGEST_DAY_MS = 7 * 86_400_000
/** A night's trade takes seconds: its cash is waited for, so that it can be compared. */
const REST_LOOKS = 12
const REST_EVERY_MS = 5_000
/** IBKR's days, and Kalshi's exchange schedule, are New York's. */
const DAY = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/New_York', year: 'numeric', month: '2-digit', day: '2-digit' })

export interface TieOutDay {
  readonly venues: readonly Venue[]
  /** Compares fills since then. null: the account is not on record yet. @throws when the venue does not answer */
  readonly look: (venue: Venue, sinceMs: Millis, signal: AbortSignal) => Promise<Look | null>
  /** Coupons booked at a venue in a time. */
  readonly coupons: (venue: Venue, fromMs: Millis, toMs: Millis) => Promise<Money>
  /** Until when the last report goes; null: there is none. */
  readonly lastToMs: () => Promise<Millis | null>
  readonly save: (report: TieOutReport, atMs: Millis) => Promise<void>
  readonly openBreaks: () => Promise<readonly unknown[]>
  readonly graceMs: number
  readonly clock: Clock
  readonly log: Log
}

/** The day's cash, positions, fees and interest, ledger beside venue: kept, and alarmed when they differ. Books nothing. */
export async function tieOutDay(dependencies: TieOutDay): Promise<TieOutReport> {
  const { venues, lastToMs, save, openBreaks, clock, log } = dependencies
  const signal = Context.current().cancellationSignal
  const toMs = clock.nowMs()
  const fromMs = millis(Math.max((await lastToMs()) ?? 0, toMs - LONGEST_DAY_MS))
  const tied = await Promise.all(venues.map((venue) => tieVenue(venue, fromMs, toMs, dependencies, signal)))
  const ties = tied.every(({ unread, differences }) => unread === null && differences.length === 0)
  const report: TieOutReport = { day: DAY.format(toMs), fromMs, toMs, ties, venues: tied, openBreaks: (await openBreaks()).length }
  await save(report, toMs)
  for (const { venue, unread, differences } of tied)
    for (const difference of unread === null ? differences : [`not compared: ${unread}`])
      log.error({ day: report.day, venue, difference }, FAILURES.dayDiffers)
  return report
}

async function tieVenue(venue: Venue, fromMs: Millis, toMs: Millis, dependencies: TieOutDay, signal: AbortSignal): Promise<VenueTied> {
  const { graceMs, clock, coupons } = dependencies
  try {
    const suspicions = new Suspicions(graceMs)
    let seen = await atRest(venue, fromMs, dependencies, signal)
    let lasting = suspicions.look(venue, seen.differences, seen.motion, seen.atMs)
    if (seen.differences.length > 0) {
      await clock.sleep(graceMs, signal)
      seen = await atRest(venue, fromMs, dependencies, signal)
      lasting = suspicions.look(venue, seen.differences, seen.motion, seen.atMs)
    }
    const moved = seen.comparison.moved.map(({ purse }) => `cash moved between our purses: ${purse}`)
    const unjudged = seen.motion.cash ? ['cash was not compared: it moved all the while'] : []
    const differences = [...lasting.map(({ detail }) => detail), ...moved, ...unjudged]
    return { ...figuresOf(venue, seen, await coupons(venue, fromMs, toMs)), differences, notCompared: notCompared(seen) }
  } catch (error) {
    signal.throwIfAborted()
    return { ...NOTHING, venue, unread: (error as Error).message }
  }
}

/** Looks until nothing moves, as long as that may take; the last look counts either way. */
async function atRest(venue: Venue, fromMs: Millis, { look, clock }: TieOutDay, signal: AbortSignal): Promise<Look> {
  for (let n = 1; ; n++) {
    const seen = await look(venue, fromMs, signal)
    if (seen === null) throw new Error('its opening balance is not recorded yet')
    if (!seen.motion.cash || n === REST_LOOKS) return seen
    await clock.sleep(REST_EVERY_MS, signal)
  }
}

const NOTHING: VenueTied = {
  ...{ venue: '', unread: null, cash: [], positions: [], differences: [], notCompared: [] },
  fees: { ledgerMicros: 0, venueMicros: 0, fills: 0, untold: 0, estimated: 0 },
  interest: { couponMicros: 0, unbookedMicros: 0, owedMicros: null },
}

function figuresOf(venue: Venue, { known, told, statement }: Look, coupon: Money): Omit<VenueTied, 'differences' | 'notCompared'> {
  const purses = [...new Set([...known.purses, ...told.purses].map(({ purse }) => purse))].sort()
  const held = (balances: Look['known']['purses'], at: string): number => balances.find(({ purse }) => purse === at)?.cash ?? 0
  const lots = netOf(known.lots)
  const net = netOf(told.positions)
  const booked = new Map(known.fills.map((fill) => [fill.key, fill]))
  const both = told.fills.flatMap(({ key, fee }) => {
    const fill = booked.get(key)
    return fill && fee !== null ? [{ ledger: fill.fee, venue: fee }] : []
  })
  return {
    ...{ venue, unread: null },
    cash: purses.map((purse) => ({ purse, ledgerMicros: held(known.purses, purse), venueMicros: held(told.purses, purse) })),
    positions: [...new Set([...lots.keys(), ...net.keys()])]
      .sort()
      .map((market) => ({ market, lots: lots.get(market) ?? 0, venue: net.get(market) ?? 0 })),
    fees: {
      ledgerMicros: both.reduce((sum, each) => sum + each.ledger, 0),
      venueMicros: both.reduce((sum, each) => sum + each.venue, 0),
      fills: both.length,
      untold: known.fills.length - told.fills.filter(({ key }) => booked.has(key)).length,
      estimated: known.fills.filter(({ isEstimate }) => isEstimate).length,
    },
    interest: {
      couponMicros: coupon,
      unbookedMicros: known.falls.reduce((sum, { amount }) => sum + amount, 0),
      owedMicros: statement.accrued ?? null,
    },
  }
}

function notCompared({ known, told, motion, comparison }: Look): readonly string[] {
  const listed = new Set(told.fills.map(({ key }) => key))
  const untold = known.fills.filter(({ key }) => !listed.has(key)).length
  return [
    ...[...motion.markets].map((market) => `${market}: a trade was running`),
    ...(told.complete === null && untold > 0
      ? [`fees of ${untold} fills: the venue does not tell them to this connection, or not any more`]
      : []),
    ...(told.ownExecutionsOnly ? ['executions of other clients: they show in cash and positions alone'] : []),
    ...comparison.waiting.values(),
  ]
}
