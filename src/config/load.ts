import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import type { Operator } from '../core/risk/scope'
import type { Mode } from '../core/trade/plan'
import { configDirOf, ConfigurationError, dataDirOf, operatorOf, type Environment } from './environment'
import { readFile } from './files'
import { endpointsSchema, type Endpoints } from './schema/stack'
import { venuesSchema, type VenuesFile } from './schema/venues'
import { ownShard, shardsOf, type ShardConfig } from './shards'

/** Enough hex digits that two configurations of one desk never share a name. */
const VERSION_LENGTH = 12

/** Everything a process needs to know, read once at its start. */
export interface Config {
  readonly mode: Mode
  readonly shard: string
  /** What this process is of the shards that run here: its client id, its share, its health port. */
  readonly own: ShardConfig
  /** All shards that run here, the own one among them. */
  readonly shards: readonly ShardConfig[]
  /** Trades the pairs that were given to no other. */
  readonly firstShard: string
  /** Of the venues file: names the configuration in every plan it decided. */
  readonly version: string
  /** Where captures, journals and run files live. */
  readonly dataDir: string
  /** Where the journals of this shard are: those of the first one in the data folder itself. */
  readonly shardDir: string
  readonly configDir: string
  readonly namespace: string
  readonly venues: VenuesFile
  readonly endpoints: Endpoints
  readonly logLevel: LogLevel
  readonly operator: Operator
  /** Where spans are sent by OTLP over HTTP; null: nothing is traced. */
  readonly otlpEndpoint: string | null
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Servers that exist already, named by the environment (design.md §5). */
export interface ExternalServers {
  readonly databaseUrl?: string
  readonly redisUrl?: string
  readonly questdbUrl?: string
  readonly temporalAddress?: string
  readonly temporalNamespace?: string
}

export const endpointsFile = (dataDir: string): string => path.join(dataDir, 'run', 'endpoints.json')
/** @throws ConfigurationError for a level that does not exist. */
export function logLevelOf(env: Environment): LogLevel {
  const asked = env['CROSSBOOK_LOG'] ?? 'info'
  const level = LOG_LEVELS.find((known) => known === asked)
  if (!level) throw new ConfigurationError(`CROSSBOOK_LOG is "${asked}": use one of ${LOG_LEVELS.join(', ')}`)
  return level
}

/** @throws ConfigurationError for what is no address of HTTP */
export function otlpEndpointOf(env: Environment): string | null {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: asked } = env
  if (!asked) return null
  if (!URL.canParse(asked) || !/^https?:$/.test(new URL(asked).protocol))
    throw new ConfigurationError(`OTEL_EXPORTER_OTLP_ENDPOINT is "${asked}": name a collector as http://127.0.0.1:4318, or leave it out`)
  return asked
}

export function externalServers(env: Environment): ExternalServers {
  const { DATABASE_URL, REDIS_URL, QUESTDB_URL, TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE } = env
  return {
    ...(DATABASE_URL ? { databaseUrl: DATABASE_URL } : {}),
    ...(REDIS_URL ? { redisUrl: REDIS_URL } : {}),
    ...(QUESTDB_URL ? { questdbUrl: QUESTDB_URL } : {}),
    ...(TEMPORAL_ADDRESS ? { temporalAddress: TEMPORAL_ADDRESS } : {}),
    ...(TEMPORAL_NAMESPACE ? { temporalNamespace: TEMPORAL_NAMESPACE } : {}),
  }
}

/**
 * Reads configuration and the running stack's addresses.
 * @throws ConfigurationError when nothing is running here, or a file cannot be used.
 */
export function loadConfig(env: Environment): Config {
  const dataDir = dataDirOf(env)
  const configDir = configDirOf(env)
  const venues = readFile(path.join(configDir, 'venues.yaml'), venuesSchema)
  const file = endpointsFile(dataDir)
  if (!fs.existsSync(file))
    throw new ConfigurationError(`nothing is running here (${path.relative(process.cwd(), file)} is missing): type npm start first`)
  const endpoints = readFile(file, endpointsSchema)
  const shards = shardsOf(venues, endpoints)
  const own = ownShard(shards, env['CROSSBOOK_SHARD'] || venues.shard)
  return {
    mode: venues.mode,
    shard: own.name,
    own,
    shards,
    firstShard: venues.shard,
    version: createHash('sha256').update(JSON.stringify(venues)).digest('hex').slice(0, VERSION_LENGTH),
    dataDir,
    shardDir: own.name === venues.shard ? dataDir : path.join(dataDir, 'shards', own.name),
    configDir,
    namespace: env['TEMPORAL_NAMESPACE'] || 'default',
    venues,
    endpoints,
    logLevel: logLevelOf(env),
    operator: operatorOf(env),
    otlpEndpoint: otlpEndpointOf(env),
  }
}
