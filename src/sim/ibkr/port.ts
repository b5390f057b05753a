import type { SimClock } from '../clock'
import type { FaultBook } from '../faults'
import type { IbkrSection } from '../schema'
import type { Store } from '../state'

export type { SimClock } from '../clock'
export type { FaultBook, FaultSetting } from '../faults'
export type { IbkrSection } from '../schema'

/** What the simulator process gives to the simulated gateway. */
export interface IbkrVenueOptions {
  /** Relative dates are already resolved. */
  readonly section: IbkrSection
  readonly clock: SimClock
  readonly faults: FaultBook
  /** 32 random bits from the scenario's seed. */
  readonly random: () => number
  /** What earlier processes with the same --state have left, and where this one leaves its own. */
  readonly store: Store
  /** The whole state as versions without a journal wrote it: read when the store is empty. */
  readonly earlier?: unknown
  /** What the timeline settles, by contract id of either outcome: for listings that an earlier process left open. */
  readonly results?: ReadonlyMap<number, 'yes' | 'no'>
  readonly wire: (dir: 'in' | 'out', conn: number, tokens: readonly string[]) => void
}

/** One side of an outside quote: dollars per contract, whole contracts. */
export interface OutsideAsk {
  readonly price: string
  readonly size: number
}

/** The simulated gateway, as the simulator process drives it. Contract ids are those of the scenario: they mean the latest listing. */
export interface IbkrVenue {
  listen(host: string, port: number): Promise<{ host: string; port: number }>
  /** @throws Error with one sentence when the event cannot be applied. */
  apply(event: Record<string, unknown>): void
  /** Outside liquidity of a tape: replaces the tape's earlier quote of that outcome; null removes it, absent leaves it. */
  setQuote(yesConId: number, quote: { yesAsk?: OutsideAsk | null; noAsk?: OutsideAsk | null }): void
  subscribedConIds(): readonly number[]
  onSubscribe(listener: () => void): void
  /** For people and tests: accounts with cash, positions, open orders, fills; books. */
  state(): unknown
  dropAll(): void
  close(): Promise<void>
}
