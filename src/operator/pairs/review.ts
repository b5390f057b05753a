import { assertNever } from '../../core/assert'
import type { Certificate, IdentityClass } from '../../core/box/certificate'
import { compare, type FieldVerdict } from '../../core/box/matching/compare'
import { payoffMatrix, type PayoffMatrix } from '../../core/box/payoff'
import type { Venue } from '../../core/ids'
import type { Proposition } from '../../core/market/proposition'
import type { Operator } from '../../core/risk/scope'
import type { Millis } from '../../core/units'
import { missingForAll } from '../../stores/postgres/pairs/approvals'
import { venuesThatDiffer } from '../../stores/postgres/pairs/certificates'
import { latestTexts, readReading, readRuleTexts, type RuleTextRow, type StoredReading } from '../../stores/postgres/pairs/readings'
import { listCertificates, readVersions, type CertificateRecord, type PairState } from '../../stores/postgres/pairs/registry'
import type { Database } from '../../stores/postgres/pool'

const PAIR_STATES: readonly PairState[] = ['proposed', 'active', 'suspended', 'ended', 'rejected']

/** @throws RangeError naming the states there are. */
export function parseState(text: string): PairState {
  const found = PAIR_STATES.find((state) => state === text)
  if (!found) throw new RangeError(`"${text}" is no state of a pair: use ${PAIR_STATES.join(', ')}`)
  return found
}

/** A pair in the review queue. */
export interface PairLine {
  readonly id: string
  readonly state: PairState
  readonly version: number
  readonly class: IdentityClass
  readonly polarity: 'same' | 'opposite'
  readonly approvedFor: 'none' | 'sim' | 'all'
  readonly kalshi: string
  readonly forecastex: string
  readonly question: string
  /** 0 to 10,000; orders the queue and decides nothing. */
  readonly similarity: number
  readonly expiresMs: number | null
  readonly by: string
  readonly atMs: number
  readonly reason: string
  /** What it waits for; null: nothing. */
  readonly waitsFor: string | null
}

/** Certificates in force, the most alike first. @throws LedgerUnreachable */
export async function listPairs(database: Database, state: PairState | null, nowMs: Millis): Promise<readonly PairLine[]> {
  return (await listCertificates(database, state)).map((certificate) => lineOf(certificate, nowMs))
}

function lineOf(certificate: CertificateRecord, nowMs: Millis): PairLine {
  const { id, state, version, class: identity, polarity, approvedFor, kalshiMarket, forecastexMarket, question } = certificate
  const { similarity, expiresMs, by, atMs, reason } = certificate
  return {
    ...{ id, state, version, class: identity, polarity, approvedFor, kalshi: kalshiMarket, forecastex: forecastexMarket, question },
    ...{ similarity, expiresMs, by: by.name, atMs, reason, waitsFor: waitsFor(certificate, nowMs) },
  }
}

function waitsFor({ state, expiresMs, reason }: CertificateRecord, nowMs: Millis): string | null {
  switch (state) {
    case 'proposed':
      return 'a first approval'
    case 'suspended':
      return `a new approval: ${reason}`
    case 'active':
      return expiresMs !== null && expiresMs <= nowMs ? 'a new approval: the certificate has expired' : null
    case 'ended':
    case 'rejected':
      return null
    default:
      return assertNever(state, 'state')
  }
}

export interface SideView {
  readonly market: string
  /** As it was judged; null: nobody has. */
  readonly key: Proposition | null
  /** As ingest reads it now; null: it has not, or does not understand it. */
  readonly readNow: Proposition | null
  /** Fingerprint of the text that was judged, and of the newest on record; null: none. */
  readonly judgedSha256: string | null
  readonly latestSha256: string | null
  /** Every text that was seen, the newest first. */
  readonly texts: readonly RuleTextRow[]
}
export interface PairView extends PairLine {
  readonly sides: Readonly<Record<Venue, SideView>>
  /** The canonical keys field by field, as they were judged, else as they are read now; null: they were not both read. */
  readonly fields: readonly FieldVerdict[] | null
  /** Why this class, a sentence each. */
  readonly because: readonly string[]
  readonly states: CertificateRecord['states']
  /** What one contract of each leg pays in every joint state: A is YES at Kalshi, B is NO there. Micro-dollars. */
  readonly payoff: PayoffMatrix
  readonly evidence: string
  readonly approval: { readonly by: string; readonly second: string | null; readonly atMs: number } | null
  /** What it lacks to be approved for real money, a sentence each. */
  readonly missingForAll: readonly string[]
  /** The newest first. */
  readonly versions: readonly VersionView[]
}
export interface VersionView {
  readonly version: number
  readonly state: PairState
  readonly class: IdentityClass
  readonly approvedFor: 'none' | 'sim' | 'all'
  readonly by: Operator
  readonly atMs: number
  readonly reason: string
}

/** @throws RangeError when there is no such pair. LedgerUnreachable */
export async function showPair(database: Database, id: string, nowMs: Millis): Promise<PairView> {
  const versions = await readVersions(database, id)
  const [current] = versions
  if (!current) throw new RangeError(`there is no pair "${id}": crossbook pairs list names them`)
  const { kalshiMarket, forecastexMarket, keys, because, states, evidence, approvedBy, secondBy, approvedMs } = current
  const [latest, kalshi, forecastex, kalshiNow, forecastexNow] = await Promise.all([
    latestTexts(database, kalshiMarket, forecastexMarket),
    readRuleTexts(database, 'kalshi', kalshiMarket),
    readRuleTexts(database, 'forecastex', forecastexMarket),
    readReading(database, 'kalshi', kalshiMarket),
    readReading(database, 'forecastex', forecastexMarket),
  ])
  const texts = { kalshi, forecastex }
  const readNow = { kalshi: propositionOf(kalshiNow), forecastex: propositionOf(forecastexNow) }
  const [first, second] = [keys.kalshi ?? readNow.kalshi, keys.forecastex ?? readNow.forecastex]
  const sideOf = (venue: Venue): SideView => ({
    market: venue === 'kalshi' ? kalshiMarket : forecastexMarket,
    ...{ key: keys[venue], readNow: readNow[venue], judgedSha256: current.texts[venue], latestSha256: latest[venue], texts: texts[venue] },
  })
  return {
    ...lineOf(current, nowMs),
    sides: { kalshi: sideOf('kalshi'), forecastex: sideOf('forecastex') },
    fields: first && second ? compare(first, second).fields : null,
    ...{ because, states, evidence },
    payoff: payoffMatrix(certificateOf(current)),
    approval: approvedBy === null ? null : { by: approvedBy, second: secondBy, atMs: approvedMs ?? 0 },
    missingForAll: missingForAll(current, latest),
    versions: versions.map(versionOf),
  }
}

const propositionOf = (stored: StoredReading | null): Proposition | null =>
  stored?.reading.kind === 'read' ? stored.reading.proposition : null

const versionOf = ({ version, state, class: identity, approvedFor, by, atMs, reason }: CertificateRecord): VersionView => ({
  ...{ version, state, class: identity, approvedFor, by, atMs, reason },
})

/** As the engine would have it; what is not approved is looked at as for the simulation. */
const certificateOf = ({ id, class: identity, polarity, approvedFor, version, states }: CertificateRecord): Certificate => ({
  ...{ id, class: identity, polarity, approvedFor: approvedFor === 'all' ? 'all' : 'sim', version: String(version), states },
})

/** Venues whose newest text is not the one that was judged. */
export const movedTexts = ({ sides: { kalshi, forecastex } }: Pick<PairView, 'sides'>): readonly Venue[] =>
  venuesThatDiffer(
    { kalshi: kalshi.judgedSha256, forecastex: forecastex.judgedSha256 },
    { kalshi: kalshi.latestSha256, forecastex: forecastex.latestSha256 },
  )
