import { ApplicationFailure, proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import { QUEUES } from '../messages'
import type { IngestedOdds, IngestedSport, OddsActivities } from '../messages/odds'
import type { ScheduleActivities } from '../messages/schedules'

/** Every sport once, at the time limit of a call each. What fails is told and not tried again: the next scheduled round is the retry. */
const { ingestOddsRound } = proxyActivities<OddsActivities>({
  startToCloseTimeout: '4m',
  retry: { maximumAttempts: 1 },
  summary: 'odds of the sports that are due',
})

/** A question to the server and an answer. */
const { pauseForCredits } = proxyActivities<ScheduleActivities>({
  taskQueue: QUEUES.backoffice,
  startToCloseTimeout: '60s',
  retry: { maximumAttempts: 3 },
  summary: 'pauses the schedule: the credits are gone',
})

const KEY_REFUSED = 'key refused'

/**
 * Started by a Schedule: what sportsbooks say of the sports that are due, as far as the credits of the month go; then it pauses its schedule. A source that
 * is away is no failure of the run, for it comes back by itself. One that refuses the key is: some of those in a row pause the schedule.
 */
export async function ingestOdds(): Promise<IngestedOdds> {
  const round = await ingestOddsRound()
  setCurrentDetails(detailsOf(round))
  if (round.paused !== null) await pauseForCredits(round.paused)
  if (round.keyRefused !== null) throw ApplicationFailure.nonRetryable(round.keyRefused, KEY_REFUSED)
  return round
}

function detailsOf({ sports, left, remaining, paused, failure }: IngestedOdds): string {
  const pause = paused === null ? [] : [`- paused: ${paused}`]
  if (failure !== null) return [`- nothing asked: ${failure}`, ...pause].join('\n')
  return [
    ...sports.map(sportLine),
    ...(left.length === 0 ? [] : [`- due and not asked: ${left.join(', ')}`]),
    `- credits left: ${remaining ?? 'not told'}`,
    ...pause,
  ].join('\n')
}

const sportLine = ({ sport, games, priced, refused, problems, failure }: IngestedSport): string =>
  [
    failure === null ? `- ${sport}: ${games} games, ${priced} with a consensus` : `- ${sport}: ${failure}`,
    ...Object.entries(refused).map(([reason, count]) => `  - ${count} × ${reason}`),
    ...problems.map((problem) => `  - ${problem}`),
  ].join('\n')
