import type { MarketId } from '../../../core/ids'
import { identityOf, isJudged, type Difference, type Noted } from '../../../core/ledger/breaks'
import type { ToldAccount } from '../../../core/ledger/differences/accounts'
import { compareAccounts, hasEnded } from '../../../core/ledger/differences/compare'
import type { Operator } from '../../../core/risk/scope'
import { millis, type Millis } from '../../../core/units'
import type { Look, Statement, VenueAccount } from '../../../ports/account'
import { fillKey } from '../booking'
import { transact, type Database } from '../pool'
import { closeBreakIn, lapseBreakIn, noteBreakIn } from './breaks'
import { ledgerHead, readKnown } from './known'

/**
 * What a venue tells may be older than its statement says by this: its lists are written one after another, and its clock is not ours. A trade that
 * has ended within it still moves.
 */
const READ_LAG_MS = 2_000

/**
 * Looks once at a venue: the ledger's head, the statement, then the ledger in one snapshot. Where the ledger moved meanwhile nothing is judged.
 * @param sinceMs fills since then are compared @throws what the statement throws
 */
export async function lookAt(
  database: Database,
  venueAccount: VenueAccount,
  sinceMs: Millis,
  nowMs: () => Millis,
  signal: AbortSignal,
): Promise<Look> {
  const { venue, account } = venueAccount
  const askedMs = nowMs()
  const before = await ledgerHead(database, venue, millis(askedMs - READ_LAG_MS))
  const statement = await venueAccount.statement(sinceMs, signal)
  const movedSinceMs = millis(Math.min(statement.asOfMs, askedMs) - READ_LAG_MS)
  const { account: known, head } = await readKnown(database, {
    ...{ venue, account, sinceMs, movedSinceMs, nowMs: nowMs() },
    keys: statement.fills.map(fillKey),
    executions: (statement.strange ?? []).map(({ executionId }) => executionId),
  })
  const moving = new Set<MarketId>([...before.moving, ...head.moving])
  const told = toldBy(venueAccount, statement, sinceMs)
  const payable = { ...known, ended: new Set([...known.ended, ...statement.payouts.map(({ market }) => market)]) }
  const comparison = compareAccounts(payable, told)
  const lacking = new Set(comparison.differences.map(identityOf))
  return {
    ...{ statement, known: payable, told, comparison, differences: comparison.differences, atMs: nowMs() },
    motion: { cash: moving.size > 0 || before.seq !== head.seq, markets: moving },
    unbooked: statement.fills.filter((fill) =>
      (['unknown-fill', 'fee'] as const).some((kind) => lacking.has(identityOf({ venue, kind, subject: fillKey(fill) }))),
    ),
  }
}

/** A statement in the terms of the comparison. Kalshi lists every fill; a gateway those of its day. */
function toldBy({ venue }: VenueAccount, statement: Statement, sinceMs: Millis): ToldAccount {
  const { purses, positions, openOrders, payouts, strange = [], otherCash = [], ownExecutionsOnly = false, asOfMs } = statement
  return {
    ...{ purses, positions, openOrders, payouts, otherCash, ownExecutionsOnly },
    fills: statement.fills.map((fill) => ({ ...fill, key: fillKey(fill) })),
    strange: strange.map((execution) => ({ ...execution, price: execution.price ?? null })),
    complete: venue === 'kalshi' ? { sinceMs, untilMs: millis(asOfMs - READ_LAG_MS) } : null,
  }
}

/**
 * Puts on record what has become a break, what is seen again, and what has ended by itself. Writes nothing when nothing of it is there.
 * @param lasting differences that have stood for the grace
 */
export async function noteLook(
  database: Database,
  look: Look,
  lasting: readonly Difference[],
  by: Operator,
  signal: AbortSignal,
): Promise<Noted> {
  const { known, told, comparison, motion, atMs } = look
  const { venue } = known
  const open = known.standing.filter(({ state }) => state === 'open')
  const isOpen = new Set(open.map((each) => identityOf({ venue, ...each })))
  const again = (each: Difference): boolean => isOpen.has(identityOf(each)) && isJudged(each, motion) && !lasting.includes(each)
  const seen = [...lasting, ...comparison.differences.filter(again)]
  const ended = open.filter((each) => hasEnded(each, known, told, comparison, motion))
  if (seen.length + ended.length + comparison.lapsed.length === 0) return { opened: [], closed: [] }
  return transact(database, signal, async (transaction) => {
    const opened: Difference[] = []
    for (const difference of seen) if (await noteBreakIn(transaction, difference, by, atMs)) opened.push(difference)
    for (const each of ended) await closeBreakIn(transaction, each, venue, by, atMs)
    for (const id of comparison.lapsed) await lapseBreakIn(transaction, id, by, atMs)
    return { opened, closed: ended.map((each) => identityOf({ venue, ...each })) }
  })
}
