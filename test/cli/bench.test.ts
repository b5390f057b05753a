import { frames } from '../../src/cli/verbs/bench/frames'
import { saga } from '../../src/cli/verbs/bench/saga'

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

describe('crossbook bench saga', () => {
  it.each([
    [{ trades: 'many' }, '--trades takes a number from 4 to 300, not "many"'],
    [{ trades: '3' }, '--trades takes a number from 4 to 300, not "3"'],
    [{ keepWarm: '5' }, '--keep-warm takes a number from 20 to 1000, not "5"'],
  ])('refuses %j with one sentence, before anything is measured', (options, sentence) => {
    expect(() => saga({ ...options, defaults: true })).toThrow(sentence)
  })
})
