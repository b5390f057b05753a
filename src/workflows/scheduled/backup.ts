import { ActivityCancellationType, proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import type { BackupActivities, LedgerBackup } from '../messages'

/** Some million rows take minutes. A disk or a server that is away for a moment gets another two tries; then somebody must look. */
const { backUpLedger } = proxyActivities<BackupActivities>({
  startToCloseTimeout: '65m',
  heartbeatTimeout: '60s',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { maximumAttempts: 3, initialInterval: '60s' },
  summary: 'back up the ledger',
})

/** Started by a Schedule each night: the ledger as of one moment, into a file. Changes nothing. */
export async function backup(): Promise<LedgerBackup> {
  const made = await backUpLedger()
  const { file, bytes, tables, rows, pruned } = made
  setCurrentDetails([`${file}: ${rows} rows of ${tables} tables, ${bytes} bytes`, ...pruned.map((name) => `- removed ${name}`)].join('\n'))
  return made
}
