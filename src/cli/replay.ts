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
