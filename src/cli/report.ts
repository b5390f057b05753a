import type { Command } from 'commander'
import type { Exit } from './reference'

/** As commander gives them. */
export interface ReportOptions {
  readonly from?: string
  readonly to?: string
  readonly by?: string
  readonly format: string
  readonly out?: string
}

/** What trades came to, for people who trade by it (docs/reports.md). */
export function describeReport(program: Command, exit: Exit): void {
  program
    .command('report <kind>')
    .description(
      'session, pnl, execution, tax, capital, missed, calibration, paper-live or audit: what trades came to, and what that rests on (docs/reports.md)',
    )
    .option('--from <day|moment>', 'a trading day (2026-11-22) or a moment in UTC; session: today, the others: the beginning')
    .option('--to <day|moment>', 'to the end of that day, or up to that moment; now')
    .option(
      '--by <group>',
      'pnl: trade, pair, strategy, venue or day; calibration: profile, method, book or tier; paper-live: venue, strategy or market',
    )
    .option('--format <format>', 'text, json, csv (the first table) or html (one file with charts)', 'text')
    .option('--out <file>', 'write there instead of standard output')
    .action(async (kind: string, options: ReportOptions) => exit(await (await import('./verbs/report/report.js')).report(kind, options)))
}
