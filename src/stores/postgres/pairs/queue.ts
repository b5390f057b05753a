import type { IdentityClass } from '../../../core/box/certificate'
import { pairUp, type Proposed } from '../../../core/box/matching/pair-up'
import { propose } from '../../../core/box/matching/propose'
import { similarity } from '../../../core/box/matching/similarity'
import type { Venue } from '../../../core/ids'
import type { Operator } from '../../../core/risk/scope'
import type { Millis } from '../../../core/units'
import { withLimit } from '../../../ports/limit'
import { saveProposal, type PairProposal, type SavedProposal } from './proposals'
import { INGEST, readReading, readReadings, type StoredReading } from './readings'
import { listCertificates } from './registry'
import type { Database } from '../pool'

/** A few rows, in one transaction. */
export const WRITE_LIMIT_MS = 5_000

export interface ProposedView extends SavedProposal {
  readonly kalshi: string
  readonly forecastex: string
  readonly question: string
  readonly class: IdentityClass
  readonly similarity: number
}
export interface ProposalReport {
  /** Markets on record whose question was looked at. */
  readonly markets: Readonly<Record<Venue, number>>
  readonly proposals: readonly ProposedView[]
  /** Markets whose texts were not understood: of them nothing is proposed. */
  readonly notRead: readonly { readonly venue: Venue; readonly market: string; readonly because: string }[]
}

/** Which markets to look at; absent: all that ingest has read and that are not closed. */
export interface Asked {
  readonly kalshi?: string | undefined
  readonly forecastex?: string | undefined
}

/**
 * Proposes pairs of what ingest has stored, and judges those on record anew: an active one whose text or key is another one now is suspended.
 * @throws RangeError when a market that was asked for is not on record. LedgerUnreachable
 */
export async function proposeStored(
  database: Database,
  asked: Asked,
  by: Operator,
  nowMs: Millis,
  signal: AbortSignal,
): Promise<ProposalReport> {
  const readings = await readingsOf(database, asked, nowMs)
  const isPair = asked.kalshi !== undefined && asked.forecastex !== undefined
  const found = isPair ? [] : pairUp(readings.kalshi, readings.forecastex).map(proposalOf)
  const again = isPair ? bothOf(readings) : await onRecord(database, readings, found)
  const judged = again.map(([kalshi, forecastex]) => judge(kalshi, forecastex))
  const proposals: ProposedView[] = []
  for (const proposal of [...found, ...judged]) {
    const saved = await withLimit([signal], WRITE_LIMIT_MS, (limit) => saveProposal(database, proposal, by, nowMs, limit))
    const { kalshiMarket, forecastexMarket, question, class: identity, similarity: alike } = proposal
    proposals.push({ ...saved, kalshi: kalshiMarket, forecastex: forecastexMarket, question, class: identity, similarity: alike })
  }
  const notRead = [...readings.kalshi, ...readings.forecastex].flatMap(({ venue, market, reading }) =>
    reading.kind === 'read' ? [] : [{ venue, market, because: reading.because }],
  )
  return { markets: { kalshi: readings.kalshi.length, forecastex: readings.forecastex.length }, proposals, notRead }
}

type Readings = Readonly<Record<Venue, readonly StoredReading[]>>
type Both = readonly [kalshi: StoredReading, forecastex: StoredReading]

async function readingsOf(database: Database, { kalshi, forecastex }: Asked, nowMs: Millis): Promise<Readings> {
  const all = kalshi !== undefined && forecastex !== undefined ? [] : await readReadings(database, nowMs)
  const of = async (venue: Venue, market: string | undefined): Promise<readonly StoredReading[]> =>
    market === undefined ? all.filter((each) => each.venue === venue) : [await requiredReading(database, venue, market)]
  return { kalshi: await of('kalshi', kalshi), forecastex: await of('forecastex', forecastex) }
}

async function requiredReading(database: Database, venue: Venue, market: string): Promise<StoredReading> {
  const found = await readReading(database, venue, market)
  if (found) return found
  const { schedule, list } = INGEST[venue]
  throw new RangeError(
    `${market} of ${venue} is not on record: crossbook schedules trigger ${schedule} reads what ${list} of config/venues.yaml names`,
  )
}

const bothOf = ({ kalshi: [kalshi], forecastex: [forecastex] }: Readings): readonly Both[] =>
  kalshi && forecastex ? [[kalshi, forecastex]] : []

/** Pairs that stand and were not just found: a key that is another one now may be why. */
async function onRecord(database: Database, readings: Readings, found: readonly PairProposal[]): Promise<readonly Both[]> {
  const nameOf = (kalshi: string, forecastex: string): string => `${kalshi} ${forecastex}`
  const done = new Set(found.map(({ kalshiMarket, forecastexMarket }) => nameOf(kalshiMarket, forecastexMarket)))
  const kalshi = new Map(readings.kalshi.map((reading) => [reading.market, reading]))
  const forecastex = new Map(readings.forecastex.map((reading) => [reading.market, reading]))
  return (await listCertificates(database, null)).flatMap(({ state, kalshiMarket, forecastexMarket }): Both[] => {
    const [first, second] = [kalshi.get(kalshiMarket), forecastex.get(forecastexMarket)]
    const isDone = state === 'ended' || done.has(nameOf(kalshiMarket, forecastexMarket))
    return !isDone && first && second ? [[first, second]] : []
  })
}

/** Two markets that somebody names, whatever comes of it. */
export const judge = (kalshi: StoredReading, forecastex: StoredReading): PairProposal =>
  proposalOf({
    ...{ kalshi, forecastex, judgement: propose(kalshi.reading, forecastex.reading) },
    similarity: similarity(kalshi.title, forecastex.title),
  })

function proposalOf({ kalshi, forecastex, judgement, similarity: alike }: Proposed<StoredReading, StoredReading>): PairProposal {
  const { class: identity, polarity, states, because } = judgement
  const keyOf = ({ reading }: StoredReading) => (reading.kind === 'read' ? reading.proposition : null)
  return {
    ...{ kalshiMarket: kalshi.market, forecastexMarket: forecastex.market, question: `${kalshi.title} | ${forecastex.title}` },
    ...{ class: identity, polarity, states, because, similarity: alike },
    keys: { kalshi: keyOf(kalshi), forecastex: keyOf(forecastex) },
    rules: { kalshi: kalshi.rulesSha256, forecastex: forecastex.rulesSha256 },
    readMs: { kalshi: kalshi.readMs, forecastex: forecastex.readMs },
  }
}
