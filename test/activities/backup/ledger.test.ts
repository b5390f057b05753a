import { MockActivityEnvironment } from '@temporalio/testing'
import { createBackupActivities } from '../../../src/activities/backup/ledger'
import type { LedgerBackup } from '../../../src/workflows/messages'
import { LogBook } from '../../stores/doubles'

const MADE: LedgerBackup = { file: '/b/ledger-1.jsonl.gz', bytes: 9, tables: 50, rows: 100, pruned: ['ledger-0.jsonl.gz'] }

function run(backUp: (signal: AbortSignal) => Promise<LedgerBackup>): {
  log: LogBook
  environment: MockActivityEnvironment
  made: Promise<LedgerBackup>
} {
  const log = new LogBook()
  const environment = new MockActivityEnvironment()
  return { log, environment, made: environment.run(() => createBackupActivities({ backUp, log }).backUpLedger()) }
}

describe('backUpLedger', () => {
  it('tells what was made and what was removed', async () => {
    const { log, made } = run(async () => MADE)
    expect(await made).toEqual(MADE)
    expect(log.lines).toEqual([])
  })

  it('alarms for each attempt that fails, with the reason', async () => {
    const { log, made } = run(() => Promise.reject(new Error('ENOSPC: no space left on device')))
    await expect(made).rejects.toThrow('ENOSPC')
    expect(log.lines).toMatchObject([
      { level: 'error', message: 'backup failed', fields: { reason: 'ENOSPC: no space left on device', attempt: 1 } },
    ])
  })

  it('ends its process when it is cancelled, without an alarm', async () => {
    const { log, environment, made } = run(
      (signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('killed')))),
    )
    environment.cancel()
    await expect(made).rejects.toThrow('killed')
    expect(log.lines).toEqual([])
  })
})
