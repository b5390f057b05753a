import fs from 'node:fs'
import type { Config } from '../config/load'
import { ConfigurationError } from '../config/environment'
import { CLIENT_OFFSETS, type GatewayUse } from '../config/shards'
import { regimeAt, type ForecastexRegime } from '../core/market/fees-forecastex'
import { isOnPaper } from '../core/trade/paper'
import { millis, type Money } from '../core/units'
import type { VenueAccount } from '../ports/account'
import type { FrameLog } from '../ports/frame-log'
import type { Log } from '../ports/log'
import type { Database } from '../stores/postgres/pool'
import { knownContracts } from '../stores/postgres/reference/questions'
import { createForecastexAccount } from '../venues/forecastex/account'
import { createForecastexCatalog, type ForecastexCatalog } from '../venues/forecastex/catalog'
import { createGateway, type Gateway } from '../venues/forecastex/gateway/owner'
import { createKalshiAccount } from '../venues/kalshi/account'
import { createKalshiCatalog } from '../venues/kalshi/catalog'
import { ClockOffset } from '../venues/kalshi/offset'
import { describeFailure } from '../venues/kalshi/wire/answers/remedies'
import { createKalshiRest, KalshiReadError, type KalshiRest } from '../venues/kalshi/rest/call'
import { learnLimits } from '../venues/kalshi/rest/limits'
import { createSigner, type KalshiKey, type Signer } from '../venues/kalshi/sign'
import type { ContractPair, QuestionCatalog } from '../ports/catalog'
import type { TokenRate } from '../venues/tokens'
import { forecastexCalendarOf } from './calendars'
import { systemClock } from './clock'
import { openPaperAccounts } from './paper/accounts'

/** A gateway that is not up by then is down as far as a question is concerned. */
const SESSION_LIMIT_MS = 10_000

/** The trading client id belongs to the lease, and with the standby's to the shard. Worker and command line are there once. */
export const clientIdOf = ({ venues, own }: Config, use: GatewayUse): number =>
  (isOfShard(use) ? own.clientId : venues.forecastex.client_id) + CLIENT_OFFSETS[use]
const isOfShard = (use: GatewayUse): boolean => use === 'trading' || use === 'standby'

/** The fee regimes of the configuration in the core's terms, oldest first. */
export const regimesOf = (config: Config): readonly ForecastexRegime[] =>
  config.venues.forecastex.fee_regimes
    .map((regime) => ({
      effectiveFromMs: millis(Date.parse(regime.effective_from)),
      feePerContract: regime.fee_per_contract,
      pairPrice: regime.pair_price,
    }))
    .toSorted((a, b) => a.effectiveFromMs - b.effectiveFromMs)

/** Where Kalshi is, and by whose key it is asked. */
export interface KalshiPlace {
  readonly endpoints: { readonly kalshi: Omit<Config['endpoints']['kalshi'], 'wsUrl'> }
}

export interface KalshiSession {
  readonly rest: KalshiRest
  readonly signer: Signer
  readonly catalog: QuestionCatalog
  readonly account: VenueAccount
}

/**
 * @param share of the account's request budget that this process may use (E18)
 * @throws ConfigurationError when the key file cannot be used.
 */
export function openKalshi(config: KalshiPlace, frameLog: FrameLog | null, log: Log, share = 1): KalshiSession {
  const { restUrl, keyId, privateKeyFile, account } = config.endpoints.kalshi
  const clock = systemClock()
  let privateKeyPem: string
  try {
    privateKeyPem = fs.readFileSync(privateKeyFile, 'utf8')
  } catch {
    throw new ConfigurationError(`the Kalshi key ${privateKeyFile} cannot be read: put the private key of key id ${keyId} there`)
  }
  const signer = signerOf({ keyId, privateKeyPem }, privateKeyFile)
  const rest = createKalshiRest({ baseUrl: restUrl, signer, clock, frameLog, log, share })
  return { rest, signer, catalog: createKalshiCatalog({ rest, clock }), account: createKalshiAccount({ rest, account, clock }) }
}

function signerOf(key: KalshiKey, file: string): Signer {
  try {
    return createSigner(key, new ClockOffset(), systemClock())
  } catch (error) {
    throw new ConfigurationError(
      `the Kalshi key ${file} cannot be used (${(error as Error).message}): put the private key of key id ${key.keyId} there`,
    )
  }
}

/** One sentence for a venue that does not accept our key; any other error as it is. */
export function explainKalshi(error: unknown, config: KalshiPlace): unknown {
  if (!(error instanceof KalshiReadError) || error.failure.kind !== 'authentication') return error
  const { keyId, privateKeyFile } = config.endpoints.kalshi
  return new ConfigurationError(`Kalshi refuses key id ${keyId} (${privateKeyFile}): ${describeFailure(error.failure)}`)
}

const ORDERS_PATH = '/trade-api/v2/portfolio/events/orders'
const ANY_ORDER = `${ORDERS_PATH}/id`

/** E18: a shard's share of what the venue grants this account now, and what an order and a cancel cost of it. */
export async function readKalshiRate(rest: KalshiRest, share: number, signal: AbortSignal): Promise<TokenRate> {
  const { write, costOf } = await learnLimits(rest, signal, share)
  return { ...write, perOrder: costOf('POST', ORDERS_PATH), perCancel: costOf('DELETE', ANY_ORDER) }
}

export interface ForecastexSession {
  readonly gateway: Gateway
  readonly catalog: ForecastexCatalog
  readonly account: VenueAccount
}

/** @param known the contracts that were read before: they are not asked for again. */
export function openForecastex(
  config: Config,
  use: GatewayUse,
  frameLog: FrameLog | null,
  log: Log,
  known?: () => Promise<readonly ContractPair[]>,
): ForecastexSession {
  const { host, port, account } = config.endpoints.forecastex
  const clock = systemClock()
  const { messages_per_second: granted } = config.venues.forecastex
  const messagesPerSecond = isOfShard(use) ? Math.floor(granted * config.own.share) : granted
  const calendar = forecastexCalendarOf(config)
  const gateway = createGateway({
    ...{ host, port, clientId: clientIdOf(config, use), account, messagesPerSecond, clock, frameLog, log },
    planned: (nowMs) => calendar.planned(nowMs)?.what ?? null,
    random: Math.random,
  })
  const regimes = regimesOf(config)
  const feePerContract = (): Money => regimeAt(clock.nowMs(), regimes).feePerContract
  const catalog = createForecastexCatalog({ gateway, clock, feePerContract, ...(known ? { known } : {}) })
  return { gateway, catalog, account: createForecastexAccount({ gateway, catalog, account, clock }) }
}

export interface ReadOnlyAccounts {
  readonly accounts: readonly VenueAccount[]
  close(): Promise<void>
}

/** Both venue accounts, or the paper ones, to look at once. The store knows contracts that are held and listed no more. @throws when the gateway does not answer in time. */
export async function openReadOnlyAccounts(config: Config, database: Database, log: Log): Promise<ReadOnlyAccounts> {
  if (isOnPaper(config.mode)) {
    const { kalshi, forecastex } = openPaperAccounts(config, database).accounts
    return { accounts: [kalshi, forecastex], close: () => Promise.resolve() }
  }
  const kalshi = openKalshi(config, null, log)
  const forecastex = openForecastex(config, 'cli', null, log, () => knownContracts(database))
  const ended = new AbortController()
  const running = forecastex.gateway.run(ended.signal)
  const close = async (): Promise<void> => {
    ended.abort()
    await running.catch(() => undefined)
    await kalshi.rest.close()
  }
  try {
    await forecastex.gateway.whenUp(AbortSignal.timeout(SESSION_LIMIT_MS))
  } catch {
    const { trouble, reason } = forecastex.gateway.session
    await close()
    const { host, port } = config.endpoints.forecastex
    throw new Error(`the IB gateway at ${host}:${port} does not answer: ${trouble ? reason : 'is the stack running?'}`)
  }
  return { accounts: [kalshi.account, forecastex.account], close }
}
