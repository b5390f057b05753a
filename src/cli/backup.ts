import type { Command } from 'commander'
import type { Exit } from './reference'

interface Json {
  readonly json?: boolean
}

/** Copies of the ledger (docs/backup.md). */
export function describeBackup(program: Command, exit: Exit): void {
  program
    .command('backup')
    .description('write a backup of the ledger, as of one moment, while it works')
    .option('--to <dir>', 'where; else backups in the data directory')
    .option('--keep <n>', 'how many of the newest stay there; 14 unless told')
    .option('--json')
    .action(async ({ to, keep, json }: Json & { to?: string; keep?: string }) =>
      (await import('./verbs/backup/backup.js')).backup(to, keep, json ?? false),
    )
  program
    .command('restore <file>')
    .description('restore a backup into an empty database, and prove what came of it')
    .requiredOption('--into <database>', 'a name, for a new database beside the ledger, or the address of an empty one')
    .option('--json')
    .action(async (file: string, { into, json }: Json & { into: string }) =>
      exit(await (await import('./verbs/backup/backup.js')).restore(file, into, json ?? false)),
    )
}
