import { setTimeout as pause } from 'node:timers/promises'
import { checkEvidence } from '../checkers/check'
import type { Violation } from '../checkers/violation'
import { collectEvidence } from '../evidence/collect'
import type { Evidence } from '../evidence/evidence'
import type { EpisodePlan } from '../plan/plan'
import type { Struck, Where } from '../where'
import { withdrawn } from './book'
import { reliefOf, type Deeds } from './deeds'
import { Drive } from './drive'
import { untilQuiet } from './quiet'
import type { Rig } from './rig'
import type { Listing } from './scenario'

/** An unknown order is resolved after its not-after and the acceptance window, a lost trade after the next sweep, and servers start again in between. */
const QUIET_LIMIT_MS = 90_000
/** What is told late (a fee, a correction, a payout) is booked within some seconds. */
const BOOKED_LIMIT_MS = 20_000
const CHECK_AGAIN_MS = 1_000

/** What was seen at the end of an episode or of a block. */
export interface Verdict {
  readonly violations: readonly Violation[]
  /** null: it could not be read. */
  readonly evidence: Evidence | null
}

export interface Episode extends Verdict {
  readonly seed: number
  readonly struck: readonly Struck[]
  readonly missed: number
  readonly elapsedMs: number
  readonly outcomes: Readonly<Record<string, number>>
}

/**
 * Offers, strikes, waits until all is quiet, and judges. A violation ends the lane: what follows would only repeat it.
 * @param earlier what was struck in the lane before: the evidence is the whole lane's
 */
export async function runEpisode(
  rig: Rig,
  deeds: Deeds,
  plan: EpisodePlan,
  listings: readonly Listing[],
  whereOf: (startedMs: number) => Where,
  earlier: readonly Struck[],
  signal: AbortSignal,
): Promise<Episode> {
  const startedMs = Date.now()
  const driven = await new Drive(rig, deeds, plan, listings, startedMs).run(signal)
  const relieved = await relieve(deeds, driven.struck, listings, signal).catch((error: Error) => error)
  const struck = relieved instanceof Error ? driven.struck : [...driven.struck, ...relieved]
  const { violations, evidence } = await judge(rig, () => whereOf(startedMs), [...earlier, ...struck], signal)
  const outcomes: Record<string, number> = {}
  const own = (evidence?.tables.trades ?? []).filter((trade) => trade.startedMs >= startedMs)
  for (const { outcome } of own) outcomes[outcome ?? 'running'] = (outcomes[outcome ?? 'running'] ?? 0) + 1
  const stuck = relieved instanceof Error ? [{ invariant: 'stuck', detail: relieved.message } as const] : []
  return {
    ...{ seed: plan.seed, struck, missed: driven.missed, elapsedMs: Date.now() - startedMs, outcomes },
    ...{ violations: [...stuck, ...violations], evidence },
  }
}

/** What was armed is disarmed, what was offered is taken back, what was halted trades again. */
async function relieve(
  deeds: Deeds,
  struck: readonly Struck[],
  listings: readonly Listing[],
  signal: AbortSignal,
): Promise<readonly Struck[]> {
  const faults = struck.flatMap(({ kind, name }) =>
    (kind === 'kalshi' && name !== 'market_status') || kind === 'ibkr' ? reliefOf(kind, name) : [],
  )
  await deeds.post([...faults, ...listings.map(withdrawn)], signal)
  return deeds.resumeAll(signal)
}

/** Waits until all is quiet, then asks the checkers; what may still be told late is asked again. */
export async function judge(rig: Rig, where: () => Where, struck: readonly Struck[], signal: AbortSignal): Promise<Verdict> {
  const stuck = await untilQuiet(rig, QUIET_LIMIT_MS, signal)
  const lateMs = Date.now() + BOOKED_LIMIT_MS
  for (;;) {
    const { violations, evidence } = await look(where(), struck, signal)
    if (stuck.length > 0) return { evidence, violations: [{ invariant: 'stuck', detail: stuck.join('; ') }, ...violations] }
    if (violations.length === 0 || signal.aborted || Date.now() > lateMs) return { violations, evidence }
    await pause(CHECK_AGAIN_MS, undefined, { signal }).catch(() => undefined)
  }
}

async function look(where: Where, struck: readonly Struck[], signal: AbortSignal): Promise<Verdict> {
  const evidence = await collectEvidence(where, signal).catch((error: Error) => error)
  if (evidence instanceof Error) return { evidence: null, violations: [{ invariant: 'stuck', detail: `no evidence: ${evidence.message}` }] }
  try {
    return { evidence, violations: checkEvidence(evidence, struck) }
  } catch (error) {
    return { evidence, violations: [{ invariant: 'bug', detail: `a checker broke: ${(error as Error).message}` }] }
  }
}
