import { ActivityFailure, proxyActivities, setCurrentDetails, sleep, workflowInfo } from '@temporalio/workflow'
import {
  drillFailures,
  drillSlowness,
  nothingRests,
  type Drill,
  type DrillCourse,
  type DrillProof,
  type DrillReport,
  type DrillStepName,
  type PlacedCanary,
} from '../../core/risk/drill'
import { millis, type Millis } from '../../core/units'
import {
  DRILL_BY_SCHEDULE,
  tradingQueue,
  type CanaryActivities,
  type DrillActivities,
  type DrillAnswer,
  type DrillBeginning,
  type DrillHalt,
  type DrillOrder,
} from '../messages'

/** A box takes seconds; one that waits for a venue may take hours, and then there is no drill now. */
const QUIET_LOOKS = 30
const QUIET_LOOK_EVERY = '2s'

/** One transaction or one file; nothing about a drill is done twice without being asked. */
const once = { maximumAttempts: 1 } as const
const ledger = proxyActivities<Pick<DrillActivities, 'beginDrill' | 'endDrill'>>({
  // idempotent: the end of a drill is stored for ever, however long the ledger is away
  startToCloseTimeout: '10s',
  retry: { initialInterval: '200ms', maximumInterval: '30s' },
})
const controls = proxyActivities<Omit<DrillActivities, 'beginDrill' | 'endDrill'>>({
  // the controller itself gives up on a kill after 34 s (operator/controls)
  startToCloseTimeout: '45s',
  scheduleToStartTimeout: '15s',
  retry: once,
})
/** A living process takes it in milliseconds; an order, its answer and the venue's list take seconds. */
const venuesOf = (shard: string): CanaryActivities =>
  proxyActivities<CanaryActivities>({
    taskQueue: tradingQueue(shard),
    scheduleToStartTimeout: '3s',
    startToCloseTimeout: '30s',
    retry: once,
  })

/** Started by a Schedule, and by `crossbook drill kill`: proves E26 and E27 against a canary, and stores what it found. */
export async function killDrill(order: DrillOrder = DRILL_BY_SCHEDULE): Promise<DrillAnswer> {
  const begun = await whenQuiet(order)
  if (begun.kind === 'busy') return refused(`${begun.openTrades} trades are open: a drill starts when there is none`)
  if (begun.kind === 'refused') {
    setCurrentDetails(`no drill: ${begun.why}`)
    return begun
  }
  const { drill } = begun
  const run = new DrillRun()
  await exercise(run, drill)
  const { course } = run
  const reasons = drillFailures(course)
  const report: DrillReport = {
    ...drill,
    ...course,
    outcome: reasons.length === 0 ? 'passed' : 'failed',
    reasons,
    slow: drillSlowness(course),
    endedMs: now(),
  }
  await ledger.endDrill(report)
  setCurrentDetails(
    [`drill ${drill.drillId} ${report.outcome}`, ...reasons.map((why) => `- **${why}**`), ...report.slow.map((why) => `- ${why}`)].join(
      '\n',
    ),
  )
  return { kind: 'ended', report }
}

async function whenQuiet(order: DrillOrder): Promise<DrillBeginning> {
  const { runId } = workflowInfo()
  for (let look = 1; ; look++) {
    const begun = await ledger.beginDrill(order, runId)
    if (begun.kind !== 'busy' || look === QUIET_LOOKS) return begun
    await sleep(QUIET_LOOK_EVERY)
  }
}

/**
 * The order is the point: what rests is placed before the halt and cancelled after it, and only a course without a failure is resumed. A step that
 * fails keeps none of those after it from being tried, because what rests must be cancelled all the same; but then the halt stays.
 */
async function exercise(run: DrillRun, drill: Drill): Promise<void> {
  const { shards } = drill
  const canaries = (await run.step('place', () => ofAll(shards, (shard) => venuesOf(shard).restCanaries(drill, shard))))?.flat() ?? []
  run.learn({ canaries })
  if (nothingRests(canaries)) return
  const halt = await run.step('halt', () => controls.haltForDrill(drill))
  run.learn({ epoch: halt?.epoch ?? null, effectiveInMs: halt?.effectiveInMs ?? null })
  const acknowledgedMs = halt === null ? null : await acknowledge(run, halt)
  const killed = await run.step('cancel', () => controls.cancelForDrill(drill, halt?.epoch ?? null))
  run.learn({ venues: killed?.venues ?? [] })
  if (acknowledgedMs !== null) run.learn({ proof: await run.step('verify', () => prove(shards, canaries, acknowledgedMs)) })
  const epoch = halt?.epoch ?? null
  if (epoch === null || drillFailures(run.course).length > 0) return
  const kept = await run.step('resume', () => controls.resumeAfterDrill(drill, epoch))
  run.learn({ isResumed: run.isGood('resume') && kept === null, kept })
}

const ofAll = <T>(shards: readonly string[], work: (shard: string) => Promise<T>): Promise<readonly T[]> => Promise.all(shards.map(work))

async function prove(shards: readonly string[], canaries: readonly PlacedCanary[], acknowledgedMs: Millis): Promise<DrillProof> {
  const proofs = await ofAll(shards, (shard) =>
    venuesOf(shard).proveHalt(
      canaries.filter((canary) => canary.shard === shard),
      acknowledgedMs,
    ),
  )
  const openings = proofs.map((proof) => proof.openings ?? NaN).reduce((sum, each) => sum + each, 0)
  return { openings: Number.isNaN(openings) ? null : openings, filled: proofs.flatMap(({ filled }) => filled) }
}

/** @returns when the last of them knew it; null: somebody did not. */
async function acknowledge(run: DrillRun, halt: DrillHalt): Promise<Millis | null> {
  const acknowledged = (await run.step('acknowledge', () => controls.acknowledgeHalt(halt))) ?? []
  run.learn({ acknowledged })
  const afterMs = acknowledged.map((each) => each.afterMs ?? Infinity)
  const last = Math.max(0, ...afterMs)
  return acknowledged.length === 0 || last === Infinity ? null : millis(halt.atMs + last)
}

/** What a drill has come to so far. */
class DrillRun {
  course: DrillCourse = {
    steps: [],
    canaries: [],
    epoch: null,
    effectiveInMs: null,
    acknowledged: [],
    venues: [],
    proof: null,
    isResumed: false,
    kept: null,
  }

  learn(part: Partial<DrillCourse>): void {
    this.course = { ...this.course, ...part }
  }

  isGood(name: DrillStepName): boolean {
    return this.course.steps.some((step) => step.name === name && step.error === null)
  }

  /** @returns null when it failed: its error is in the course. */
  async step<T>(name: DrillStepName, work: () => Promise<T>): Promise<T | null> {
    const began = now()
    const done = (error: string | null): void => this.learn({ steps: [...this.course.steps, { name, ms: now() - began, error }] })
    try {
      const result = await work()
      done(null)
      return result
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error
      done((error.cause ?? error).message)
      return null
    }
  }
}

const now = (): Millis => millis(Date.now())
const refused = (why: string): DrillAnswer => {
  setCurrentDetails(`no drill: ${why}`)
  return { kind: 'refused', why }
}
