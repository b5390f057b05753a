import { createDrillActivities, watchDrills, type DrillDependencies } from '../../../src/activities'
import { marketId, tradeId } from '../../../src/core/ids'
import type { DrillReport } from '../../../src/core/risk/drill'
import type { DrillBeginning } from '../../../src/workflows/messages'
import { LogBook } from '../../stores/doubles'
import { asActivity, LeapingClock } from '../doubles'

const ANA = { name: 'ana', role: 'operator' } as const
const PLACES = [
  { venue: 'kalshi', market: marketId('KX'), outcome: null },
  { venue: 'forecastex', market: marketId('710'), outcome: null },
] as const

function office(change: Partial<DrillDependencies> = {}) {
  const log = new LogBook()
  const clock = new LeapingClock()
  const closed: DrillReport[] = []
  const activities = createDrillActivities({
    ...{ mode: 'sim', shards: ['main'], clock, log, witnesses: [] },
    haltOfAll: () => Promise.resolve(null),
    openTrades: () => Promise.resolve(0),
    places: () => Promise.resolve(PLACES),
    mintId: () => tradeId('D1'),
    open: (_run, { drillId, startedMs }) => Promise.resolve({ drillId, startedMs }),
    halt: () => Promise.resolve({ epoch: 1, effectiveInMs: 1 }),
    kill: () => Promise.reject(new Error('not asked')),
    lift: () => Promise.resolve(null),
    close: (report) => Promise.resolve(void closed.push(report)),
    ...change,
  })
  const begin = (by: DrillReport['by'] = ANA): Promise<DrillBeginning> => asActivity(() => activities.beginDrill({ by }, 'run'))
  return { activities, log, clock, closed, begin }
}

describe('a kill drill begins', () => {
  it('with the markets for its canaries', async () =>
    expect(await office().begin()).toMatchObject({ kind: 'begun', drill: { drillId: 'D1', by: ANA, shards: ['main'], places: PLACES } }))

  it.each<readonly [string, Partial<DrillDependencies>, RegExp]>([
    ['in mode live', { mode: 'live' }, /^mode live takes no kill drill/],
    ['in mode observe', { mode: 'observe' }, /^mode observe takes no kill drill/],
    ['while all is halted', { haltOfAll: () => Promise.resolve({ by: 'ben', reason: 'fire' }) }, /^all is halted by ben \(fire\)/],
    ['without a market', { places: () => Promise.resolve([PLACES[0]]) }, /^no market is known for a canary at forecastex: name one under/],
    ['beside another', { open: () => Promise.resolve(null) }, /^another drill runs/],
  ])('not %s', async (_when, change, why) =>
    expect(await office(change).begin()).toEqual({ kind: 'refused', why: expect.stringMatching(why) as string }),
  )

  it('not by somebody who may only look', async () =>
    expect(await office().begin({ name: 'eva', role: 'viewer' })).toMatchObject({
      kind: 'refused',
      why: expect.stringMatching(/^eva is a viewer/) as string,
    }))

  it('not while trades are open: it is asked again', async () =>
    expect(await office({ openTrades: () => Promise.resolve(2) }).begin()).toEqual({ kind: 'busy', openTrades: 2 }))
})

describe('E26: a halt is acknowledged', () => {
  it('by each in his own time; by nobody when it did not reach the ledger', async () => {
    let looks = 0
    const witnesses = [
      { who: 'at once', knows: () => Promise.resolve(true) },
      { who: 'later', knows: () => Promise.resolve(++looks > 3) },
    ]
    const { activities, clock } = office({ witnesses })
    const halt = { atMs: clock.nowMs(), epoch: 4, effectiveInMs: 1 }
    const [first, second] = await asActivity(() => activities.acknowledgeHalt(halt))
    expect(first?.afterMs).toBeLessThan(second?.afterMs ?? 0)
    const untold = await asActivity(() => activities.acknowledgeHalt({ ...halt, epoch: null }))
    expect(untold.map(({ afterMs }) => afterMs)).toEqual([null, null])
  })
})

describe('a kill drill ends', () => {
  const END = { drillId: tradeId('D1'), outcome: 'passed', reasons: [], slow: [], steps: [], epoch: 1 } as unknown as DrillReport

  it('stored, with an alarm when it failed or was slow', async () => {
    const quiet = office()
    await asActivity(() => quiet.activities.endDrill(END))
    expect(quiet.closed).toEqual([END])
    expect(quiet.log.messages('error')).toEqual([])
    const loud = office()
    await asActivity(() => loud.activities.endDrill({ ...END, outcome: 'failed', reasons: ['x'], slow: ['y'] }))
    expect(loud.log.messages('error')).toEqual(['kill drill failed: all stays halted until somebody has looked', 'kill drill slow'])
  })

  it('with the alarm even when the ledger is away', async () => {
    const { activities, log } = office({ close: () => Promise.reject(new Error('away')) })
    await expect(asActivity(() => activities.endDrill({ ...END, outcome: 'failed', reasons: ['x'] }))).rejects.toThrow('away')
    expect(log.messages('error')).toHaveLength(1)
  })
})

describe('an overdue kill drill', () => {
  const DAY_MS = 86_400_000
  async function watched(mode: 'sim' | 'live', ages: readonly number[]) {
    const log = new LogBook()
    const clock = new LeapingClock()
    const ended = new AbortController()
    let look = 0
    const times = () => {
      const ageMs = ages[look++] ?? 0
      if (look === ages.length) ended.abort()
      return Promise.resolve({ ageMs, isOverdue: ageMs > 8 * DAY_MS })
    }
    const watch = watchDrills({ mode, overdueAfterMs: 8 * DAY_MS, times, clock, log })
    await watch.run(ended.signal)
    return { alarms: log.messages('error'), state: watch.state() }
  }

  it('alarms, once an hour', async () => {
    const { alarms, state } = await watched('sim', [8 * DAY_MS, ...Array.from({ length: 61 }, () => 9 * DAY_MS)])
    expect(alarms).toEqual(Array.from({ length: 2 }, () => 'kill drill overdue: the last one passed 9 days ago'))
    expect(state).toEqual({ ageMs: 9 * DAY_MS, isOverdue: true })
  })
  it('is none in a mode without drills', async () => expect((await watched('live', [90 * DAY_MS])).alarms).toEqual([]))
})
