import { proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import type { CalibrationActivities, CalibrationReport } from '../messages'

/** A question to the record for each start of a game, and one to the venue for each market without a result: minutes at most. */
const { calibrateProfiles } = proxyActivities<CalibrationActivities>({
  startToCloseTimeout: '30m',
  heartbeatTimeout: '60s',
  retry: { maximumAttempts: 3, initialInterval: '60s' },
  summary: 'hold what was claimed against what came true',
})

const PPM_PER_PERCENT = 10_000

/** Started by a Schedule each week. What has failed trades less until its claims hold, or a person lifts it. */
export async function calibrate(): Promise<CalibrationReport> {
  const report = await calibrateProfiles()
  const { claims, unknown, unread, profiles } = report
  const lines = profiles.flatMap(({ profile, verdict, figures, sharePpm, reasons }) => [
    `- ${profile}: ${verdict}, ${figures['endedGames'] ?? 0} games${sharePpm < 100 * PPM_PER_PERCENT ? `, **${sharePpm / PPM_PER_PERCENT} % of each size**` : ''}`,
    ...reasons.map((reason) => `  - ${reason}`),
  ])
  setCurrentDetails([unread === null ? `${claims} signals, ${unknown} not ended` : `**nothing was read**: ${unread}`, ...lines].join('\n'))
  return report
}
