import { readApiFile } from '../config/api'
import { ConfigurationError, environment } from '../config/environment'
import { loadConfig, type Config } from '../config/load'
import { readProfilesFile } from '../config/profiles'
import { readClaims } from '../operator/calibration/claims'
import { recordAsker } from '../operator/reports/record'
import type { Database } from '../stores/postgres/pool'
import { createVerifier } from '../operator/access/verify'
import { countAlarms, type CountingLog } from '../telemetry/alarms'
import { createLog } from '../telemetry/log'
import { whileAlerting } from '../wiring/alerts/alerting'
import { cancelAtKalshi } from '../wiring/backoffice'
import { openTops } from '../wiring/cache/tops'
import { followClock, systemClock } from '../wiring/clock'
import { openConnections, pingRedis } from '../wiring/stores'
import type { Desk } from './desk'
import { createIdentify } from './identify'
import { createServer } from './server'

/** Answers until the signal. */
async function run(config: Config, log: CountingLog, signal: AbortSignal): Promise<void> {
  const { apiPort: port } = config.endpoints
  if (port === undefined) throw new ConfigurationError('this stack has no API: start it with npm start')
  const connections = openConnections(config, log)
  const { redisUrl } = config.endpoints
  const tops = redisUrl === null ? null : openTops(redisUrl, log)
  const desk: Desk = {
    ...connections,
    settings: readApiFile(config.configDir),
    mode: config.mode,
    namespace: config.namespace,
    configDir: config.configDir,
    endpoints: config.endpoints,
    venues: config.venues,
    version: config.version,
    shards: config.shards.map(({ name }) => name),
    firstShard: config.firstShard,
    here: config.operator,
    pingRedis,
    tops,
    claims: claimsOf(config, connections.database),
    cancelAtKalshi: (limit) => cancelAtKalshi(config, log, limit),
  }
  const server = await createServer(
    desk,
    createIdentify({ ...desk, tokens: desk.settings.tokens, verifier: createVerifier(desk.database, desk.clock, log) }),
  )
  try {
    await server.listen({ host: desk.settings.host, port })
    log.info({ host: desk.settings.host, port }, 'the API answers')
    if (!signal.aborted) await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  } finally {
    await server.close()
    tops?.close()
    await connections.close()
  }
}

function claimsOf({ configDir, mode, endpoints }: Config, database: Database): Desk['claims'] {
  const ask = recordAsker(endpoints.questdb?.httpUrl ?? null)
  return (withBooks) => (span) => readClaims({ database, ask, settings: readProfilesFile(configDir), mode, withBooks }, span)
}

async function main(): Promise<number> {
  let log = countAlarms(createLog({ process: 'api', level: 'info' }))
  const ended = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => ended.abort())
  try {
    const config = followClock(loadConfig(environment()))
    log = countAlarms(createLog({ process: 'api', level: config.logLevel, nowMs: systemClock().nowMs }))
    await whileAlerting(config, 'api', log, 'raises', () => run(config, log, ended.signal))
    return 0
  } catch (error) {
    if (ended.signal.aborted) return 0
    log.error({ error: (error as Error).message }, 'the API ends')
    return error instanceof ConfigurationError ? 2 : 1
  }
}

if (require.main === module) void main().then((code) => process.exit(code))
