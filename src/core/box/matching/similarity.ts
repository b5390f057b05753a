import { spelling } from '../../market/reading/words'

/** 0 … 10_000. */
export const MOST_SIMILAR = 10_000

/**
 * How much of two titles' spelling is shared, by pairs of neighbouring letters (Dice). It orders a queue for people and confirms nothing: titles one digit
 * apart are nearly alike (market-math §8).
 */
export function similarity(one: string, other: string): number {
  const [mine, theirs] = [bigrams(spelling(one)), bigrams(spelling(other))]
  const total = mine.length + theirs.length
  if (total === 0) return 0
  const left = new Map<string, number>()
  for (const pair of mine) left.set(pair, (left.get(pair) ?? 0) + 1)
  let shared = 0
  for (const pair of theirs) {
    const count = left.get(pair) ?? 0
    if (count === 0) continue
    left.set(pair, count - 1)
    shared += 1
  }
  return Math.round((2 * shared * MOST_SIMILAR) / total)
}

const bigrams = (text: string): readonly string[] => Array.from({ length: Math.max(0, text.length - 1) }, (_, at) => text.slice(at, at + 2))
