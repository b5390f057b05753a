import { createSettlementActivities, type SettlementDependencies } from '../../activities'
import type { Log } from '../../ports/log'
import type { VenueAccount } from '../../ports/account'
import { bookCoupon, suspendNettingFee } from '../../stores/postgres/evidence/coupons'
import { noteStatement, paidSince } from '../../stores/postgres/evidence/statements'
import { pairsWithLots } from '../../stores/postgres/pairs/registry'
import type { Database } from '../../stores/postgres/pool'
import { ledgerCash, openLots, openTradeCount } from '../../stores/postgres/proof/verify'
import { isDue, postAsTold, postedSince } from '../../stores/postgres/results/payouts'
import { amendSettlement, settleMarket } from '../../stores/postgres/settlement'
import type { KalshiRest } from '../../venues/kalshi/rest/call'
import { getMarketAcross } from '../../venues/kalshi/rest/markets'
import { getSettlementRecords, TRADING_SUBACCOUNT as subaccount } from '../../venues/kalshi/rest/portfolio'
import type { SettlementActivities } from '../../workflows/messages'
import { systemClock } from '../clock'

type Payouts = Pick<SettlementDependencies['kalshi'], 'payout' | 'payouts'>

/** What posts settlements: results and records of Kalshi, statements of ForecastEx, and the ledger. */
export const createSettlement = (
  database: Database,
  rest: KalshiRest,
  account: VenueAccount,
  payouts: Payouts,
  log: Log,
): SettlementActivities =>
  createSettlementActivities({
    kalshi: kalshiIn(database, rest, payouts),
    forecastex: { account },
    openPairs: () => pairsWithLots(database),
    lots: () => openLots(database),
    ledger: async () => ({ forecastexCash: (await ledgerCash(database))['forecastex'] ?? 0, openTrades: await openTradeCount(database) }),
    settle: (market, yesPays, atMs, signal) => settleMarket(database, 'forecastex', market, yesPays, atMs, signal),
    amend: (market, yesPays, atMs, signal) => amendSettlement(database, 'forecastex', market, yesPays, atMs, signal),
    ...evidenceIn(database, account.account),
    clock: systemClock(),
    log,
  })

/** Kalshi's results, live or archived, and its records of our payouts, with where they are posted. */
export const kalshiIn = (
  database: Database,
  rest: KalshiRest,
  payouts: Payouts = kalshiPayouts(rest),
): SettlementDependencies['kalshi'] => ({
  ...payouts,
  result: (market, signal) => getMarketAcross(rest, market, signal),
  isDue: (market, yesPays) => isDue(database, 'kalshi', market, yesPays),
  post: (market, yesPays, told, atMs, signal) => postAsTold(database, { venue: 'kalshi', market, atMs }, yesPays, told, signal),
  postedSince: (sinceMs) => postedSince(database, 'kalshi', sinceMs),
})

/** Kalshi's own records. */
export const kalshiPayouts = (rest: KalshiRest): Payouts => ({
  payout: async (market, signal) =>
    (await getSettlementRecords(rest, { market, subaccount }, signal)).toSorted((a, b) => b.atMs - a.atMs)[0] ?? null,
  payouts: (sinceMs, signal) => getSettlementRecords(rest, { sinceMs, subaccount }, signal),
})

/** What only the statements of ForecastEx show, kept beside the ledger. */
const evidenceIn = (
  database: Database,
  account: string,
): Pick<SettlementDependencies, 'paidSince' | 'note' | 'payCoupon' | 'suspendNettingFee'> => ({
  paidSince: (sinceMs) => paidSince(database, sinceMs),
  note: ({ asOfMs, positions, accrued = null }, signal) =>
    noteStatement(database, { venue: 'forecastex', account, asOfMs, positions, accrued }, signal),
  payCoupon: (fall, atMs, signal) => bookCoupon(database, 'forecastex', account, fall, atMs, signal),
  suspendNettingFee: (netting, signal) => suspendNettingFee(database, 'forecastex', account, netting, signal),
})
