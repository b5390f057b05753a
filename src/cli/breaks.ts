import type { Command } from 'commander'

interface Json {
  readonly json?: boolean
}

/** `crossbook breaks`: what a venue and the ledger do not agree about, and what a person makes of it. */
export function describeBreaks(program: Command): Command {
  const breaks = program
    .command('breaks')
    .description('differences between a venue and the ledger that nothing explains; never traded away by themselves')
  breaks
    .command('list')
    .description('open breaks with their age and owner')
    .option('--all', 'also those that have ended')
    .option('--json')
    .action(async ({ all, json }: Json & { all?: boolean }) => (await import('./verbs/breaks/breaks.js')).list(all ?? false, json ?? false))
  breaks
    .command('show <id>')
    .description('one break: what differs, and what was done about it')
    .option('--json')
    .action(async (id: string, { json }: Json) => (await import('./verbs/breaks/breaks.js')).show(id, json ?? false))
  breaks
    .command('resolve <id>')
    .description('end a break by your word; openings are permitted again')
    .requiredOption('--reason <text>', 'why: it is kept for ever')
    .option(
      '--as <how>',
      'explained: its difference counts as known; suspense: its cash is booked to suspense; interest: its cash is booked as interest paid',
      'explained',
    )
    .option('--second <name>', 'the second person; needed in mode live for interest')
    .option('--json')
    .action(async (id: string, { json, ...options }: Json & { reason: string; as: string; second?: string }) =>
      (await import('./verbs/breaks/breaks.js')).resolve(id, options, json ?? false),
    )
  breaks
    .command('assign <id>')
    .description('say whose task a break is')
    .requiredOption('--to <name>', 'who looks into it')
    .option('--json')
    .action(async (id: string, { to, json }: Json & { to: string }) =>
      (await import('./verbs/breaks/breaks.js')).assign(id, to, json ?? false),
    )
  return breaks
}
