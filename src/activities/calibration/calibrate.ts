import { Context } from '@temporalio/activity'
import { FAILURES } from '../../core/failures'
import type { Recorded } from '../../core/report/record'
import type { Span } from '../../core/report/span'
import { calibrationOf, type Claim } from '../../core/stats/calibration'
import { figuresOf } from '../../core/stats/figures'
import { changedResults } from '../../core/stats/results'
import { judge, type CalibrationRule, type Finding, type Kept } from '../../core/stats/throttle'
import { millis, type Millis } from '../../core/units'
import type { Clock } from '../../ports/clock'
import type { Log } from '../../ports/log'
import type { CalibrationActivities, CalibrationReport, ProfileCalibrated } from '../../workflows/messages'
import { askResults, type ResultSource } from './results'

const DAY_MS = 86_400_000
/** Of the heartbeat limit of its workflow. */
const BEAT_MS = 5_000
const PPM = 1_000_000
const ppmOf = (share: number): number => Math.round(share * PPM)

export interface CalibrationDependencies {
  readonly rule: CalibrationRule
  /** The configured ones. */
  readonly profiles: readonly string[]
  /** Those that had claimed something when they were judged: they are judged on, whether they claim anything now or not. */
  readonly judged: () => Promise<ReadonlySet<string>>
  /** What was claimed in a time, with what became of it. null: this stack keeps no record. */
  readonly claims: ((span: Span) => Promise<Recorded<readonly Claim[]>>) | null
  /** When a person lifted the throttle of a profile last. */
  readonly lifts: () => Promise<ReadonlyMap<string, Millis>>
  readonly results: ResultSource
  /** Keeps what a run found, once. @returns how each profile stood before and stands since. */
  readonly keep: (run: string, found: readonly Finding[], atMs: Millis, signal: AbortSignal) => Promise<readonly Kept[]>
  readonly clock: Clock
  readonly log: Log
}

/** What the scheduled workflow `calibrate` does. */
export const createCalibrationActivities = (dependencies: CalibrationDependencies): CalibrationActivities => ({
  async calibrateProfiles() {
    const context = Context.current()
    const beat = setInterval(() => context.heartbeat(), BEAT_MS)
    try {
      const { workflowId = 'none', runId = 'none' } = context.info.workflowExecution ?? {}
      return await calibrate(`${workflowId}/${runId}`, dependencies, context.cancellationSignal)
    } finally {
      clearInterval(beat)
    }
  },
})

async function calibrate(run: string, dependencies: CalibrationDependencies, signal: AbortSignal): Promise<CalibrationReport> {
  const { rule, claims, judged, lifts, results, keep, clock, log } = dependencies
  const toMs = clock.nowMs()
  const span = { fromMs: millis(toMs - rule.days * DAY_MS), toMs }
  if (claims === null)
    return { ...span, unread: 'this stack has no QuestDB', claims: 0, unknown: 0, asked: 0, left: 0, changed: [], profiles: [] }
  const before = known(await claims(span))
  const told = await askResults(before, results, { clock, log }, signal)
  const all = told.asked === 0 ? before : known(await claims(span))
  const changed = [...new Set([...told.changed, ...changedResults(before, all)])].toSorted()
  for (const market of changed) log.warn({ market }, 'Kalshi has changed a result: what it says now counts')
  const lifted = await lifts()
  const found = profilesOf(dependencies.profiles, await judged(), all).map((profile): Finding => {
    const fromMs = millis(Math.max(span.fromMs, lifted.get(profile) ?? 0))
    const own = all.filter((claim) => claim.profile === profile && claim.atMs >= fromMs)
    const calibration = calibrationOf(own, rule.confidence)
    const reread = own.filter(({ market }) => changed.includes(market)).length
    return { profile, fromMs, judged: judge(calibration, rule), figures: { ...figuresOf(calibration), changed: reread } }
  })
  const kept = await keep(run, found, toMs, signal)
  const profiles = kept.map(({ verdict, figures, before, after: { profile, reasons, share } }): ProfileCalibrated => ({
    ...{ profile, verdict, figures, reasons },
    ...{ beforePpm: ppmOf(before?.share ?? 1), sharePpm: ppmOf(share) },
  }))
  for (const { profile, beforePpm, sharePpm, reasons } of profiles)
    if (sharePpm < beforePpm) log.error({ profile, share: sharePpm / PPM, reasons }, FAILURES.profileThrottled)
    else if (sharePpm > beforePpm)
      log.info({ profile, share: sharePpm / PPM }, 'the claims of a profile hold again: it is not throttled any more')
  const unknown = all.filter(({ paid }) => paid === null).length
  return { ...span, unread: null, claims: all.length, unknown, asked: told.asked, left: told.left, changed, profiles }
}

/** @throws Error: a record that does not answer now may answer the next attempt. */
function known(claims: Recorded<readonly Claim[]>): readonly Claim[] {
  if ('unknown' in claims) throw new Error(`what was claimed is not known: ${claims.unknown}`)
  return claims.known
}

/** A profile that never claimed anything has nothing to judge: where only boxes trade no row is kept. */
const profilesOf = (configured: readonly string[], judged: ReadonlySet<string>, claims: readonly Claim[]): readonly string[] =>
  [...new Set([...configured.filter((profile) => judged.has(profile)), ...claims.map(({ profile }) => profile)])].toSorted()
