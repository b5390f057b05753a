import type { Command } from 'commander'

interface Json {
  readonly json?: boolean
}

/** `crossbook token`: who may ask the API. */
export function describeAccess(program: Command): void {
  const token = program.command('token').description('who may ask the API, and as what (docs/access.md)')
  token
    .command('create')
    .description('issue a token; it is shown this once')
    .requiredOption('--name <name>', 'the person or program it is for: the audit has this name')
    .requiredOption('--role <role>', 'viewer, operator or approver')
    .option('--for <time>', 'how long it holds: hours or days, as 12h or 30d', '30d')
    .option('--as-owner', "connect as the owner of the ledger's tables: for the first approver in mode live")
    .option('--json')
    .action(async ({ json, ...options }: Json & { name: string; role: string; for: string; asOwner?: boolean }) =>
      (await import('../verbs/access/token.js')).create(options, json ?? false),
    )
  token
    .command('list')
    .description('all tokens, the newest first: whose, until when, last used')
    .option('--json')
    .action(async ({ json }: Json) => (await import('../verbs/access/token.js')).list(json ?? false))
  token
    .command('revoke <id>')
    .description('end a token for good; the API hears it no more within a second')
    .option('--json')
    .action(async (id: string, { json }: Json) => (await import('../verbs/access/token.js')).revoke(id, json ?? false))
}
