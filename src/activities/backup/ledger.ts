import { Context } from '@temporalio/activity'
import { FAILURES } from '../../core/failures'
import type { Log } from '../../ports/log'
import type { BackupActivities, LedgerBackup } from '../../workflows/messages'

/** Of the heartbeat limit of its workflow: a late one ends nothing. */
const BEAT_MS = 5_000

export interface BackupDependencies {
  /** Writes a backup and prunes older ones; ends with the signal. @throws when there is none: then nothing was pruned */
  readonly backUp: (signal: AbortSignal) => Promise<LedgerBackup>
  readonly log: Log
}

/** Each attempt that fails is an alarm: a ledger without a backup of last night is one disk from being lost. */
export function createBackupActivities({ backUp, log }: BackupDependencies): BackupActivities {
  return {
    async backUpLedger() {
      const context = Context.current()
      const beat = setInterval(() => context.heartbeat(), BEAT_MS)
      try {
        return await backUp(context.cancellationSignal)
      } catch (error) {
        if (!context.cancellationSignal.aborted)
          log.error({ reason: (error as Error).message, attempt: context.info.attempt }, FAILURES.backupFailed)
        throw error
      } finally {
        clearInterval(beat)
      }
    },
  }
}
