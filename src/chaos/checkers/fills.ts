import type { VenueFill, VenueTruth } from '../evidence/evidence'
import type { FillRow } from '../evidence/tables'
import { grouped, type Case } from './case'
import { BY_VERDICT } from './ends'
import { bookedTerms } from './results/executed'
import type { Violation } from './violation'

/** I13: every execution of ours at a venue is booked once, as the venue tells it, and nothing else is booked. */
export function postedOnce(of: Case): readonly Violation[] {
  const { tables, venues } = of.evidence
  const booked = grouped(tables.fills, ({ key }) => key)
  const told = new Map(venues.flatMap(({ fills }) => fills).map((fill) => [fill.key, fill]))
  return [
    ...[...told.values()].flatMap((fill) => bookedAsTold(fill, booked.get(fill.key) ?? [])),
    ...tables.fills.flatMap((fill) => (told.has(fill.key) ? [] : unheardOf(fill, of))),
    ...postings(of),
    ...venues.flatMap(selfContradictions),
  ]
}

/** A trade's name from its order's. */
const tradeOf = (clientOrderId: string | null): { readonly tradeId: string } | Record<string, never> => {
  const tradeId = clientOrderId?.split('-')[1]
  return tradeId === undefined ? {} : { tradeId }
}

/** A fee that the venue never told (fault commission_missing) may stand as the model's estimate; a corrected execution stands in its last version. */
function bookedAsTold(fill: VenueFill, rows: readonly FillRow[]): readonly Violation[] {
  const { key, clientOrderId, quantity, fee } = fill
  if (clientOrderId === null) return []
  const [row] = rows
  const of = { invariant: 'I13' as const, ...tradeOf(clientOrderId) }
  if (!row || rows.length > 1) return [{ ...of, detail: `${key} of ${clientOrderId} is booked ${rows.length} times` }]
  const { sign, yesPrice } = bookedTerms(row)
  const wrong = [
    row.clientOrderId === clientOrderId ? null : `for ${row.clientOrderId}`,
    row.market === fill.market && sign === fill.sign ? null : `as ${row.action} ${row.outcome} of ${row.market}`,
    row.quantity === quantity ? null : `with ${row.quantity} of ${quantity} (1e-2 contract)`,
    yesPrice === fill.yesPrice ? null : `at ${yesPrice} in place of ${fill.yesPrice} (of YES)`,
    fee === null || row.isEstimate || row.fee === fee ? null : `with a fee of ${row.fee} in place of ${fee} µ$`,
  ].filter((each) => each !== null)
  return wrong.length === 0 ? [] : [{ ...of, detail: `${key} of ${clientOrderId} is booked ${wrong.join(', ')}` }]
}

/** Only an operator's signed verdict may claim what no venue tells: it is in the audit, beside the fill. */
function unheardOf({ key, tradeId, account, clientOrderId }: FillRow, { evidence: { tables } }: Case): readonly Violation[] {
  const signed =
    account === BY_VERDICT && tables.audits.some(({ action, detail }) => action === 'verdict' && detail.includes(clientOrderId))
  return signed ? [] : [{ invariant: 'I13', tradeId, detail: `${key} of ${clientOrderId} is booked and no venue tells of it` }]
}

/** A fill stands in the ledger once: every posting of it but the last was reversed. */
function postings({ evidence: { tables } }: Case): readonly Violation[] {
  const net = new Map<string, number>()
  for (const { id, kind } of tables.transfers) {
    const posted = kind === 'fillBuy' || kind === 'fillSell' ? /^fill:([^:]+)/.exec(id)?.[1] : undefined
    const reversed = kind === 'correction' ? /^reverse:([^:]+)/.exec(id)?.[1] : undefined
    const key = posted ?? reversed
    if (key !== undefined) net.set(key, (net.get(key) ?? 0) + (posted === undefined ? -1 : 1))
  }
  const rows = new Map(tables.fills.map((fill) => [fill.key, fill]))
  return [...new Set([...net.keys(), ...rows.keys()])].flatMap((key): readonly Violation[] => {
    const times = net.get(key) ?? 0
    const expected = rows.has(key) ? 1 : 0
    return times === expected
      ? []
      : [
          {
            invariant: 'I13',
            ...tradeOf(rows.get(key)?.clientOrderId ?? null),
            detail: `${key} stands in the ledger ${times} times, not ${expected}`,
          },
        ]
  })
}

const selfContradictions = ({ venue, violations }: VenueTruth): readonly Violation[] =>
  violations.map((detail) => ({ invariant: 'simulator', detail: `${venue}: ${detail}` }))
