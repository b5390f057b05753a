import { isDeepStrictEqual } from 'node:util'
import { assertNever } from '../../../core/assert'
import type { IdentityClass, JointState } from '../../../core/box/certificate'
import { subjectId, VENUES, type MarketId, type SubjectId, type Venue } from '../../../core/ids'
import type { Proposition } from '../../../core/market/proposition'
import type { Operator } from '../../../core/risk/scope'
import type { Millis } from '../../../core/units'
import { transact, type Database, type Transaction } from '../pool'
import { venuesThatDiffer } from './certificates'
import { lockMarkets, type CertificateRecord, type JudgedSides } from './registry'
import { appendVersion, UNJUDGED } from './versions'

/** What the readers and the matcher make of two markets; nothing of it is approved. */
export interface PairProposal {
  readonly kalshiMarket: MarketId
  readonly forecastexMarket: MarketId
  /** One line for a person. */
  readonly question: string
  readonly class: IdentityClass
  readonly polarity: 'same' | 'opposite'
  readonly states: readonly JointState[]
  readonly keys: JudgedSides<Proposition>
  /** Fingerprints of the texts that the keys rest on. */
  readonly rules: JudgedSides<string>
  /** When the texts were read; absent: now. */
  readonly readMs?: Readonly<Record<Venue, Millis>>
  /** 0 to 10,000; orders the review queue and decides nothing. */
  readonly similarity: number
  /** Why this class, a sentence each. */
  readonly because: readonly string[]
}
export interface SavedProposal {
  readonly id: SubjectId
  readonly version: number
  /** `ended`: these markets are over, nothing is proposed of them. */
  readonly kind: 'added' | 'changed' | 'unchanged' | 'suspended' | 'ended'
  readonly why: string
}

/**
 * Records a proposal, audited. The same again changes nothing, and what waits is replaced by what is newer. An active pair stays as a person has judged it
 * while what was judged is still so: a text or a key that is another one now suspends it in this transaction (what nobody has judged is no change).
 * @throws LedgerUnreachable
 */
export function saveProposal(
  database: Database,
  proposal: PairProposal,
  by: Operator,
  atMs: Millis,
  signal: AbortSignal,
): Promise<SavedProposal> {
  return transact(database, signal, (transaction) => propose(transaction, proposal, by, atMs))
}

async function propose(transaction: Transaction, proposal: PairProposal, by: Operator, atMs: Millis): Promise<SavedProposal> {
  const before = await lockMarkets(transaction, proposal.kalshiMarket, proposal.forecastexMarket)
  const { rules: texts, readMs: _, ...judged } = proposal
  const proposed = { ...UNJUDGED, ...judged, texts, proposedBy: by.name, proposedMs: atMs }
  if (before === null) {
    const id = proposalId(proposal)
    const content = { ...proposed, id, base: id, state: 'proposed', reason: 'proposed' } as const
    return { id, kind: 'added', version: await appendVersion(transaction, null, 'proposed', content, by, atMs), why: 'new' }
  }
  const { id, base, version, state } = before
  if (state === 'ended') return { id, version, kind: 'ended', why: before.reason }
  const changes = changesOf(before, proposal)
  if (isOvertaken(before, proposal)) return { id, version, kind: 'unchanged', why: `${before.reason}, and that was not read yet` }
  if (stands(before, proposal, changes)) return { id, version, kind: 'unchanged', why: `${state} as it was judged` }
  const reason = changes.length > 0 ? changes.join('; ') : state === 'suspended' ? before.reason : 'read anew'
  if (state === 'active') {
    const content = { ...proposed, id, base, state: 'suspended', reason } as const
    return { id, kind: 'suspended', version: await appendVersion(transaction, before, 'suspended', content, by, atMs), why: reason }
  }
  const content =
    state === 'suspended' && changes.length === 0 && before.approvedBy !== null
      ? { ...before, ...filled(before, proposal) }
      : ({ ...proposed, id, base, state: state === 'suspended' ? state : 'proposed', reason } as const)
  return { id, kind: 'changed', version: await appendVersion(transaction, before, 'proposed', content, by, atMs), why: reason }
}

/** What a person has decided stands while what he looked at is so; of a suspended pair he may want to know more before he decides again. */
function stands(before: CertificateRecord, proposal: PairProposal, changes: readonly string[]): boolean {
  switch (before.state) {
    case 'active':
    case 'rejected':
      return changes.length === 0
    case 'suspended':
      if (before.approvedBy === null) return isSame(before, proposal)
      return changes.length === 0 && isDeepStrictEqual(filled(before, proposal), { keys: before.keys, texts: before.texts })
    case 'proposed':
    case 'ended':
      return isSame(before, proposal)
    default:
      return assertNever(before.state, 'state')
  }
}

/** A desk heard of another text since this one was read: it is not the venue's word any more. */
const isOvertaken = ({ state, approvedBy, texts, atMs }: CertificateRecord, { rules, readMs }: PairProposal): boolean =>
  state === 'suspended' &&
  approvedBy === null &&
  readMs !== undefined &&
  VENUES.some((venue) => texts[venue] !== null && texts[venue] !== rules[venue] && readMs[venue] < atMs)

/** What nobody had read or told when it was judged. */
const filled = ({ keys, texts }: CertificateRecord, proposal: PairProposal): Pick<CertificateRecord, 'keys' | 'texts'> => ({
  keys: { kalshi: keys.kalshi ?? proposal.keys.kalshi, forecastex: keys.forecastex ?? proposal.keys.forecastex },
  texts: { kalshi: texts.kalshi ?? proposal.rules.kalshi, forecastex: texts.forecastex ?? proposal.rules.forecastex },
})

/** Readable, the same for the same markets, and a scope of a halt: `kxu3-25mar-t4.0.710000001`. */
const proposalId = ({ kalshiMarket, forecastexMarket }: PairProposal): SubjectId =>
  subjectId(`${kalshiMarket}.${forecastexMarket}`.toLowerCase().replace(/[^a-z0-9.-]/g, '-'))

/** What was judged and is another one now. */
const changesOf = ({ keys, texts }: CertificateRecord, proposal: PairProposal): readonly string[] =>
  VENUES.flatMap((venue) => [
    ...(venuesThatDiffer(texts, proposal.rules).includes(venue) ? [`the text at ${venue} is not the one that was judged`] : []),
    ...(keys[venue] !== null && proposal.keys[venue] !== null && !isDeepStrictEqual(keys[venue], proposal.keys[venue])
      ? [`the question at ${venue} is read otherwise than it was judged`]
      : []),
  ])

const isSame = (before: CertificateRecord, after: PairProposal): boolean =>
  isDeepStrictEqual(
    [before.class, before.polarity, before.states, before.keys, before.texts, before.because, before.question, before.similarity],
    [after.class, after.polarity, after.states, after.keys, after.rules, after.because, after.question, after.similarity],
  )
