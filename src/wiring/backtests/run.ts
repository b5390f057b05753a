import path from 'node:path'
import { readChangedLimits } from '../../config/limits'
import { readFile } from '../../config/files'
import { venuesSchema } from '../../config/schema/venues'
import { readProfilesFile } from '../../config/profiles'
import { rulesFor, type EdgeSettings } from '../../core/edge/profile'
import type { Frame } from '../../core/market/event'
import type { BacktestResult } from '../../core/report/backtest/result'
import type { Limits } from '../../core/risk/limits'
import { millis, money } from '../../core/units'
import type { Log } from '../../ports/log'
import { backtest, type BacktestOptions } from '../../replay/backtest/backtest'
import { framesOf } from '../../replay/frames'
import { readSettlements } from '../../replay/settlements'
import { RECORDINGS } from '../../replay/recordings/recording-list'
import { calendarsOf, releasesOf } from '../calendars'
import { replayTerms } from '../captures/terms'
import type { BacktestRequest } from './request'

type Played = Pick<BacktestOptions, 'name' | 'sequence' | 'settlements' | 'caveats'> & { readonly frames: AsyncIterable<Frame> }

export interface RunHooks {
  readonly log: Log
  readonly onProgress: BacktestOptions['onProgress']
  readonly signal: AbortSignal
}

/** Puts a backtest together from the configuration and runs it. @throws RangeError, ConfigurationError with one sentence for what cannot be used. */
export async function runBacktest(request: BacktestRequest, { log, onProgress, signal }: RunHooks): Promise<BacktestResult> {
  const { configDir, seed, cash, assumptions, waits, fees, legOrder } = request
  const venues = readFile(path.join(configDir, 'venues.yaml'), venuesSchema)
  const terms = replayTerms(venues)
  const newest = terms.regimes.at(-1)
  const limits = limitsOf(request)
  const { frames, ...played } = await playedBy(request, limits, log)
  return backtest(frames, {
    ...terms,
    ...played,
    ...{ seed, assumptions, waits, log, onProgress, signal },
    regimes: fees === 'today' && newest ? [{ ...newest, effectiveFromMs: millis(0) }] : terms.regimes,
    policy: legOrder === null ? terms.policy : { ...terms.policy, legOrder },
    cash: { kalshi: money(cash.kalshi), forecastex: money(cash.forecastex) },
    limits: limits ?? {},
    calendars: calendarsOf({ venues }),
    releases: releasesOf({ venues }),
    edges: edgesOf(request),
    described: describedBy(request, limits),
  })
}

/** A recording tells odds each quarter of an hour: with lines of minutes, as they are asked for live, none of it would be judged. */
const RECORDED_LINE_AGE_MS = 1_200_000

/** null: frames that have no odds. */
function edgesOf({ configDir, source, edges: { profile, isGuarded, lineAgeMs } }: BacktestRequest): BacktestOptions['edges'] {
  const settings = readProfilesFile(configDir)
  const ageMs = lineAgeMs ?? (source.kind === 'recording' ? RECORDED_LINE_AGE_MS : null)
  const { policy } = settings
  const judged: EdgeSettings = {
    ...settings,
    ...(isGuarded !== null && { isGuarded }),
    policy: ageMs === null ? policy : { ...policy, lineAgeNearMs: ageMs, lineAgeFarMs: ageMs },
  }
  return { rules: rulesFor(judged, 'backtest', profile ?? settings.profile), settings: judged }
}

/** null: those of the frames bind. */
function limitsOf({ configDir, source, limitsFile, changes }: BacktestRequest): Limits | null {
  if (limitsFile === null && changes.length > 0 && source.kind === 'captures')
    throw new RangeError('single limits are changed of a file: name it with --limits (the captures tell versions of their own)')
  if (limitsFile === null && source.kind === 'captures') return null
  return readChangedLimits(limitsFile ?? path.join(configDir, 'limits.yaml'), configDir, changes)
}

async function playedBy({ source, seed }: BacktestRequest, limits: Limits | null, log: Log): Promise<Played> {
  if (source.kind === 'captures') {
    const settlements = source.settlements === null ? [] : readSettlements(source.settlements)
    const caveats = ['The recorded books did not hear of our orders: what others would have done about them is not in it.']
    return { name: source.files.join(' '), sequence: source.sequence, frames: framesOf(source.files, log), settlements, caveats }
  }
  const read = Object.entries(RECORDINGS).find(([name]) => name === source.name)?.[1]
  if (!read) throw new RangeError(`recordings are ${Object.keys(RECORDINGS).join(', ')}, not "${source.name}"`)
  if (limits === null) throw new RangeError('a recording tells no limits of its own')
  const { quoteLifeMs, windows } = source
  const recording = await read(source.folder, {
    ...{ limits, seed },
    ...(quoteLifeMs !== null && { quoteLifeMs }),
    ...(windows !== null && { windows }),
  })
  const { name, settlements, caveats } = recording
  return { name, sequence: name === 'gold' ? 'ignore' : 'check', frames: recording.frames(), settlements, caveats }
}

const listed = (table: readonly number[]): string => table.join(' ')
/** Everything that could be otherwise, as the report shows it. */
const describedBy = (request: BacktestRequest, limits: Limits | null): Readonly<Record<string, string>> => {
  const { cash, assumptions, waits, fees, legOrder, edges, source } = request
  return {
    limits: limits?.version ?? 'those of the frames',
    cash: `kalshi ${cash.kalshi}, forecastex ${cash.forecastex}`,
    fees: fees === 'then' ? "ForecastEx by the day, Kalshi by today's rule" : "today's at both venues",
    depth_factor: String(assumptions.depthFactor),
    phantom: String(assumptions.phantom),
    fills: assumptions.waits,
    decision_ms: listed(waits.decision),
    step_ms: listed(waits.step),
    kalshi_ms: listed(waits.way.kalshi),
    forecastex_ms: listed(waits.way.forecastex),
    leg_order: legOrder ?? 'as configured',
    profile: `${edges.profile ?? 'as configured'}${edges.isGuarded === false ? ', guards off' : ''}`,
    ...(edges.lineAgeMs !== null && { line_age_ms: String(edges.lineAgeMs) }),
    ...(source.kind === 'recording' && source.quoteLifeMs !== null && { quote_life_ms: String(source.quoteLifeMs) }),
  }
}
