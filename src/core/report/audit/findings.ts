import { checkChain, type Chain, type ChainLink, type HashOf } from '../../ledger/audit-chain'
import { formatMoney, money, type Money } from '../../units'
import { column, figure, type Findings, type Table, type Value } from '../document'
import { groupBy, sumOf } from '../quantiles'
import { isIn, type Span } from '../span'

export interface AuditInput {
  readonly span: Span
  /** All of it: a link is proven by the one before. */
  readonly chain: Chain
  readonly hashOf: HashOf
}

interface Entry {
  readonly link: ChainLink
  readonly atMs: number
  readonly trade: string | null
  /** Of a transfer its kind, of an operator write its action. */
  readonly what: string
  readonly by: string | null
  readonly role: string | null
  /** When the database wrote it, in µs since 1970; an operator write tells its own time alone. */
  readonly recorded: string | null
  readonly detail: string
  readonly legs: readonly { readonly account: string; readonly amount: Money }[]
}

/** With these, a row has all that its hash is made of (docs/decisions/audit-chain.md). */
const COLUMNS = [
  column('link', 'link', 'count'),
  column('kind', 'kind', 'text'),
  column('ref', 'ref', 'text'),
  column('at', 'at', 'time'),
  column('what', 'what', 'text'),
  column('by', 'by', 'text'),
  column('role', 'role', 'text'),
  column('trade', 'trade', 'text'),
  column('account', 'account', 'text'),
  column('amount', 'amount', 'money'),
  column('detail', 'detail', 'text'),
  column('recorded', 'recorded', 'text'),
  column('previous', 'previous hash', 'text'),
  column('hash', 'hash', 'text'),
]
/** Of a posting in a link's fields: its number, its account, its amount. */
const LEG_FIELDS = 3

/** @throws RangeError for fields that the chain does not have: an entry left out would be none that nobody misses. */
function entryOf(link: ChainLink, [, ...fields]: readonly (string | null)[]): Entry {
  const told = (at: number): string => {
    const field = fields[at]
    if (field === null || field === undefined)
      throw new RangeError(`link ${link.seq} (${link.kind} ${link.ref}) does not tell its field ${at}`)
    return field
  }
  if (link.kind === 'audit')
    return {
      link,
      atMs: Number(told(1)),
      trade: null,
      what: told(4),
      by: told(2),
      role: told(3),
      recorded: null,
      detail: told(5),
      legs: [],
    }
  const first = 6
  const legs = Array.from({ length: (fields.length - first) / LEG_FIELDS }, (_, leg) => first + leg * LEG_FIELDS)
  return {
    ...{ link, atMs: Number(told(3)), trade: fields[2] ?? null, what: told(1), by: null, role: null, recorded: told(4), detail: told(5) },
    legs: legs.map((at) => ({ account: told(at + 1), amount: money(Number(told(at + 2))) })),
  }
}

/** An operator write is one row; a transfer one for each of its postings. */
function rowsOf({ link, atMs, trade, what, by, role, recorded, detail, legs }: Entry): readonly (readonly Value[])[] {
  const row = (account: string | null, amount: Money | null): readonly Value[] => [
    ...[link.seq, link.kind, link.ref, atMs, what, by, role, trade, account, amount],
    ...[detail, recorded, link.previous, link.hash],
  ]
  return legs.length === 0 ? [row(null, null)] : legs.map(({ account, amount }) => row(account, amount))
}

/** Every operator write, and every transfer with its postings, of a span, in the order of the chain; and whether the whole chain is as it was written. */
export function auditFindings({ span, chain, hashOf }: AuditInput): Findings {
  const entries = chain.links.flatMap((link) => (link.fields === null ? [] : [entryOf(link, link.fields)]))
  const shown = entries.filter(({ atMs }) => isIn(span, atMs))
  const writes = shown.filter(({ link }) => link.kind === 'audit')
  const transfers = shown.filter(({ link }) => link.kind === 'transfer')
  const { head, violations } = checkChain(chain, hashOf, null)
  const actions = countsOf('actions', 'Operator writes by action', 'action', writes)
  return {
    figures: [
      figure('entries', 'entries of the chain, of all times', 'count', chain.links.length),
      figure('head', 'its head: note it elsewhere (audit verify --noted)', 'text', head),
      figure('writes', 'operator writes', 'count', writes.length),
      figure('transfers', 'transfers', 'count', transfers.length),
      figure(
        'postings',
        'their postings',
        'count',
        sumOf(transfers, ({ legs }) => legs.length),
      ),
      figure(
        'sum',
        'sum of the postings',
        'money',
        sumOf(transfers, ({ legs }) => sumOf(legs, ({ amount }) => amount)),
      ),
    ],
    tables: [
      { name: 'chain', title: 'Operator writes and transfers', columns: COLUMNS, rows: shown.flatMap(rowsOf) },
      actions,
      countsOf('kinds', 'Transfers by kind', 'kind', transfers),
    ],
    charts: [
      {
        kind: 'bars',
        title: actions.title,
        unit: 'count',
        bars: actions.rows.map(([action, count]) => ({ label: String(action), value: count as number })),
      },
    ],
    notes: [],
    violations: [...violations, ...transfers.flatMap(imbalanceOf)],
  }
}

const countsOf = (name: string, title: string, key: string, entries: readonly Entry[]): Table => ({
  name,
  title,
  columns: [column(key, key, 'text'), column('count', 'count', 'count')],
  rows: [...groupBy(entries, ({ what }) => what)]
    .map(([what, own]): readonly Value[] => [what, own.length])
    .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
})

function imbalanceOf({ link, legs }: Entry): readonly string[] {
  const left = sumOf(legs, ({ amount }) => amount)
  return left === 0 ? [] : [`transfer ${link.ref} (link ${link.seq}) sums to $${formatMoney(money(left))}`]
}
