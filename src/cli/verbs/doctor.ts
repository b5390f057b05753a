import path from 'node:path'
import { configDirOf, environment } from '../../config/environment'
import { readFile } from '../../config/files'
import { readLimitsFile } from '../../config/limits'
import { schedulesSchema } from '../../config/schema/schedules'
import { venuesSchema } from '../../config/schema/venues'
import { checkFile, checkNode, checkOwners, checkService, type Finding } from '../../operator/doctor'
import { readOwners, readStatus } from '../../operator/status'
import { pingRedis } from '../../wiring/stores'
import { print, printJson, table } from '../render'
import { withConnections } from './session'

export async function doctor(json: boolean): Promise<number> {
  const configDir = configDirOf(environment())
  const findings: Finding[] = [
    checkNode(process.version),
    checkFile('venues.yaml', () => readFile(path.join(configDir, 'venues.yaml'), venuesSchema)),
    checkFile('limits.yaml', () => readLimitsFile(path.join(configDir, 'limits.yaml'), configDir, environment())),
    checkFile('schedules.yaml', () => readFile(path.join(configDir, 'schedules.yaml'), schedulesSchema)),
    ...(await services()),
  ]
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
