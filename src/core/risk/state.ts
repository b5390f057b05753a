import type { MarketId, Venue } from '../ids'
import type { Purse } from '../purse'
import type { Millis, Money, Quantity } from '../units'
import type { Losses } from './breaker'
import type { Claim } from './claims'
import type { Scope } from './scope'
import type { Standing } from './size'

/** When each venue last answered in the session that would carry the orders; null: not since it connected (E9). */
export type SessionProof = Readonly<Record<Venue, Millis | null>>
/** Of a process that carries no orders: it opens nothing. */
export const NO_SESSIONS: SessionProof = { kalshi: null, forecastex: null }

/** A trade that runs and whose first leg nothing answers, as far as the ledger knows: until its fill is booked, all of it. */
export interface UnpairedTrades {
  readonly firstLegs: number
  /** Of those, and of what ended trades hold unpaired. */
  readonly premium: Money
  /** When the oldest one that runs was admitted; null: none does. */
  readonly oldestMs: Millis | null
}

/** Contracts held or reserved where the plan trades. */
export interface MarketExposure {
  readonly venue: Venue
  readonly market: MarketId
  readonly event: string
  readonly inMarket: Quantity
  readonly inEvent: Quantity
  /** Parts of contracts, summed over lots. */
  readonly dust: Quantity
}

/** What a pair may be traded by now, as the registry has it. */
export interface PairInForce {
  /** Names the version of the certificate, as plans do. */
  readonly certificate: string
  readonly state: string
  /** null: with its markets. */
  readonly expiresMs: Millis | null
}

/** What the ledger knows at the moment of the decision, read under the lock that the decision is written under (E5). */
export interface RiskState {
  readonly nowMs: Millis
  readonly halts: readonly Scope[]
  /** null: an edge, or a subject that the registry never had; a pair that it has never vanishes. */
  readonly pair: PairInForce | null
  readonly standing: Standing
  readonly openTrades: number
  readonly openingsLastMinute: number
  readonly openingsToday: number
  readonly contractsToday: Quantity
  readonly lastOpenedMs: Millis | null
  /** Over all strategies. Profits are negative. */
  readonly realisedLoss: Losses
  /** What running trades and open positions may still lose (E29). */
  readonly worstCaseOfOpen: Money
  readonly unpaired: UnpairedTrades
  readonly exposures: readonly MarketExposure[]
  /** Edge plans only: premium held and reserved in the plan's sport. */
  readonly premiumInSport: Money
  /** Free, by purse: what is not named holds nothing. */
  readonly cash: ReadonlyMap<Purse, Money>
  /** Cash, reserves and positions at cost, over all venues. */
  readonly bankroll: Money
  readonly claims: readonly Claim[]
  /** When the subject's last trade ended; null: never. */
  readonly lastEndedMs: Millis | null
  /** When this pair's own last fill was; its books must be newer than that. */
  readonly lastFillMs: Millis | null
  /** Orders of any trade at any venue whose outcome is unknown (E9). */
  readonly unresolvedOrders: number
  readonly sessions: SessionProof
}
