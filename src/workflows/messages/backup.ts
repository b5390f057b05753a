/** A backup that was made (docs/backup.md). */
export interface LedgerBackup {
  readonly file: string
  readonly bytes: number
  readonly tables: number
  readonly rows: number
  /** Names of older ones that were removed. */
  readonly pruned: readonly string[]
}

export interface BackupActivities {
  backUpLedger(): Promise<LedgerBackup>
}
