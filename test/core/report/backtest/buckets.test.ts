import { inBuckets, WITHOUT_BOUND } from '../../../../src/core/report/backtest/buckets'

const BUCKETS = [
  { label: 'small', most: 10 },
  { label: 'large', most: 20 },
]
const filled = (values: readonly number[], buckets = BUCKETS): readonly (readonly number[])[] =>
  inBuckets(buckets, values, (value) => value).map(({ own }) => own)

describe('classes of values', () => {
  it('take their bound, leave the next one to the next class, and stay when empty', () => {
    expect(filled([11, 10, -5, 20])).toEqual([
      [10, -5],
      [11, 20],
    ])
    expect(filled([])).toEqual([[], []])
  })

  it('without a bound take the rest, what is infinite too', () => {
    const open = [...BUCKETS, { label: 'rest', most: WITHOUT_BOUND }]
    expect(filled([21, WITHOUT_BOUND], open)[2]).toEqual([21, WITHOUT_BOUND])
    expect(filled([21])).toEqual([[], []])
  })
})
