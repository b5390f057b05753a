import { timelineOf } from '../../../src/chaos/timeline'
import { CURED, LOCKED } from './legs'
import { HALTED, soundEvidence } from './sound'

describe('the timeline of a violation', () => {
  const story = timelineOf(soundEvidence(), HALTED, { invariant: 'I3', tradeId: LOCKED, detail: 'too much' })
  it('begins with what is wrong and tells what its trade did, in the order of time', () => {
    const lines = story.split('\n')
    expect(lines[0]).toBe(`I3 of trade ${LOCKED}: too much`)
    const times = lines.slice(2).map((line) => Number.parseInt(line, 10))
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    for (const part of ['sent', 'arrived', 'venue', 'table', 'workflow', 'struck']) expect(story).toContain(` ms  ${part}`)
  })
  it('leaves other trades out, and tells of everybody where no trade is named', () => {
    expect(story).not.toContain(`cb-${CURED}`)
    expect(timelineOf(soundEvidence(), HALTED, { invariant: 'I9', detail: 'cash' })).toContain(`cb-${CURED}-c3`)
  })
})
