import type { Span } from '../../../core/report/span'
import type { Session } from '../../../core/report/session'
import type { CapitalMove } from '../../../core/report/use'
import type { Money } from '../../../core/units'
import type { Snapshot } from './snapshot'

/** What trades tied up and gave back, oldest first: of all times, because what is in use now may have been taken long ago. */
export async function readCapitalMoves(snapshot: Snapshot): Promise<readonly CapitalMove[]> {
  const { rows } = await snapshot.query<CapitalMove>(
    `select t.trade_id as "tradeId", t.at_ms as "atMs", sum(p.amount_micros) as amount from transfer t join posting p on p.transfer_id = t.id
     where t.trade_id is not null and p.account ~ '^(reserved|position):' group by 1, 2 having sum(p.amount_micros) <> 0 order by 2, 1`,
  )
  return rows
}

/** What was deposited until now, in micro-dollars. */
export async function readDeposits(snapshot: Snapshot): Promise<Money> {
  const { rows } = await snapshot.query<{ deposited: Money }>(
    `select coalesce(-sum(amount_micros), 0) as deposited from balance where account = 'equity:capital'`,
  )
  return rows[0]?.deposited ?? (0 as Money)
}

/** What results changed by in a span, whenever their trades were opened. */
export async function readChanged(snapshot: Snapshot, { fromMs, toMs }: Span): Promise<Money> {
  const { rows } = await snapshot.query<{ changed: Money }>(
    'select coalesce(sum(change_micros), 0) as changed from trade_result where at_ms >= $1 and at_ms < $2',
    [fromMs, toMs],
  )
  return rows[0]?.changed ?? (0 as Money)
}

/** Plans that the reserve refused, by the first check that failed, most first. */
export async function readRefused(snapshot: Snapshot, { fromMs, toMs }: Span): Promise<Session['refused']> {
  const { rows } = await snapshot.query<Session['refused'][number]>(
    `select coalesce((select v ->> 'check' from jsonb_array_elements(verdicts) with ordinality as e (v, n) where not (v ->> 'passed')::boolean order by n limit 1), 'none') as check,
       count(*) as plans from trade where reservation = 'refused' and started_ms >= $1 and started_ms < $2 group by 1 order by 2 desc, 1`,
    [fromMs, toMs],
  )
  return rows
}

export async function readHaltOrders(snapshot: Snapshot, { fromMs, toMs }: Span): Promise<Session['halts']> {
  const { rows } = await snapshot.query<Session['halts'][number]>(
    `select at_ms as "atMs", action, detail ->> 'scope' as scope, by_name as by, detail ->> 'reason' as reason from audit
     where action in ('halt', 'resume') and at_ms >= $1 and at_ms < $2 order by seq`,
    [fromMs, toMs],
  )
  return rows
}

/** Breaks that were opened in the span, or before it and were open in it. */
export async function readBreaks(snapshot: Snapshot, { fromMs, toMs }: Span): Promise<Session['breaks']> {
  const { rows } = await snapshot.query<Session['breaks'][number]>(
    `select opened_ms as "openedMs", venue, kind, detail, state from account_break
     where opened_ms < $2 and (opened_ms >= $1 or ended_ms is null or ended_ms >= $1) order by opened_ms, id`,
    [fromMs, toMs],
  )
  return rows
}
