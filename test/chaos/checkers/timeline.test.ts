import { checkEvidence } from '../../../src/chaos/checkers/check'
import { timelineOf, violationLines } from '../../../src/chaos/timeline'
import type { Struck } from '../../../src/chaos/where'
import { rows } from './changes'
import { BEGAN, CURED, EDGE, LOCKED } from './legs'
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

describe('what is printed of a violation', () => {
  const wrong = rows('trades')(
    ({ tradeId }) => tradeId === EDGE,
    ({ result }) => ({ result: result && { ...result, held: 400 as never, dust: 100 as never } }),
  )(soundEvidence())
  const OUTBID: Struck = { atMs: BEGAN.edge + 60, untilMs: null, kind: 'others', name: 'outbid', at: 'its offer', fields: { size: 2 } }

  it('is its seed and its rule, then everything about its trade by the clock, what was struck and who was quicker included', () => {
    const violations = checkEvidence(wrong, [...HALTED, OUTBID])
    const lines = violationLines(7, { violations, evidence: wrong }, [...HALTED, OUTBID]).flatMap((text) => text.split('\n'))
    const what = 'its result says 0 locked, 0 flat, 400 held, 100 dust where its executions come to 0 locked, 0 flat, 500 held, 0 dust'
    expect(lines.map((line) => line.slice(0, 90))).toEqual([
      `VIOLATION of I9 with seed 7: ${what}`.slice(0, 90),
      `I9 of trade edge: ${what}`.slice(0, 90),
      '0 ms is 2027-01-15T08:00:19.990Z',
      '       0 ms  workflow  edge-KX-3 starts',
      '      10 ms  table     trade edge of KX-3 begins, released',
      '      10 ms  table     reserve reserve:edge:kalshi: cash:kalshi -5200000, reserved:kalshi ',
      '      55 ms  workflow  edge-KX-3 place asked [{"clientOrderId":"cb-edge-a1","tradeId":"edg',
      '      60 ms  sent      cb-edge-a1 +500 YES of kalshi KX-3 at 4000, streaming-main-100',
      '      61 ms  arrived   cb-edge-a1 +500 YES of kalshi KX-3 at 4000, kalshi life 1 connectio',
      '      62 ms  venue     cb-edge-a1 executed 500 at 4000 (of YES), fee 84000: kalshi|crossbo',
      '      62 ms  venue     cb-edge-a1 ended, filled 500',
      '      70 ms  table     fillBuy fill:kalshi|crossbook|o-cb-edge-a1|e-cb-edge-a1: position:k',
      '      70 ms  struck    others outbid (its offer) {"size":2}',
      '      80 ms  workflow  edge-KX-3 place answered {"kind":"done","filled":500}',
      '     180 ms  workflow  edge-KX-3 finish asked [{"clientOrderId":"cb-edge-a1","tradeId":"ed',
      '     190 ms  workflow  edge-KX-3 finish answered 500',
      '    1510 ms  table     trade ends held, P&L -84000 µ$',
      '    1510 ms  table     release release:edge:kalshi: cash:kalshi 3116000, reserved:kalshi -',
      '    1520 ms  workflow  edge-KX-3 completed',
    ])
  })
  it('is its seed and its rule alone where nothing could be read', () => {
    const violations = [{ invariant: 'stuck', detail: 'no evidence: Postgres is away' }] as const
    expect(violationLines(7, { violations, evidence: null }, [])).toEqual(['VIOLATION of stuck with seed 7: no evidence: Postgres is away'])
  })
})
