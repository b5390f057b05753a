import type { Frame } from '../../core/market/event'
import { millis, type Millis } from '../../core/units'

const NS_PER_MS = 1_000_000n
/** Of the one connection to each venue; the house has none. */
const CONNECTION = 1

/** Numbers frames and stamps them with the time of the recording, as a process does with what it captures. */
export class Tape {
  #nowMs: Millis
  #n = 0
  #frames: Frame[] = []

  constructor(startMs: Millis) {
    this.#nowMs = startMs
  }

  get nowMs(): Millis {
    return this.#nowMs
  }

  /** @throws RangeError for a time before the last one */
  passTo(atMs: number): void {
    if (atMs < this.#nowMs) throw new RangeError(`${atMs} comes after ${this.#nowMs}: frames are told in order of time`)
    this.#nowMs = millis(atMs)
  }

  stamp(venue: Frame['venue'], dir: Frame['dir'], payload: Frame['payload']): void {
    const recvMs = this.#nowMs
    const conn = venue === 'house' ? 0 : CONNECTION
    this.#frames.push({ n: ++this.#n, recvMs, monoNs: BigInt(recvMs) * NS_PER_MS, venue, conn, dir, payload })
  }

  /** What was stamped since it was asked last. */
  take(): readonly Frame[] {
    const frames = this.#frames
    this.#frames = []
    return frames
  }
}
