import { createCalibrationActivities, type CalibrationDependencies } from '../../activities'
import type { Config } from '../../config/load'
import { readProfilesFile } from '../../config/profiles'
import { readClaims } from '../../operator/calibration/claims'
import { recordAsker } from '../../operator/reports/record'
import type { Log } from '../../ports/log'
import { keepAnswers, readAnswers } from '../../stores/postgres/calibration/answers'
import { keepFindings, readJudged, readLifts } from '../../stores/postgres/calibration/standings'
import type { Database } from '../../stores/postgres/pool'
import type { CalibrationActivities } from '../../workflows/messages'
import { systemClock } from '../clock'

type Results = CalibrationDependencies['results']
const CALIBRATE = { name: 'calibrate', role: 'system' } as const

/** The weekly calibration, each run by the file as it is then: a stack that trades boxes alone needs none to start. @param result of a market of Kalshi, live or archived. */
export function createCalibration(
  { mode, configDir, endpoints: { questdb } }: Config,
  database: Database,
  result: Results['result'],
  log: Log,
): CalibrationActivities {
  const clock = systemClock()
  const activities = (): CalibrationActivities => {
    const settings = readProfilesFile(configDir)
    const rule = settings.calibration
    return createCalibrationActivities({
      ...{ rule, profiles: settings.profiles.map(({ name }) => name), clock, log },
      claims:
        questdb === null
          ? null
          : (span) => readClaims({ database, ask: recordAsker(questdb.httpUrl), settings, mode, withBooks: false }, span),
      judged: () => readJudged(database, mode),
      lifts: () => readLifts(database, mode),
      results: resultsIn(database, result),
      keep: (run, found, atMs, signal) => keepFindings(database, { run, mode, atMs, rule, by: CALIBRATE }, found, signal),
    })
  }
  return { calibrateProfiles: async () => activities().calibrateProfiles() }
}

/** What Kalshi tells, beside what it answered before. */
export const resultsIn = (database: Database, result: Results['result']): Results => ({
  result,
  answers: (markets) => readAnswers(database, 'kalshi', markets),
  keep: (answers) => keepAnswers(database, 'kalshi', answers),
})
