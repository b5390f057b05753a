import { millis, type Millis } from '../../../core/units'
import type { Clock } from '../../../ports/clock'
import { unlessAborted } from '../../../ports/limit'
import type { HeldPosition } from '../gateway/account-reads'
import type { Gateway } from '../gateway/owner'
import type { Requests } from '../gateway/requests'
import { RequestFailed, shared } from '../gateway/read'
import { reachesVenue } from '../gateway/session'
import type { OrderEcho } from '../wire/messages'
import { rests } from '../wire/order-state'

/** What of the account is read to see whether an ended order may still change. What it tells of executions is heard by whoever listens to the gateway. */
export interface Glance {
  readonly conn: number
  /** Before its first read. */
  readonly startedMs: Millis
  /** What may still trade, of all clients of the account. */
  readonly resting: readonly OrderEcho[]
  readonly positions: readonly HeldPosition[]
}
/** One complete set of reads within one session, of all orders and executions of the day. */
export interface Look extends Glance {
  /** What the account holds, as text: equal in two looks when nothing has moved. */
  readonly holdings: string
  /** All that it saw, in the same sense. */
  readonly seen: string
}

/** Looks at the account, one at a time: whoever asks meanwhile shares the next one, however many orders there are. */
export class Looks {
  readonly #gateway: Gateway
  readonly #clock: Clock
  readonly #heard: (look: Glance) => void
  readonly #next: () => Promise<Look>
  readonly #nextGlance: () => Promise<Glance>
  /** As far back as the next glance has to see; null: nobody waits for one. */
  #sinceMs: Millis | null = null
  /** A read goes on for whoever shares it. */
  readonly #never = new AbortController().signal

  constructor(gateway: Gateway, clock: Clock, heard: (look: Glance) => void) {
    this.#gateway = gateway
    this.#clock = clock
    this.#heard = heard
    this.#next = shared(() => this.#look())
    this.#nextGlance = shared(() => this.#glance())
  }

  /** Starts after the call. @throws RequestFailed when a read fails or the session changes, or the signal's reason. */
  take(signal: AbortSignal): Promise<Look> {
    return unlessAborted(this.#next(), signal)
  }

  /** The same for executions since a time, and without the day's completed orders: what both tell grows with the day, and this is asked with every trade. */
  glance(sinceMs: Millis, signal: AbortSignal): Promise<Glance> {
    this.#sinceMs = millis(Math.min(this.#sinceMs ?? sinceMs, sinceMs))
    return unlessAborted(this.#nextGlance(), signal)
  }

  async #glance(): Promise<Glance> {
    const sinceMs = this.#sinceMs ?? this.#clock.nowMs()
    this.#sinceMs = null
    return this.#whole(async ({ openOrders, executionsSince, positions }) => {
      const open = await openOrders(this.#never)
      await executionsSince(sinceMs, this.#never)
      return { open, positions: await positions(this.#never) }
    })
  }

  /** Open orders come first, because what leaves them appears in the others; positions last, because they follow executions. */
  async #look(): Promise<Look> {
    let told = { completed: 0, executions: 0 }
    const glance = await this.#whole(async ({ openOrders, completedOrders, executions, positions }) => {
      const open = await openOrders(this.#never)
      const completed = await completedOrders(this.#never)
      told = { completed: completed.length, executions: (await executions(this.#never)).executions.length }
      return { open, positions: await positions(this.#never) }
    })
    const holdings = holdingsOf(glance.positions, this.#gateway.account)
    const orders = glance.resting.map(({ permId, orderRef, status }) => `${permId || orderRef} ${status}`).toSorted()
    return { ...glance, holdings, seen: [holdings, ...orders, told.completed, told.executions].join('|') }
  }

  /** Reads that belong together. @throws RequestFailed when the venue cannot be reached from their first to their last. */
  async #whole(
    read: (requests: Requests) => Promise<{ readonly open: readonly OrderEcho[]; readonly positions: readonly HeldPosition[] }>,
  ): Promise<Glance> {
    const { requests, session, account } = this.#gateway
    if (!reachesVenue(session)) throw new RequestFailed('disconnected', `the gateway does not reach the venue: ${session.reason}`)
    const startedMs = this.#clock.nowMs()
    const { open, positions } = await read(requests)
    const now = this.#gateway.session
    if (now.conn !== session.conn || now.restoredMs !== session.restoredMs || !reachesVenue(now))
      throw new RequestFailed('disconnected', 'the session changed while it was read')
    const resting = open.filter((echo) => echo.account === account && rests(echo))
    const glance = { conn: session.conn, startedMs, resting, positions }
    this.#heard(glance)
    return glance
  }
}

/** What an account holds, as text: equal in two reads when nothing has moved, in whatever order they are told. */
export const holdingsOf = (positions: readonly HeldPosition[], account: string): string =>
  positions
    .filter((position) => position.account === account && position.contracts !== 0)
    .map(({ conId, contracts }) => `${conId}:${contracts}`)
    .toSorted()
    .join(' ')
