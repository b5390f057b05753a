import { MUTANTS, SUCCESSOR_MUTANTS } from '../../saga/mutants'
import { brokenBy } from './changes'
import { MISTAKES, OTHERS } from './mistakes'

const LEFT = Object.entries({ ...MISTAKES, ...OTHERS }).flatMap(([name, each]) => ('rules' in each ? [[name, each] as const] : []))

describe('what a mistake of a saga leaves behind', () => {
  it('is thought of for each of them', () => {
    expect(Object.keys(MISTAKES)).toEqual([...MUTANTS, ...SUCCESSOR_MUTANTS].map(({ mistake }) => mistake))
  })
  it.each(LEFT)('%s', (_name, { lane, change = (evidence) => evidence, rules }) => {
    const broken = brokenBy({ name: '', rule: 'I1', change, ...(lane && { lane }) })
    expect(broken).toEqual(new Set(rules))
  })
})
