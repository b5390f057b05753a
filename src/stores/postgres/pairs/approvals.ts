import type { IdentityClass } from '../../../core/box/certificate'
import { compare } from '../../../core/box/matching/compare'
import { VENUES, type Venue } from '../../../core/ids'
import { loneOrderRefusal } from '../../../core/risk/limit-change'
import type { Operator } from '../../../core/risk/scope'
import type { Mode } from '../../../core/trade/plan'
import { millis, type Millis } from '../../../core/units'
import { transact, type Database } from '../pool'
import { refused, venuesThatDiffer, type Refused } from './certificates'
import { INGEST, latestTexts } from './readings'
import { lockCertificate, type CertificateRecord } from './registry'
import { appendVersion } from './versions'

const DAY_MS = 86_400_000
/** A quarter: the longest-lived questions here are of quarterly figures, and a venue may amend its rules between two releases. */
export const CERTIFICATE_DAYS = 90
/** A year: agencies revise how they publish every January or February, and no judgement should outlive two of those. */
const CERTIFICATE_DAYS_MAX = 366

export interface Approval {
  readonly id: string
  /** What was looked at: a later one is another question. */
  readonly version: number
  readonly approvedFor: 'sim' | 'all'
  /** What the persons judge it to be, who may know more than the texts tell; absent: as it was proposed. */
  readonly class?: IdentityClass | null
  /** null: CERTIFICATE_DAYS from now. */
  readonly expiresMs: Millis | null
  readonly evidence: string
  /** The second person; needed in mode live. */
  readonly secondBy: string | null
  readonly mode: Mode
}

/** The fingerprints of the newest texts on record; null: none was ever seen. */
type LatestTexts = Readonly<Record<Venue, string | null>>

/**
 * Puts a certificate in force until it expires, audited. The same approval again is the same one; of two at once, the later is told that the pair has moved.
 * @throws LedgerUnreachable
 */
export function approvePair(
  database: Database,
  approval: Approval,
  by: Operator,
  atMs: Millis,
  signal: AbortSignal,
): Promise<CertificateRecord | Refused> {
  return transact(database, signal, async (transaction) => {
    const before = await lockCertificate(transaction, approval.id)
    if (!before) return refused(`there is no pair "${approval.id}": crossbook pairs list names them`)
    const expiresMs = approval.expiresMs ?? millis(atMs + CERTIFICATE_DAYS * DAY_MS)
    const { approvedFor, evidence, secondBy } = approval
    if (isInForce(before, { ...approval, expiresMs }, by)) return before
    const latest = await latestTexts(transaction, before.kalshiMarket, before.forecastexMarket)
    const why =
      personRefusal(approval, by) ?? expiryRefusal(expiresMs, atMs) ?? approvalRefusal(judgedBy(before, approval), approval, latest)
    if (why !== null) return refused(why)
    const judged = judgedBy(before, approval)
    const person = { approvedFor, evidence, expiresMs, approvedBy: by.name, secondBy, approvedMs: atMs }
    const content = { ...judged, ...person, state: 'active', reason: reasonOf(before, approval) } as const
    const version = await appendVersion(transaction, before, 'approved', content, by, atMs)
    return { ...content, version, by, atMs }
  })
}

/** Who says that both are identical says too that nothing parts them in a hazard; what the texts tell of other ends stays. */
const judgedBy = (before: CertificateRecord, { class: identity }: Approval): CertificateRecord => ({
  ...before,
  class: identity ?? before.class,
  states: identity === 'S0' ? before.states.filter(({ name }) => name !== 'hazard' && name !== 'gap') : before.states,
})
const reasonOf = (before: CertificateRecord, { approvedFor, class: identity }: Approval): string =>
  `approved for ${approvedFor}${identity && identity !== before.class ? `, as ${identity} in place of ${before.class}` : ''}`

const isInForce = (
  before: CertificateRecord,
  { approvedFor, class: identity, expiresMs, evidence, secondBy }: Approval,
  by: Operator,
): boolean =>
  before.state === 'active' &&
  (identity ?? before.class) === before.class &&
  before.approvedFor === approvedFor &&
  before.expiresMs === expiresMs &&
  before.evidence === evidence &&
  before.approvedBy === by.name &&
  before.secondBy === secondBy

/** Where real money moves, two persons judge, one whose role it is. */
function personRefusal({ mode, secondBy }: Approval, by: Operator): string | null {
  const refusal = loneOrderRefusal(by, secondBy, mode)
  if (refusal !== null || mode !== 'live') return refusal
  return by.role === 'approver' ? null : `${by.name} has the role ${by.role}: in mode live pairs are approved by an approver`
}

function expiryRefusal(expiresMs: Millis, atMs: Millis): string | null {
  if (expiresMs <= atMs) return `a certificate that expires at ${isoDay(expiresMs)} is over already: name a later day with --expires`
  return expiresMs > atMs + CERTIFICATE_DAYS_MAX * DAY_MS
    ? `a certificate lasts ${CERTIFICATE_DAYS_MAX} days at most: name a day until ${isoDay(millis(atMs + CERTIFICATE_DAYS_MAX * DAY_MS))} with --expires`
    : null
}

function approvalRefusal(before: CertificateRecord, { version, approvedFor, evidence }: Approval, latest: LatestTexts): string | null {
  const { id, state } = before
  if (state === 'ended') return `pair ${id} has ended (${before.reason}): its successor is approved by itself`
  if (state === 'rejected')
    return `pair ${id} was rejected by ${before.by.name} (${before.reason}): it is proposed again when its texts or keys change`
  if (before.version !== version)
    return `pair ${id} is at version ${before.version} by now (${state}: ${before.reason}), and version ${version} was judged: crossbook pairs show ${id}`
  if (evidence.trim() === '') return 'evidence is missing: say with --evidence what was compared, and where'
  const moved = venuesThatDiffer(before.texts, latest)
  if (moved.length > 0)
    return `the text at ${moved.join(' and ')} is not the one on record: when ingest has read it (crossbook schedules trigger ${moved.map((venue) => INGEST[venue].schedule).join(', ')}), crossbook pairs propose --kalshi ${before.kalshiMarket} --forecastex ${before.forecastexMarket}, then judge it anew`
  const missing = approvedFor === 'all' ? missingForAll(before, latest) : []
  return missing.length > 0 ? `pair ${id} cannot be approved for all: ${missing.join('; ')}` : null
}

/**
 * What a certificate lacks to be approved for real money, a sentence each (execution.md §10: class S0, both texts as they are now, both keys). A person may
 * vouch for what a text does not tell, never for what it tells otherwise.
 */
export function missingForAll({ class: identity, keys, texts }: CertificateRecord, latest: LatestTexts): readonly string[] {
  const fields = keys.kalshi && keys.forecastex ? compare(keys.kalshi, keys.forecastex).fields : []
  const different = fields.filter(({ verdict }) => verdict === 'different').map(({ field }) => field)
  return [
    ...(identity === 'S0' ? [] : [`its class is ${identity}, and only S0 trades outside sim`]),
    ...(different.length === 0 ? [] : [`the texts differ in ${different.join(', ')}, whatever a person calls it`]),
    ...VENUES.flatMap((venue) => [
      ...(keys[venue] === null ? [`no key of the question at ${venue} was judged`] : []),
      ...(texts[venue] === null || latest[venue] === null ? [`the text at ${venue} is not on record`] : []),
    ]),
  ]
}

const isoDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
