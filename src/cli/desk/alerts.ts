import type { Command } from 'commander'

interface Json {
  readonly json?: boolean
}

/** `crossbook alerts`: what people were told of. */
export function describeAlerts(program: Command): void {
  const alerts = program.command('alerts').description('what people are told of, by which channel, and who looks at it (docs/alerts.md)')
  alerts
    .command('list')
    .description('open alerts, the newest first')
    .option('--all', 'also those that are over')
    .option('--json')
    .action(async ({ all, json }: Json & { all?: boolean }) =>
      (await import('../verbs/alerts/alerts.js')).list(all ?? false, json ?? false),
    )
  alerts
    .command('show <id>')
    .description('one alert: what happened, and what each channel was told')
    .option('--json')
    .action(async (id: string, { json }: Json) => (await import('../verbs/alerts/alerts.js')).show(id, json ?? false))
  alerts
    .command('ack <id>')
    .description('say that you look at it: it is not escalated and not told again')
    .option('--json')
    .action(async (id: string, { json }: Json) => (await import('../verbs/alerts/alerts.js')).answered('acknowledge', id, json ?? false))
  alerts
    .command('resolve <id>')
    .description('say that it is over; the next of its kind is a new one')
    .option('--json')
    .action(async (id: string, { json }: Json) => (await import('../verbs/alerts/alerts.js')).answered('end', id, json ?? false))
  alerts
    .command('test')
    .description('raise an alert that says it is a test, to see who hears of it')
    .option('--json')
    .action(async ({ json }: Json) => (await import('../verbs/alerts/alerts.js')).test(json ?? false))
}
