import path from 'node:path'
import type { EdgeSettings } from '../core/edge/profile'
import { readFile } from './files'
import { profilesSchema } from './schema/profiles'

/** How edges are judged. @throws ConfigurationError naming the file, the place and the remedy. */
export const readProfilesFile = (configDir: string): EdgeSettings => readFile(path.join(configDir, 'profiles.yaml'), profilesSchema)
