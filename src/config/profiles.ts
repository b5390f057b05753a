import path from 'node:path'
import type { EdgeSettings } from '../core/edge/profile'
import { readFile } from './files'
import { readOddsFile } from './odds'
import { CLOCK_SKEW_MAX_MS } from './schema/odds'
import { profilesSchema } from './schema/profiles'

/**
 * How edges are judged: `profiles.yaml`, and of `odds.yaml`, where there is one, how far the clock of the source may be off.
 * @throws ConfigurationError naming the file, the place and the remedy.
 */
export function readProfilesFile(configDir: string): EdgeSettings {
  const settings = readFile(path.join(configDir, 'profiles.yaml'), profilesSchema)
  const clockSkewMaxMs = readOddsFile(configDir)?.clock_skew_max_ms ?? CLOCK_SKEW_MAX_MS
  return { ...settings, policy: { ...settings.policy, clockSkewMaxMs } }
}
