import { createHash } from 'node:crypto'
import type { AuditRow, LinkRow, Tables, TransferRow } from '../evidence/tables'
import type { Case } from './case'
import type { Violation } from './violation'

/** Octets of nothing: what the chain begins with. */
const GENESIS = '0'.repeat(64)

/** I13: transfers sum to zero, balances are their sums, and the audit chain recomputed from the rows is the one that is stored. */
export function soundLedger({ evidence: { tables } }: Case): readonly Violation[] {
  return [...zeroSums(tables), ...balanceSums(tables), ...brokenChain(tables)]
}

function zeroSums({ transfers }: Tables): readonly Violation[] {
  return transfers.flatMap(({ id, legs, tradeId }): readonly Violation[] => {
    const sum = legs.reduce((total, [, , amount]) => total + BigInt(amount), 0n)
    return sum === 0n && legs.length > 0
      ? []
      : [
          {
            invariant: 'I13',
            ...(tradeId === null ? {} : { tradeId }),
            detail: `transfer ${id} has ${legs.length} postings that sum to ${sum} µ$`,
          },
        ]
  })
}

function balanceSums({ transfers, balances }: Tables): readonly Violation[] {
  const sums = new Map<string, bigint>()
  for (const { legs } of transfers) for (const [, account, amount] of legs) sums.set(account, (sums.get(account) ?? 0n) + BigInt(amount))
  return [...new Set([...sums.keys(), ...Object.keys(balances)])].flatMap((account): readonly Violation[] => {
    const [sum, balance] = [sums.get(account) ?? 0n, BigInt(balances[account] ?? 0)]
    return sum === balance ? [] : [{ invariant: 'I13', detail: `${account} has a balance of ${balance} µ$, its postings sum to ${sum}` }]
  })
}

/** docs/decisions/audit-chain.md: hash = SHA-256(previous hash, then each field as its count of octets, a colon and itself; a null as a dash). */
function brokenChain({ transfers, audits, links, head }: Tables): readonly Violation[] {
  const rows = new Map([
    ...transfers.map((row) => [`transfer ${row.id}`, canonical(transferFields(row))] as const),
    ...audits.map((row) => [`audit ${row.seq}`, canonical(auditFields(row))] as const),
  ])
  const problems: string[] = []
  let previous = GENESIS
  for (const [place, link] of links.entries()) {
    problems.push(...linkProblems(link, place + 1, previous, rows))
    previous = link.hash
    rows.delete(`${link.kind} ${link.ref}`)
  }
  problems.push(...[...rows.keys()].map((name) => `${name} stands in no link`))
  if (head?.seq !== links.length || head.hash !== previous) problems.push(`its head is not its last link, ${links.length}`)
  return problems.map((detail) => ({ invariant: 'I13', detail: `audit chain: ${detail}` }))
}

function linkProblems(
  { seq, kind, ref, previous, hash }: LinkRow,
  place: number,
  before: string,
  rows: ReadonlyMap<string, string>,
): readonly string[] {
  const row = rows.get(`${kind} ${ref}`)
  if (row === undefined) return [`link ${seq} stands for ${kind} ${ref}, which is gone`]
  const is = createHash('sha256').update(Buffer.from(previous, 'hex')).update(row, 'utf8').digest('hex')
  return [
    ...(seq === place ? [] : [`link ${seq} stands at place ${place}`]),
    ...(previous === before ? [] : [`link ${seq} does not follow the one before it`]),
    ...(is === hash ? [] : [`${kind} ${ref} is not what link ${seq} was made of`]),
  ]
}

const canonical = (fields: readonly (string | null)[]): string =>
  fields.map((field) => (field === null ? '-' : `${Buffer.byteLength(field, 'utf8')}:${field}`)).join('')
const transferFields = ({ id, kind, tradeId, atMs, recorded, memo, legs }: TransferRow): readonly (string | null)[] => [
  'transfer',
  ...[id, kind, tradeId, atMs, recorded, memo],
  ...legs.flat(),
]
const auditFields = ({ seq, atMs, by, role, action, detail }: AuditRow): readonly string[] => ['audit', seq, atMs, by, role, action, detail]
