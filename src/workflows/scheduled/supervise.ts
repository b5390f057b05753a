import { proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import type { ScheduleActivities, SchedulesReport } from '../messages'

/** Some hundred small questions to the server; the next scheduled run is the retry. */
const activities = proxyActivities<ScheduleActivities>({
  startToCloseTimeout: '60s',
  retry: { maximumAttempts: 1 },
  summary: 'how the runs of all schedules ended',
})

/** Started by a Schedule: one that only fails is paused and told, so that nobody finds it out by what is missing. */
export async function superviseSchedules(): Promise<SchedulesReport> {
  const report = await activities.superviseSchedules()
  const lines = [
    ...report.paused.map((id) => `- **paused: ${id} has only failed**`),
    ...(report.resumed ?? []).map((id) => `- ${id} goes on: there are credits again`),
    ...report.failing.map(({ id, failures }) => `- ${id}: its last ${failures} runs failed`),
  ]
  setCurrentDetails(lines.join('\n') || `${report.looked} schedules, none of which only fails`)
  return report
}
