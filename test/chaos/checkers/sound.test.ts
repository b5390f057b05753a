import { checkEvidence } from '../../../src/chaos/checkers/check'
import { HALTED, soundEvidence } from './sound'

it('a lane that is as it should be has no violation', () => {
  expect(checkEvidence(soundEvidence(), HALTED)).toEqual([])
})
