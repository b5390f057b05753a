import path from 'node:path'
import { BACKUPS_KEPT, backUp, restore as restoreBackup } from '../../../operator/backup/backup'
import { ledgerOwner, migrateLedger } from '../../../wiring/stores'
import { print, printJson } from '../../render'
import { withConnections } from '../session'

/** Some million rows take minutes; who waits longer waits for a lock or a disk that is gone. */
const LIMIT_MS = 3_600_000

/** @param to a folder; undefined: `backups` in the data directory. @param keep how many stay there, as it was typed. */
export async function backup(to: string | undefined, keep: string | undefined, json: boolean): Promise<void> {
  await withConnections(async ({ config, clock }) => {
    const dir = path.resolve(to ?? path.join(config.dataDir, 'backups'))
    const kept = keep === undefined ? BACKUPS_KEPT : Number(keep)
    const done = await backUp(config.endpoints.databaseUrl, dir, kept, clock.nowMs(), AbortSignal.timeout(LIMIT_MS))
    if (json) printJson(done)
    else
      print(
        [
          `${done.file}: ${done.rows} rows of ${done.tables} tables, ${done.bytes} bytes`,
          ...done.pruned.map((name) => `removed ${name}`),
        ].join('\n'),
      )
  })
}

/** @returns 1 when what was restored is not sound: it was no better when it was backed up. */
export async function restore(file: string, into: string, json: boolean): Promise<number> {
  return withConnections(async ({ config, log }) => {
    const target = { into, owner: ledgerOwner(config.endpoints.databaseUrl), migrate: (url: string) => migrateLedger(url, log), log }
    const done = await restoreBackup(path.resolve(file), target, AbortSignal.timeout(LIMIT_MS))
    const { violations } = done.ledger
    const found = [...violations, ...done.chain]
    if (json) printJson(done)
    else
      print(
        [
          `${done.into}: ${done.rows} rows of ${done.tables} tables, ${done.ledger.transfers} transfers, ${found.length} violations`,
          ...found.map((each) => `- ${each}`),
        ].join('\n'),
      )
    return found.length === 0 ? 0 : 1
  })
}
