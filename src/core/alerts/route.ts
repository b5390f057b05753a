import type { Millis } from '../units'
import { SEVERITIES, type Severity } from './alert'

/** Who is told of what. Channels are named; what they are is the configuration's. */
export interface Routing {
  /** Each adds its channels for what is at least so bad. */
  readonly routes: readonly { readonly atLeast: Severity; readonly to: readonly string[] }[]
  /** Who hears of what nobody has acknowledged after so long; null: nobody else. Info never escalates. */
  readonly escalation: { readonly afterMs: number; readonly to: readonly string[] } | null
  /** The same thing again within so long is counted, not told. */
  readonly againMs: number
  /** What has not been seen for so long, and has been acknowledged or is not critical, is over by itself. */
  readonly forgottenMs: number
}

/** What stands of an alert, by its key, since it was first seen. */
export interface Standing {
  readonly severity: Severity
  /** How often it was seen. */
  readonly count: number
  readonly firstMs: Millis
  readonly lastMs: Millis
  readonly acknowledgedMs: Millis | null
  readonly endedMs: Millis | null
}

/** What a channel was told of it, and how often it had been seen then. */
export interface Told {
  readonly channel: string
  readonly occasion: Occasion
  readonly count: number
  readonly atMs: Millis
}
/** again:n counts from the first repetition. */
export type Occasion = 'raised' | `again:${number}` | 'escalated' | 'ended'

export interface Due {
  readonly channel: string
  readonly occasion: Occasion
  /** It came in quiet hours and was kept: told together with whatever else was. */
  readonly kept: boolean
}

const RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, critical: 2 }
export const isAtLeast = (severity: Severity, least: Severity): boolean => RANK[severity] >= RANK[least]
export const worst = (severities: readonly Severity[]): Severity =>
  SEVERITIES.findLast((severity) => severities.includes(severity)) ?? 'info'

/**
 * What has to be told now, each occasion once for each channel. In quiet hours only what is critical leaves; the rest is kept, and what ended meanwhile is
 * told by nobody: it was never heard of.
 * @param wasQuiet whether a moment is within quiet hours, in the time zone of who sleeps
 */
export function dueNow(
  standing: Standing,
  told: readonly Told[],
  routing: Routing,
  wasQuiet: (atMs: Millis) => boolean,
  nowMs: Millis,
): readonly Due[] {
  const { severity, firstMs, endedMs } = standing
  const isCritical = severity === 'critical'
  if (!isCritical && wasQuiet(nowMs)) return []
  const first = [...new Set(routing.routes.filter(({ atLeast }) => isAtLeast(severity, atLeast)).flatMap(({ to }) => to))]
  if (endedMs !== null) return endings(told)
  const kept = !isCritical && wasQuiet(firstMs)
  return [
    ...first.flatMap((channel): readonly Due[] => {
      const occasion = nextOccasion(standing, ofChannel(told, channel), routing)
      return occasion === null ? [] : [{ channel, occasion, kept: kept && occasion === 'raised' }]
    }),
    ...escalations(standing, told, routing, first, nowMs),
  ]
}

const ofChannel = (told: readonly Told[], channel: string): readonly Told[] => told.filter((each) => each.channel === channel)

/** Who heard of it hears of its end. */
function endings(told: readonly Told[]): readonly Due[] {
  const channels = [...new Set(told.map(({ channel }) => channel))]
  return channels
    .filter((channel) => ofChannel(told, channel).every(({ occasion }) => occasion !== 'ended'))
    .map((channel) => ({ channel, occasion: 'ended', kept: false }))
}

function nextOccasion({ count, lastMs, acknowledgedMs }: Standing, told: readonly Told[], { againMs }: Routing): Occasion | null {
  const last = told.toSorted((a, b) => a.atMs - b.atMs).at(-1)
  if (last === undefined) return 'raised'
  if (acknowledgedMs !== null || count <= last.count || lastMs - last.atMs < againMs) return null
  const repetitions = told.filter(({ occasion }) => occasion.startsWith('again:')).length
  return `again:${repetitions + 1}`
}

function escalations(
  { severity, firstMs, acknowledgedMs }: Standing,
  told: readonly Told[],
  { escalation }: Routing,
  first: readonly string[],
  nowMs: Millis,
): readonly Due[] {
  if (escalation === null || severity === 'info' || acknowledgedMs !== null) return []
  // counted from when somebody could have heard of it
  const heardMs = told.reduce((earliest, { atMs }) => Math.min(earliest, atMs), Infinity)
  const sinceMs = first.length === 0 ? firstMs : heardMs
  if (nowMs - sinceMs < escalation.afterMs) return []
  return escalation.to
    .filter((channel) => ofChannel(told, channel).every(({ occasion }) => occasion !== 'escalated'))
    .map((channel) => ({ channel, occasion: 'escalated', kept: false }))
}

/** Whether it is over although nothing said so. */
export function isForgotten({ severity, lastMs, acknowledgedMs, endedMs }: Standing, { forgottenMs }: Routing, nowMs: Millis): boolean {
  if (endedMs !== null || nowMs - lastMs < forgottenMs) return false
  return acknowledgedMs !== null || severity !== 'critical'
}

/** For a reader. */
export const occasionText = (occasion: Exclude<Occasion, 'raised'>): string =>
  occasion === 'escalated' ? 'nobody has acknowledged it' : occasion === 'ended' ? 'over' : 'again'
