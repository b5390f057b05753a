import type { StandingRead } from '../../../operator/calibration/standings'
import { dollars, table } from '../../render'

const PERCENT = 100
const PPM_PER_PERCENT = 10_000
const UNKNOWN = '–'

const percent = (share: number): string => `${Math.round(share * PERCENT)} %`
const ratio = (ppm: number | null | undefined): string =>
  ppm === null || ppm === undefined ? UNKNOWN : `${Math.round(ppm / (PPM_PER_PERCENT / PERCENT)) / PERCENT} %`
const contract = (micros: number | null | undefined): string => (micros === null || micros === undefined ? UNKNOWN : dollars(micros))

/** How every profile stands, and below it why some are throttled. */
export function standingsText(standings: readonly StandingRead[]): string {
  if (standings.length === 0) return 'no profile was ever judged: calibrate runs once a week (crossbook schedules trigger calibrate)'
  const rows = standings.map(({ profile, verdict, share, atMs, liftedMs, figures }) => [
    ...[profile, liftedMs === null ? verdict : 'lifted', percent(share), new Date(atMs).toISOString().slice(0, 10)],
    ...[String(figures['claims'] ?? UNKNOWN), String(figures['endedGames'] ?? UNKNOWN)],
    ...[ratio(figures['gapPpm']), contract(figures['claimedMicros']), contract(figures['realisedMicros'])],
  ])
  const headings = ['profile', 'claims', 'of each size', 'judged', 'signals', 'games ended', 'too often', 'claimed', 'earned']
  const why = standings.flatMap(({ profile, reasons }) => reasons.map((reason) => `${profile}: ${reason}`))
  return [table(headings, rows, [2, 4, 5, 6, 7, 8]), ...why].join('\n')
}

export const liftedText = (profile: string, before: { readonly share: number } | null): string =>
  before === null
    ? `${profile} is not throttled: nothing was changed`
    : `${profile} trades whole sizes again, not ${percent(before.share)}; claims made before now do not count any more`
