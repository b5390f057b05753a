import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Operator } from '../core/risk/scope'
import type { Mode } from '../core/trade/plan'
import { ConfigurationError, readFile } from './files'
import { endpointsSchema, type Endpoints } from './schema/stack'
import { venuesSchema, type VenuesFile } from './schema/venues'

export { ConfigurationError } from './files'

/** Enough hex digits that two configurations of one desk never share a name. */
const VERSION_LENGTH = 12

/** Everything a process needs to know, read once at its start. */
export interface Config {
  readonly mode: Mode
  readonly shard: string
  /** Of the venues file: names the configuration in every plan it decided. */
  readonly version: string
  /** Where captures, journals and run files live. */
  readonly dataDir: string
  readonly configDir: string
  readonly namespace: string
  readonly venues: VenuesFile
  readonly endpoints: Endpoints
  readonly logLevel: LogLevel
  readonly operator: Operator
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export type Environment = Readonly<Record<string, string | undefined>>

/** Servers that exist already, named by the environment (design.md §5). */
export interface ExternalServers {
  readonly databaseUrl?: string
  readonly redisUrl?: string
  readonly questdbUrl?: string
  readonly temporalAddress?: string
  readonly temporalNamespace?: string
}

/** Where data lives: CROSSBOOK_DATA, else .crossbook/data in the working directory. */
export const dataDirOf = (env: Environment): string => path.resolve(env['CROSSBOOK_DATA'] ?? path.join('.crossbook', 'data'))
export const configDirOf = (env: Environment): string => path.resolve(env['CROSSBOOK_CONFIG'] ?? 'config')
export const endpointsFile = (dataDir: string): string => path.join(dataDir, 'run', 'endpoints.json')
/** @throws ConfigurationError for a level that does not exist. */
export function logLevelOf(env: Environment): LogLevel {
  const asked = env['CROSSBOOK_LOG'] ?? 'info'
  const level = LOG_LEVELS.find((known) => known === asked)
  if (!level) throw new ConfigurationError(`CROSSBOOK_LOG is "${asked}": use one of ${LOG_LEVELS.join(', ')}`)
  return level
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

/** The environment of this process: the only place in the product that reads it. */
export const environment = (): Environment => process.env

/**
 * Reads configuration and the running stack's addresses.
 * @throws ConfigurationError when nothing is running here, or a file cannot be used; `live` without its second flag.
 */
export function loadConfig(env: Environment): Config {
  const dataDir = dataDirOf(env)
  const configDir = configDirOf(env)
  const venues = readFile(path.join(configDir, 'venues.yaml'), venuesSchema)
  const file = endpointsFile(dataDir)
  if (!fs.existsSync(file))
    throw new ConfigurationError(`nothing is running here (${path.relative(process.cwd(), file)} is missing): type npm start first`)
  const endpoints = readFile(file, endpointsSchema)
  refuseUnarmed(venues.mode)
  return {
    mode: venues.mode,
    shard: venues.shard,
    version: createHash('sha256').update(JSON.stringify(venues)).digest('hex').slice(0, VERSION_LENGTH),
    dataDir,
    configDir,
    namespace: env['TEMPORAL_NAMESPACE'] || 'default',
    venues,
    endpoints,
    logLevel: logLevelOf(env),
    operator: { name: env['CROSSBOOK_OPERATOR'] ?? os.userInfo().username, role: roleOf(env) },
  }
}

/** What a person may do who can say so himself; 'system' is for the product's own writes. @throws ConfigurationError naming the roles. */
const ROLES = ['viewer', 'operator', 'approver'] as const
function roleOf(env: Environment): Operator['role'] {
  const asked = env['CROSSBOOK_ROLE'] ?? 'operator'
  const role = ROLES.find((each) => each === asked)
  if (!role) throw new ConfigurationError(`CROSSBOOK_ROLE "${asked}" is none of ${ROLES.join(', ')}`)
  return role
}

/** Real money needs what this version does not have yet: the register of venue facts. Nothing but `sim` starts. */
function refuseUnarmed(mode: Mode): void {
  if (mode !== 'sim')
    throw new ConfigurationError(
      `mode ${mode} is not available yet: this version trades simulated venues only; set mode: sim in config/venues.yaml`,
    )
}
