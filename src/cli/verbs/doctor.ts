import { randomInt } from 'node:crypto'
import path from 'node:path'
import { readAlertsFile } from '../../config/alerts'
import { readApiFile } from '../../config/api'
import { configDirOf, ConfigurationError, environment } from '../../config/environment'
import { readDemo } from '../../config/demo'
import { readFile } from '../../config/files'
import { readLimitsFile } from '../../config/limits'
import { loadConfig, type Config } from '../../config/load'
import { readOddsFile } from '../../config/odds'
import { readProfilesFile } from '../../config/profiles'
import { readRecordFile } from '../../config/record'
import { schedulesSchema } from '../../config/schema/schedules'
import { venuesSchema } from '../../config/schema/venues'
import { isSimulated, refuseMisplaced } from '../../config/places'
import { isOnPaper } from '../../core/trade/paper'
import { checkFacts, checkFile, checkMessages, checkNode, checkOwners, checkService, type Finding } from '../../operator/health/doctor'
import { validateDemo } from '../../operator/drills/demo'
import { countFacts, environmentOf, recordObserved } from '../../operator/facts'
import { readOwners } from '../../operator/health/owners'
import { readMessageChecks, readStatus } from '../../operator/status'
import { withLimit } from '../../ports/limit'
import { followClock, systemClock } from '../../wiring/clock'
import { openDemo } from '../../wiring/drills/demo'
import { inspectGatewayOnce, type InspectedGateway } from '../../wiring/inspection/gateway'
import { inspectOnce } from '../../wiring/oversight'
import { openConnections, pingRedis } from '../../wiring/stores'
import { print, printJson, table } from '../render'
import { withConnections } from './session'

/** A dozen reads of a venue that may be slow to answer. */
const INSPECT_LIMIT_MS = 60_000

/** Each of some two dozen questions has seconds for its answer; what is watched comes on top. */
const INSPECT_GATEWAY_LIMIT_MS = 120_000
/** The reads of an inspection, a market, an order and its cancel, each with what the demo venue's lists lag. */
const DEMO_LIMIT_MS = 150_000
/** What an id of ours has room for. */
const RANDOM_MAX = 2 ** 32
/** A capture of a few trades by hand; a longer one belongs to the recorder of the streaming process. */
const WATCH_SECONDS_MAX = 900

/** For the IB gateway alone. */
export interface GatewayOptions {
  readonly capture?: string
  readonly contract?: string
  readonly whatIf?: boolean
  readonly watch?: string
}

/** @param venue 'kalshi' or 'ibkr': only what that venue answers; 'demo': an order at Kalshi's demo venue. @returns 1 when something failed */
export async function doctor(venue: string | undefined, json: boolean, options: GatewayOptions = {}): Promise<number> {
  if (venue !== 'ibkr' && Object.keys(options).length > 0)
    throw new ConfigurationError('--capture, --contract, --what-if and --watch belong to crossbook doctor ibkr')
  const findings = await findingsOf(venue, options)
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

function findingsOf(venue: string | undefined, options: GatewayOptions): Promise<readonly Finding[]> {
  switch (venue) {
    case undefined:
      return installation()
    case 'kalshi':
      return kalshi()
    case 'ibkr':
      return ibkr(options)
    case 'demo':
      return demo()
    default:
      throw new ConfigurationError(`crossbook doctor knows no venue "${venue}": leave it out, or write kalshi, ibkr or demo`)
  }
}

/** The configured IB gateway, its login and its account; what it shows of the venue goes into the register of facts. Places nothing. */
async function ibkr({ capture, contract, whatIf, watch }: GatewayOptions): Promise<readonly Finding[]> {
  const config = followClock(loadConfig(environment()))
  if (whatIf && isOnPaper(config.mode))
    throw new ConfigurationError(
      `--what-if sends the bytes of an order, and in mode ${config.mode} none leaves: leave it out, or look in another mode`,
    )
  if (whatIf) refuseMisplaced(config, environment())
  const watchMs = watchMsOf(watch ?? '0')
  const enough = new AbortController()
  const watching = (): void => {
    process.stderr.write(`trade now, by hand or with another client: watching for ${watch} s, or until Ctrl-C\n`)
    process.once('SIGINT', () => enough.abort()) // a second one ends the command
  }
  const asked = { contract: contractOf(contract), whatIf: whatIf === true, captureFile: capture ?? null }
  const questions = { ...asked, watchMs, watching, enough: enough.signal }
  const inspected = await withLimit([], INSPECT_GATEWAY_LIMIT_MS + watchMs, (limit) => inspectGatewayOnce(config, questions, limit))
  return [...inspected.checks, ...captureOf(inspected), await registered(config, inspected)]
}

/** @throws RangeError for what is no number of seconds. */
function watchMsOf(text: string): number {
  const seconds = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN
  if (!(seconds <= WATCH_SECONDS_MAX)) throw new RangeError(`--watch takes seconds, ${WATCH_SECONDS_MAX} at most, not "${text}"`)
  return seconds * 1_000
}

const contractOf = (text: string | undefined): { readonly conId: number } | { readonly symbol: string } | null =>
  text === undefined ? null : /^[1-9]\d{0,9}$/.test(text) ? { conId: Number(text) } : { symbol: text }

const captureOf = ({ capture }: InspectedGateway): readonly Finding[] =>
  capture === null ? [] : [{ check: 'capture', verdict: 'ok', detail: `${capture.file}, sha256 ${capture.sha256}`, remedy: '' }]

/** What was seen of the venue, noted as of the environment it was seen in. */
async function registered(config: Config, { observed, capture, summary }: InspectedGateway): Promise<Finding> {
  const check = 'venue facts'
  const environment = environmentOf(isSimulated(config.endpoints), config.endpoints.forecastex.account)
  const evidence = capture === null ? `crossbook doctor ibkr, protocol ${summary.serverVersion}` : path.basename(capture.file)
  const connections = openConnections(config)
  try {
    const nowMs = systemClock().nowMs()
    const { database } = connections
    const proof = { evidence, sha256: capture?.sha256 ?? null }
    const noted = await recordObserved(database, observed, environment, proof, config.operator, nowMs)
    return { check, verdict: 'ok', detail: `${observed.length} seen in ${environment}, ${noted} of them new: crossbook facts`, remedy: '' }
  } catch (error) {
    return { check, verdict: 'notice', detail: `not noted: ${(error as Error).message}`, remedy: 'start the stack, and inspect again' }
  } finally {
    await connections.close()
  }
}

/** Kalshi's live answers and messages against what the code expects, and the account's own settings. Reads only. */
async function kalshi(): Promise<readonly Finding[]> {
  const config = followClock(loadConfig(environment()))
  return reached('Kalshi', async () => {
    const answers = await withLimit([], INSPECT_LIMIT_MS, (limit) => inspectOnce(config, limit))
    return [...answers, ...checkMessages(await readMessageChecks(config.endpoints))]
  })
}

/** One order at Kalshi's demo venue, placed and cancelled. No stack has to run. */
async function demo(): Promise<readonly Finding[]> {
  const venue = openDemo(readDemo(environment()))
  const validated = (limit: AbortSignal) => validateDemo(venue, systemClock(), randomInt(RANDOM_MAX), limit)
  try {
    return await reached('the demo venue', () => withLimit([], DEMO_LIMIT_MS, validated))
  } finally {
    await venue.close()
  }
}

/** A venue that does not answer is a row of its own. @throws ConfigurationError */
async function reached(check: string, ask: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof ConfigurationError) throw error
    const remedy = 'see whether the venue is up, and whether this machine reaches it: crossbook status'
    return [{ check, verdict: 'failed', detail: (error as Error).message, remedy }]
  }
}

async function installation(): Promise<readonly Finding[]> {
  const configDir = configDirOf(environment())
  return [
    checkNode(process.version),
    checkFile('venues.yaml', () => readFile(path.join(configDir, 'venues.yaml'), venuesSchema)),
    checkFile('limits.yaml', () => readLimitsFile(path.join(configDir, 'limits.yaml'), configDir, environment())),
    checkFile('record.yaml', () => readRecordFile(configDir)),
    checkFile('odds.yaml', () => readOddsFile(configDir)),
    checkFile('profiles.yaml', () => readProfilesFile(configDir)),
    checkFile('schedules.yaml', () => readFile(path.join(configDir, 'schedules.yaml'), schedulesSchema)),
    checkFile('api.yaml', () => readApiFile(configDir)),
    checkFile('alerts.yaml', () => readAlertsFile(configDir)),
    ...(await services()),
  ]
}

async function services(): Promise<readonly Finding[]> {
  try {
    return await withConnections(async ({ database, temporal, config: { endpoints, mode } }) => {
      const { services: found } = await readStatus({ database, temporal, endpoints, pingRedis })
      const facts = await countFacts(database, systemClock().nowMs()).catch(() => null) // the ledger is away: its own line says so
      return [...found.map(checkService), checkOwners(await readOwners(temporal)), ...(facts === null ? [] : [checkFacts(facts, mode)])]
    })
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return [{ check: 'stack', verdict: 'warning', detail: error.message, remedy: 'npm start' }]
  }
}
