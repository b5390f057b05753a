import type { Venue } from '../ids'
import type { Mode } from '../trade/plan'
import type { Millis } from '../units'

/** Where something was seen. A simulated venue says what we made it say: it proves our code, never the venue. */
export const ENVIRONMENTS = ['sim', 'demo', 'paper', 'live'] as const
export type Environment = (typeof ENVIRONMENTS)[number]

/** Something about a venue that the product relies on and that only an account there can show (execution.md §10). */
export interface Fact {
  /** `venue.words-with-hyphens`. */
  readonly id: string
  readonly venue: Venue
  readonly question: string
  /** What goes wrong where the answer is another one. */
  readonly why: string
  /** What is done with the answer, and what is done until there is one. */
  readonly relies: string
  /** How it is proven. */
  readonly proof: string
  /** The answers the product is made for; null: whatever is seen is right, and is to be known. */
  readonly expected: readonly string[] | null
  /** Whose observations count for `live`. */
  readonly counts: readonly Environment[]
  /** How long one proof holds: venues change their rules, and permissions and rates change sooner. */
  readonly validDays: number
  /** What mode `live` refuses without a proof. Reducing orders are never refused (E4). */
  readonly blocks: 'openings' | 'nothing'
}

/** One dated observation. Never changed; what was wrong is withdrawn, with its reason. */
export interface Proof {
  readonly id: number
  readonly fact: string
  readonly value: string
  readonly environment: Environment
  /** What was seen, or the name of the file that shows it. */
  readonly evidence: string
  /** Of that file, in hex; null: the evidence is text. */
  readonly sha256: string | null
  readonly by: string
  readonly atMs: Millis
  readonly expiresMs: Millis
  readonly withdrawn: { readonly by: string; readonly atMs: Millis; readonly reason: string } | null
}

export type Standing =
  | { readonly kind: 'unproven' }
  /** A proof that counts has an answer the product is not made for, and no newer one of an environment as near to real money has another. */
  | { readonly kind: 'contradicted'; readonly proof: Proof }
  | { readonly kind: 'expired'; readonly proof: Proof }
  | { readonly kind: 'proven'; readonly proof: Proof }

const DAY_MS = 86_400_000

/** By the order of the record: the clocks of two machines need not agree. */
const newest = (proofs: readonly Proof[]): Proof | null =>
  proofs.reduce<Proof | null>((best, proof) => (best === null || proof.id > best.id ? proof : best), null)

/**
 * What `live` may rely on, by the observations that were not withdrawn, of environments that count: the newest decides, but what was seen nearer to
 * real money is contradicted there alone. None holds longer than the register says now.
 */
export function standingOf(fact: Fact, proofs: readonly Proof[], nowMs: Millis): Standing {
  const { expected, counts, validDays } = fact
  const counting = proofs.filter(
    ({ fact: id, withdrawn, environment }) => id === fact.id && withdrawn === null && counts.includes(environment),
  )
  const decides = newest(counting)
  if (decides === null) return { kind: 'unproven' }
  const isContradiction = ({ value }: Proof): boolean => expected !== null && !expected.includes(value)
  const rankOf = ({ environment }: Proof): number => ENVIRONMENTS.indexOf(environment)
  const contradiction = newest(
    counting.filter((proof) => isContradiction(proof) && !counting.some((later) => later.id > proof.id && rankOf(later) >= rankOf(proof))),
  )
  if (contradiction) return { kind: 'contradicted', proof: contradiction }
  const untilMs = Math.min(decides.expiresMs, decides.atMs + validDays * DAY_MS)
  return { kind: untilMs > nowMs ? 'proven' : 'expired', proof: decides }
}

/**
 * What mode `live` must not open without: facts that block openings and have no standing proof (execution.md §10). Empty in every other mode, where
 * no real money is at stake.
 */
export const unprovenFor = (mode: Mode, facts: readonly Fact[], proofs: readonly Proof[], nowMs: Millis): readonly Fact[] =>
  mode === 'live' ? facts.filter((fact) => fact.blocks === 'openings' && standingOf(fact, proofs, nowMs).kind !== 'proven') : []

/** One sentence that names them; null when nothing is missing. */
export const unprovenSentence = (unproven: readonly Fact[]): string | null =>
  unproven.length === 0
    ? null
    : `mode live opens nothing while ${unproven.length} of the facts it relies on are unproven: ${unproven.map(({ id }) => id).join(', ')} (crossbook facts says how each is proven)`
