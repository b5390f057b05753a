import type { Trouble } from '../trouble'

interface Range {
  readonly firstMs: number
  readonly longestMs: number
}
/** An open leg may wait for the session, and a gateway that was there a moment ago most likely is again. */
const QUICK: Range = { firstMs: 250, longestMs: 5_000 }
/** Something answers and does not let us in: each attempt costs the gateway, and none of them changes anything by itself. */
const CAREFUL: Range = { firstMs: 5_000, longestMs: 60_000 }
/** The same of a gateway that gave us a session before: it restarts, or somebody has logged in to another account, and an open leg may wait. */
const KNOWN_LONGEST_MS = 15_000
/** Only a person changes it, and is likely to start us again with it: looked at rarely, and whenever somebody asks for a new session. */
const RARELY: Range = { firstMs: 300_000, longestMs: 300_000 }

/** E19: a predecessor's end frees its client id in that moment, and the successor has an open leg to look after. */
const CLIENT_ID_MS = 500
const CLIENT_ID_QUICK_FOR_MS = 30_000
const CLIENT_ID_SLOW_MS = 5_000

/** A takeover needs 60 quick attempts and six slow ones; more than this in a minute is a loop, whatever its reason. */
const CONNECTS_PER_MINUTE = 75
const MINUTE_MS = 60_000

const RANGES: Readonly<Record<Exclude<Trouble['kind'], 'client-id-taken'>, Range>> = {
  'nothing-listens': QUICK, // it reaches neither a gateway nor the account
  lost: QUICK,
  silent: QUICK,
  unreadable: QUICK,
  unreachable: CAREFUL,
  'not-a-gateway': CAREFUL,
  'closed-at-once': CAREFUL,
  'login-expired': CAREFUL,
  throttled: CAREFUL,
  version: RARELY,
  'wrong-account': RARELY,
  'port-changed': RARELY,
  // these do not end a connection; it was lost for something else
  'broker-lost': QUICK,
  'read-only': QUICK,
  'no-permission': QUICK,
  'competing-session': QUICK,
  'not-quoted': QUICK,
}

/**
 * How long to wait before the next connect, by what the last one came to: doubled while it comes to the same, with up to a quarter of jitter.
 * Times are those of a monotonic clock, in milliseconds: a clock that is set back must not keep us away.
 */
export class Retry {
  readonly #random: () => number
  #kind: Trouble['kind'] | null = null
  #sinceMs = 0
  #failures = 0
  #known = false
  #connectsMs: number[] = []

  /** @param random 0 … 1 */
  constructor(random: () => number = () => 0) {
    this.#random = random
  }

  /** A connect happens now. */
  connects(nowMs: number): void {
    this.#connectsMs.push(nowMs)
  }

  /** The session came up: what went wrong before is over. */
  succeeded(): void {
    this.#kind = null
    this.#known = true
  }

  /** @param trouble what ended the connection; null: we did. */
  waitMs(trouble: Trouble | null, nowMs: number): number {
    const kind = trouble?.kind ?? null
    this.#failures = kind !== null && kind === this.#kind ? this.#failures + 1 : 0
    if (this.#failures === 0) this.#sinceMs = nowMs
    this.#kind = kind
    return Math.max(this.#backoffMs(kind, nowMs) * (1 + this.#random() / 4), this.#boundMs(nowMs))
  }

  #backoffMs(kind: Trouble['kind'] | null, nowMs: number): number {
    if (kind === null) return 0
    if (kind === 'client-id-taken') return nowMs - this.#sinceMs < CLIENT_ID_QUICK_FOR_MS ? CLIENT_ID_MS : CLIENT_ID_SLOW_MS
    const { firstMs, longestMs } = RANGES[kind]
    const isBriefer = this.#known && (RANGES[kind] === CAREFUL || kind === 'wrong-account') && kind !== 'throttled'
    const longest = isBriefer ? KNOWN_LONGEST_MS : longestMs
    return Math.min(firstMs * 2 ** this.#failures, longest)
  }

  /** 0 unless a minute's connects are used up. */
  #boundMs(nowMs: number): number {
    this.#connectsMs = this.#connectsMs.filter((atMs) => nowMs - atMs < MINUTE_MS)
    const blocking = this.#connectsMs[this.#connectsMs.length - CONNECTS_PER_MINUTE]
    return blocking === undefined ? 0 : MINUTE_MS - (nowMs - blocking)
  }
}
