import { mulberry32, streamSeed } from '../../core/random'

const RANGE = 2 ** 32

/** Choices from one seeded stream: the same seed and the same questions give the same answers, on every machine. */
export class Draw {
  readonly #next: () => number

  constructor(name: string) {
    this.#next = mulberry32(streamSeed(name))
  }

  /** From `least` to `most`, both included. */
  int(least: number, most: number): number {
    return least + Math.floor((this.#next() / RANGE) * (most - least + 1))
  }
  chance(percent: number): boolean {
    return this.int(1, 100) <= percent
  }
  /** @param choices at least one. */
  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.int(0, choices.length - 1)] ?? choices[0]
  }
}
