import { createHash } from 'node:crypto'
import type { Chain, ChainLink, HashOf } from '../../../core/ledger/audit-chain'
import type { Operator } from '../../../core/risk/scope'
import type { Millis } from '../../../core/units'
import type { Database, Transaction } from '../pool'

/** Links per question: some hundred kilobytes, far below the time a statement may take. */
const LINKS_AT_ONCE = 2_000

interface Row extends Omit<ChainLink, 'fields'> {
  /** The columns of either table, as text; the first one is null when the row is gone. */
  readonly transfer: readonly (string | null)[]
  readonly legs: readonly string[] | null
  readonly audit: readonly (string | null)[]
}

/** Who is written beside it: an operator, or `nobody`, who has no role. */
export interface Author extends Pick<Operator, 'name'> {
  readonly role: Operator['role'] | 'none'
}

/** What somebody has changed, in the transaction that changes it: both or neither, and the chain with them. */
export async function appendAudit(transaction: Transaction, by: Author, action: string, detail: object, atMs: Millis): Promise<void> {
  await transaction.query('insert into audit (at_ms, by_name, role, action, detail) values ($1,$2,$3,$4,$5)', [
    atMs,
    by.name,
    by.role,
    action,
    JSON.stringify(detail),
  ])
}

/** The hash of a link, computed here and not by the database (docs/decisions/audit-chain.md). */
export const sha256: HashOf = (previous, canonical) => createHash('sha256').update(previous, 'hex').update(canonical, 'utf8').digest('hex')

/** The chain with the rows it stands for. In one snapshot a running ledger may be proven. Takes memory for every row there is. */
export async function readChain(snapshot: Pick<Database, 'query'>): Promise<Chain> {
  const links: ChainLink[] = []
  for (let batch = await readLinks(snapshot, 0); batch.length > 0; batch = await readLinks(snapshot, links.at(-1)?.seq ?? 0))
    links.push(...batch)
  const head = await snapshot.query<{ seq: number; hash: string }>(`select seq, encode(hash, 'hex') as hash from audit_head`)
  const unchained = await snapshot.query<{ name: string }>(
    `select 'transfer ' || id as name from transfer t where not exists (select 1 from audit_chain where kind = 'transfer' and ref = t.id)
     union all select 'audit ' || seq from audit a where not exists (select 1 from audit_chain where kind = 'audit' and ref = a.seq::text) order by 1`,
  )
  return { links, head: head.rows[0] ?? null, unchained: unchained.rows.map(({ name }) => name) }
}

async function readLinks(snapshot: Pick<Database, 'query'>, after: number): Promise<readonly ChainLink[]> {
  const read = await snapshot.query<Row>(
    `select c.seq, c.kind, c.ref, encode(c.previous, 'hex') as previous, encode(c.hash, 'hex') as hash,
       array[t.id, t.kind, t.trade_id, t.at_ms::text, (extract(epoch from t.recorded_at) * 1000000)::bigint::text, t.memo::text] as transfer,
       (select array_agg(field order by p.seq, n) from posting p cross join unnest(array[p.seq::text, p.account, p.amount_micros::text]) with ordinality as f (field, n)
         where p.transfer_id = t.id) as legs,
       array[a.seq::text, a.at_ms::text, a.by_name, a.role, a.action, a.detail::text] as audit
     from audit_chain c left join transfer t on c.kind = 'transfer' and t.id = c.ref
       left join audit a on c.kind = 'audit' and a.seq = case when c.ref ~ '^[0-9]{1,18}$' then c.ref::bigint end
     where c.seq > $1 order by c.seq limit $2`,
    [after, LINKS_AT_ONCE],
  )
  return read.rows.map(({ transfer, legs, audit, ...link }) => {
    const columns = link.kind === 'transfer' ? [...transfer, ...(legs ?? [])] : audit
    return { ...link, fields: columns[0] === null ? null : [link.kind, ...columns] }
  })
}
