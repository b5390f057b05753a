import { mulberry32, streamSeed } from '../../../../src/core/random'
import type { Frame } from '../../../../src/core/market/event'
import { millis } from '../../../../src/core/units'
import { encodeFrame } from '../../../../src/stores/files/frame-line'

/** What a streaming process would have captured, in the capture's own format, and the chances that decide what happens in it. */
export class Tape {
  readonly lines: string[] = []
  readonly #draw: () => number
  nowMs: number

  constructor(startMs: number, seed: string) {
    this.nowMs = startMs
    this.#draw = mulberry32(streamSeed(seed))
  }

  stamp(venue: Frame['venue'], conn: number, dir: Frame['dir'], payload: Frame['payload']): void {
    const recvMs = millis(this.nowMs)
    this.lines.push(encodeFrame({ n: this.lines.length + 1, recvMs, monoNs: BigInt(recvMs) * 1_000_000n, venue, conn, dir, payload }))
  }

  /** 0 … below − 1. */
  below(count: number): number {
    return this.#draw() % count
  }
  /** Once in so many times. */
  once(inSoMany: number): boolean {
    return this.below(inSoMany) === 0
  }
  pick<T>(from: readonly T[]): T {
    const one = from[this.below(from.length)]
    if (one === undefined) throw new Error('nothing to pick from')
    return one
  }
}
