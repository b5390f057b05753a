import { assertNever } from '../../assert'
import type { Condition, Operator } from '../../market/proposition'
import { ceilDiv, floorDiv } from '../../units'

type OnNumber = Exclude<Condition, { kind: 'named' }>

/** A decimal as digits × 10^-places: exact, of any fineness. */
interface Exact {
  readonly digits: bigint
  readonly places: number
}
const DECIMAL = /^(-?)(\d{1,15})(?:\.(\d{1,12}))?$/
/** @throws RangeError when it is not a plain decimal of at most 15 and 12 digits. */
function exactly(decimal: string): Exact {
  const match = DECIMAL.exec(decimal)
  if (!match) throw new RangeError(`not a plain decimal: "${decimal}"`)
  const [, sign = '', whole = '', fraction = ''] = match
  return { digits: BigInt(`${sign}${whole}${fraction}`), places: fraction.length }
}

/**
 * The published values for which YES pays, as whole steps of the grid, both ends included; null: unbounded there.
 * Without a grid a step is half the finest place in use: even steps are the decimals themselves, odd ones all that lies between two of them.
 */
export interface Region {
  readonly low: bigint | null
  readonly high: bigint | null
}

/**
 * Two conditions on one number, in steps of its grid (market-math §8): "> s" holds from ⌊s/g⌋+1 on, "≥ s" from ⌈s/g⌉ on, "<" and "≤" up to the step before
 * the complement's first. null where a condition is none on a number, or a decimal is none.
 */
export function regionsOf(first: Condition, second: Condition, grid: string | null): readonly [Region, Region] | null {
  if (first.kind === 'named' || second.kind === 'named') return null
  try {
    const decimals = [...boundsOf(first), ...boundsOf(second)]
    const places = Math.max(...[...decimals, ...(grid === null ? [] : [grid])].map((decimal) => exactly(decimal).places))
    const scaled = (decimal: string): bigint => {
      const { digits, places: own } = exactly(decimal)
      return digits * 10n ** BigInt(places - own)
    }
    const step = grid === null ? null : scaled(grid)
    if (step !== null && step <= 0n) return null
    const inSteps = (condition: OnNumber): Region => regionOf(condition, scaled, step)
    return [inSteps(first), inSteps(second)]
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

const boundsOf = (condition: OnNumber): readonly string[] =>
  condition.kind === 'between' ? [condition.low, condition.high] : [condition.threshold]

function regionOf(condition: OnNumber, scaled: (decimal: string) => bigint, step: bigint | null): Region {
  if (condition.kind === 'between') {
    const low = firstStep('>=', scaled(condition.low), step)
    return { low, high: firstStep('>', scaled(condition.high), step) - 1n }
  }
  const value = scaled(condition.threshold)
  switch (condition.operator) {
    case '>':
    case '>=':
      return { low: firstStep(condition.operator, value, step), high: null }
    case '<':
      return { low: null, high: firstStep('>=', value, step) - 1n }
    case '<=':
      return { low: null, high: firstStep('>', value, step) - 1n }
    default:
      return assertNever(condition.operator, 'operator')
  }
}

/** The first step for which "> value" or "≥ value" holds: the N of market-math §8. */
function firstStep(operator: '>' | '>=', value: bigint, step: bigint | null): bigint {
  if (step === null) return operator === '>' ? 2n * value + 1n : 2n * value
  return operator === '>' ? floorDiv(value, step) + 1n : ceilDiv(value, step)
}

/** @throws RangeError on a decimal that is none, or a grid that is not positive. */
export function firstStepOf(operator: Operator, threshold: string, grid: string): bigint {
  const opposite = operator === '<' ? '>=' : operator === '<=' ? '>' : operator
  const [value, unit] = [exactly(threshold), exactly(grid)]
  if (unit.digits <= 0n) throw new RangeError(`not a grid: "${grid}"`)
  const places = Math.max(value.places, unit.places)
  return firstStep(opposite, value.digits * 10n ** BigInt(places - value.places), unit.digits * 10n ** BigInt(places - unit.places))
}
