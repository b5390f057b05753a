/** Something that would have moved a venue's cash (or its contracts) by `amount`, if it has happened. */
export interface Cause {
  readonly amount: number
  /** Of causes with the same question at most one has happened. Absent: it excludes none. */
  readonly question?: string
}
export type Explanation<C extends Cause> =
  /** The only way to make up the difference. Causes that move nothing are part of it. */
  | { readonly kind: 'explained'; readonly by: readonly C[] }
  /** Two different sets of causes make it up: cash does not tell which of them happened. */
  | { readonly kind: 'ambiguous'; readonly either: readonly C[]; readonly or: readonly C[] }
  | { readonly kind: 'unexplained' }

/** 65,536 sums take milliseconds; more markets are never paid within one afternoon. Beyond it only all or none of those count that exclude none. */
const CAUSES_MAX = 16

/** Which of the possible causes have happened, judged by cash alone: exactly one set of them may sum to the difference, to the micro-dollar. */
export function explain<C extends Cause>(difference: number, causes: readonly C[]): Explanation<C> {
  const moving = causes.filter(({ amount }) => amount !== 0)
  const still = causes.filter(({ amount }) => amount === 0)
  const [first, second] = moving.length > CAUSES_MAX ? allOrNone(difference, moving) : sets(difference, moving)
  if (first === undefined) return { kind: 'unexplained' }
  return second === undefined ? { kind: 'explained', by: [...first, ...still] } : { kind: 'ambiguous', either: first, or: second }
}

const sumOf = (causes: readonly Cause[]): number => causes.reduce((sum, { amount }) => sum + amount, 0)
const allOrNone = <C extends Cause>(difference: number, moving: readonly C[]): readonly (readonly C[])[] =>
  [[], moving.filter(({ question }) => question === undefined)].filter((set) => sumOf(set) === difference)

/** The first two sets that sum to it. */
function sets<C extends Cause>(difference: number, moving: readonly C[]): readonly (readonly C[])[] {
  const found: (readonly C[])[] = []
  const look = (n: number, left: number, taken: readonly C[]): void => {
    const cause = moving[n]
    if (found.length > 1) return
    if (cause === undefined) {
      if (left === 0) found.push(taken)
      return
    }
    look(n + 1, left, taken)
    if (cause.question === undefined || taken.every(({ question }) => question !== cause.question))
      look(n + 1, left - cause.amount, [...taken, cause])
  }
  look(0, difference, [])
  return found
}
