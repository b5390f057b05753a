import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { ENVIRONMENTS, standingOf, unprovenFor, type Environment, type Fact, type Proof, type Standing } from '../core/facts/fact'
import { loginOf } from '../core/login'
import { FACTS, factOf } from '../core/facts/register'
import type { Operator } from '../core/risk/scope'
import { millis, type Millis } from '../core/units'
import { withLimit } from '../ports/limit'
import { readProofs, recordProofs, withdrawProof, type NewProof } from '../stores/postgres/facts/proofs'
import type { Database } from '../stores/postgres/pool'

const DAY_MS = 86_400_000
/** A few rows, in one transaction. */
const WRITE_LIMIT_MS = 5_000

export interface FactView extends Fact {
  /** As mode `live` sees it. */
  readonly standing: Standing['kind']
  /** The proof that decides; null when there is none. */
  readonly decidedBy: Proof | null
  /** Everything that was ever observed, the newest first. */
  readonly proofs: readonly Proof[]
}

/** Every fact with what is known of it. @throws LedgerUnreachable */
export async function readFacts(database: Database, nowMs: Millis): Promise<readonly FactView[]> {
  const proofs = await readProofs(database)
  return FACTS.map((fact) => {
    const standing = standingOf(fact, proofs, nowMs)
    return {
      ...fact,
      standing: standing.kind,
      decidedBy: standing.kind === 'unproven' ? null : standing.proof,
      proofs: proofs.filter(({ fact: id }) => id === fact.id).toReversed(),
    }
  })
}

/** How many facts are proven, and how many openings in `live` wait for. */
export interface FactCount {
  readonly facts: number
  readonly proven: number
  readonly missingForLive: number
}
/** "2 of 53 facts about the venues are proven; mode live opens nothing without 20 of the others". */
export const factsLine = ({ facts, proven, missingForLive }: FactCount): string =>
  `${proven} of ${facts} facts about the venues are proven; ${missingForLive === 0 ? 'mode live lacks none' : `mode live opens nothing without ${missingForLive} of the others`}`

export async function countFacts(database: Database, nowMs: Millis): Promise<FactCount> {
  const proofs = await readProofs(database)
  return {
    facts: FACTS.length,
    proven: FACTS.filter((fact) => standingOf(fact, proofs, nowMs).kind === 'proven').length,
    missingForLive: unprovenFor('live', FACTS, proofs, nowMs).length,
  }
}

/**
 * What an observation counts as. A simulated gateway is `sim` whatever the mode; a real one is what its account is: paper accounts begin with D. So
 * that an inspection with mode `sim` of a real gateway counts as what it is, and never as more.
 */
export function environmentOf(simulated: boolean, account: string): Environment {
  if (simulated) return 'sim'
  return loginOf(account)
}

/** @throws RangeError naming the environments there are. */
export function parseEnvironment(text: string): Environment {
  const found = ENVIRONMENTS.find((each) => each === text)
  if (!found) throw new RangeError(`"${text}" is no environment: use ${ENVIRONMENTS.join(', ')}`)
  return found
}

export interface Evidence {
  readonly evidence: string
  readonly sha256: string | null
}
/** A file that is there is named with its sha256, so that it can be told from any other; everything else is text. */
export function evidenceOf(text: string): Evidence {
  if (text.trim() === '') throw new RangeError('evidence is missing: name the file that shows it, or say what was seen and where')
  if (!fs.existsSync(text) || !fs.statSync(text).isFile()) return { evidence: text, sha256: null }
  return { evidence: path.basename(text), sha256: createHash('sha256').update(fs.readFileSync(text)).digest('hex') }
}

function proofOf(fact: Fact, value: string, environment: Environment, { evidence, sha256 }: Evidence, atMs: Millis): NewProof {
  return { fact: fact.id, value, environment, evidence, sha256, atMs, expiresMs: millis(atMs + fact.validDays * DAY_MS) }
}

export interface ProveOptions {
  readonly value: string
  readonly evidence: string
  readonly environment: Environment
}
/**
 * Records what was seen. A value the product is not made for is recorded too: it forbids openings in `live` from then on.
 * @throws RangeError for an unknown fact, or no value. LedgerUnreachable
 */
export async function proveFact(database: Database, id: string, options: ProveOptions, by: Operator, nowMs: Millis): Promise<FactView> {
  const fact = factOf(id)
  const value = options.value.trim()
  if (value === '') throw new RangeError(`what was seen is missing: write --value, for ${id} ${fact.expected?.join(' or ') ?? 'in words'}`)
  const proof = proofOf(fact, value, options.environment, evidenceOf(options.evidence), nowMs)
  await withLimit([], WRITE_LIMIT_MS, (limit) => recordProofs(database, [proof], by, limit))
  return viewOf(database, id, nowMs)
}

const viewOf = async (database: Database, id: string, nowMs: Millis): Promise<FactView> => {
  const view = (await readFacts(database, nowMs)).find((each) => each.id === id)
  if (!view) throw new RangeError(`there is no fact "${id}"`)
  return view
}

/** @throws RangeError when there is no such proof, or it is withdrawn already. LedgerUnreachable */
export async function withdraw(database: Database, proofId: number, reason: string, by: Operator, nowMs: Millis): Promise<void> {
  const done = await withLimit([], WRITE_LIMIT_MS, (limit) => withdrawProof(database, proofId, reason, by, nowMs, limit))
  if (!done) throw new RangeError(`proof ${proofId} is not on record, or is withdrawn already: crossbook facts --json lists them`)
}

/**
 * Records what an inspection has seen. What stands already with the same value, of the same environment and less than a day old, is left alone: an
 * inspection may run every minute.
 * @returns how many were recorded. @throws LedgerUnreachable
 */
export async function recordObserved(
  database: Database,
  observed: readonly { readonly fact: string; readonly value: string }[],
  environment: Environment,
  evidence: Evidence,
  by: Operator,
  nowMs: Millis,
): Promise<number> {
  const known = await readProofs(database)
  const isFresh = (id: string, value: string): boolean => {
    const last = known.findLast((proof) => proof.fact === id && proof.environment === environment && proof.withdrawn === null)
    return last?.value === value && nowMs - last.atMs < DAY_MS
  }
  const fresh = observed.filter(({ fact, value }) => !isFresh(fact, value))
  if (fresh.length === 0) return 0
  const proofs = fresh.map(({ fact, value }) => proofOf(factOf(fact), value, environment, evidence, nowMs))
  return (await withLimit([], WRITE_LIMIT_MS, (limit) => recordProofs(database, proofs, by, limit))).length
}
