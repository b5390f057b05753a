import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { mulberry32 } from '../../../../src/core/random'
import { formatFixed } from '../../../../src/core/units'
import { thresholdMatch, type Threshold } from '../../../../src/core/box/matching/threshold'
import { relationOf } from '../../../../src/core/box/matching/relation'
import type { Condition, Operator } from '../../../../src/core/market/proposition'
import { above } from './fixture'

/** Beside the repository. */
const VECTORS = join(__dirname, '../../../../../shared/reference/golden-vectors.json')
const recorded = existsSync(VECTORS) ? it : it.skip

interface Vector {
  readonly id: string
  readonly fn: string
  readonly in: Parameters<typeof thresholdMatch>[0]
  readonly out: ReturnType<typeof thresholdMatch>
}
const OPERATORS: readonly Operator[] = ['>', '>=', '<', '<=']
const GRIDS = ['0.1', '0.25', '1', '1000', '0.01'] as const
const seeds = Array.from({ length: 500 }, (_, at) => at + 1)

/** Two thresholds on or between the steps of a grid, near each other and around zero. */
function drawn(seed: number): { readonly kalshi: Threshold; readonly fx: Threshold; readonly grid: string } {
  const next = mulberry32(seed)
  const grid = GRIDS[next() % GRIDS.length] ?? '1'
  const threshold = (): Threshold => ({
    op: OPERATORS[next() % OPERATORS.length] ?? '>',
    strike: formatFixed((next() % 4001) - 2000, next() % 4, 0),
  })
  return { kalshi: threshold(), fx: threshold(), grid }
}
describe('two thresholds on the published grid (market-math §8)', () => {
  recorded('the vectors', () => {
    const { vectors } = JSON.parse(readFileSync(VECTORS, 'utf8')) as { vectors: readonly Vector[] }
    const ours = vectors.filter(({ fn }) => fn === 'thresholdMatch')
    expect(ours.length).toBeGreaterThan(3)
    for (const { id, in: input, out } of ours) expect({ id, ...thresholdMatch(input) }).toEqual({ id, ...out })
  })
  it('trap 1: T3.0 asked with "above" and with "at least" is nested, and the safe box is NO on Kalshi', () =>
    expect(thresholdMatch({ kalshi: { op: '>', strike: '3.0' }, fx: { op: '>=', strike: '3.0' }, grid: '0.1' })).toEqual({
      ...{ kalshiN: 31, fxN: 30, cls: 'nested', widerYes: 'fx', safeBox: 'KALSHI_NO+FX_YES', gapStates: 1 },
    }))
  it('above and at most are complements; above and below leave a gap or share values', () => {
    const with41 = (kalshi: Threshold, strike: string) => thresholdMatch({ kalshi, fx: { op: '<', strike }, grid: '0.1' })
    expect(thresholdMatch({ kalshi: { op: '>', strike: '4.1' }, fx: { op: '<=', strike: '4.1' }, grid: '0.1' }).cls).toBe('complement')
    expect(with41({ op: '>', strike: '4.1' }, '4.1')).toMatchObject({ cls: 'nested', safeBox: 'KALSHI_NO+FX_NO', gapStates: 1 })
    expect(with41({ op: '>=', strike: '4.1' }, '4.3')).toMatchObject({ cls: 'nested', safeBox: 'KALSHI_YES+FX_YES', gapStates: 2 })
  })
  it('swapping the venues swaps the wider one and mirrors the safe box (seeds 1 … 500)', () => {
    const mirror = { kalshi: 'fx', fx: 'kalshi' } as const
    for (const seed of seeds) {
      const { kalshi, fx, grid } = drawn(seed)
      const [there, back] = [thresholdMatch({ kalshi, fx, grid }), thresholdMatch({ kalshi: fx, fx: kalshi, grid })]
      expect([seed, back.cls, back.kalshiN, back.fxN, back.gapStates]).toEqual([seed, there.cls, there.fxN, there.kalshiN, there.gapStates])
      expect([seed, back.widerYes]).toEqual([seed, there.widerYes && mirror[there.widerYes]])
      const [, ofKalshi, ofFx] = /^KALSHI_(\w+)\+FX_(\w+)$/.exec(there.safeBox ?? 'KALSHI_-+FX_-') ?? []
      expect([seed, back.safeBox]).toEqual([seed, there.safeBox && `KALSHI_${ofFx ?? ''}+FX_${ofKalshi ?? ''}`])
    }
  })
  it('for s on the grid "above s" is "at least s + g" (seeds 1 … 500)', () => {
    for (const seed of seeds) {
      const steps = (mulberry32(seed)() % 2001) - 1000
      const [strike, next] = [formatFixed(steps, 1, 0), formatFixed(steps + 1, 1, 0)]
      const same = thresholdMatch({ kalshi: { op: '>', strike }, fx: { op: '>=', strike: next }, grid: '0.1' })
      expect([seed, same.cls, same.kalshiN]).toEqual([seed, 'identical', steps + 1])
    }
  })
  it('N is the first step for which "above" and "at least" hold, also between the steps and below zero (seeds 1 … 500)', () => {
    for (const seed of seeds) {
      const next = mulberry32(seed)
      const hundredths = (next() % 4001) - 2000
      const op = next() % 2 === 0 ? '>' : '>='
      const strike = formatFixed(hundredths, 2, 0)
      const first = Array.from({ length: 1000 }, (_, at) => at - 500).find((step) =>
        op === '>' ? step * 10 > hundredths : step * 10 >= hundredths,
      )
      const { kalshiN } = thresholdMatch({ kalshi: { op, strike }, fx: { op: '>', strike: '0' }, grid: '0.1' })
      expect([seed, op, strike, kalshiN]).toEqual([seed, op, strike, first])
    }
  })
  it.each([['1e3'], ['.5'], [''], ['0x1'], ['9'.repeat(16)]])('a strike of "%s" is refused', (strike) =>
    expect(() => thresholdMatch({ kalshi: { op: '>', strike }, fx: { op: '>', strike: '1' }, grid: '1' })).toThrow(RangeError),
  )
})

describe('a relation holds value by value', () => {
  /** What the relation says, tried on every value near both conditions. */
  const holds = (condition: Condition, value: number): boolean => {
    if (condition.kind === 'between') return value >= Number(condition.low) && value <= Number(condition.high)
    if (condition.kind === 'named') return false
    const { operator, threshold } = condition
    const other = Number(threshold)
    return operator === '>' ? value > other : operator === '>=' ? value >= other : operator === '<' ? value < other : value <= other
  }
  it('nested: the safe box never pays nothing, and its counterpart does exactly in the gap (seeds 1 … 500)', () => {
    for (const seed of seeds) {
      const next = mulberry32(seed)
      const draw = (): Condition =>
        next() % 3 === 0
          ? { kind: 'between', low: String(next() % 10), high: String(10 + (next() % 10)) }
          : above(String(next() % 20), OPERATORS[next() % 4])
      const [a, b] = [draw(), draw()]
      const relation = relationOf(a, b, '1')
      const values = Array.from({ length: 60 }, (_, at) => at - 20)
      const pairs = values.map((value) => [holds(a, value), holds(b, value)] as const)
      const isSame = pairs.every(([yes, other]) => yes === other)
      const isOpposite = pairs.every(([yes, other]) => yes !== other)
      expect([seed, relation.kind === 'same', relation.kind === 'opposite']).toEqual([seed, isSame, isOpposite])
      if (relation.kind !== 'nested') continue
      const narrower = pairs.filter(([yes, other]) => {
        const theirs = relation.polarity === 'same' ? other : !other
        return relation.wider === 'first' ? theirs && !yes : yes && !theirs
      })
      expect([seed, narrower]).toEqual([seed, []])
    }
  })
  it('without a grid no value between two thresholds is overlooked', () => {
    expect(relationOf(above('4.1'), above('4.2', '>='), '0.1')).toEqual({ kind: 'same' })
    expect(relationOf(above('4.1'), above('4.2', '>='), null)).toEqual({ kind: 'nested', polarity: 'same', wider: 'first', gap: null })
    expect(relationOf(above('4.10'), above('4.1'), null)).toEqual({ kind: 'same' })
    expect(relationOf(above('4.1'), above('4.1', '>='), null)).toEqual({ kind: 'nested', polarity: 'same', wider: 'second', gap: null })
    expect(relationOf(above('4.1'), above('4.1', '<='), null)).toEqual({ kind: 'opposite' })
  })
})
