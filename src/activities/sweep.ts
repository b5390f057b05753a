import { Context } from '@temporalio/activity'
import { FAILURES } from '../core/failures'
import type { TradeId } from '../core/ids'
import { millis, type Millis } from '../core/units'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import type { Successors } from '../ports/trader'
import {
  cureWorkflowId,
  tradeWorkflowId,
  WORKFLOWS,
  type Orphan,
  type OwnersReport,
  type Progress,
  type StuckTrade,
  type SweepActivities,
} from '../workflows/messages'
import { bookLateFills, type LateFillsAtVenue } from './late-fills'

/** Between the two looks: a trade that has just begun or just ended has settled in both ledger and server by then. */
const SECOND_LOOK_MS = 3_000
/** Attempts of one workflow task: a restart of its worker costs one or two, a bug fails for ever. */
const FAILING_ATTEMPTS = 5
/** How far back ends are compared with their lots: longer than any venue has been seen to correct an execution. */
const CHANGED_ENDS_MS = 7 * 86_400_000

/** How long a trade may be in a state before a person has to look (execution.md §5). */
const STUCK_AFTER_MS: Readonly<Record<StuckTrade['state'], number>> = {
  /** Every step that only needs us takes seconds. */
  running: 300_000,
  /** Kalshi's signature window is 35 s, IBKR takes a new session and two looks: later proof does not come by itself. */
  resolving: 120_000,
  /** A maintenance may last hours, but naked contracts are worth a look before that. */
  'waiting-for-venue': 600_000,
  /** At once: nothing happens until somebody decides. */
  'over-budget': 0,
  'task-fails': 0,
  /** A restart of the worker takes half a minute at most. */
  silent: 60_000,
}

export interface OpenTrade {
  readonly tradeId: TradeId
  readonly runId: string
  readonly strategy: 'box' | 'edge'
  readonly subject: string
  readonly startedMs: Millis
}
export type WorkflowState =
  /** `tradeId`: what it was started for. `taskAttempt`: of the workflow task that waits or runs, 0 without one. */
  | { readonly kind: 'running'; readonly runId: string; readonly tradeId: string | null; readonly taskAttempt: number }
  /** `how` it ended, in the server's word. */
  | { readonly kind: 'closed'; readonly how: string }
  | { readonly kind: 'absent' }

export interface SweepDependencies {
  /** The ledger's half. */
  readonly ledger: {
    openTrades(): Promise<readonly OpenTrade[]>
    /** Open lots that wait for `settle`. */
    settlingLots(): Promise<number>
    changedEnds(sinceMs: Millis): Promise<readonly TradeId[]>
    violations(): Promise<readonly string[]>
    repair(signal: AbortSignal): Promise<readonly string[]>
  }
  /** The server's half, asked by name: its lists lag. Each throws when it cannot be asked. */
  readonly workflows: {
    /** `runId` null: the newest run. */
    describe(workflowId: string, runId: string | null, signal: AbortSignal): Promise<WorkflowState>
    /** null: it does not answer. */
    progress(workflowId: string, signal: AbortSignal): Promise<Progress | null>
    schedule(id: string, signal: AbortSignal): Promise<'active' | 'paused' | 'absent'>
  }
  readonly successors: Successors
  readonly lateFills: LateFillsAtVenue
  readonly clock: Clock
  /** The time in which workflows tell since when they are in a state: Temporal's, which no simulation moves. */
  readonly workflowNowMs: () => number
  readonly log: Log
}

interface Owned {
  readonly trade: OpenTrade
  readonly workflowId: string
  readonly state: Extract<WorkflowState, { readonly kind: 'running' }>
}
interface Look {
  readonly openTrades: number
  readonly owned: readonly Owned[]
  readonly orphans: readonly Omit<Orphan, 'cure'>[]
  readonly violations: readonly string[]
}

/** I11, E25: whether every reservation, claim and lot has exactly one running owner; what has none gets a cure. */
export function createSweepActivities(dependencies: SweepDependencies): SweepActivities {
  const { ledger, successors, lateFills, clock, log } = dependencies
  return {
    async sweepOwners(): Promise<OwnersReport> {
      const signal = Context.current().cancellationSignal
      const repaired = await ledger.repair(signal)
      const late = await bookLateFills(lateFills, clock.nowMs(), signal)
      const look = await lookTwice(dependencies, signal)
      const orphans: Orphan[] = []
      for (const orphan of look.orphans) {
        const succession = await successors.start(orphan.tradeId, orphan.why, signal)
        orphans.push({ ...orphan, cure: succession.kind })
      }
      const report: OwnersReport = {
        openTrades: look.openTrades,
        orphans,
        stuck: await stuckTrades(look.owned, dependencies, signal),
        lateFills: late.booked,
        repaired,
        violations: [...look.violations, ...late.violations],
        unread: late.unread,
      }
      alarm(report, log)
      return report
    },
  }
}

/** What is wrong in two looks is wrong: between one read and the next a trade may begin or end. */
async function lookTwice(dependencies: SweepDependencies, signal: AbortSignal): Promise<Look> {
  const first = await lookOnce(dependencies, signal)
  if (first.orphans.length + first.violations.length === 0) return first
  await dependencies.clock.sleep(SECOND_LOOK_MS, signal)
  const second = await lookOnce(dependencies, signal)
  const seenBefore = ({ tradeId, why }: Omit<Orphan, 'cure'>): boolean =>
    first.orphans.some((orphan) => orphan.tradeId === tradeId && orphan.why === why)
  return {
    ...second,
    orphans: second.orphans.filter(seenBefore),
    violations: second.violations.filter((violation) => first.violations.includes(violation)),
  }
}

async function lookOnce(dependencies: SweepDependencies, signal: AbortSignal): Promise<Look> {
  const { ledger, clock } = dependencies
  const open = await ledger.openTrades()
  const owned: Owned[] = []
  const orphans: Omit<Orphan, 'cure'>[] = []
  const violations = [...(await ledger.violations()), ...(await settleRuns(dependencies, signal))]
  for (const trade of open) {
    const found = await ownersOf(trade, dependencies, signal)
    owned.push(...found.owners)
    if (found.owners.length > 1)
      violations.push(`trade ${trade.tradeId} has two owners: ${found.owners.map(({ workflowId }) => workflowId).join(', ')}`)
    if (found.stranger !== null) violations.push(found.stranger)
    else if (found.owners.length === 0) orphans.push({ tradeId: trade.tradeId, why: found.why })
  }
  for (const tradeId of await ledger.changedEnds(millis(Math.max(0, clock.nowMs() - CHANGED_ENDS_MS)))) {
    const workflowId = cureWorkflowId(tradeId)
    const state = await dependencies.workflows.describe(workflowId, null, signal)
    if (state.kind === 'running') owned.push({ trade: ENDED(tradeId, clock.nowMs()), workflowId, state })
    else orphans.push({ tradeId, why: `${FAILURES.lateFill}: its lots are not what its result says` })
  }
  return { openTrades: open.length, owned, orphans, violations }
}

/** An ended trade has an owner again only as long as its cure runs. */
const ENDED = (tradeId: TradeId, nowMs: Millis): OpenTrade => ({ tradeId, runId: '', strategy: 'box', subject: '', startedMs: nowMs })

interface Owners {
  readonly owners: readonly Owned[]
  /** Why there is none. */
  readonly why: string
  /** Somebody who should not be at it, and is: a cure beside it would make two. */
  readonly stranger: string | null
}

/** Its own run, as the ledger knows it, or its cure. Another run that was started for the trade is what a reset leaves: it is not the owner. */
async function ownersOf(trade: OpenTrade, { workflows }: SweepDependencies, signal: AbortSignal): Promise<Owners> {
  const ownId = tradeWorkflowId(trade.strategy, trade.subject)
  const own = await workflows.describe(ownId, trade.runId, signal)
  const newest = own.kind === 'running' ? own : await workflows.describe(ownId, null, signal)
  const cureId = cureWorkflowId(trade.tradeId)
  const cure = await workflows.describe(cureId, null, signal)
  const owners: Owned[] = []
  if (own.kind === 'running') owners.push({ trade, workflowId: ownId, state: own })
  if (cure.kind === 'running') owners.push({ trade, workflowId: cureId, state: cure })
  const goesOn = newest.kind === 'running' && newest.runId !== trade.runId && newest.tradeId === trade.tradeId
  return {
    owners,
    why: `${ownId} ${own.kind === 'closed' ? `ended as ${own.how} without a close` : 'is not known to the server'}`,
    stranger: goesOn
      ? `${ownId} was reset and goes on with trade ${trade.tradeId} in a run of its own: a cure starts when it has ended`
      : null,
  }
}

/** The owner of what waits for a result is `settle`: a schedule, which somebody may have paused. */
async function settleRuns({ ledger, workflows }: SweepDependencies, signal: AbortSignal): Promise<readonly string[]> {
  const lots = await ledger.settlingLots()
  if (lots === 0) return []
  const settle = await workflows.schedule(WORKFLOWS.settle, signal)
  return settle === 'active' ? [] : [`${lots} lots wait for settle, whose schedule is ${settle}`]
}

async function stuckTrades(
  owned: readonly Owned[],
  { workflows, clock, workflowNowMs }: SweepDependencies,
  signal: AbortSignal,
): Promise<readonly StuckTrade[]> {
  const stuck: StuckTrade[] = []
  for (const { trade, workflowId, state } of owned) {
    const nowMs = clock.nowMs()
    const ofTrade = { tradeId: trade.tradeId, workflowId }
    if (state.taskAttempt >= FAILING_ATTEMPTS) {
      stuck.push({ ...ofTrade, state: 'task-fails', step: `attempt ${state.taskAttempt}`, ageMs: nowMs - trade.startedMs })
      continue
    }
    const progress = await workflows.progress(workflowId, signal)
    const found: StuckTrade = progress
      ? { ...ofTrade, state: progress.state, step: progress.step, ageMs: workflowNowMs() - progress.sinceMs }
      : { ...ofTrade, state: 'silent', step: '', ageMs: nowMs - trade.startedMs }
    if (found.ageMs >= STUCK_AFTER_MS[found.state]) stuck.push(found)
  }
  return stuck
}

function alarm({ orphans, stuck, lateFills, repaired, violations, unread }: OwnersReport, log: Log): void {
  for (const orphan of orphans) log.error(orphan, FAILURES.orphan)
  for (const trade of stuck) log.error(trade, trade.state === 'task-fails' ? FAILURES.bug : FAILURES.openTooLong)
  for (const clientOrderId of lateFills) log.error({ clientOrderId }, FAILURES.lateFill)
  for (const violation of violations) log.error({ violation }, FAILURES.ownerless)
  for (const repair of repaired) log.warn({ repair }, FAILURES.ownerless)
  for (const reason of unread) log.warn({ reason }, 'a sweep could not look at everything')
}
