import type { Millis } from '../../../../core/units'
import type { Clock } from '../../../../ports/clock'
import type { Log } from '../../../../ports/log'
import { REACHABLE, type Reach } from '../../wire/session'
import { Announcements, isExplained } from './announcements'
import type { GatewaySession } from '../session'
import { StandingTroubles } from './standing'
import { sentence, type Trouble } from '../trouble'

const NS_PER_MS = 1_000_000n

export interface StateOptions {
  readonly clock: Clock
  readonly log: Log
  /** The planned outage that a moment lies in, in words. */
  readonly planned?: (nowMs: Millis) => string | null
}

/** The session as others see it, made of what is known of it; its troubles go to the log as they change. */
export class SessionState {
  readonly standing = new StandingTroubles()
  readonly #options: StateOptions
  readonly #announcements: Announcements
  readonly #throttled: () => boolean
  #session: GatewaySession
  #loss: Trouble | null = null
  #brokerCode = 0
  /** In words, for when nothing is wrong. */
  #state = 'not started'

  /** @param throttled whether a breach of the message rate is not made up for yet. */
  constructor(options: StateOptions, throttled: () => boolean) {
    this.#options = options
    this.#throttled = throttled
    this.#announcements = new Announcements(options.log)
    const nothing = { trouble: null, troubles: [], planned: null, reason: this.#state }
    this.#session = { up: false, conn: 0, lastHeartbeatMs: null, ...REACHABLE, ...nothing }
  }

  get session(): GatewaySession {
    return this.#session
  }
  /** What ended the connection; while the next one is being opened, what ended the last one. null: nothing, or we did. */
  get loss(): Trouble | null {
    return this.#loss
  }

  begins(): void {
    this.standing.clear()
    this.#show({ up: false, conn: this.#session.conn + 1, lastHeartbeatMs: null, ...REACHABLE }, 'connecting')
  }

  /** A heartbeat was answered. @returns whether the session came up with it. */
  proven(atMs: Millis): boolean {
    const came = !this.#session.up
    if (!came) this.#session = { ...this.#session, lastHeartbeatMs: atMs }
    else {
      this.#loss = null
      this.#show({ up: true, lastHeartbeatMs: atMs }, 'up')
    }
    return came
  }

  unproven(state: string): void {
    this.#show({ up: false }, state)
  }

  /** @param loss null: nothing is wrong, and `state` says why. */
  ends(loss: Trouble | null, state: string): void {
    this.#loss = loss
    this.standing.clear()
    this.#show({ up: false }, state)
  }

  reach(reach: Reach, code: number): void {
    if (reach.broker !== this.#session.broker) this.#brokerCode = code
    this.#show(reach)
  }

  /** To be called when time has passed or something in {@link standing} has changed. */
  review(): void {
    this.#show({})
  }

  #show(change: Partial<GatewaySession>, state: string = this.#state): void {
    this.#state = state
    const next = { ...this.#session, ...change }
    const troubles = this.#troubles(next)
    const [trouble = null] = troubles
    const planned = isExplained(troubles) ? (this.#options.planned?.(this.#options.clock.nowMs()) ?? null) : null
    const told = troubles.map(sentence).join('; ')
    const reason = trouble === null ? state : planned === null ? told : `planned outage: ${planned} (${told})`
    this.#session = { ...next, trouble, troubles, planned, reason }
    this.#announcements.tell(this.#session, Number(this.#options.clock.monoNs() / NS_PER_MS))
  }

  #troubles({ up, broker }: GatewaySession): readonly Trouble[] {
    return [
      ...(this.#loss ? [this.#loss] : []),
      ...(broker === 'lost' ? [{ kind: 'broker-lost', code: this.#brokerCode } as const] : []),
      ...this.standing.list(up && this.#throttled()),
    ]
  }
}
