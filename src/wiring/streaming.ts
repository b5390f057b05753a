import type { CanaryActivities, KillActivities, TradeActivities, WarmUpActivities } from '../workflows/messages'
import {
  bookPending,
  createKillActivities,
  createTradeActivities,
  createWarmUpActivities,
  LateFills,
  type LegDependencies,
} from '../activities'
import type { Config } from '../config/load'
import type { Access } from '../core/trade/cure'
import type { VenueFees } from '../core/market/fees'
import { FAILURES } from '../core/failures'
import { VENUES, type MarketId, type TradeId, type Venue } from '../core/ids'
import type { PriceBand } from '../core/market/grid'
import type { Scope } from '../core/risk/scope'
import type { SessionProof } from '../core/risk/state'
import type { OrderIntent } from '../core/trade/order'
import { isOnPaper } from '../core/trade/paper'
import type { Plan, SaleChoice, Unpaired } from '../core/trade/plan'
import type { LegOutcome, Unknown } from '../core/trade/outcome'
import type { VenueAccount } from '../ports/account'
import type { BookedOrder, HaltFence, LeaseView, LedgerGrant } from '../ports/guard'
import type { TradeJournal } from '../ports/journal'
import { withLimit } from '../ports/limit'
import type { Log } from '../ports/log'
import type { Quotes } from '../ports/feed'
import type { Successors } from '../ports/trader'
import { openJournal } from '../stores/files/journal'
import { changeHalt } from '../stores/postgres/halts'
import { areOpened, createLedger, openAccount } from '../stores/postgres/ledger'
import type { Database } from '../stores/postgres/pool'
import { markUnknown, readRecord } from '../stores/postgres/trades'
import { createGate } from '../venues/gate'
import type { ForecastexEntryState } from '../venues/forecastex/order-entry'
import type { Shadows, TwinCounts } from '../venues/paper/shadow'
import type { Tokens } from '../venues/tokens'
import { systemClock } from './clock'
import { openCanaries } from './drills/canaries'
import { recordBooked } from './record/executions'
import { openVenueOrders, type VenueOrders } from './orders/venues'
import { openPaperOrders, type PaperOrdersHooks } from './paper/orders'
import { openShadows } from './paper/shadow'
import type { ShardSessions } from './sessions'
import type { ShardStores } from './shard/stores'
import { openShardGuard } from './shard-guard'
import { readKalshiRate } from './venues'

const HALT_LIMIT_MS = 5_000
const SYSTEM = { name: 'order port', role: 'system' } as const

const clock = systemClock()

/** What the hot path tells the venues' side, and asks of it. */
export interface ShardHooks {
  /** E9: when each venue last answered. */
  readonly proof: () => SessionProof
  readonly halts: HaltFence
  readonly lease: LeaseView
  readonly tokens: Tokens
  readonly successors: Successors
  /** The valid prices of a market; null: not known yet. */
  readonly bandsOf: (venue: Venue, market: string) => readonly PriceBand[] | null
  readonly shardOf: (market: MarketId) => number
  /** Whether a plan's markets still ask what was judged. */
  readonly mayOpen: (plan: Plan) => boolean
  readonly quotes: Readonly<Record<Venue, Quotes>>
  readonly fees: (venue: Venue, market: string) => VenueFees | null
  readonly access: (venue: Venue, market: string) => Access
  /** What is done now about what an edge holds. */
  readonly chooseSale: (held: Unpaired) => SaleChoice
  /** What a paper venue fills against. */
  readonly directory: PaperOrdersHooks['directory']
  readonly books: PaperOrdersHooks['books']
  /** Told when the ledger has granted: the reserve's own time, in milliseconds. */
  readonly onReserved: (plan: Plan, ms: number) => void
  /** The orders' way to the venues, seen by whoever traces them. */
  readonly watched: (entries: VenueOrders['entries']) => VenueOrders['entries']
  readonly onBytes: (order: OrderIntent) => void
  readonly onAnswer: (order: OrderIntent, outcome: LegOutcome) => void
}

/** The orders of a shard: its journal, its gate and the activities behind them. Opened once the lease is held (E19). */
export interface ShardOrders {
  readonly activities: TradeActivities & WarmUpActivities & KillActivities & CanaryActivities
  /** Both accounts as the venues tell them become the ledger's opening balances, once. */
  recordOpeningBalances(signal: AbortSignal): Promise<void>
  /** Books what an earlier process left in the journal. */
  bookPending(signal: AbortSignal): Promise<void>
  /** For status and metrics. */
  forecastex(): ForecastexEntryState
  /** For status and metrics. null: no order has a twin here. */
  twins(): TwinCounts | null
  /** What this host knows of the shard's orders. */
  readonly journal: TradeJournal
  /** As the venues that take the orders tell them. */
  readonly accounts: VenueOrders['accounts']
  readonly orderIds: VenueOrders['orderIds']
  /** E18: what the venues grant this account. */
  readRates(signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

export async function openShardOrders(
  config: Config,
  stores: ShardStores,
  sessions: ShardSessions,
  hooks: ShardHooks,
  log: Log,
): Promise<ShardOrders> {
  const { database, hasEnded } = stores
  const journal = await openJournal({ dir: config.shardDir, log })
  const ended = new AbortController()
  const haltOpenings = (reason: string): void => haltBy(stores, 'all', reason, log)
  const venues = isOnPaper(config.mode)
    ? openPaperOrders(config, stores, sessions, hooks, log)
    : await openVenueOrders(config, stores, sessions, journal, { ...hooks, haltOpenings }, log)
  const { accounts, access } = venues
  const entries = hooks.watched(venues.entries)
  const ledger = createLedger(database, venues.proof, clock)
  const canaries = openCanaries({ ...venues, database, hooks, log })
  const { orders_per_minute: ordersPerMinute } = config.venues
  const gate = createGate({ clock, ...hooks, journal, log, ordersPerMinute, grantOf: (tradeId) => ledgerGrant(database, tradeId) })
  const { guard, onBytes, forgetEnded } = openShardGuard({ ...hooks, gate, journal, signer: sessions.kalshi.signer })
  const shadows = openShadows(config, stores, { ...hooks, access }, journal, log)
  const onBooked = hearingBooked(stores, journal, shadows, log)
  const lateFills = new LateFills({ ...hooks, entries, journal, hasEnded, clock, log }, ended.signal)
  venues.hearExecutions((hint) => lateFills.hear(hint))
  const onAnswer: LegDependencies['onAnswer'] = (order, outcome) => {
    hooks.onAnswer(order, outcome)
    if (outcome.kind !== 'unknown') gate.answered(order, outcome)
    else noteUnknown(stores, order, outcome, log)
    shadows?.answered(order, outcome) // last: it only watches
  }
  return {
    activities: {
      ...createWarmUpActivities(async () => void (await database.query('select 1'))),
      ...createKillActivities(VENUES.map((venue) => ({ entry: entries[venue], openOrders: venues.openOrders[venue], log }))),
      ...canaries.activities,
      ...createTradeActivities({
        ...hooks,
        ...{ access, entries, ledger, guard, journal, onBooked, clock, log },
        recordOf: (tradeId) => readRecord(database, tradeId),
        lossBudget: async () => (await stores.readLimits()).lossBudgetPerTrade,
        onBytes(order) {
          canaries.onBytes(order)
          onBytes(order)
          shadows?.sent(order)
        },
        onAnswer,
      }),
    },
    forecastex: () => venues.forecastex(),
    twins: () => shadows?.counts ?? null,
    ...{ journal, accounts, orderIds: venues.orderIds },
    recordOpeningBalances: (signal) => recordOpeningBalances(database, [accounts.kalshi, accounts.forecastex], log, signal),
    async bookPending(signal) {
      await bookPending({ ledger, journal, fees: hooks.fees, onBooked, clock, log }, signal)
      await forgetEnded(hasEnded)
    },
    async readRates(signal) {
      hooks.tokens.tellRate('kalshi', await readKalshiRate(sessions.kalshi.rest, config.own.share, signal))
      const traded = (await stores.readPairs()).map(({ kalshiMarket }) => kalshiMarket)
      venues.watchGroups(traded, ended.signal)
    },
    async close() {
      ended.abort()
      shadows?.close()
      await venues.close()
      await journal.close()
    },
  }
}

/** What the ledger has booked, for the record and for the twins of its orders. */
function hearingBooked(
  { record, database }: ShardStores,
  journal: TradeJournal,
  shadows: Shadows | null,
  log: Log,
): ReturnType<typeof recordBooked> {
  const recorded = recordBooked({ record, journal, planOf: async (tradeId) => (await readRecord(database, tradeId))?.plan ?? null, log })
  return (order, fills) => {
    recorded(order, fills)
    shadows?.booked(order, fills)
  }
}

/** For a trade that this host's journal does not hold open, also one that had ended (E14): its plan, and what of it is final and booked. */
async function ledgerGrant(database: Database, tradeId: TradeId): Promise<LedgerGrant | null> {
  const record = await readRecord(database, tradeId)
  if (!record || record.orders.length === 0) return null // refused: nothing was granted
  const booked = record.orders
    .filter(({ state }) => state === 'final')
    .map(({ order: { clientOrderId, purpose, quantity }, filled }): BookedOrder => ({ clientOrderId, purpose, quantity, filled }))
  return { plan: record.plan, booked }
}

/** A note for the risk checks of other trades (E9); the saga itself knows. What lives under our id and is not what we sent halts its venue (E13). */
function noteUnknown(stores: ShardStores, { clientOrderId, venue }: OrderIntent, { cause }: Unknown, log: Log): void {
  markUnknown(stores.database, clientOrderId).catch((error: Error) =>
    log.warn({ clientOrderId, error: error.message }, 'an unknown order could not be noted'),
  )
  if (cause === 'echo-differs') haltBy(stores, `venue:${venue}`, `${FAILURES.echoDiffers}: ${clientOrderId}`, log)
}

/** What a venue does is not understood (E13), or openings run away (E27: cures must go on): nothing more opens until a person has looked. */
function haltBy({ haltFile, database }: ShardStores, scope: Scope, reason: string, log: Log): void {
  haltFile.write([scope], SYSTEM.name, reason) // works with the ledger down
  log.error({ scope }, reason)
  withLimit([], HALT_LIMIT_MS, (limit) => changeHalt(database, scope, true, SYSTEM, reason, clock.nowMs(), limit)).catch((error: Error) =>
    log.warn({ scope, error: error.message }, 'the halt is in the local file only'),
  )
}

async function recordOpeningBalances(database: Database, accounts: readonly VenueAccount[], log: Log, signal: AbortSignal): Promise<void> {
  if (await areOpened(database, accounts)) return
  for (const account of accounts) {
    const { purses } = await account.statement(clock.nowMs(), signal)
    const first = await openAccount(database, account.venue, account.account, purses, clock.nowMs(), signal)
    if (first) log.info({ venue: account.venue, purses }, 'opening balance recorded')
  }
}
