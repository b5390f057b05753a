import { Context } from '@temporalio/activity'
import { FAILURES } from '../../core/failures'
import { VENUES, type TradeId } from '../../core/ids'
import { commandRefusal } from '../../core/risk/limit-change'
import { drillRefusal, isDrilled, type Acknowledgement, type CanaryPlace, type Drill, type DrillReport } from '../../core/risk/drill'
import type { Operator } from '../../core/risk/scope'
import type { Mode } from '../../core/trade/plan'
import type { Clock } from '../../ports/clock'
import { unlessAborted, withLimit } from '../../ports/limit'
import type { Log } from '../../ports/log'
import type { DrillActivities, DrillHalt, KillOrder, KillReport } from '../../workflows/messages'

/** Whoever has not heard of a halt by then does not hear of it: five polls of the ledger, after the push. */
const ACKNOWLEDGE_LIMIT_MS = 10_000
/** Fine enough for what is measured in some ten milliseconds, and nothing for one process on this machine. */
const ACKNOWLEDGE_LOOK_EVERY_MS = 20

/** Somebody who has to know of every halt. */
export interface Witness {
  readonly who: string
  /** Whether he knows of this epoch; may wait for it, and throw when he cannot be asked. */
  knows(epoch: number, signal: AbortSignal): Promise<boolean>
}
export interface DrillDependencies {
  readonly mode: Mode
  readonly shards: readonly string[]
  /** Who has halted all, and why; null: nobody. */
  readonly haltOfAll: () => Promise<{ readonly by: string; readonly reason: string } | null>
  readonly openTrades: () => Promise<number>
  readonly places: () => Promise<readonly CanaryPlace[]>
  readonly mintId: () => TradeId
  readonly open: (
    run: string,
    drill: Pick<Drill, 'drillId' | 'mode' | 'by' | 'shards' | 'startedMs'>,
    signal: AbortSignal,
  ) => Promise<Pick<Drill, 'drillId' | 'startedMs'> | null>
  /** The command itself: file, then ledger. @throws when it may not be given. */
  readonly halt: (by: Operator, reason: string) => Promise<Omit<DrillHalt, 'atMs'>>
  readonly witnesses: readonly Witness[]
  readonly kill: (order: Pick<KillOrder, 'by' | 'reason' | 'epoch'>, shards: readonly string[]) => Promise<KillReport>
  /** Lifts the halt of this epoch and reason, in the ledger and in the file, and no other. @returns why it was left, or null. */
  readonly lift: (epoch: number, by: Operator, reason: string, signal: AbortSignal) => Promise<string | null>
  readonly close: (report: DrillReport, signal: AbortSignal) => Promise<void>
  readonly clock: Clock
  readonly log: Log
}

const reasonOf = ({ drillId }: Drill): string => `kill drill ${drillId}`
const refused = (why: string) => ({ kind: 'refused', why }) as const

/** The half of a kill drill that a person at the command line would do. */
export function createDrillActivities(dependencies: DrillDependencies): DrillActivities {
  const { mode, shards, clock, log } = dependencies
  return {
    async beginDrill({ by }, run) {
      const refusal = drillRefusal(mode) ?? commandRefusal(by)
      if (refusal !== null) return refused(refusal)
      const halted = await dependencies.haltOfAll()
      if (halted !== null)
        return refused(`all is halted by ${halted.by} (${halted.reason}): a drill would take that halt for its own; resume first`)
      const openTrades = await dependencies.openTrades()
      if (openTrades > 0) return { kind: 'busy', openTrades }
      const places = await dependencies.places()
      const unknown = VENUES.filter((venue) => !places.some((place) => place.venue === venue))
      if (unknown.length > 0)
        return refused(`no market is known for a canary at ${unknown.join(' and ')}: name one under drill.canaries in config/venues.yaml`)
      const wanted = { drillId: dependencies.mintId(), mode, by, shards, startedMs: clock.nowMs() }
      const opened = await dependencies.open(run, wanted, Context.current().cancellationSignal)
      if (opened === null) return refused('another drill runs: crossbook drill list shows it')
      return { kind: 'begun', drill: { ...wanted, ...opened, places } }
    },
    async haltForDrill(drill) {
      const atMs = clock.nowMs()
      return { atMs, ...(await dependencies.halt(drill.by, reasonOf(drill))) }
    },
    acknowledgeHalt: (halt) =>
      Promise.all(dependencies.witnesses.map((witness) => acknowledged(witness, halt, dependencies, Context.current().cancellationSignal))),
    cancelForDrill: (drill, epoch) => dependencies.kill({ by: drill.by, reason: reasonOf(drill), epoch }, drill.shards),
    resumeAfterDrill: (drill, epoch) => dependencies.lift(epoch, drill.by, reasonOf(drill), Context.current().cancellationSignal),
    async endDrill(report) {
      const { drillId, outcome, reasons, slow } = report
      if (outcome === 'failed')
        log.error(
          { drillId, reasons },
          `${FAILURES.drillFailed}: ${report.epoch === null ? 'look at it' : 'all stays halted until somebody has looked'}`,
        )
      else log.info({ drillId, steps: report.steps }, 'kill drill passed')
      if (slow.length > 0) log.error({ drillId, slow }, FAILURES.drillSlow)
      await dependencies.close(report, Context.current().cancellationSignal)
    },
  }
}

async function acknowledged(
  { who, knows }: Witness,
  { epoch, atMs }: DrillHalt,
  { clock, log }: DrillDependencies,
  signal: AbortSignal,
): Promise<Acknowledgement> {
  if (epoch === null) return { who, afterMs: null }
  try {
    return await withLimit([signal], ACKNOWLEDGE_LIMIT_MS, async (limit) => {
      for (;;) {
        const isKnown = await unlessAborted(
          knows(epoch, limit).catch(() => false),
          limit,
        )
        if (isKnown) return { who, afterMs: Math.max(0, clock.nowMs() - atMs) }
        await clock.sleep(ACKNOWLEDGE_LOOK_EVERY_MS, limit)
      }
    })
  } catch (error) {
    log.warn({ who, epoch, error: (error as Error).message }, 'a halt is not acknowledged')
    return { who, afterMs: null }
  }
}

export interface DrillWatchDependencies {
  readonly mode: Mode
  readonly overdueAfterMs: number
  /** null: there is nothing to drill yet. */
  readonly times: () => Promise<{ readonly ageMs: number; readonly isOverdue: boolean } | null>
  readonly clock: Clock
  readonly log: Log
}
/** For the health page and the metrics. */
export interface DrillWatch {
  /** null: nothing to drill, or not read yet. */
  readonly state: () => { readonly ageMs: number; readonly isOverdue: boolean } | null
  /** Until aborted. */
  run(signal: AbortSignal): Promise<void>
}

/** Days are what is measured. */
const WATCH_EVERY_MS = 60_000
/** Somebody has to be told again, and not each minute. */
const ALARM_EVERY_MS = 3_600_000
const MS_PER_DAY = 86_400_000

/** Alarms while the last passed drill is too old. Modes that take no drill have none to be late. */
export function watchDrills({ mode, overdueAfterMs, times, clock, log }: DrillWatchDependencies): DrillWatch {
  let state: ReturnType<DrillWatch['state']> = null
  let alarmedMs = -Infinity
  const look = async (): Promise<void> => {
    state = await times()
    if (!state?.isOverdue || clock.nowMs() - alarmedMs < ALARM_EVERY_MS) return
    alarmedMs = clock.nowMs()
    const days = Math.floor(state.ageMs / MS_PER_DAY)
    log.error({ days, atMost: overdueAfterMs / MS_PER_DAY }, `${FAILURES.drillOverdue}: the last one passed ${days} days ago`)
  }
  return {
    state: () => state,
    async run(signal) {
      if (!isDrilled(mode)) return
      while (!signal.aborted) {
        await look().catch((error: Error) => log.warn({ error: error.message }, 'the age of the last kill drill could not be read'))
        await clock.sleep(WATCH_EVERY_MS, signal).catch(() => undefined)
      }
    },
  }
}
