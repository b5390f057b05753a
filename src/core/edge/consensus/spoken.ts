import type { Consensus } from './consensus'

/** Half of the weight, but for what adding doubles loses. */
const HALF = 0.5 - 1e-9
/** One book that tells a wrong line tells it again: another family has to say the same, unless it is a sharp one. */
const FAMILIES = 2

/** What of a consensus was told by its books after a moment, by their own times. */
export interface Spoken {
  /** Of the weight: 0 … 1. */
  readonly share: number
  readonly families: number
  readonly isSharp: boolean
}

export function spokenSince({ books }: Consensus, sinceMs: number): Spoken {
  const [families, newer] = [new Set<string>(), books.filter(({ updatedMs }) => updatedMs > sinceMs)]
  let [total, told] = [0, 0]
  for (const { weight } of books) total += weight
  for (const { family, weight } of newer) {
    families.add(family)
    told += weight
  }
  return { share: total > 0 ? told / total : 0, families: families.size, isSharp: newer.some(({ sharp }) => sharp) }
}

/** Whether a consensus is of after a moment: half of its weight, told by two families or by a sharp book. A fetch alone says nothing: it repeats old lines. */
export const isOfAfter = ({ share, families, isSharp }: Spoken): boolean => share >= HALF && (families >= FAMILIES || isSharp)

/** "1 family", "2 families" */
export const inFamilies = (count: number): string => `${count} ${count === 1 ? 'family' : 'families'}`

/** "63 % of the weight in 3 families told later" */
export const spokenText = ({ share, families }: Spoken): string =>
  `${Math.floor(share * 100 + 1e-6)} % of the weight in ${inFamilies(families)} told later`
