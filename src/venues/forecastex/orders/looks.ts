import type { Millis } from '../../../core/units'
import type { Clock } from '../../../ports/clock'
import type { HeldPosition } from '../gateway/account-reads'
import type { Gateway } from '../gateway/owner'
import { RequestFailed, shared, unlessAborted } from '../gateway/read'
import { reachesVenue } from '../gateway/session'
import type { OrderEcho } from '../wire/messages'
import { rests } from '../wire/order-state'

/** One complete set of reads within one session. What it tells of orders and executions is heard by whoever listens to the gateway. */
export interface Look {
  readonly conn: number
  /** Before its first read. */
  readonly startedMs: Millis
  /** What may still trade, of all clients of the account. */
  readonly resting: readonly OrderEcho[]
  readonly positions: readonly HeldPosition[]
  /** What the account holds, as text: equal in two looks when nothing has moved. */
  readonly holdings: string
  /** All that it saw, in the same sense. */
  readonly seen: string
}

/** Looks at the account, one at a time: whoever asks meanwhile shares the next one, however many orders there are. */
export class Looks {
  readonly #gateway: Gateway
  readonly #clock: Clock
  readonly #heard: (look: Look) => void
  readonly #next: () => Promise<Look>
  /** A read goes on for whoever shares it. */
  readonly #never = new AbortController().signal

  constructor(gateway: Gateway, clock: Clock, heard: (look: Look) => void) {
    this.#gateway = gateway
    this.#clock = clock
    this.#heard = heard
    this.#next = shared(() => this.#look())
  }

  /** Starts after the call. @throws RequestFailed when a read fails or the session changes, or the signal's reason. */
  take(signal: AbortSignal): Promise<Look> {
    return unlessAborted(this.#next(), signal)
  }

  /** Open orders come first, because what leaves them appears in the others; positions last, because they follow executions. */
  async #look(): Promise<Look> {
    const { requests, session, account } = this.#gateway
    if (!reachesVenue(session)) throw new RequestFailed('disconnected', `the gateway does not reach the venue: ${session.reason}`)
    const startedMs = this.#clock.nowMs()
    const open = await requests.openOrders(this.#never)
    const completed = await requests.completedOrders(this.#never)
    const { executions } = await requests.executions(this.#never)
    const positions = await requests.positions(this.#never)
    const now = this.#gateway.session
    if (now.conn !== session.conn || now.restoredMs !== session.restoredMs || !reachesVenue(now))
      throw new RequestFailed('disconnected', 'the session changed while it was read')
    const resting = open.filter((echo) => echo.account === account && rests(echo))
    const holdings = holdingsOf(positions, account)
    const orders = resting.map(({ permId, orderRef, status }) => `${permId || orderRef} ${status}`).toSorted()
    const seen = [holdings, ...orders, completed.length, executions.length].join('|')
    const look = { conn: session.conn, startedMs, resting, positions, holdings, seen }
    this.#heard(look)
    return look
  }
}

/** What an account holds, as text: equal in two reads when nothing has moved, in whatever order they are told. */
export const holdingsOf = (positions: readonly HeldPosition[], account: string): string =>
  positions
    .filter((position) => position.account === account && position.contracts !== 0)
    .map(({ conId, contracts }) => `${conId}:${contracts}`)
    .toSorted()
    .join(' ')
