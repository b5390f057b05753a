import type { Command } from 'commander'
import type { Exit } from './reference'

interface Json {
  readonly json?: boolean
}
export interface ApproveArguments extends Json {
  readonly for: string
  readonly class?: string
  readonly expires?: string
  readonly evidence: string
  readonly second?: string
  readonly certificate?: string
}

/** `crossbook pairs`: from a proposal to a certificate that trades, and back. */
export function describePairs(program: Command, exit: Exit): void {
  const pairs = program
    .command('pairs')
    .description('which markets ask the same question: certificates, from proposal to expiry (docs/pairs.md)')
  readingVerbs(pairs)
  enteringVerbs(pairs, exit)
  decidingVerbs(pairs)
  movingVerb(pairs)
}

function readingVerbs(pairs: Command): void {
  pairs
    .command('list')
    .description('the review queue: what waits for whom, the most alike first')
    .option('--state <state>', 'proposed, active, suspended, ended or rejected; default: all but ended and rejected')
    .option('--json')
    .addHelpText('after', examples('pairs list --state proposed', 'pairs list --json'))
    .action(async ({ state, json }: Json & { state?: string }) => (await import('./verbs/pairs/review.js')).list(state, json ?? false))
  pairs
    .command('show <id>')
    .description('one pair: both keys field by field, texts, what a box pays in every state, versions, what is missing')
    .option('--json')
    .addHelpText('after', examples('pairs show u3-25mar-4.1.1'))
    .action(async (id: string, { json }: Json) => (await import('./verbs/pairs/review.js')).show(id, json ?? false))
}

function enteringVerbs(pairs: Command, exit: Exit): void {
  pairs
    .command('propose')
    .description('compare what ingest has read and propose pairs; nothing is approved by it')
    .option('--kalshi <ticker>', 'only this market')
    .option('--forecastex <conid>', 'only this question, by the conId of its YES contract')
    .option('--json')
    .addHelpText('after', examples('pairs propose', 'pairs propose --kalshi KXU3-25MAR-T4.1 --forecastex 710000003'))
    .action(async ({ kalshi, forecastex, json }: Json & { kalshi?: string; forecastex?: string }) =>
      (await import('./verbs/pairs/enter.js')).propose({ kalshi, forecastex }, json ?? false),
    )
  pairs
    .command('import <file>')
    .description('a file of pairs, or a list {unified_symbol, description, kalshi_ticker, ibkr_yes_conid, ibkr_no_conid} as proposals')
    .option('--json')
    .addHelpText(
      'after',
      examples('pairs import examples/first-trade/pairs.yaml', 'pairs import symbol_map.json', 'pairs import mappings.csv'),
    )
    .action(async (file: string, { json }: Json) => exit(await (await import('./verbs/pairs/enter.js')).importFile(file, json ?? false)))
}

function decidingVerbs(pairs: Command): void {
  pairs
    .command('approve <id>')
    .description('put a certificate in force: for the simulation, or for all, which needs class S0 and both texts')
    .option('--for <what>', 'sim or all', 'sim')
    .option('--class <class>', 'what it is judged to be, where the texts tell less than you know: S0, S1, S1h, S2 or S3')
    .option('--expires <date>', 'the day it ends, like 2027-02-20; default: 90 days from now')
    .requiredOption('--evidence <text>', 'what was compared, and where: it is kept for ever')
    .option('--second <name>', 'the second person; needed in mode live')
    .option('--certificate <version>', 'what was looked at: refused when there is a later version')
    .option('--json')
    .addHelpText(
      'after',
      examples(
        'pairs approve u3-25mar-4.1.1 --evidence "read both rule texts of 2026-11-20"',
        'pairs approve u3-25mar-4.1.1 --class S0 --evidence "product terms UNR 2026-10 name the same release and fallback"',
        'pairs approve u3-25mar-4.1.1 --for all --expires 2027-01-31 --certificate 3 --second ada --evidence "terms KXU3 v4, UNR 2026-10"',
      ),
    )
    .action(async (id: string, options: ApproveArguments) => (await import('./verbs/pairs/decide.js')).approvePair(id, options))
  for (const verb of ['suspend', 'reject'] as const)
    pairs
      .command(`${verb} <id>`)
      .description(verb === 'suspend' ? 'stop openings on an active pair until it is approved again' : 'say that a proposal is none')
      .requiredOption('--reason <text>', 'why: it is kept for ever')
      .option('--json')
      .addHelpText(
        'after',
        examples(`pairs ${verb} u3-25mar-4.1.1 --reason "${verb === 'suspend' ? 'the release moves' : 'another station'}"`),
      )
      .action(async (id: string, { reason, json }: Json & { reason: string }) =>
        (await import('./verbs/pairs/decide.js')).leavePair(verb, id, reason, json ?? false),
      )
}

/** E19: which streaming process trades a pair. */
function movingVerb(pairs: Command): void {
  pairs
    .command('move <id>')
    .description('give a pair to another shard: while its openings are halted and no trade of it runs')
    .requiredOption('--shard <name>', 'a shard that runs here (npm start -- --shards)')
    .option('--json')
    .addHelpText('after', examples('pairs move u3-25mar-4.1.1 --shard second'))
    .action(async (id: string, { shard, json }: Json & { shard: string }) =>
      (await import('./verbs/pairs/move.js')).movePair(id, shard, json ?? false),
    )
}

const examples = (...lines: readonly string[]): string => `\nExamples:\n${lines.map((line) => `  crossbook ${line}`).join('\n')}`
