import { mulberry32 } from '../src/core/random'

/** Another one with each run, so that they search; CROSSBOOK_SEED=… plays one again. Name it in the test. */
export const seedOf = (): number => Number(process.env['CROSSBOOK_SEED'] ?? Date.now() % 2 ** 31)

/** Random draws of a seed: alike on every engine. */
export class Chances {
  readonly #next: () => number

  constructor(seed: number) {
    this.#next = mulberry32(seed)
  }
  /** 0 … n − 1 */
  below(n: number): number {
    return this.#next() % n
  }
  /** 1 … n */
  upTo(n: number): number {
    return 1 + this.below(n)
  }
  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T
  }
}
