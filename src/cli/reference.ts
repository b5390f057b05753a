import type { Command } from 'commander'
import { describeAccess } from './desk/access'
import { describeAdoption } from './adoption'
import { describeAlerts } from './desk/alerts'
import { describeBackup } from './backup'
import { describeBench } from './bench'
import { describeBreaks } from './breaks'
import { describeCache } from './cache'
import { describePairs } from './pairs'
import { describeReport } from './report'
import { describeRecord } from './record'
import { describeBacktest, describeReplay } from './replay'
import { describeSchedules } from './schedules'
import { describeEdge } from './edge/describe'
import { describeWhy } from './why'

/** Tells the program's exit code; verbs that only print leave it at success. */
export type Exit = (code: number) => void

interface Json {
  readonly json?: boolean
}

/** Every verb with its options. The verbs' code is loaded when one is called: a command starts in a fraction of a second. */
export function describeVerbs(program: Command, exit: Exit): void {
  readingVerbs(program, exit)
  controllingVerbs(program, exit)
  describeAdoption(describeBreaks(program), exit)
  describePairs(program, exit)
  describeReport(program, exit)
  describeCache(program, exit)
  describeRecord(program, exit)
  describeBackup(program, exit)
  describeAlerts(program)
  describeWhy(program, exit)
  describeSchedules(program)
  describeAccess(program)
  describeEdge(program, exit)
  drillVerbs(program, exit)
  toolVerbs(program, exit)
  describeBench(program, exit)
}

function readingVerbs(program: Command, exit: Exit): void {
  program
    .command('status')
    .description('services, feeds, halts, open trades, cash, latency')
    .option('--json')
    .action(async ({ json }: Json) => (await import('./verbs/status.js')).status(json ?? false))
  program
    .command('trades')
    .description('the newest trades, with their legs and results')
    .option('--limit <n>', 'how many', '20')
    .option('--json')
    .action(async ({ limit, json }: Json & { limit: string }) => (await import('./verbs/trade.js')).trades(limit, json ?? false))
  program
    .command('trade <id>')
    .description('one trade: every check, order, fill and reason')
    .option('--json')
    .action(async (id: string, { json }: Json) => exit(await (await import('./verbs/trade.js')).trade(id, json ?? false)))
  program
    .command('questions')
    .description('what ForecastEx lists: contracts, last trading times, hours, changes, and the pairs that use it')
    .option('--product <symbol>', 'only of this product')
    .option('--json')
    .action(async ({ product, json }: Json & { product?: string }) =>
      (await import('./verbs/reference/questions.js')).questions(product, json ?? false),
    )
  const ledger = program.command('ledger').description('the double-entry ledger')
  ledger
    .command('verify')
    .description('prove that every transfer, balance, lot and reservation agrees')
    .option('--json')
    .action(async ({ json }: Json) => exit(await (await import('./verbs/ledger.js')).verify(json ?? false)))
  ledger
    .command('pnl')
    .description('what all trades have earned, by what made it so: price, fees, carry, slippage, cures, settlement')
    .option('--json')
    .action(async ({ json }: Json) => exit(await (await import('./verbs/ledger.js')).pnl(json ?? false)))
  ledger
    .command('settle <venue> <market>')
    .description('post by hand what a market has paid, for what no answer of a venue proves')
    .requiredOption('--pays <dollars>', 'what one YES contract pays, 0 to 1')
    .requiredOption('--reason <reason>', 'goes into the audit')
    .option('--json')
    .action(async (venue: string, market: string, options: Json & { pays: string; reason: string }) =>
      (await import('./verbs/ledger.js')).settle(venue, market, options),
    )
  program
    .command('audit')
    .description('the hash chain over transfers and operator writes')
    .command('verify')
    .description('prove that nothing was changed, removed, inserted or moved since it was written')
    .option('--noted <hash>', 'a head told earlier: it must still be part of the chain')
    .option('--json')
    .action(async ({ noted, json }: Json & { noted?: string }) =>
      exit(await (await import('./verbs/ledger.js')).verifyChain(noted, json ?? false)),
    )
  program
    .command('reconcile')
    .description('compare the ledger with both venues: cash, positions, orders, fills')
    .option('--suspend <reason>', 'book differences of cash: as moved where another shard has what one lacks, the rest into suspense')
    .option('--json')
    .action(async ({ suspend, json }: Json & { suspend?: string }) =>
      exit(await (await import('./verbs/ledger.js')).reconcile(suspend, json ?? false)),
    )
}

function controllingVerbs(program: Command, exit: Exit): void {
  for (const kind of ['halt', 'resume'] as const)
    program
      .command(kind)
      .description(kind === 'halt' ? 'stop openings in a scope; hedges and cures go on' : 'lift a halt')
      .requiredOption('--scope <scope>', 'all, venue:kalshi, venue:forecastex, strategy:box, pair:ID, trade:ID')
      .requiredOption('--reason <text>', 'why: it is kept for ever')
      .option('--json')
      .action(async ({ scope, reason, json }: Json & { scope: string; reason: string }) =>
        exit(await (await import('./verbs/halt.js')).halt(kind, scope, reason, json ?? false)),
      )
  program
    .command('verdict <order>')
    .description('say what became of an order that nobody can find; its trade ends surrendered')
    .option('--filled <contracts>', 'what it filled')
    .option('--rejected', 'it never traded')
    .requiredOption('--evidence <text>', 'what was seen, and where: it is kept for ever')
    .option('--second <name>', 'the second person; needed in mode live')
    .option('--json')
    .action(async (order: string, options: Json & { filled?: string; rejected?: boolean; evidence: string; second?: string }) =>
      exit(await (await import('./verbs/verdict.js')).verdict(order, options)),
    )
  program
    .command('kill')
    .description('halt everything and cancel what rests of ours at both venues; cures go on')
    .requiredOption('--reason <text>', 'why: it is kept for ever')
    .option('--json')
    .action(async ({ reason, json }: Json & { reason: string }) =>
      exit(await (await import('./verbs/halt.js')).kill(reason, json ?? false)),
    )
  limitVerbs(program)
}

function drillVerbs(program: Command, exit: Exit): void {
  const drill = program.command('drill').description('rehearsals of halt and kill against a canary (modes sim, paper and demo)')
  drill
    .command('kill')
    .description('rest a canary at each venue, halt all, cancel, read back, resume; the report is kept')
    .option('--json')
    .action(async ({ json }: Json) => exit(await (await import('./verbs/drill/drill.js')).kill(json ?? false)))
  drill
    .command('list')
    .description('the newest drills and what they came to')
    .option('--limit <n>', 'how many', '20')
    .option('--json')
    .action(async ({ limit, json }: Json & { limit: string }) => (await import('./verbs/drill/drill.js')).list(limit, json ?? false))
  drill
    .command('show <id>')
    .description('one drill: every step, who acknowledged the halt and when, what was cancelled')
    .option('--json')
    .action(async (id: string, { json }: Json) => (await import('./verbs/drill/drill.js')).show(id, json ?? false))
}

function limitVerbs(program: Command): void {
  const breaker = program.command('breaker').description('what stops a strategy after losses')
  breaker
    .command('status')
    .description('both breakers, their streaks and what was lost')
    .option('--json')
    .action(async ({ json }: Json) => (await import('./verbs/breaker.js')).status(json ?? false))
  breaker
    .command('reset <strategy>')
    .description('close a breaker and forget its streak: box or edge')
    .requiredOption('--reason <text>', 'why: it is kept for ever')
    .option('--json')
    .action(async (strategy: string, { reason, json }: Json & { reason: string }) =>
      (await import('./verbs/breaker.js')).reset(strategy, reason, json ?? false),
    )
  const limits = program.command('limits').description('what a trade may cost, how often, and how much may be at stake')
  limits
    .command('show')
    .description('the limits in force, and proposals that wait')
    .option('--json')
    .action(async ({ json }: Json) => (await import('./verbs/limits.js')).show(json ?? false))
  limits
    .command('propose <file>')
    .description('propose a limits file; what raises nothing is in force at once')
    .option('--json')
    .action(async (file: string, { json }: Json) => (await import('./verbs/limits.js')).propose(file, json ?? false))
  for (const verb of ['approve', 'reject'] as const) {
    const command = limits.command(`${verb} <id>`).option('--json')
    if (verb === 'approve') command.option('--reason <text>', 'why', '')
    else command.requiredOption('--reason <text>', 'why: it is kept for ever')
    command.action(async (id: string, { reason, json }: Json & { reason: string }) =>
      (await import('./verbs/limits.js')).answer(verb, id, reason, json ?? false),
    )
  }
  limits
    .command('history')
    .description('what was proposed, by whom, and what became of it')
    .option('--json')
    .action(async ({ json }: Json) => (await import('./verbs/limits.js')).history(json ?? false))
}

function toolVerbs(program: Command, exit: Exit): void {
  program
    .command('vectors <file>')
    .description('run a golden-vector file against the core')
    .option('--json')
    .action(async (file: string, { json }: Json) => exit(await (await import('./verbs/check.js')).vectors(file, json ?? false)))
  program
    .command('match')
    .description("which of Kalshi's events is which game of the odds source, from two recorded files (docs/matching.md)")
    .requiredOption('--markets <file>', 'JSON lines: market objects, bare or as {market}')
    .requiredOption('--events <file>', 'JSON lines: events of The Odds API, bare or as {events:[…]}, the oldest fetch first')
    .option('--json')
    .action(async ({ markets, events, json }: Json & { markets: string; events: string }) =>
      (await import('./verbs/matching/match.js')).match(markets, events, json ?? false),
    )
  describeReplay(program, exit)
  describeBacktest(program, exit)
  program
    .command('doctor [venue]')
    .description(
      'every check of the installation and the configuration, with a remedy; kalshi, ibkr: what that venue answers; demo: an order at its demo venue',
    )
    .option('--capture <file>', 'ibkr: keep every frame of the session in a new file, account numbers replaced')
    .option('--contract <name>', 'ibkr: the product (FF) or contract number to look at')
    .option('--what-if', 'ibkr: have the broker check an order; nothing is placed')
    .option('--watch <seconds>', 'ibkr: wait so long before the account is read, for trades by hand')
    .option('--json')
    .action(
      async (
        venue: string | undefined,
        { json, ...options }: Json & { capture?: string; contract?: string; whatIf?: boolean; watch?: string },
      ) => exit(await (await import('./verbs/doctor.js')).doctor(venue, json ?? false, options)),
    )
  factVerbs(program)
  program
    .command('sim')
    .description('simulated Kalshi and IB gateway on real sockets (docs/scenario.md)')
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .argument('[arguments...]')
    .action(async (args: string[]) => exit(await (await import('./verbs/sim.js')).sim(args)))
  program
    .command('chaos')
    .description('strike a whole system at every step of its trades, by seed, and check its invariants (docs/chaos.md)')
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .argument('[arguments...]')
    .action(async (args: string[]) => exit(await (await import('./verbs/chaos/chaos.js')).chaos(args)))
  const stack = program.command('stack').description('the embedded servers and their data')
  stack
    .command('reset')
    .description('remove all data of this clone: trades, ledger, captures, simulated accounts')
    .option('--yes', 'do not ask')
    .action(async ({ yes }: { yes?: boolean }) => exit(await (await import('./verbs/stack.js')).reset(yes ?? false)))
}

function factVerbs(program: Command): void {
  const facts = program
    .command('facts')
    .description('what the product relies on at the venues, and what of it is proven')
    .option('--json')
    .action(async ({ json }: Json) => (await import('./verbs/facts.js')).list(json ?? false))
  facts
    .command('prove <id>')
    .description('note what was seen; a value that is not expected forbids openings in live')
    .requiredOption('--value <value>', 'what was seen')
    .requiredOption('--evidence <file|text>', 'a file, kept by its sha256, or what was seen and where')
    .requiredOption('--environment <where>', 'sim, demo, paper or live')
    .option('--json')
    .action(async (id: string, options: Json & { value: string; evidence: string; environment: string }, command: Command) =>
      (await import('./verbs/facts.js')).prove(id, options, command.optsWithGlobals<Json>().json ?? false),
    )
  facts
    .command('withdraw <proof>')
    .description('a proof that was wrong counts no more; it stays on record')
    .requiredOption('--reason <text>', 'why: it is kept for ever')
    .option('--json')
    .action(async (proof: string, { reason }: { reason: string }, command: Command) =>
      (await import('./verbs/facts.js')).withdrawProof(proof, reason, command.optsWithGlobals<Json>().json ?? false),
    )
}
