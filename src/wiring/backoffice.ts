import type { Client } from '@temporalio/client'
import { cancelResting, createControlsActivities, createIngestActivities } from '../activities'
import type { Config } from '../config/load'
import { isOnPaper } from '../core/trade/paper'
import { proposeStored } from '../stores/postgres/pairs/queue'
import type { Log } from '../ports/log'
import type { Family } from '../telemetry/metrics'
import type { StoreWatch } from '../telemetry/stores'
import { watchHalts } from '../stores/postgres/halt-watch'
import { readHaltChanges, readHalts } from '../stores/postgres/halts'
import { decideLimits, openProposals, proposeLimits, readLimitsRecord } from '../stores/postgres/limits'
import { openDatabase, type Database } from '../stores/postgres/pool'
import { openSeries, saveListings } from '../stores/postgres/registry'
import { saveReadings, type MarketReading } from '../stores/postgres/pairs/readings'
import { knownContracts, saveProduct } from '../stores/postgres/reference/questions'
import { ROUTED_BY_VENUE, type Asked } from '../ports/catalog'
import type { Gateway } from '../venues/forecastex/gateway/owner'
import { createKalshiOrderEntry } from '../venues/kalshi/order-entry'
import { getMarketAcross } from '../venues/kalshi/rest/markets'
import type {
  CalibrationActivities,
  CancelledVenue,
  ControlsActivities,
  IngestActivities,
  OddsActivities,
  ReconciliationActivities,
  BackupActivities,
  ReplayActivities,
  ScheduleActivities,
  SettlementActivities,
  SweepActivities,
} from '../workflows/messages'
import { createNightlyBackup } from './backup/nightly'
import { keepPositions } from './cache/positions'
import { createCalibration } from './calibration/calibrate'
import { createCaptureKeeper } from './captures/keeper'
import { createNightlyReplay } from './captures/nightly'
import { systemClock } from './clock'
import { openDrills, type DrillOffice } from './drills/office'
import { marketRows } from './record/markets'
import { openOddsIngest } from './odds/ingest'
import { openRecord } from './record/record'
import { createSupervision } from './schedules/supervision'
import { createSettlement } from './settlement/settlement'
import { cancelOnPaper } from './paper/accounts'
import { openOfficeAccounts } from './paper/office'
import { createReconciliation } from './reconciling/backoffice'
import { createSweep } from './sweep'
import { creditMeasure, followTrades } from './telemetry/office'
import { watchStores } from './telemetry/stores'
import { openOrdersAtKalshi } from './resting'
import { alertControls, tellTrades } from './temporal'
import { openForecastex, openKalshi } from './venues'

const clock = systemClock()
const INGEST = { name: 'ingest', role: 'system' } as const
/** What is left then waits on disk. */
const RECORD_CLOSE_LIMIT_MS = 1_000

export interface Backoffice {
  readonly ingest: IngestActivities
  readonly odds: OddsActivities
  readonly settlement: SettlementActivities
  readonly controls: ControlsActivities
  readonly sweep: SweepActivities
  readonly reconciliation: ReconciliationActivities
  readonly drills: DrillOffice
  readonly stores: StoreWatch
  /** Of the ledger's open trades, and of the month's credits for odds. */
  readonly measures: readonly Family[]
  /** Until aborted: keeps what they are read from. */
  keepMeasures(signal: AbortSignal): Promise<void>
  readonly replay: ReplayActivities
  readonly calibration: CalibrationActivities
  readonly backup: BackupActivities
  readonly schedules: ScheduleActivities
  /** Reads accounts and catalogues; places nothing. */
  readonly gateway: Gateway
  /** Until aborted: has the risk controller look at every change of a halt, whoever made it and whatever became of him afterwards (E26). */
  watchHalts(signal: AbortSignal): Promise<void>
  /** Until aborted: bounds the captures of this machine, and pins those of each trade. */
  keepCaptures(signal: AbortSignal): Promise<void>
  /** Until aborted: copies what the ledger holds into the cache. */
  keepPositions(signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** What the ingest and back-office queues work with. */
export function openBackoffice(config: Config, client: Client, log: Log): Backoffice {
  const database = openDatabase(config.endpoints.databaseUrl, log)
  const kalshi = openKalshi(config, null, log)
  const { questdb } = config.endpoints
  const record = questdb === null ? null : openRecord(config, questdb.httpUrl, 'worker', log)
  const forecastex = openForecastex(config, 'worker', null, log, () => knownContracts(database))
  const office = openOfficeAccounts(config, database, kalshi, forecastex, log)
  const trades = followTrades(database)
  const odds = openOddsIngest(config, {
    openSeries: () => openSeries(database, 'kalshi', clock.nowMs()),
    onRow: (row) => record?.offer(row),
    log,
  })
  return {
    gateway: forecastex.gateway,
    ingest: createIngestActivities({
      catalogs: [{ catalog: kalshi.catalog, series: config.venues.kalshi.series }],
      products: { catalog: forecastex.catalog, symbols: config.venues.forecastex.symbols },
      save: (listings) => saveListings(database, listings, clock.nowMs()),
      saveProduct: (found, signal) => saveProduct(database, found, clock.nowMs(), signal),
      keep: (asked, signal) => saveReadings(database, asked.map(readingOf), clock.nowMs(), signal),
      propose: (signal) => proposeStored(database, {}, INGEST, clock.nowMs(), signal),
      onAsked: (asked) => {
        for (const row of marketRows(asked, clock.nowMs())) record?.offer(row)
      },
      log,
    }),
    odds: odds.activities,
    settlement: createSettlement(database, kalshi.rest, office.accounts.forecastex, office.payouts, log),
    controls: createControls(config, database, client),
    sweep: createSweep(config, database, office, client, log),
    reconciliation: createReconciliation(config, { database, orderIds: office.orderIds }, office.accounts, log),
    drills: openDrills(config, database, client, log),
    stores: watchStores(config.endpoints, database, client, log),
    measures: [...trades.families, creditMeasure(() => odds.creditsLeft())],
    keepMeasures: (signal) => trades.run(signal),
    replay: createNightlyReplay(config, log),
    calibration: createCalibration(config, database, (market, signal) => getMarketAcross(kalshi.rest, market, signal, 'list'), log),
    backup: createNightlyBackup(log),
    schedules: createSupervision(config, client, { creditsBack: (signal) => odds.creditsBack(signal), clock, log }),
    watchHalts: (signal) =>
      alertOnHalts(database, config.endpoints.databaseUrl, () => alertControls(client, config.endpoints.kalshi.account), log, signal),
    keepCaptures: (signal) => createCaptureKeeper(config, database, log).run(signal),
    keepPositions: (signal) => keepPositions(config.endpoints, database, log, signal),
    async close() {
      await Promise.all([kalshi.rest.close(), odds.close(), database.end(), record?.close(RECORD_CLOSE_LIMIT_MS)])
    },
  }
}

const readingOf = ({ listing: { venue, market, title, closeMs }, rules, reading }: Asked): MarketReading => ({
  ...{ venue, market, title, closeMs, reading },
  text: rules,
})

/** Alerts at once, for what changed while nobody watched, and after every change of the halt epoch; a failed alert is repeated. Until aborted. */
export function alertOnHalts(database: Database, url: string, alert: () => Promise<void>, log: Log, signal: AbortSignal): Promise<void> {
  let alerted: number | null = null
  let alerting = false
  const look = async (epoch: number): Promise<void> => {
    if (epoch === alerted || alerting) return
    alerting = true
    try {
      await alert()
      alerted = epoch
    } catch (error) {
      log.warn({ epoch, error: (error as Error).message }, 'the risk controller could not be told of a halt; again in a second')
    } finally {
      alerting = false
    }
  }
  return watchHalts(database, url, clock, log, ({ epoch }) => void look(epoch), signal)
}

/** The controller's hands. */
export const createControls = ({ mode }: Pick<Config, 'mode'>, database: Database, client: Client): ControlsActivities =>
  createControlsActivities({
    mode,
    limitsInForce: async () => (await readLimitsRecord(database))?.limits.version ?? null,
    openProposals: () => openProposals(database),
    haltsInForce: async () => (await readHalts(database)).active,
    haltChanges: (afterEpoch) => readHaltChanges(database, afterEpoch),
    tellTrades: (kind, command, signal) => tellTrades(client, kind, command, signal),
    proposeLimits: (request, limits, by, atMs, signal) => proposeLimits(database, request, limits, by, atMs, signal),
    decideLimits: (id, as, by, reason, atMs, signal) => decideLimits(database, id, as, by, reason, atMs, signal),
    clock,
  })

/** E27 without the streaming process: what rests of ours at Kalshi, by REST, or in its paper account. Places nothing. */
export async function cancelAtKalshi(config: Config, log: Log, signal: AbortSignal): Promise<CancelledVenue> {
  if (isOnPaper(config.mode)) return cancelOnPaper(config, 'kalshi', log, signal)
  const { rest, account } = openKalshi(config, null, log)
  // the venue names the shard of an order that rests; one without a name it finds by its market
  const entry = createKalshiOrderEntry({ rest, account: account.account, clock, log, shardOf: () => ROUTED_BY_VENUE })
  try {
    return await cancelResting({ entry, openOrders: openOrdersAtKalshi(rest), log }, signal)
  } finally {
    await rest.close()
  }
}
