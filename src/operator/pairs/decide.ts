import type { IdentityClass } from '../../core/box/certificate'
import { Refused } from '../../core/refused'
import type { Operator } from '../../core/risk/scope'
import { commandRefusal } from '../../core/risk/limit-change'
import type { Mode } from '../../core/trade/plan'
import { millis, type Millis } from '../../core/units'
import { withLimit } from '../../ports/limit'
import { approvePair } from '../../stores/postgres/pairs/approvals'
import { rejectPair, suspendPair } from '../../stores/postgres/pairs/certificates'
import { readCertificate } from '../../stores/postgres/pairs/registry'
import type { Database } from '../../stores/postgres/pool'
import { WRITE_LIMIT_MS } from './propose'
import { showPair, type PairView } from './review'

/** Somebody's answer to a pair is not taken: one sentence. Nothing was changed. */
export class PairRefused extends Refused {
  override readonly name = 'PairRefused'
}

/** @throws PairRefused when this person may give no commands. */
export function refuseViewer(by: Operator): void {
  const refusal = commandRefusal(by)
  if (refusal !== null) throw new PairRefused(refusal)
}

export interface ApproveOptions {
  readonly approvedFor: 'sim' | 'all'
  /** What the persons judge it to be; null: as it was proposed. */
  readonly class: IdentityClass | null
  /** null: a quarter from now. */
  readonly expiresMs: Millis | null
  readonly evidence: string
  readonly secondBy: string | null
  /** The version that was looked at; null: the one in force now. */
  readonly version: number | null
  readonly mode: Mode
}

/** Approves what is in force, or the version that was looked at. @throws PairRefused with the reason. LedgerUnreachable */
export async function approve(database: Database, id: string, options: ApproveOptions, by: Operator, nowMs: Millis): Promise<PairView> {
  const version = options.version ?? (await readCertificate(database, id))?.version ?? 0
  const answer = await withLimit([], WRITE_LIMIT_MS, (limit) => approvePair(database, { ...options, id, version }, by, nowMs, limit))
  if ('kind' in answer) throw new PairRefused(answer.why)
  return showPair(database, id, nowMs)
}

/** Stops openings on an active pair, or says that a proposal is none. @throws PairRefused when it is in no such state. LedgerUnreachable */
export async function leave(
  database: Database,
  verb: 'suspend' | 'reject',
  id: string,
  reason: string,
  by: Operator,
  nowMs: Millis,
): Promise<PairView> {
  refuseViewer(by)
  if (reason.trim() === '') throw new RangeError('--reason is empty: say why, it is kept for ever')
  const change = verb === 'suspend' ? suspendPair : rejectPair
  const done = await withLimit([], WRITE_LIMIT_MS, (limit) => change(database, id, reason, by, nowMs, limit))
  const view = await showPair(database, id, nowMs)
  if (!done && view.state !== (verb === 'suspend' ? 'suspended' : 'rejected')) throw new PairRefused(leaveRefusal(verb, view))
  return view
}

const leaveRefusal = (verb: 'suspend' | 'reject', { id, state }: PairView): string =>
  verb === 'suspend'
    ? `pair ${id} is ${state}, and only an active one can be suspended${state === 'proposed' ? ': crossbook pairs reject says that it is none' : ''}`
    : `pair ${id} is ${state}, and only a proposal can be rejected${state === 'active' ? ': crossbook pairs suspend stops it' : ''}`

/** `2027-02-20`: the first moment of that day, UTC. @throws RangeError */
export function parseDay(text: string): Millis {
  const atMs = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN
  if (Number.isNaN(atMs) || new Date(atMs).toISOString().slice(0, 10) !== text)
    throw new RangeError(`"${text}" is no day: write it like 2027-02-20`)
  return millis(atMs)
}

/** @throws RangeError */
export function parseApprovedFor(text: string): 'sim' | 'all' {
  if (text !== 'sim' && text !== 'all') throw new RangeError(`"${text}" is nothing a pair is approved for: use sim, or all for real money`)
  return text
}

const CLASSES: readonly IdentityClass[] = ['S0', 'S1', 'S1h', 'S2', 'S3']
/** @throws RangeError */
export function parseClass(text: string): IdentityClass {
  const found = CLASSES.find((each) => each === text)
  if (!found) throw new RangeError(`"${text}" is no class: use ${CLASSES.join(', ')} (docs/pairs.md)`)
  return found
}
