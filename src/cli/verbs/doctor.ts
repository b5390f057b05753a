import path from 'node:path'
import { configDirOf, ConfigurationError, environment } from '../../config/environment'
import { readFile } from '../../config/files'
import { readLimitsFile } from '../../config/limits'
import { loadConfig } from '../../config/load'
import { schedulesSchema } from '../../config/schema/schedules'
import { venuesSchema } from '../../config/schema/venues'
import { checkFile, checkMessages, checkNode, checkOwners, checkService, type Finding } from '../../operator/doctor'
import { readMessageChecks, readOwners, readStatus } from '../../operator/status'
import { withLimit } from '../../ports/limit'
import { inspectOnce } from '../../wiring/oversight'
import { pingRedis } from '../../wiring/stores'
import { print, printJson, table } from '../render'
import { withConnections } from './session'

/** A dozen reads of a venue that may be slow to answer. */
const INSPECT_LIMIT_MS = 60_000

/** @param venue 'kalshi': only what that venue answers. @returns 1 when something failed */
export async function doctor(venue: string | undefined, json: boolean): Promise<number> {
  if (venue !== undefined && venue !== 'kalshi')
    throw new ConfigurationError(`crossbook doctor knows no venue "${venue}": leave it out, or write kalshi`)
  const findings = venue === undefined ? await installation() : await kalshi()
  if (json) printJson(findings)
  else
    print(
      table(
        ['', 'check', 'found', 'remedy'],
        findings.map(({ verdict, check, detail, remedy }) => [verdict, check, detail, remedy]),
      ),
    )
  return findings.some(({ verdict }) => verdict === 'failed') ? 1 : 0
}

/** Kalshi's live answers and messages against what the code expects, and the account's own settings. Reads only. */
async function kalshi(): Promise<readonly Finding[]> {
  const config = loadConfig(environment())
  try {
    const answers = await withLimit([], INSPECT_LIMIT_MS, (limit) => inspectOnce(config, limit))
    return [...answers, ...checkMessages(await readMessageChecks(config.endpoints))]
  } catch (error) {
    if (error instanceof ConfigurationError) throw error
    const remedy = 'see whether the venue is up, and whether this machine reaches it: crossbook status'
    return [{ check: 'Kalshi', verdict: 'failed', detail: (error as Error).message, remedy }]
  }
}

async function installation(): Promise<readonly Finding[]> {
  const configDir = configDirOf(environment())
  return [
    checkNode(process.version),
    checkFile('venues.yaml', () => readFile(path.join(configDir, 'venues.yaml'), venuesSchema)),
    checkFile('limits.yaml', () => readLimitsFile(path.join(configDir, 'limits.yaml'), configDir, environment())),
    checkFile('schedules.yaml', () => readFile(path.join(configDir, 'schedules.yaml'), schedulesSchema)),
    ...(await services()),
  ]
}

async function services(): Promise<readonly Finding[]> {
  try {
    return await withConnections(async ({ database, temporal, config: { endpoints } }) => [
      ...(await readStatus({ database, temporal, endpoints, pingRedis })).services.map(checkService),
      checkOwners(await readOwners(temporal)),
    ])
  } catch (error) {
    return [{ check: 'stack', verdict: 'warning', detail: (error as Error).message, remedy: 'npm start' }]
  }
}
