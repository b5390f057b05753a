import type { Command } from 'commander'

interface Json {
  readonly json?: boolean
}
type Exit = (code: number) => void

/** `crossbook executor`, `pipeline`, `calibration`: the edge, armed and looked at. The code is loaded when one is called. */
export function describeEdge(program: Command, exit: Exit): void {
  const executor = program.command('executor').description('arm the edge in the running system, look at it, disarm it (docs/executor.md)')
  executor
    .command('run')
    .description('arm the edge, show what it does, and disarm it at the end')
    .requiredOption('--mode <mode>', 'the mode that the system runs in: sim, paper, demo or live')
    .option('--profile <name>', 'of config/profiles.yaml; default: the one in force')
    .option('--max-signals <n>', 'disarm after so many trades')
    .option('--for <time>', 'end by itself: 60s, 5m, 2h')
    .option('--wait <time>', 'how long running trades are waited for at the end', '30s')
    .option('--json', 'one document at the end')
    .action(async (options: Json & { mode: string; profile?: string; maxSignals?: string; for?: string; wait: string }) =>
      exit(await (await import('../verbs/edge/executor.js')).run(options)),
    )
  executor
    .command('status')
    .description('whether the edge is armed, by whom, and what it has done since')
    .option('--json')
    .action(async ({ json }: Json) => (await import('../verbs/edge/executor.js')).status(json ?? false))
  executor
    .command('disarm')
    .description('disarm the edge, whoever armed it; running trades go on to their end')
    .option('--json')
    .action(async ({ json }: Json) => (await import('../verbs/edge/executor.js')).disarm(json ?? false))
  describeCalibration(program)
  program
    .command('pipeline')
    .description('the cycle from listed markets to signals, over what cache and ledger have')
    .command('run')
    .description('scan, map, lookup, detect, signal; writes mappings to the cache and trades nothing')
    .option('--continuous', 'again and again, until Ctrl-C')
    .option('--every <time>', 'with --continuous: how often', '10s')
    .option('--profile <name>', 'of config/profiles.yaml; default: the one in force')
    .option('--json', 'one document a cycle')
    .action(async (options: Json & { continuous?: boolean; every: string; profile?: string }) =>
      exit(await (await import('../verbs/edge/pipeline.js')).run(options)),
    )
}

function describeCalibration(program: Command): void {
  const calibration = program
    .command('calibration')
    .description('whether the claims of each profile held, and what that leaves of its sizes (docs/calibration.md)')
  calibration
    .command('status', { isDefault: true })
    .description('how each profile stands by the newest run of calibrate, and why')
    .option('--json')
    .action(async ({ json }: Json) => (await import('../verbs/edge/calibration.js')).show(json ?? false))
  calibration
    .command('lift')
    .description('let a throttled profile trade whole sizes again; its claims count from now on')
    .requiredOption('--profile <name>', 'of config/profiles.yaml')
    .requiredOption('--reason <text>', 'why it is to be trusted again: it is audited')
    .option('--json')
    .action(async (options: Json & { profile: string; reason: string }) =>
      (await import('../verbs/edge/calibration.js')).liftProfile(options),
    )
}
