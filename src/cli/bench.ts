import type { Command } from 'commander'
import type { Exit } from './reference'

interface Json {
  readonly json?: boolean
}

/** What measures this build. */
export function describeBench(program: Command, exit: Exit): void {
  const bench = program.command('bench').description('measure this build: its speed on this machine, its policies on simulated worlds')
  bench
    .command('frames [file]')
    .description('frame to book to decision, beside its baselines: ratios, times, many pairs, memory; takes minutes')
    .option('--windows <n>', 'how many recorded windows, when no file is named')
    .option('--rounds <n>', 'how many interleaved rounds the medians are of')
    .option('--no-install', 'skip the contenders whose Python packages are not installed yet')
    .option('--json')
    .action(async (file: string | undefined, options: Json & { windows?: string; rounds?: string; install: boolean }) =>
      exit(await (await import('./verbs/bench/frames.js')).frames(file, options)),
    )
  bench
    .command('legs')
    .description('compare the two leg orders (box.leg_order) on seeded worlds')
    .option('--worlds <n>', 'per regime', '2000')
    .option('--seed <text>', 'another seed, other worlds', '1')
    .option('--json')
    .action(async (options: Json & { worlds: string; seed: string }) => (await import('./verbs/bench/legs.js')).legs(options))
  bench
    .command('saga')
    .description(
      'detection to durable trade, beside the defaults of Temporal: first bytes, both acknowledged, trades a second; takes minutes',
    )
    .option('--trades <n>', 'how many in a row (60)')
    .option('--keep-warm <ms>', 'with a beat of this pause while an opportunity is near')
    .option('--no-defaults', 'only ours')
    .option('--json')
    .action(async (options: Json & { trades?: string; keepWarm?: string; defaults: boolean }) =>
      exit(await (await import('./verbs/bench/saga.js')).saga(options)),
    )
}
