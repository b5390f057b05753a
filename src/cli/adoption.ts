import type { Command } from 'commander'
import type { Exit } from './reference'

interface Json {
  readonly json?: boolean
}
/** As commander gives them. */
export interface AdoptOptions extends Json {
  readonly reason: string
  readonly price?: string
  readonly second?: string
}
export interface OrderOptions extends Json {
  readonly maxLoss: string
  readonly second?: string
}

/** What a person does about contracts that no trade explains; nothing of it ever happens by itself. */
export function describeAdoption(breaks: Command, exit: Exit): void {
  breaks
    .command('adopt <id>')
    .description("make a break's contracts the lots of a trade of their own; sends nothing")
    .requiredOption('--reason <text>', 'whose contracts they were: it is kept for ever')
    .option('--second <name>', 'the second person; needed in mode live')
    .option('--price <dollars>', 'what a contract cost; without it, what the cash of the break says')
    .option('--json')
    .action(async (id: string, options: AdoptOptions) => (await import('./verbs/breaks/adopted.js')).adopt(id, options))
  for (const [name, way, what] of [
    ['close', 'exit', 'get out of adopted contracts at their venue, at once'],
    ['hedge', 'complete', 'buy the missing outcome of adopted contracts at the other venue, at once'],
  ] as const)
    breaks
      .command(`${name} <id>`)
      .description(what)
      .requiredOption('--max-loss <dollars>', 'what it may lose at most, against what they were adopted for')
      .option('--second <name>', 'the second person; needed in mode live')
      .option('--json')
      .action(async (id: string, options: OrderOptions) => exit(await (await import('./verbs/breaks/adopted.js')).order(id, way, options)))
}
