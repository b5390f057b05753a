import { frames } from '../../src/cli/verbs/bench/frames'

describe('crossbook bench frames', () => {
  it.each([
    [{ rounds: '0' }, '--rounds takes a number from 1 to 99, not "0"'],
    [{ windows: 'all' }, '--windows takes a number from 1 to 99, not "all"'],
  ])('refuses %j with one sentence, before anything is measured', (options, sentence) => {
    expect(() => frames(undefined, { ...options, install: false })).toThrow(sentence)
  })
  it('refuses a file that is not there', () => {
    expect(() => frames('/nowhere/frames.ndjson.gz', { install: false })).toThrow('/nowhere/frames.ndjson.gz is not there')
  })
})
