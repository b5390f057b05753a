import { readRecordFile } from '../../../config/record'
import { migrateAll, type Migrated } from '../../../operator/record/migrate'
import { migrateLedger } from '../../../wiring/stores'
import { print, printJson } from '../../render'
import { withConnections } from '../session'

/** Both schemas brought up to date, or what that would do. */
export async function migrate(dryRun: boolean, json: boolean): Promise<void> {
  await withConnections(async ({ database, config, log }) => {
    const { databaseUrl, questdb } = config.endpoints
    const done = await migrateAll(
      {
        database,
        migrateLedger: () => migrateLedger(databaseUrl, log),
        questdbUrl: questdb?.httpUrl ?? null,
        keep: readRecordFile(config.configDir).keep_days,
      },
      dryRun,
    )
    if (json) printJson({ dryRun, ...done })
    else print(migratedText(done, dryRun))
  })
}

export function migratedText({ ledger, record }: Migrated, dryRun: boolean): string {
  const schema = (name: string, applied: readonly string[]): string =>
    applied.length === 0 ? `${name}: up to date` : `${name}: ${dryRun ? 'would apply' : 'applied'} ${applied.join(', ')}`
  if (record === null) return `${schema('ledger', ledger)}\nrecord: this stack keeps none`
  const kept = record.kept.map(
    ({ table, days }) => `${table}: ${dryRun ? 'would be kept' : 'kept'} ${days === 0 ? 'for ever' : `${days} days`} from now on`,
  )
  return [schema('ledger', ledger), schema('record', record.applied), ...kept].join('\n')
}
