import { quantity } from '../../../src/core/units'
import type { DrillReport } from '../../../src/core/risk/drill'
import type { DrillAnswer } from '../../../src/workflows/messages'
import { disagreements } from '../rig'
import { DrillRig, DRILL, Outside, placed } from './rig'

const rig = new DrillRig()
beforeAll(() => rig.open(), 60_000)
afterAll(() => rig.close(), 60_000)
beforeEach(() => (rig.outside = new Outside()))

const IN_ORDER = [
  'beginDrill',
  'restCanaries',
  'restCanaries',
  'haltForDrill',
  'acknowledgeHalt',
  'cancelForDrill',
  'proveHalt',
  'proveHalt',
  'resumeAfterDrill',
  'endDrill',
]
const broken = (): never => {
  throw new Error('no answer')
}
function reportOf(answer: DrillAnswer): DrillReport {
  if (answer.kind === 'refused') throw new Error(answer.why)
  return answer.report
}

describe('E27: a kill drill', () => {
  it('places, halts, waits for everybody, cancels, proves, resumes and stores, in this order', async () => {
    const report = reportOf(await rig.run({ by: DRILL.by }))
    expect(report).toMatchObject({ outcome: 'passed', reasons: [], isResumed: true, kept: null, epoch: 7, by: DRILL.by })
    expect(rig.outside.asked).toEqual(IN_ORDER)
    expect(rig.outside.report).toEqual(report)
    expect(report.steps.map(({ name }) => name)).toEqual(['place', 'halt', 'acknowledge', 'cancel', 'verify', 'resume'])
    expect(report.canaries).toEqual([...placed('main'), ...placed('second')])
  })

  it('waits while trades are open, and does not begin when they stay', async () => {
    let looks = 0
    rig.outside.replaced = { beginDrill: () => (++looks < 3 ? { kind: 'busy', openTrades: 2 } : { kind: 'begun', drill: DRILL }) }
    expect(reportOf(await rig.run()).outcome).toBe('passed')
    rig.outside = new Outside()
    rig.outside.replaced = { beginDrill: () => ({ kind: 'busy', openTrades: 1 }) }
    expect(await rig.run()).toEqual({ kind: 'refused', why: '1 trades are open: a drill starts when there is none' })
    expect(new Set(rig.outside.asked)).toEqual(new Set(['beginDrill']))
  })

  it('says why it was refused, and does nothing', async () => {
    rig.outside.replaced = { beginDrill: () => ({ kind: 'refused', why: 'mode live takes no kill drill' }) }
    expect(await rig.run()).toEqual({ kind: 'refused', why: 'mode live takes no kill drill' })
    expect(rig.outside.asked).toEqual(['beginDrill'])
  })

  it('that nobody started by hand is the schedule’s', async () => {
    expect(reportOf(await rig.run()).by).toEqual({ name: 'schedule', role: 'system' })
  })
})

describe('E27: a kill drill that fails keeps its halt', () => {
  it.each<readonly [string, Outside['replaced'], RegExp]>([
    ['a process does not place its canary', { restCanaries: broken }, /^place: no answer/],
    ['the halt cannot be told', { haltForDrill: broken }, /^halt: no answer/],
    ['somebody does not acknowledge', { acknowledgeHalt: () => [{ who: 'streaming', afterMs: null }] }, /^streaming did not acknowledge/],
    ['the kill has no answer', { cancelForDrill: broken }, /^cancel: no answer/],
    ['an opening left', { proveHalt: () => ({ openings: 1, filled: [] }) }, /^2 openings left after the halt was acknowledged/],
    ['the counting process is new', { proveHalt: () => ({ openings: null, filled: [] }) }, /^the streaming process has started anew/],
    [
      'a canary was filled',
      {
        proveHalt: (canaries) => ({
          openings: 0,
          filled: [{ clientOrderId: canaries[0]?.canary?.clientOrderId, quantity: quantity('1') }],
        }),
      },
      /^canary cb-0mfk2hxyz0000001-a1 was filled/,
    ],
  ])('when %s', async (_what, replaced, reason) => {
    rig.outside.replaced = replaced
    const report = reportOf(await rig.run())
    expect(report).toMatchObject({ outcome: 'failed', isResumed: false })
    expect(report.reasons[0]).toMatch(reason)
    expect(rig.outside.asked).not.toContain('resumeAfterDrill')
    expect(rig.outside.asked).toContain('haltForDrill')
    expect(rig.outside.asked).toContain('cancelForDrill') // what rests is cancelled all the same
    expect(rig.outside.report).toEqual(report)
  })

  it('and when something still rests, or its venue cannot be read', async () => {
    const venues = [
      { venue: 'kalshi', cancelled: 2, resting: ['cb-T-a1'], others: 0, unread: null },
      { venue: 'forecastex', cancelled: 0, resting: [], others: 0, unread: 'no session' },
    ]
    rig.outside.replaced = { cancelForDrill: () => ({ trades: 0, venues }) }
    expect(reportOf(await rig.run()).reasons).toEqual([
      'cb-T-a1 still rests at kalshi',
      'what rests at forecastex is not known: no session',
    ])
    expect(rig.outside.asked).not.toContain('resumeAfterDrill')
  })

  it('but halts nothing when no canary came to rest anywhere', async () => {
    const refused = (shard: string) => placed(shard).map((each) => ({ ...each, canary: null, state: 'refused', detail: 'closed' }))
    rig.outside.replaced = { restCanaries: (_drill, shard) => refused(shard) }
    const report = reportOf(await rig.run())
    expect(report.reasons).toContain('kalshi took no canary: closed')
    expect(rig.outside.asked).toEqual(['beginDrill', 'restCanaries', 'restCanaries', 'endDrill'])
  })

  it('and leaves the halt of somebody who halted meanwhile', async () => {
    rig.outside.replaced = { resumeAfterDrill: () => 'ben has halted all meanwhile: fire' }
    expect(reportOf(await rig.run())).toMatchObject({ outcome: 'passed', isResumed: false, kept: 'ben has halted all meanwhile: fire' })
  })
})

it('replays as it ran', async () => {
  expect(rig.histories.length).toBeGreaterThan(0)
  expect(await disagreements(rig.histories)).toEqual([])
})
