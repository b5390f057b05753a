import type { Alert } from '../../../core/alerts/alert'
import type { Deed, EndedTrade } from '../../../core/alerts/events'
import { transact, type Database, type Transaction } from '../pool'
import { raiseIn } from './alerts'

/** Links of the audit chain, and ends of trades, of one look: more wait for the next one. A busy minute has some hundred links. */
const READ_AT_ONCE = 1_000

/**
 * Makes alerts of what has happened since the last look, once, whichever process looks: the place in the record moves in the transaction that raises them.
 * The first look ever begins at the end. @returns how many events were read. @throws LedgerUnreachable
 */
export function raiseEvents(
  database: Database,
  alertOf: { readonly audit: (deed: Deed) => Alert | null; readonly trade: (trade: EndedTrade) => Alert | null },
  signal: AbortSignal,
): Promise<number> {
  return transact(database, signal, async (transaction) => {
    // the chain's numbers are given at commit, one after another: none comes late and is passed by, as one of the audit's own could be
    const chained = await since(transaction, 'audit-chain', 'select coalesce(max(seq), 0) as at from audit_chain')
    const links = await transaction.query<Deed & { readonly link: number }>(
      `select c.seq as link, a.at_ms as "atMs", a.by_name as by, a.action, a.detail from (
         select seq, kind, ref from audit_chain where seq > $1 order by seq limit $2) c
       left join audit a on a.seq = case when c.kind = 'audit' then c.ref::bigint end order by c.seq`,
      [chained, READ_AT_ONCE],
    )
    const deeds = links.rows.filter(({ action }) => action !== null)
    const ended = await since(transaction, 'trade-ends', 'select coalesce(max(seq), 0) as at from trade_result')
    const ends = await transaction.query<EndedTrade & { readonly seq: number }>(
      `select r.seq, t.trade_id as "tradeId", t.subject, coalesce(t.outcome, 'open') as outcome,
         coalesce(jsonb_array_length(t.result -> 'cures'), 0) as cures, t.pnl_micros as "pnlMicros", t.pnl_kind as "pnlKind",
         r.at_ms as "endedMs" from trade_result r join trade t using (trade_id) where r.seq > $1 order by r.seq limit $2`,
      [ended, READ_AT_ONCE],
    )
    for (const deed of deeds) await raiseIfAny(transaction, alertOf.audit(deed))
    for (const trade of ends.rows) await raiseIfAny(transaction, alertOf.trade(trade))
    await moved(transaction, 'audit-chain', links.rows.at(-1)?.link)
    await moved(transaction, 'trade-ends', ends.rows.at(-1)?.seq)
    return deeds.length + ends.rows.length
  })
}

/** Locks the place, so that two who look read one after another. */
async function since(transaction: Transaction, source: string, end: string): Promise<number> {
  const begin = await transaction.query<{ at: number }>(end)
  await transaction.query('insert into alert_cursor (source, position) values ($1, $2) on conflict do nothing', [
    source,
    begin.rows[0]?.at ?? 0,
  ])
  const place = await transaction.query<{ position: number }>('select position from alert_cursor where source = $1 for update', [source])
  return place.rows[0]?.position ?? 0
}

const moved = async (transaction: Transaction, source: string, to: number | undefined): Promise<void> => {
  if (to !== undefined) await transaction.query('update alert_cursor set position = $2 where source = $1', [source, to])
}

const raiseIfAny = async (transaction: Transaction, alert: Alert | null): Promise<void> => {
  if (alert !== null) await raiseIn(transaction, alert)
}
