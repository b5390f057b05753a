import type { Command } from 'commander'

interface Json {
  readonly json?: boolean
}

/** `crossbook why`: one question over everything that is on record. */
export function describeWhy(program: Command, exit: (code: number) => void): void {
  program
    .command('why <id>')
    .description(
      'what was seen, decided, sent, answered and booked, from the record alone: of a trade, or of an opportunity (PAIR@FIRST-SEEN-MS)',
    )
    .option('--json')
    .action(async (id: string, { json }: Json) => exit(await (await import('./verbs/why/why.js')).why(id, json ?? false)))
}
