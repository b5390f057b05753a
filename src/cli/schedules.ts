import type { Command } from 'commander'

interface Json {
  readonly json?: boolean
}

/** Temporal Schedules, as the server has them. */
export function describeSchedules(program: Command): void {
  const schedules = program.command('schedules').description('scheduled ingest and settlement')
  schedules
    .command('list')
    .option('--json')
    .action(async ({ json }: Json) => (await import('./verbs/schedules.js')).list(json ?? false))
  schedules
    .command('apply')
    .description('make the server agree with config/schedules.yaml')
    .option('--json')
    .action(async ({ json }: Json) => (await import('./verbs/schedules.js')).apply(json ?? false))
  schedules
    .command('trigger <id>')
    .description('run one now')
    .action(async (id: string) => (await import('./verbs/schedules.js')).trigger(id))
  for (const verb of ['pause', 'unpause'] as const)
    schedules
      .command(`${verb} <id>`)
      .option('--note <text>', 'why', 'by the command line')
      .action(async (id: string, { note }: { note: string }) => (await import('./verbs/schedules.js'))[verb](id, note))
  schedules
    .command('backfill <id>')
    .description('run what it would have run in a span of time')
    .requiredOption('--from <time>', 'like 2026-11-22T09:30:00Z')
    .requiredOption('--to <time>', 'after which nothing is made up')
    .action(async (id: string, span: { from: string; to: string }) => (await import('./verbs/schedules.js')).backfill(id, span))
}
