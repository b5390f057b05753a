import type { IdentityClass, JointState } from '../../../core/box/certificate'
import type { MarketId, SubjectId } from '../../../core/ids'
import type { Operator } from '../../../core/risk/scope'
import type { Millis } from '../../../core/units'
import { transact, type Database, type Transaction } from '../pool'
import { lockCertificate, lockMarkets, type CertificateRecord, type JudgedSides, type PairState } from './registry'
import { appendVersion, UNJUDGED, type Content } from './versions'

/** A sentence for the operator. Nothing was changed. */
export interface Refused {
  readonly kind: 'refused'
  readonly why: string
}
export const refused = (why: string): Refused => ({ kind: 'refused', why })

/** A pair as a file has it: a person's judgement, for the simulation at most. */
export interface ImportedCertificate {
  readonly id: SubjectId
  readonly base: string
  readonly kalshiMarket: MarketId
  readonly forecastexMarket: MarketId
  readonly polarity: 'same' | 'opposite'
  readonly class: IdentityClass
  readonly approvedFor: 'none' | 'sim'
  readonly state: Exclude<PairState, 'proposed' | 'rejected'>
  readonly question?: string
  readonly evidence?: string
  readonly states?: readonly JointState[]
  /** Fingerprints of both texts as they are told now; absent: a venue tells none. */
  readonly rules?: { readonly kalshi: string; readonly forecastex: string }
}
export interface SavedImport {
  /** `stands`: what is on record is of a later judgement, which no file undoes. */
  readonly kind: 'added' | 'changed' | 'unchanged' | 'stands'
  readonly state: PairState
  readonly version: number
}

/**
 * Records a pair of a file, audited; what is not approved is `proposed`. The same again changes nothing. A file is the first import: it lifts no suspension,
 * no rejection, and undoes no approval for all. A text that is not the one judged suspends the pair.
 * @throws RangeError when the id has other markets, or these markets have a pair that trades or was taken out of trade. LedgerUnreachable
 */
export function savePair(
  database: Database,
  pair: ImportedCertificate,
  by: Operator,
  atMs: Millis,
  signal: AbortSignal,
): Promise<SavedImport> {
  return transact(database, signal, async (transaction): Promise<SavedImport> => {
    const same = await lockMarkets(transaction, pair.kalshiMarket, pair.forecastexMarket)
    const before = same?.id === pair.id ? same : await lockCertificate(transaction, pair.id)
    if (before && (before.kalshiMarket !== pair.kalshiMarket || before.forecastexMarket !== pair.forecastexMarket))
      throw new RangeError(`pair ${pair.id} is on record with other markets (${marketsOf(before)}): give this one another id`)
    if (same && same.id !== pair.id && pair.state === 'active') refuseTwice(same, pair)
    if (before && stands(before, pair)) return { kind: 'stands', state: before.state, version: before.version }
    const content = importedContent(before, pair, by, atMs)
    if (before && isSameJudgement(before, content)) return { kind: 'unchanged', state: before.state, version: before.version }
    const version = await appendVersion(transaction, before, content.state === 'suspended' ? 'suspended' : 'imported', content, by, atMs)
    if (same && same.id !== pair.id && same.state === 'proposed') await endPair(transaction, same, `imported as pair ${pair.id}`, by, atMs)
    return { kind: before ? 'changed' : 'added', state: content.state, version }
  })
}

/** A second pair of the same markets would open what a person, or a changed text, has closed. */
function refuseTwice({ id, state, reason }: CertificateRecord, pair: ImportedCertificate): void {
  if (state === 'active') throw new RangeError(`the markets of pair ${pair.id} are traded as pair ${id} already: suspend that one first`)
  if (state === 'suspended' || state === 'rejected')
    throw new RangeError(`the markets of pair ${pair.id} are those of pair ${id}, which is ${state} (${reason}): no file lifts that`)
}

const marketsOf = ({ kalshiMarket, forecastexMarket }: CertificateRecord): string => `${kalshiMarket} and ${forecastexMarket}`

const stands = (before: CertificateRecord, { state }: ImportedCertificate): boolean =>
  before.approvedFor === 'all' || (state === 'active' && before.state !== 'active' && before.state !== 'proposed')

const isSameJudgement = (before: CertificateRecord, after: Content): boolean =>
  before.state === after.state &&
  before.class === after.class &&
  before.polarity === after.polarity &&
  before.approvedFor === after.approvedFor &&
  before.texts.kalshi === after.texts.kalshi &&
  before.texts.forecastex === after.texts.forecastex

function importedContent(before: CertificateRecord | null, pair: ImportedCertificate, by: Operator, atMs: Millis): Content {
  const { id, base, kalshiMarket, forecastexMarket, polarity, class: identity, approvedFor, rules } = pair
  const judged = before?.rules ?? null
  const changed = judged && rules ? venuesThatDiffer(judged, rules) : []
  const approved = approvedFor !== 'none'
  const isWaiting = !approved && (before === null || before.state === 'proposed')
  const state = isWaiting ? 'proposed' : !approved || changed.length > 0 ? 'suspended' : pair.state
  return {
    ...(before ?? { ...UNJUDGED, proposedBy: by.name, proposedMs: atMs }),
    ...{ id, base, kalshiMarket, forecastexMarket, polarity, class: identity, approvedFor, state },
    question: pair.question ?? before?.question ?? base,
    states: pair.states ?? before?.states ?? [],
    texts: rules ?? before?.texts ?? UNJUDGED.texts,
    ...(changed.length > 0 && { keys: UNJUDGED.keys }), // they were read in the former texts
    evidence: pair.evidence ?? before?.evidence ?? '',
    approvedBy: approved ? by.name : null,
    secondBy: null,
    approvedMs: approved ? atMs : null,
    reason: changed.length > 0 ? `the text at ${changed.join(' and ')} is not the one that was judged` : 'imported from a file',
  }
}

/** Venues whose text was judged, is told, and is another one. */
export const venuesThatDiffer = (
  judged: { readonly kalshi: string | null; readonly forecastex: string | null },
  told: { readonly kalshi: string | null; readonly forecastex: string | null },
): readonly ('kalshi' | 'forecastex')[] =>
  (['kalshi', 'forecastex'] as const).filter((venue) => judged[venue] !== null && told[venue] !== null && judged[venue] !== told[venue])

/** Ends every pair of a base but the one named, audited: its markets were listed anew. */
export function endOtherPairs(
  database: Database,
  base: string,
  keep: SubjectId,
  by: Operator,
  atMs: Millis,
  signal: AbortSignal,
): Promise<void> {
  return transact(database, signal, async (transaction) => {
    const others = await transaction.query<{ id: string }>(
      `select id from pair where base = $1 and id <> $2 and state in ('active', 'suspended', 'proposed') order by id`,
      [base, keep],
    )
    for (const { id } of others.rows) {
      const other = await lockCertificate(transaction, id)
      if (other && other.state !== 'ended') await endPair(transaction, other, `listed anew as pair ${keep}`, by, atMs)
    }
  })
}

const endPair = (transaction: Transaction, before: CertificateRecord, reason: string, by: Operator, atMs: Millis): Promise<number> =>
  appendVersion(transaction, before, 'ended', { ...before, state: 'ended', reason }, by, atMs)

/** Nothing opens on a suspended pair until somebody approves it again. Audited. @returns false: it was not active. @throws LedgerUnreachable */
export const suspendPair = (
  database: Database,
  id: string,
  reason: string,
  by: Operator,
  atMs: Millis,
  signal: AbortSignal,
): Promise<boolean> => leave(database, id, 'active', 'suspended', reason, by, atMs, signal)

/**
 * The same, for texts that are not those that were judged: the version has their fingerprints, keys and approval of the former ones end with them. It cannot
 * be approved before ingest has put those texts on record, where a person can read them. Audited. @returns false: it was not active. @throws LedgerUnreachable
 */
export function suspendReworded(
  database: Database,
  id: string,
  reason: string,
  told: JudgedSides<string>,
  by: Operator,
  atMs: Millis,
  signal: AbortSignal,
): Promise<boolean> {
  return transact(database, signal, async (transaction) => {
    const before = await lockCertificate(transaction, id)
    if (before?.state !== 'active') return false
    const { keys, approvedFor, approvedBy, secondBy, approvedMs, expiresMs } = UNJUDGED
    const texts = { kalshi: told.kalshi ?? before.texts.kalshi, forecastex: told.forecastex ?? before.texts.forecastex }
    const unjudged = { keys, approvedFor, approvedBy, secondBy, approvedMs, expiresMs }
    await appendVersion(transaction, before, 'suspended', { ...before, ...unjudged, texts, state: 'suspended', reason }, by, atMs)
    return true
  })
}

/** A proposal that is none; it is proposed again when what the venues ask has changed. Audited. @returns false: it did not wait. @throws LedgerUnreachable */
export const rejectPair = (
  database: Database,
  id: string,
  reason: string,
  by: Operator,
  atMs: Millis,
  signal: AbortSignal,
): Promise<boolean> => leave(database, id, 'proposed', 'rejected', reason, by, atMs, signal)

function leave(
  database: Database,
  id: string,
  from: PairState,
  to: 'suspended' | 'rejected',
  reason: string,
  by: Operator,
  atMs: Millis,
  signal: AbortSignal,
): Promise<boolean> {
  return transact(database, signal, async (transaction) => {
    const before = await lockCertificate(transaction, id)
    if (before?.state !== from) return false
    await appendVersion(transaction, before, to, { ...before, state: to, reason }, by, atMs)
    return true
  })
}
