import path from 'node:path'
import { configDirOf, ConfigurationError, type Environment } from './environment'
import { readFile } from './files'
import { keyFileOf } from './places'
import type { KalshiAccountFile } from './schema/accounts'
import { venuesSchema } from './schema/venues'

/** The account at Kalshi's demo venue, and the series whose markets are looked at there. No stack has to run. */
export interface DemoConfig {
  readonly demo: KalshiAccountFile
  readonly series: readonly string[]
}

/** @throws ConfigurationError when `venues.yaml` cannot be used, or names no demo account */
export function readDemo(env: Environment): DemoConfig {
  const configDir = configDirOf(env)
  const { kalshi } = readFile(path.join(configDir, 'venues.yaml'), venuesSchema)
  const { demo, series } = kalshi
  if (demo === undefined)
    throw new ConfigurationError(
      'no account at the demo venue is configured: create an API key on demo.kalshi.co, and write kalshi.demo: { key_id, private_key_file } in config/venues.yaml',
    )
  return { demo: { ...demo, privateKeyFile: keyFileOf(demo, configDir) }, series }
}
