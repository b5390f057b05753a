import { marketId } from '../../core/ids'
import type { Operator } from '../../core/risk/scope'
import type { Millis } from '../../core/units'
import { withLimit } from '../../ports/limit'
import { saveProposal, type PairProposal } from '../../stores/postgres/pairs/proposals'
import { latestTexts, readReading } from '../../stores/postgres/pairs/readings'
import { judge } from '../../stores/postgres/pairs/queue'
import { findPair } from '../../stores/postgres/pairs/registry'
import type { Database } from '../../stores/postgres/pool'
import { knownContracts } from '../../stores/postgres/reference/questions'
import type { Mapping } from '../../config/schema/pairs'
import { WRITE_LIMIT_MS } from './propose'

export interface MappingRow extends Mapping {
  readonly row: number
}
interface ImportedMapping {
  readonly row: number
  readonly name: string
  readonly id: string
  readonly state: string
  readonly kind: 'added' | 'unchanged'
}
interface RefusedRow {
  readonly row: number
  readonly name: string
  readonly why: string
}
interface MappingReport {
  readonly imported: readonly ImportedMapping[]
  readonly refused: readonly RefusedRow[]
}

/**
 * Imports the list of the first system as proposals: nothing in it is approved. A pair that is on record stays as it is; where both markets were read their
 * questions are compared, and where they were not nothing is known of them (S3).
 * @throws LedgerUnreachable
 */
export async function importMappings(
  database: Database,
  rows: readonly MappingRow[],
  by: Operator,
  nowMs: Millis,
  signal: AbortSignal,
): Promise<MappingReport> {
  const contracts = await knownContracts(database)
  const noOf = new Map(contracts.map(({ yes, no }) => [yes, no]))
  const yesOf = new Map(contracts.map(({ yes, no }) => [no, yes]))
  const imported: ImportedMapping[] = []
  const refused: RefusedRow[] = []
  for (const row of rows) {
    const why = contractsRefusal(row, noOf, yesOf)
    if (why !== null) refused.push({ row: row.row, name: row.unified_symbol, why })
    else imported.push(await importRow(database, row, noOf.has(row.ibkr_yes_conid), by, nowMs, signal))
  }
  return { imported, refused }
}

/** What the venue lists otherwise than the row has it. */
function contractsRefusal(
  { ibkr_yes_conid: yes, ibkr_no_conid: no }: MappingRow,
  noOf: ReadonlyMap<number, number>,
  yesOf: ReadonlyMap<number, number>,
): string | null {
  const listed = noOf.get(yes)
  if (listed !== undefined)
    return listed === no ? null : `ibkr_no_conid is ${no}, and ForecastEx lists ${listed} as the NO contract of ${yes}`
  const question = yesOf.get(yes)
  if (question !== undefined) return `ibkr_yes_conid ${yes} is the NO contract of ${question}: exchange the two`
  const other = noOf.has(no) ? no : yesOf.get(no)
  return other === undefined ? null : `ibkr_no_conid ${no} belongs to the question ${other}, not to ${yes}`
}

async function importRow(
  database: Database,
  row: MappingRow,
  isListed: boolean,
  by: Operator,
  nowMs: Millis,
  signal: AbortSignal,
): Promise<ImportedMapping> {
  const [ticker, contract] = [row.kalshi_ticker, String(row.ibkr_yes_conid)]
  const known = await findPair(database, ticker, contract)
  const named = { row: row.row, name: row.unified_symbol }
  if (known) return { ...named, id: known.id, state: known.state, kind: 'unchanged' }
  const proposal = await proposalOf(database, row, isListed)
  const saved = await withLimit([signal], WRITE_LIMIT_MS, (limit) => saveProposal(database, proposal, by, nowMs, limit))
  return { ...named, id: saved.id, state: 'proposed', kind: saved.kind === 'added' ? 'added' : 'unchanged' }
}

async function proposalOf(database: Database, row: MappingRow, isListed: boolean): Promise<PairProposal> {
  const [kalshiMarket, forecastexMarket] = [marketId(row.kalshi_ticker), marketId(String(row.ibkr_yes_conid))]
  const [kalshi, forecastex] = await Promise.all([
    readReading(database, 'kalshi', kalshiMarket),
    readReading(database, 'forecastex', forecastexMarket),
  ])
  const origin = [
    `imported from a list as "${row.unified_symbol}"`,
    ...(isListed ? [] : [`its NO contract ${row.ibkr_no_conid} is as the list has it: ForecastEx has not told one of ${forecastexMarket}`]),
  ]
  if (kalshi && forecastex) {
    const judged = judge(kalshi, forecastex)
    return { ...judged, because: [...judged.because, ...origin] }
  }
  const unread = [
    ...(kalshi ? [] : [`${kalshiMarket} of kalshi was not read`]),
    ...(forecastex ? [] : [`${forecastexMarket} of forecastex was not read`]),
  ]
  return {
    ...{ kalshiMarket, forecastexMarket, question: row.description || row.unified_symbol },
    ...{ class: 'S3', polarity: 'same', states: [], keys: { kalshi: null, forecastex: null }, similarity: 0 },
    rules: await latestTexts(database, kalshiMarket, forecastexMarket),
    because: [...unread, ...origin],
  }
}
