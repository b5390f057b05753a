import type { Command } from 'commander'
import type { Exit } from './reference'

interface Json {
  readonly json?: boolean
}

/** The copy of quotes and positions that other programs read (docs/redis.md). */
export function describeCache(program: Command, exit: Exit): void {
  const cache = program.command('cache').description('the copy in Redis of quotes and positions, for other programs')
  cache
    .command('families')
    .description('what is there: key patterns, how many, when last written, by whom')
    .option('--json')
    .action(async ({ json }: Json) => (await import('./verbs/cache/cache.js')).families(json ?? false))
  cache
    .command('list <family>')
    .description('the keys of kalshi, forecastex, odds, mapping or positions')
    .option('--limit <n>', 'how many', '100')
    .option('--json')
    .action(async (family: string, { limit, json }: Json & { limit: string }) =>
      (await import('./verbs/cache/cache.js')).list(family, limit, json ?? false),
    )
  cache
    .command('show <key>')
    .description('one key: its type, its fields, when it ends')
    .option('--json')
    .action(async (key: string, { json }: Json) => exit(await (await import('./verbs/cache/cache.js')).show(key, json ?? false)))
  cache
    .command('follow <stream>')
    .description('what is pushed, as it comes, until Ctrl-C: odds')
    .option('--for <seconds>', 'ends by itself')
    .option('--json', 'one JSON document a line')
    .action(async (stream: string, options: Json & { for?: string }) => (await import('./verbs/cache/follow.js')).follow(stream, options))
}
