import { countersText, reportText } from '../../../src/cli/verbs/edge/executor-text'
import { cycleText } from '../../../src/cli/verbs/edge/pipeline-text'
import { millis } from '../../../src/core/units'
import type { ExecutorReport } from '../../../src/operator/executor/run'
import { pipeline, world } from '../../operator/pipeline/world'

const NOW = millis(Date.UTC(2026, 10, 21, 15))
const COUNTERS = {
  desk: null,
  trades: { outcomes: { held: 2, refused: 1, running: 1 }, realisedMicros: -1_250_000, atStakeMicros: 42_000_000 },
  refusedMost: [],
  credits: 18_000,
}
const REPORT: ExecutorReport = {
  ...{
    mode: 'paper',
    profile: 'STANDARD',
    maxSignals: null,
    by: 'me',
    armedMs: NOW,
    endedMs: millis(NOW + 61_000),
    untilMs: millis(NOW + 70_000),
  },
  ...{ end: 'stopped', why: null, disarmed: true, counters: COUNTERS, running: [] },
}

describe('what an executor shows', () => {
  it('says which figures nobody tells', () => {
    expect(countersText(COUNTERS).split('\n')).toEqual([
      'the streaming process tells nothing of edges: their counters are not known',
      'refused most: nothing',
      'trades: 2 held, 1 refused, 1 running; realised −$1.25, at stake $42.00',
      'credits of the odds left: 18000',
    ])
  })
  it('says what calibration leaves of a profile', () => {
    const desk = {
      ...{ profile: 'STANDARD', armed: null, throttle: '25 % of each size: it lost', watched: 1, looks: 2, found: 3, odds: 4 },
      ...{ oddsAgeMs: null, opportunities: {}, refusals: {}, unjudged: {} },
    }
    expect(countersText({ ...COUNTERS, desk }).split('\n')[1]).toBe('calibration leaves 25 % of each size: it lost')
    expect(countersText({ ...COUNTERS, desk: { ...desk, throttle: null } }).split('\n')[1]).toBe('refused most: nothing')
  })
  it('names what goes on without it', () => {
    const running = [{ tradeId: 't1', market: 'KXNFLGAME-1', state: 'resolving' }]
    const text = reportText({ ...REPORT, end: 'lost', why: 'somebody disarmed it', disarmed: false, counters: null, running })
    expect(text).toMatch(
      /^not disarmed: it runs out at 15:01:10.000 after 61 s: somebody disarmed it\nwhat it has done is not known\nthese go on[^]*t1 +KXNFLGAME-1 +resolving$/,
    )
    expect(reportText(REPORT)).toMatch(/^disarmed after 61 s: stopped\n[^]*no trade of the edge goes on$/)
    expect(reportText({ ...REPORT, running: null })).toMatch(/\nwhether trades of the edge go on is not known, [^\n]*$/)
  })
})

it('what a cycle shows: counts, stages, what was missing, and the signals with what refused them', () => {
  const text = cycleText(pipeline().run(world()), { written: 2, removed: 1 }, ['the moon'], 12.34)
  expect(text.split('\n')).toEqual([
    'scanned 2 of 2 markets: 2 confirmed, 0 for review, 0 without a game',
    'looked at 2: 2 with odds, 2 with a consensus; 1 without an edge',
    'signals: HIGH 1',
    'refused: none',
    'mappings: 2 written, 1 taken out',
    'scan 1 ms, map 1 ms, lookup 1 ms, detect 1 ms, signal 1 ms; cycle 11 ms, read 12.3 ms',
    'missing: the moon',
    '',
    expect.stringContaining('market'),
    expect.stringContaining('─'),
    expect.stringMatching(/^KXMLBGAME-26JUL051230NYMATL-ATL +BUY_YES +\d\.\d+ +\d+\.00 +0\.51\d\d +HIGH \d+$/),
  ])
})
