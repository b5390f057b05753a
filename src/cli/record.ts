import type { Command } from 'commander'
import type { Exit } from './reference'

interface Json {
  readonly json?: boolean
}

/** What the record holds (docs/record.md). */
export function describeRecord(program: Command, exit: Exit): void {
  program
    .command('query <sql>')
    .description('ask the record one question in SQL; it only reads (docs/queries.md)')
    .option('--limit <rows>', 'how many rows at most', '1000')
    .option('--timeout <seconds>', 'how long it may take', '30')
    .option('--csv', 'for a spreadsheet')
    .option('--json')
    .action(async (sql: string, options: Json & { limit: string; timeout: string; csv?: boolean }) =>
      (await import('./verbs/record/query.js')).query(sql, options),
    )
  program
    .command('stats')
    .description('the tables of the record: rows, times, size, how long they are kept; what its writers lost')
    .option('--json')
    .action(async ({ json }: Json) => exit(await (await import('./verbs/record/stats.js')).stats(json ?? false)))
  program
    .command('migrate')
    .description('bring the schemas of ledger and record up to date, and set how long the record is kept')
    .option('--dry-run', 'say what it would do')
    .option('--json')
    .action(async ({ dryRun, json }: Json & { dryRun?: boolean }) =>
      (await import('./verbs/record/migrate.js')).migrate(dryRun ?? false, json ?? false),
    )
  program
    .command('ingest <file>')
    .description('load a capture, or a recording of a venue or of sportsbooks, into the record (docs/record.md)')
    .option('--dry-run', 'count what it holds')
    .option('--fetched-at <time>', 'when an answer of The Odds API came that does not tell it itself, as 2026-08-14T17:18:00Z')
    .option('--json')
    .action(async (file: string, { dryRun, json, fetchedAt }: Json & { dryRun?: boolean; fetchedAt?: string }) =>
      exit(await (await import('./verbs/record/ingest.js')).ingest(file, dryRun ?? false, json ?? false, fetchedAt)),
    )
}
