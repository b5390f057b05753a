import { readProfilesFile } from '../../../config/profiles'
import { profileOf } from '../../../core/edge/profile'
import { calibrationStandings, lift } from '../../../operator/calibration/standings'
import { print, printJson } from '../../render'
import { withConnections } from '../session'
import { liftedText, standingsText } from './calibration-text'

export async function show(json: boolean): Promise<void> {
  await withConnections(async ({ database, config }) => {
    const standings = await calibrationStandings(database, config.mode)
    if (json) printJson(standings)
    else print(standingsText(standings))
  })
}

/** @throws RangeError for a profile that there is not, or an empty reason. */
export async function liftProfile(options: { readonly profile: string; readonly reason: string; readonly json?: boolean }): Promise<void> {
  await withConnections(async ({ database, clock, config }) => {
    const { name: profile } = profileOf(readProfilesFile(config.configDir).profiles, options.profile)
    const lifted = await lift({ database, clock, mode: config.mode }, { profile, reason: options.reason, by: config.operator })
    if (options.json) printJson({ lifted })
    else print(liftedText(profile, lifted))
  })
}
