import type { BookLine } from '../odds'
import { devig, methodSpread, type DevigMethod, type Devigged } from './devig'

interface Solved {
  readonly fair: Map<DevigMethod, Devigged>
  spread: readonly number[] | null
}

/**
 * A line's odds never change, and what they come to depends on nothing else: each side of a game asks, and asks again whenever a line has aged. Solving
 * them was four fifths of a cycle over a full board. A line that nobody holds any more takes its answers with it.
 */
const SOLVED = new WeakMap<BookLine, Solved>()

function solvedOf(line: BookLine): Solved {
  const known = SOLVED.get(line)
  if (known !== undefined) return known
  const fresh = { fair: new Map(), spread: null }
  SOLVED.set(line, fresh)
  return fresh
}

const oddsOf = ({ outcomes }: BookLine): readonly number[] => outcomes.map(({ odds }) => odds)

/** {@link devig} of a line. */
export function fairOf(line: BookLine, method: DevigMethod): Devigged {
  const { fair } = solvedOf(line)
  const known = fair.get(method)
  if (known !== undefined) return known
  const found = devig(method, oddsOf(line))
  fair.set(method, found)
  return found
}

/** {@link methodSpread} of a line. */
export function spreadOf(line: BookLine): readonly number[] {
  const solved = solvedOf(line)
  return (solved.spread ??= methodSpread(oddsOf(line)))
}
