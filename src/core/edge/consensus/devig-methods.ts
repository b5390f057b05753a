/** The ways of taking a book's margin off, in the order of market-math §5. */
export const DEVIG_METHODS = ['multiplicative', 'additive', 'power', 'odds-ratio', 'shin'] as const
export type DevigMethod = (typeof DEVIG_METHODS)[number]

export interface Solved {
  /** As the outcomes were given; they add up to one. */
  readonly probabilities: readonly number[]
  /** What the method found: the part taken off (additive), the exponent (power), the ratio of odds, the share of insiders (shin). */
  readonly parameter: number | null
}

/** A sum this near to one is one: nothing but rounding is left. */
export const ROUNDING = 1e-12
/** Newton's steps double the digits: nothing that has a root needs more. */
const STEPS_MAX = 200

export const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)

/**
 * Probabilities without a margin, of quoted ones: one for every outcome, each above 0 and below 1 (market-math §5). No gate is applied: a sum below one is
 * solved upward where the method can. null: this method has no answer here.
 * @throws RangeError for fewer than two outcomes, or one that is no quoted probability.
 */
export function solve(method: DevigMethod, quoted: readonly number[]): Solved | null {
  if (quoted.length < 2 || !quoted.every((q) => q > 0 && q < 1))
    throw new RangeError(`no margin can be taken off [${quoted.join(', ')}]: two outcomes at least, each above 0 and below 1`)
  const sum = sumOf(quoted)
  if (Math.abs(sum - 1) <= ROUNDING) return { probabilities: quoted.map((q) => q / sum), parameter: NOTHING_TAKEN[method] }
  const solved = SOLVERS[method](quoted, sum)
  return solved && settled(solved)
}

/** What each method finds where there is no margin. */
const NOTHING_TAKEN: Readonly<Record<DevigMethod, number | null>> = {
  multiplicative: null,
  additive: 0,
  power: 1,
  'odds-ratio': 1,
  shin: 0,
}

type Solver = (quoted: readonly number[], sum: number) => Solved | null
const SOLVERS: Readonly<Record<DevigMethod, Solver>> = {
  multiplicative: (quoted, sum) => ({ probabilities: quoted.map((q) => q / sum), parameter: null }),
  additive,
  power,
  'odds-ratio': (quoted, sum) => (quoted.length === 2 ? oddsRatioOfTwo(quoted) : oddsRatio(quoted, sum)),
  shin: (quoted, sum) => (sum < 1 ? null : quoted.length === 2 ? shinOfTwo(quoted, sum) : shin(quoted, sum)),
}

/** A root found to rounding is made to add up exactly; anything else is no root. */
function settled({ probabilities, parameter }: Solved): Solved | null {
  const sum = sumOf(probabilities)
  if (!(Math.abs(sum - 1) < ROUNDING) || !probabilities.every((p) => p > 0 && p < 1)) return null
  return { probabilities: probabilities.map((p) => p / sum), parameter }
}

function additive(quoted: readonly number[], sum: number): Solved | null {
  const part = (sum - 1) / quoted.length
  return quoted.every((q) => q > part) ? { probabilities: quoted.map((q) => q - part), parameter: part } : null
}

/** Σ q^k = 1. With a margin k is above one; without, below: zero lies left of it then. */
function power(quoted: readonly number[], sum: number): Solved {
  const logs = quoted.map((q) => Math.log(q))
  const k = rootRightOf(sum > 1 ? 1 : 0, (at) => {
    let value = -1
    let slope = 0
    for (const log of logs) {
      const part = Math.exp(at * log)
      value += part
      slope += part * log
    }
    return { value, slope }
  })
  return { probabilities: logs.map((log) => Math.exp(k * log)), parameter: k }
}

function oddsRatio(quoted: readonly number[], sum: number): Solved {
  const c = rootRightOf(sum > 1 ? 1 : 0, (at) => {
    let value = -1
    let slope = 0
    for (const q of quoted) {
      const weight = q + at * (1 - q)
      value += q / weight
      slope -= (q * (1 - q)) / (weight * weight)
    }
    return { value, slope }
  })
  return { probabilities: quoted.map((q) => q / (q + c * (1 - q))), parameter: c }
}

/** logit p1 = (logit q1 − logit q2) / 2, without logarithms. */
function oddsRatioOfTwo(quoted: readonly number[]): Solved {
  const [first, second] = twoOf(quoted).map((q) => q / (1 - q)) as [number, number]
  const ratio = Math.sqrt(first / second)
  return { probabilities: [ratio / (1 + ratio), 1 / (1 + ratio)], parameter: Math.sqrt(first * second) }
}

/** Σ √(z² + 4(1 − z)q²/S) = 2 + (n − 2)z. The sum is convex in z and has its other root at one, right of the one that is meant. */
function shin(quoted: readonly number[], sum: number): Solved {
  const shares = quoted.map((q) => (q * q) / sum)
  const rootOf = (z: number, share: number): number => Math.sqrt(z * z + 4 * (1 - z) * share)
  const z = rootRightOf(0, (at) => {
    let value = -2 - (shares.length - 2) * at
    let slope = 2 - shares.length
    for (const share of shares) {
      const root = rootOf(at, share)
      value += root
      slope += (at - 2 * share) / root
    }
    return { value, slope }
  })
  return { probabilities: shares.map((share) => (rootOf(z, share) - z) / (2 * (1 - z))), parameter: z }
}

function shinOfTwo(quoted: readonly number[], sum: number): Solved {
  const [first, second] = twoOf(quoted)
  const square = (first - second) ** 2
  const half = (sum - 1) / 2
  return { probabilities: [first - half, second - half], parameter: ((sum - 1) * (square - sum)) / (sum * (square - 1)) }
}

/** The root of a falling convex function, from a point left of it: Newton's steps never pass it, so that no bracket is needed. */
function rootRightOf(start: number, at: (x: number) => { readonly value: number; readonly slope: number }): number {
  let x = start
  for (let step = 0; step < STEPS_MAX; step++) {
    const { value, slope } = at(x)
    const next = x - value / slope
    if (!(next > x)) return x
    x = next
  }
  return x
}

function twoOf([first, second]: readonly number[]): readonly [number, number] {
  if (first === undefined || second === undefined) throw new RangeError('two outcomes are needed')
  return [first, second]
}
