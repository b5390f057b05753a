import { proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import type { CalibrationActivities, CalibrationReport } from '../messages'

/** A question to the record for each start of a game, and two to the venue for each market without a result: some twenty minutes at most. */
const { calibrateProfiles } = proxyActivities<CalibrationActivities>({
  startToCloseTimeout: '30m',
  heartbeatTimeout: '60s',
  retry: { maximumAttempts: 3, initialInterval: '60s' },
  summary: 'hold what was claimed against what came true',
})

const PPM_PER_PERCENT = 10_000
/** Details are a page of Temporal's, not a list: the log has all of them. */
const CHANGED_SHOWN = 10

/** Started by a Schedule each week. What has failed trades less until its claims hold, or a person lifts it. */
export async function calibrate(): Promise<CalibrationReport> {
  const report = await calibrateProfiles()
  const { claims, unknown, unread, left, changed, profiles } = report
  const lines = profiles.flatMap(({ profile, verdict, figures, sharePpm, reasons }) => [
    `- ${profile}: ${verdict}, ${figures['endedGames'] ?? 0} games${sharePpm < 100 * PPM_PER_PERCENT ? `, **${sharePpm / PPM_PER_PERCENT} % of each size**` : ''}`,
    ...reasons.map((reason) => `  - ${reason}`),
  ])
  const notes = [
    ...(left > 0 ? [`- **${left} markets left** to be asked for next time`] : []),
    ...(changed.length > 0
      ? [`- **results changed**: ${changed.slice(0, CHANGED_SHOWN).join(', ')}${changed.length > CHANGED_SHOWN ? ', …' : ''}`]
      : []),
  ]
  const head = unread === null ? `${claims} signals, ${unknown} not ended` : `**nothing was read**: ${unread}`
  setCurrentDetails([head, ...notes, ...lines].join('\n'))
  return report
}
