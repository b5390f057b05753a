import type { Command } from 'commander'

interface Json {
  readonly json?: boolean
}

/** `crossbook replay`: captures once more, and what the nights made of them. */
export function describeReplay(program: Command, exit: (code: number) => void): void {
  const replay = program
    .command('replay [files...]')
    .description('run captures and recordings through sessions and engine: books, gaps, decisions')
    .option('--books', 'every book at the end')
    .option('--opportunities', 'every opportunity from first sight to end')
    .option('--until <n>', 'stop after so many lines')
    .option('--sequence <check|ignore>', 'ignore: for recordings that were split per market', 'check')
    .option('--json')
    .action(async (files: string[], options: Json & { books?: boolean; opportunities?: boolean; until?: string; sequence: string }) =>
      exit(await (await import('./verbs/replay.js')).replay(files, options)),
    )
  replay
    .command('day <date>')
    .description("decide a UTC day's trades again from the captures, and compare")
    .option('--json')
    .action(async (day: string, _options: Json, command: Command) =>
      exit(await (await import('./verbs/why/replays.js')).replayOneDay(day, command.optsWithGlobals<Json>().json ?? false)),
    )
  replay
    .command('nightly')
    .description('what the nightly replays found, the newest first')
    .option('--json')
    .action(async (_options: Json, command: Command) =>
      exit(await (await import('./verbs/why/replays.js')).nightly(command.optsWithGlobals<Json>().json ?? false)),
    )
}

/** As commander gives them. */
export interface BacktestOptions extends Json {
  readonly from: readonly string[]
  readonly recording?: string
  readonly settlements?: string
  readonly sequence: string
  readonly windows?: string
  readonly limits?: string
  readonly set: readonly string[]
  readonly sweep: readonly string[]
  readonly threads?: string
  readonly cash: string
  readonly format?: string
  readonly out?: string
}

const more = (value: string, before: readonly string[]): readonly string[] => [...before, value]

/** `crossbook backtest`: trades over what was recorded. */
export function describeBacktest(program: Command, exit: (code: number) => void): void {
  program
    .command('backtest')
    .description('trade over captures or recordings in virtual time: the same engine, gates, saga, fees and ledger (docs/backtest.md)')
    .requiredOption('--from <path...>', 'captures, oldest first; with --recording the folder of the recorded market data')
    .option('--recording <name>', 'unemployment (eight months of 2024/25) or gold (21 windows, the other side invented)')
    .option('--settlements <file>', 'of captures: JSON lines {"venue", "market", "yes_pays", "at"}')
    .option('--sequence <check|ignore>', 'ignore: for captures that were split per market', 'check')
    .option('--windows <n>', 'of gold: only the first so many')
    .option('--limits <file>', 'instead of those in the captures; recordings: config/limits.yaml')
    .option('--set <key=value>', 'a limit, or seed, depth_factor, phantom, fills, fees, leg_order, quote_life_ms; again for more', more, [])
    .option('--sweep <key=a,b,c>', 'every combination of the values of what --set takes; again for more axes', more, [])
    .option('--threads <n>', 'of a sweep; the processors but one')
    .option('--cash <dollars>', 'in each account at the beginning', '10000')
    .option('--format <format>', 'text, json, csv or html (one file with charts); of a sweep text, json or csv')
    .option('--out <file>', 'write there instead of standard output')
    .option('--json', 'the short document of scripts')
    .action(async (options: BacktestOptions) => exit(await (await import('./verbs/backtest/backtest.js')).backtest(options)))
}
