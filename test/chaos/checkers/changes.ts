import type { Violation } from '../../../src/chaos/checkers/violation'
import type { Alarm, Evidence, Sighting, VenueTruth, Workflow } from '../../../src/chaos/evidence/evidence'
import type { ClaimRow, FillRow, IntentRow, Tables, TradeRow, TransferRow } from '../../../src/chaos/evidence/tables'
import type { Struck } from '../../../src/chaos/where'
import { checkEvidence } from '../../../src/chaos/checkers/check'
import { BASE_MS, CURED, first, keyOf, LOCKED, second, SOUND, type Lane } from './legs'
import { balancesOf, chained } from './postings'
import { HALTED, soundEvidence } from './sound'

/** What one thing done wrong looks like in the evidence, and the rule it breaks. */
export interface Wrong {
  readonly name: string
  readonly rule: Violation['invariant']
  readonly change: (evidence: Evidence) => Evidence
  readonly struck?: readonly Struck[]
  /** More rules that it breaks by necessity. */
  readonly also?: readonly Violation['invariant'][]
  /** What happened, where it was something else. */
  readonly lane?: Lane
}

export const A1 = `cb-${LOCKED}-a1`
export const B2 = `cb-${LOCKED}-b2`
export const C3 = `cb-${CURED}-c3`
export const KEYS = { [A1]: keyOf(first(LOCKED)), [B2]: keyOf(second(LOCKED, 1_000)) } as const

export const inTables = (change: (tables: Tables) => Partial<Tables>) => (evidence: Evidence) => ({
  ...evidence,
  tables: { ...evidence.tables, ...change(evidence.tables) },
})
interface Rows {
  readonly trades: TradeRow
  readonly intents: IntentRow
  readonly fills: FillRow
  readonly claims: ClaimRow
  readonly transfers: TransferRow
}
/** Changes the rows of one table that match. */
export const rows =
  <K extends keyof Rows>(table: K) =>
  (match: (row: Rows[K]) => boolean, change: (row: Rows[K]) => Partial<Rows[K]>) =>
    inTables((tables) => ({ [table]: (tables[table] as readonly Rows[K][]).map((row) => (match(row) ? { ...row, ...change(row) } : row)) }))

export const sightings =
  (where: 'sent' | 'arrived', match: (order: Sighting) => boolean, change: (order: Sighting) => Partial<Sighting>) =>
  (evidence: Evidence) => ({
    ...evidence,
    [where]: evidence[where].map((order) => (match(order) ? { ...order, ...change(order) } : order)),
  })
export const isOrder = (id: string) => (order: { readonly clientOrderId: string | null }) => order.clientOrderId === id
export const both = (id: string, change: (order: Sighting) => Partial<Sighting>) => (evidence: Evidence) =>
  sightings('arrived', isOrder(id), change)(sightings('sent', isOrder(id), change)(evidence))
export const atVenue = (venue: string, change: (truth: VenueTruth) => Partial<VenueTruth>) => (evidence: Evidence) => ({
  ...evidence,
  venues: evidence.venues.map((truth) => (truth.venue === venue ? { ...truth, ...change(truth) } : truth)),
})
export const ofTrade = (tradeId: string, change: (workflow: Workflow) => Partial<Workflow>) => (evidence: Evidence) => ({
  ...evidence,
  workflows: evidence.workflows.map((each) => (each.tradeId === tradeId ? { ...each, ...change(each) } : each)),
})
/** Transfers with all that follows from them put right: balances and chain. */
export const posted = (change: (transfers: readonly TransferRow[]) => readonly TransferRow[]) =>
  inTables((tables) => {
    const transfers = change(tables.transfers)
    return { transfers, balances: balancesOf(transfers), ...chained(transfers, tables.audits) }
  })
export const alarm = (name: string): Alarm => ({ atMs: BASE_MS + 500, process: 'streaming', name, detail: '{}' })

/** A transfer between two accounts of another amount. */
export const moved = (row: TransferRow, amount: number): TransferRow => ({
  ...row,
  legs: row.legs.map(([n, account, was]) => [n, account, was.startsWith('-') ? String(-amount) : String(amount)] as const),
})

/** A purchase that its reserve did not pay. */
export const fromCash = (row: TransferRow): TransferRow => ({
  ...row,
  legs: row.legs.map(([n, account, amount]) => [n, account.replace('reserved:', 'cash:'), amount] as const),
})
/** The ledger never hears of an order's executions. */
export const unbooked =
  (id: string) =>
  (evidence: Evidence): Evidence => {
    const gone = evidence.tables.fills.find(isOrder(id))
    const isElse = (row: { readonly venue: string; readonly market: string }): boolean =>
      row.venue !== gone?.venue || row.market !== gone.market
    return posted((all) => all.filter((row) => row.id !== `fill:${gone?.key}`))(
      inTables(({ fills, lots, claims }) => ({
        ...{ fills: fills.filter((row) => row !== gone), lots: lots.filter(isElse), claims: claims.filter(isElse) },
      }))(evidence),
    )
  }
/** One change after another. */
export const all =
  (...changes: readonly Wrong['change'][]): Wrong['change'] =>
  (evidence) =>
    changes.reduce((changed, change) => change(changed), evidence)

/** The rules that a change breaks, in a lane where nothing else is wrong. */
export const brokenBy = ({ change, struck = HALTED, lane = SOUND }: Wrong): ReadonlySet<string> =>
  new Set(checkEvidence(change(soundEvidence(lane)), struck).map(({ invariant }) => invariant))
/** The rules that it should break: no other one may be named. */
export const rulesOf = ({ rule, also = [] }: Wrong): ReadonlySet<string> => new Set([rule, ...also])
