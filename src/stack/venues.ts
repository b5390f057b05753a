import path from 'node:path'
import { configDirOf, ConfigurationError, dataDirOf, type Environment } from '../config/environment'
import { readFile } from '../config/files'
import { placesOf } from '../config/places'
import type { Endpoints } from '../config/schema/stack'
import { venuesSchema, type VenuesFile } from '../config/schema/venues'
import type { StackArguments } from './arguments'
import type { ProcessOptions } from './processes'
import { prepareScenario, type PreparedScenario } from './scenario'
import type { Servers } from './servers'
import type { StackShard } from './shards'

export const PRODUCT_PORTS = ['simKalshi', 'simIbkr', 'simOdds', 'simControl', 'streamingHealth', 'workerHealth', 'api'] as const
export type Ports = Readonly<Record<(typeof PRODUCT_PORTS)[number], number>>

/** Of the addresses file what depends on the venues. */
type VenueEndpoints = Pick<Endpoints, 'kalshi' | 'forecastex' | 'odds' | 'simControlUrl' | 'clockFile'>

function simulatedPlaces(scenario: PreparedScenario, ports: Ports): VenueEndpoints {
  const kalshi = `127.0.0.1:${ports.simKalshi}/trade-api`
  return {
    kalshi: {
      restUrl: `http://${kalshi}/v2`,
      wsUrl: `ws://${kalshi}/ws/v2`,
      keyId: scenario.keyId,
      privateKeyFile: scenario.privateKeyFile,
      account: scenario.kalshiAccount,
    },
    forecastex: { host: '127.0.0.1', port: ports.simIbkr, account: scenario.ibkrAccount },
    ...(scenario.oddsApiKey === null ? {} : { odds: { url: `http://127.0.0.1:${ports.simOdds}`, apiKey: scenario.oddsApiKey } }),
    simControlUrl: `http://127.0.0.1:${ports.simControl}`,
    ...(scenario.clockFile === null ? {} : { clockFile: scenario.clockFile }),
  }
}

/** @param shards that run side by side; null: one, which config/venues.yaml names */
export const endpointsOf = (servers: Servers, venues: VenueEndpoints, ports: Ports, shards: readonly StackShard[] | null): Endpoints => ({
  databaseUrl: servers.ledgerUrl,
  redisUrl: servers.redisUrl,
  questdb: servers.questdb === null ? null : { httpUrl: servers.questdb.httpUrl },
  temporal: servers.temporal,
  ...venues,
  streamingHealthPort: ports.streamingHealth,
  workerHealthPort: ports.workerHealth,
  apiPort: ports.api,
  ...(shards === null ? {} : { shards: [...shards] }),
})

/** What trades in this start: simulated venues with their scenario, or those that the configuration names. */
export interface Venues {
  readonly file: VenuesFile
  /** null: real venues. */
  readonly scenario: PreparedScenario | null
  endpoints(ports: Ports): VenueEndpoints
}

/** @throws ConfigurationError for a file that cannot be used, or a scenario where nothing is simulated. */
export function venuesOf(args: StackArguments, env: Environment): Venues {
  const configDir = configDirOf(env)
  const file = readFile(path.join(configDir, 'venues.yaml'), venuesSchema)
  const places = placesOf(file, configDir)
  if (places === null) {
    const scenario = prepareScenario(args.scenario ?? args.example, dataDirOf(env), configDir)
    return { file, scenario, endpoints: (ports) => simulatedPlaces(scenario, ports) }
  }
  if (args.scenario !== null)
    throw new ConfigurationError(
      `--scenario is for simulated venues, and mode ${file.mode} has real ones in config/venues.yaml: leave it out`,
    )
  return { file, scenario: null, endpoints: () => ({ ...places, simControlUrl: null }) }
}

export const simulator = (
  scenario: PreparedScenario,
  ports: Ports,
  dataDir: string,
): Pick<ProcessOptions, 'name' | 'program' | 'args'> => ({
  name: 'sim',
  program: 'sim',
  args: [
    ...['--scenario', scenario.scenarioFile, '--state', path.join(dataDir, 'sim')],
    ...['--kalshi-port', String(ports.simKalshi), '--ibkr-port', String(ports.simIbkr)],
    ...['--odds-port', String(ports.simOdds), '--control-port', String(ports.simControl)],
    ...(scenario.clockFile === null ? [] : ['--clock', scenario.clockFile]),
  ],
})
