import type { Frame } from '../../../core/market/event'
import type { Millis } from '../../../core/units'
import type { Callback } from '../wire/messages'
import type { Trouble } from './trouble'

export interface GatewaySession {
  /** The gateway answers our heartbeats on this connection. */
  readonly up: boolean
  /** Counts connections of this process from 1. */
  readonly conn: number
  readonly lastHeartbeatMs: Millis | null
  /** Whether the gateway reaches IBKR: 'lost' from 1100 or 2110 to 1101 or 1102. No order leaves while it is lost. */
  readonly broker: 'connected' | 'lost'
  /** When a lost IBKR was last regained in this connection; null: never lost. */
  readonly restoredMs: Millis | null
  readonly brokenFarms: readonly string[]
  /** The foremost of `troubles`. While a connection is being opened it is what ended the last one. null: none. */
  readonly trouble: Trouble | null
  /** Everything that keeps the session from its work or a part of it, the worst first. */
  readonly troubles: readonly Trouble[]
  /** The planned outage that explains the trouble, in words; null: there is none. */
  readonly planned: string | null
  /** Why it is as it is, in words. */
  readonly reason: string
}
/** One callback as it arrived. `frame` is its place in the capture, null when the gateway has none. */
export interface Arrival {
  /** null: means nothing to us, or could not be read. */
  readonly callback: Callback | null
  /** Why it could not be read. */
  readonly unreadable: string | null
  readonly payload: readonly unknown[]
  readonly conn: number
  readonly recvMs: Millis
  readonly frame: Frame | null
}
/** Orders and reads that prove something need the whole way: the gateway answers, it reaches IBKR, and it takes orders. */
export const reachesVenue = ({ up, broker, troubles }: GatewaySession): boolean =>
  up && broker === 'connected' && !troubles.some(({ kind }) => kind === 'read-only')
