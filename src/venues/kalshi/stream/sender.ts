import type { Clock } from '../../../ports/clock'
import type { KalshiCommand } from '../subscriptions'
import type { Lane } from './lane'

const NS_PER_MS = 1_000_000n
/** Commands of all connections together; the venue's limit is 10,000 a second. A hundredth of it re-reads ten thousand books in a second. */
const COMMANDS_PER_SECOND = 100
/** What may leave at once: the subscriptions of some connections. */
const BURST = 50
/** When all are used up: the time of two. */
const PACE_MS = 20

/** Sends the commands of all lanes in turn, so that a storm of reconnects does not become one of commands. */
export class Sender {
  readonly #lanes: readonly Lane[]
  readonly #clock: Clock
  readonly #write: (lane: Lane, command: KalshiCommand) => void
  #tokens = BURST
  #filledMs: number | null = null
  #isWaiting = false
  /** null: nothing is to be sent later. */
  signal: AbortSignal | null = null
  /** Commands that have left. */
  sent = 0

  constructor(lanes: readonly Lane[], clock: Clock, write: (lane: Lane, command: KalshiCommand) => void) {
    this.#lanes = lanes
    this.#clock = clock
    this.#write = write
  }

  urge(lane: Lane): void {
    lane.isEager = true
    this.send()
  }

  /** One command of each eager lane in turn, as long as there are any and the budget lasts. */
  send(): void {
    const nowMs = Number(this.#clock.monoNs() / NS_PER_MS)
    this.#refill(nowMs)
    for (let isIdle = false; !isIdle;) {
      isIdle = true
      for (const lane of this.#lanes) {
        if (!lane.isEager || !lane.connection) continue
        if (this.#tokens < 1) return this.#later()
        const command = lane.subscriptions.next(nowMs)
        lane.isEager = command !== null
        if (!command) continue
        isIdle = false
        this.#tokens--
        this.sent++
        this.#write(lane, command)
      }
    }
  }

  #refill(nowMs: number): void {
    const passedMs = nowMs - (this.#filledMs ?? nowMs)
    this.#filledMs = nowMs
    this.#tokens = Math.min(BURST, this.#tokens + (passedMs * COMMANDS_PER_SECOND) / 1000)
  }

  #later(): void {
    if (this.#isWaiting || !this.signal) return
    this.#isWaiting = true
    const goOn = (): void => {
      this.#isWaiting = false
      this.send()
    }
    this.#clock.sleep(PACE_MS, this.signal).then(goOn, () => undefined)
  }
}
