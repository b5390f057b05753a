import { Context } from '@temporalio/activity'
import { FAILURES } from '../../core/failures'
import type { Clock } from '../../ports/clock'
import type { Log } from '../../ports/log'
import type { DayReplay, ReplayActivities } from '../../workflows/messages'

const DAY_MS = 86_400_000
/** Of the heartbeat limit of its workflow: a late one ends nothing. */
const BEAT_MS = 5_000
/** The report has all of them; the log names enough to begin with. */
const ALARMS_MAX = 10

export interface ReplayDependencies {
  /** Replays a day in a process of its own, which ends with the signal. @throws when it fails, with what it said */
  readonly replay: (day: string, signal: AbortSignal) => Promise<DayReplay>
  readonly save: (report: DayReplay) => Promise<void>
  readonly clock: Clock
  readonly log: Log
}

/** Decides yesterday's trades again, from the captures alone: what was decided then must be decided now. */
export function createReplayActivities({ replay, save, clock, log }: ReplayDependencies): ReplayActivities {
  return {
    async replayDay(day = new Date(clock.nowMs() - DAY_MS).toISOString().slice(0, 10)) {
      const context = Context.current()
      const beat = setInterval(() => context.heartbeat(), BEAT_MS)
      try {
        const report = await replay(day, context.cancellationSignal)
        await save(report)
        for (const { tradeId, pair, recorded, replayed } of report.differing.slice(0, ALARMS_MAX))
          log.error({ day, tradeId, pair, recorded, replayed }, FAILURES.replayDiffers)
        const { withoutBeginning = 0, compared, decisions } = report
        if (withoutBeginning > 0) log.error({ day, withoutBeginning, compared, decisions }, FAILURES.replayWithoutBeginning)
        if (report.notCompared.length > 0)
          log.warn({ day, notCompared: report.notCompared.slice(0, ALARMS_MAX) }, 'decisions of a day could not be replayed')
        return report
      } finally {
        clearInterval(beat)
      }
    },
  }
}
