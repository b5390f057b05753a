import { createCalibrationActivities } from '../../activities'
import type { Config } from '../../config/load'
import { readProfilesFile } from '../../config/profiles'
import { readClaims } from '../../operator/calibration/claims'
import { recordAsker } from '../../operator/reports/record'
import type { Catalog } from '../../ports/catalog'
import type { Log } from '../../ports/log'
import { keepFindings, readLifts } from '../../stores/postgres/calibration/standings'
import type { Database } from '../../stores/postgres/pool'
import { saveListings } from '../../stores/postgres/registry'
import type { CalibrationActivities } from '../../workflows/messages'
import { systemClock } from '../clock'

const CALIBRATE = { name: 'calibrate', role: 'system' } as const

/** The weekly calibration, each run by the file as it is then: a stack that trades boxes alone needs none to start. @param catalog of Kalshi. */
export function createCalibration(
  { mode, configDir, endpoints: { questdb } }: Config,
  database: Database,
  catalog: Pick<Catalog, 'listing'>,
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
      lifts: () => readLifts(database, mode),
      listing: (market, signal) => catalog.listing(market, signal),
      save: (listings) => saveListings(database, listings, clock.nowMs()),
      keep: (run, found, atMs, signal) => keepFindings(database, { run, mode, atMs, rule, by: CALIBRATE }, found, signal),
    })
  }
  return { calibrateProfiles: async () => activities().calibrateProfiles() }
}
