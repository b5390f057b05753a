import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Millis } from '../../core/units'
import type { Log } from '../../ports/log'
import { dumpLedger, readBackup } from '../../stores/postgres/backup/dump'
import { dropDatabase, makeDatabase, refuseUsed, restoreLedger } from '../../stores/postgres/backup/restore'
import { openDatabase } from '../../stores/postgres/pool'
import { verifyAudit } from '../audit'
import { verifyLedger, type LedgerReport } from '../ledger'

/** Two weeks of nights: a mistake that nobody has seen for longer is mended by postings, not by an old copy. */
export const BACKUPS_KEPT = 14
/** Of a backup that was killed: no run takes longer, and its name stands for its moment alone. */
const LEFT = /^ledger-\d{8}T\d{9}Z\.jsonl\.gz\.making$/
const LEFT_MS = 3_600_000
const NAME = /^ledger-\d{8}T\d{9}Z\.jsonl\.gz$/
/** A name that needs no quotes anywhere. */
const DATABASE_NAME = /^[a-z][a-z0-9_]{0,40}$/

export interface BackedUp {
  readonly file: string
  readonly bytes: number
  readonly tables: number
  readonly rows: number
  /** Older backups that were removed. */
  readonly pruned: readonly string[]
}

/** By its moment, to the millisecond: the names sort by time, and no two are the same. */
const nameAt = (atMs: Millis): string => `ledger-${new Date(atMs).toISOString().replace(/[-:.]/g, '')}.jsonl.gz`

/**
 * Writes a backup of the ledger into a folder and removes all but the newest `keep` that it has written there. Other files stay.
 * @throws RangeError when none would be kept; Error when the ledger or the folder cannot be used: then nothing is removed.
 */
export async function backUp(url: string, dir: string, keep: number, atMs: Millis, signal: AbortSignal): Promise<BackedUp> {
  if (!Number.isInteger(keep) || keep < 1) throw new RangeError(`--keep ${keep}: at least the backup that is made now is kept`)
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const file = path.join(dir, nameAt(atMs))
  const { tables } = await dumpLedger(url, file, atMs, signal)
  const made = path.basename(file)
  const names = await readdir(dir)
  const older = names.filter((name) => NAME.test(name) && name < made).toSorted() // a clock that was set back has left later ones
  const pruned = older.slice(0, Math.max(0, older.length - (keep - 1)))
  for (const name of pruned) await rm(path.join(dir, name))
  const { size: bytes, mtimeMs } = await stat(file)
  for (const name of names.filter((each) => LEFT.test(each)))
    if ((await stat(path.join(dir, name))).mtimeMs < mtimeMs - LEFT_MS) await rm(path.join(dir, name), { force: true })
  return { file, bytes, tables: tables.length, rows: tables.reduce((sum, { rows }) => sum + rows, 0), pruned }
}

export interface Restored {
  readonly into: string
  readonly tables: number
  readonly rows: number
  readonly ledger: LedgerReport
  /** What is wrong with the audit chain, one sentence each. */
  readonly chain: readonly string[]
}
export interface Target {
  /** A name: an empty database is made on the server of `owner`. Else the address of one that is there. */
  readonly into: string
  /** The address of the running ledger as who owns it and may make databases. */
  readonly owner: string
  readonly migrate: (url: string) => Promise<unknown>
  readonly log: Log
}

/**
 * Restores a backup into an empty database and proves what came of it: every table, the ledger, the audit chain.
 * @throws RangeError for a target that is neither name nor address; Error with one sentence when it is not empty, or the file is damaged or of another
 * schema. A database that was made for it is removed then.
 */
export async function restore(file: string, { into, owner, migrate, log }: Target, signal: AbortSignal): Promise<Restored> {
  const isName = DATABASE_NAME.test(into)
  if (!isName && !into.includes('://'))
    throw new RangeError(`--into ${into}: give a new database a name of a-z, 0-9 and _, or the address (postgres://…) of an empty one`)
  for await (const _part of readBackup(file)) signal.throwIfAborted() // whole and readable, before anything is touched
  const url = isName ? await makeDatabase(owner, into) : into
  try {
    await refuseUsed(url)
    await migrate(url)
    const tables = await restoreLedger(url, file, signal)
    return {
      into: withoutPassword(url),
      tables: tables.length,
      rows: tables.reduce((sum, { rows }) => sum + rows, 0),
      ...(await proof(url, log)),
    }
  } catch (error) {
    if (isName)
      await dropDatabase(owner, into).catch((left: Error) => {
        throw new Error(`${(error as Error).message}; and database ${into} is still there: ${left.message}`, { cause: error })
      })
    throw error
  }
}

const withoutPassword = (url: string): string => Object.assign(new URL(url), { password: '' }).href

async function proof(url: string, log: Log): Promise<Pick<Restored, 'ledger' | 'chain'>> {
  const database = openDatabase(url, log)
  try {
    const { violations } = await verifyAudit(database, null)
    return { ledger: await verifyLedger(database), chain: violations }
  } finally {
    await database.end()
  }
}
