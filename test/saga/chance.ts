import { mulberry32 } from '../../src/core/random'

const RANGE_32 = 2 ** 32

/** Throws of a seed: the same for ever. */
export interface Chance {
  /** True once in `1 / share` throws. */
  of(share: number): boolean
  /** 0 … below − 1. */
  upTo(below: number): number
  one<T>(all: readonly [T, ...T[]]): T
}

export function chance(seed: number): Chance {
  const random = mulberry32(seed)
  const upTo = (below: number): number => Math.floor((random() / RANGE_32) * below)
  return {
    upTo,
    of: (share) => random() / RANGE_32 < share,
    one: (all) => all[upTo(all.length)] ?? all[0],
  }
}
