import { Context } from '@temporalio/activity'
import { FAILURES } from '../../core/failures'
import { marketId, type MarketId } from '../../core/ids'
import type { Recorded } from '../../core/report/record'
import type { Span } from '../../core/report/span'
import { calibrationOf, type Claim } from '../../core/stats/calibration'
import { figuresOf } from '../../core/stats/figures'
import { judge, type CalibrationRule, type Finding, type Kept } from '../../core/stats/throttle'
import { millis, type Millis } from '../../core/units'
import type { Listing } from '../../ports/catalog'
import type { Clock } from '../../ports/clock'
import type { Log } from '../../ports/log'
import type { CalibrationActivities, CalibrationReport, ProfileCalibrated } from '../../workflows/messages'

const DAY_MS = 86_400_000
/** By then nearly every game is over and its market settled: asked sooner, most answers would be none. */
const ENDED_AFTER_MS = 6 * 3_600_000
/** Requests to the venue of one run: what is left is asked next week. */
const ASKED_MAX = 200
/** Of the heartbeat limit of its workflow. */
const BEAT_MS = 5_000
const PPM = 1_000_000
const ppmOf = (share: number): number => Math.round(share * PPM)

export interface CalibrationDependencies {
  readonly rule: CalibrationRule
  /** The configured ones: each is judged, whether it claimed anything or not. */
  readonly profiles: readonly string[]
  /** What was claimed in a time, with what became of it. null: this stack keeps no record. */
  readonly claims: ((span: Span) => Promise<Recorded<readonly Claim[]>>) | null
  /** When a person lifted the throttle of a profile last. */
  readonly lifts: () => Promise<ReadonlyMap<string, Millis>>
  /** null: the venue does not list it (any more). @throws when it does not answer */
  readonly listing: (market: MarketId, signal: AbortSignal) => Promise<Listing | null>
  readonly save: (listings: readonly Listing[]) => Promise<void>
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
  const { rule, claims, lifts, keep, clock, log } = dependencies
  const toMs = clock.nowMs()
  const span = { fromMs: millis(toMs - rule.days * DAY_MS), toMs }
  if (claims === null) return { ...span, unread: 'this stack has no QuestDB', claims: 0, unknown: 0, asked: 0, profiles: [] }
  const before = known(await claims(span))
  const asked = await askResults(before, dependencies, signal)
  const all = asked === 0 ? before : known(await claims(span))
  const lifted = await lifts()
  const found = profilesOf(dependencies.profiles, all).map((profile): Finding => {
    const fromMs = millis(Math.max(span.fromMs, lifted.get(profile) ?? 0))
    const own = all.filter((claim) => claim.profile === profile && claim.atMs >= fromMs)
    const calibration = calibrationOf(own, rule.confidence)
    return { profile, fromMs, judged: judge(calibration, rule), figures: figuresOf(calibration) }
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
  return { ...span, unread: null, claims: all.length, unknown: all.filter(({ paid }) => paid === null).length, asked, profiles }
}

/** @throws Error: a record that does not answer now may answer the next attempt. */
function known(claims: Recorded<readonly Claim[]>): readonly Claim[] {
  if ('unknown' in claims) throw new Error(`what was claimed is not known: ${claims.unknown}`)
  return claims.known
}

const profilesOf = (configured: readonly string[], claims: readonly Claim[]): readonly string[] =>
  [...new Set([...configured, ...claims.map(({ profile }) => profile)])].toSorted()

/** Asks the venue how markets ended that the ledger has no result of. A market that it does not tell stays unknown, and is counted so. */
async function askResults(
  claims: readonly Claim[],
  { listing, save, clock, log }: CalibrationDependencies,
  signal: AbortSignal,
): Promise<number> {
  const beforeMs = clock.nowMs() - ENDED_AFTER_MS
  const waiting = claims.filter(({ paid, startMs }) => paid === null && startMs < beforeMs)
  // the newest first: what the venue never told of an old game keeps none from being asked
  const markets = [...new Set(waiting.toSorted((a, b) => b.startMs - a.startMs).map(({ market }) => marketId(market)))]
  for (const market of markets.slice(0, ASKED_MAX)) {
    try {
      const told = await listing(market, signal)
      if (told !== null) await save([told])
    } catch (error) {
      signal.throwIfAborted()
      log.warn({ market, error: (error as Error).message }, 'the result of a market could not be asked for; it is asked for next time')
    }
  }
  if (markets.length > ASKED_MAX) log.warn({ left: markets.length - ASKED_MAX }, 'more markets than a run asks about have no result')
  return Math.min(markets.length, ASKED_MAX)
}
