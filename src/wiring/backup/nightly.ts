import { execFile } from 'node:child_process'
import path from 'node:path'
import { createBackupActivities } from '../../activities'
import { environment } from '../../config/environment'
import type { Log } from '../../ports/log'
import type { BackupActivities, LedgerBackup } from '../../workflows/messages'

/** The command line, which does the work: a ledger of years takes minutes of a core, and no other task of the worker shall wait for it. */
const CLI = path.join(__dirname, '..', '..', 'cli', 'main.js')
/** A thousand rows at a time. */
const MEMORY_MIB = 512

/** The nightly backup, in a child process that ends with the activity. */
export const createNightlyBackup = (log: Log): BackupActivities => createBackupActivities({ backUp: backUpInChild, log })

const backUpInChild = (signal: AbortSignal): Promise<LedgerBackup> =>
  new Promise((resolve, reject) => {
    const args = [`--max-old-space-size=${MEMORY_MIB}`, CLI, 'backup', '--json']
    const child = execFile(
      process.execPath,
      args,
      { env: { ...environment() }, signal, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        if (error === null && stdout.startsWith('{')) resolve(JSON.parse(stdout) as LedgerBackup)
        else reject(new Error(stderr.trim() || error?.message || 'it said nothing', { cause: error }))
      },
    )
    child.stdin?.end()
  })
