import type { History } from '@temporalio/common/lib/proto-utils'
import type { Done } from '../../src/core/trade/outcome'
import type { Reservation, TradeResult } from '../../src/core/trade/plan'
import { boxPlan } from '../saga/plan'
import { until } from '../stores/doubles'
import { progressOf, rigOfFile } from './rig'
import { completing, done, ledgerUnreachable, LOST, rejected, script, selling, silence } from './script'

const rig = rigOfFile()
const vector = ({ label, locked, flat, held, dust }: TradeResult): object => ({ label, locked, flat, held, dust })
const NOTHING = { locked: 0, flat: 0, held: 0, dust: 0 }

/** Whether a workflow task has begun since the cancel was asked for. */
function hasHeard({ events }: History): boolean {
  const asked = events?.findIndex(({ workflowExecutionCancelRequestedEventAttributes: cancel }) => cancel) ?? -1
  return asked >= 0 && (events ?? []).slice(asked).some(({ workflowTaskStartedEventAttributes: started }) => started)
}

describe('a reserve without an answer', () => {
  // first in its file: the SDK's core complains when a worker ends while the time-out (2 s) of a local activity that failed still runs
  it('from a ledger that cannot be reached: refused, after three attempts', async () => {
    const plays = script({ reserve: ledgerUnreachable })
    const result = await rig.run(boxPlan('Away'), plays)
    expect([result.label, result.reason]).toEqual(['refused', 'ledger reachable: no answer'])
    expect(plays.happened).toEqual(['reserve', 'reserve', 'reserve', 'close refused'])
  })

  it('that is cancelled meanwhile: nothing is sent, and what was reserved is released', async () => {
    let answer: (reservation: Reservation) => void = () => undefined
    const plays = script({ reserve: () => Promise.race([new Promise<Reservation>((resolve) => (answer = resolve)), silence()]) })
    const trade = await rig.start(boxPlan('Reserving'), plays, { workflowTaskTimeout: '1s' })
    await progressOf(trade, ({ step }) => step === 'reserve')
    await trade.cancel()
    await until('the saga to hear of the cancel', async () => hasHeard(await trade.fetchHistory()))
    answer({ kind: 'granted', verdicts: [] })
    const result = await rig.result(trade)
    expect([result.label, result.reason]).toEqual(['refused', 'halted: stopped before it was sent'])
    expect(plays.happened.at(-1)).toBe('close refused')
    expect(plays.happened.some((what) => what.startsWith('place'))).toBe(false)
  })
})

describe('E12 an unknown first leg', () => {
  it('that turns out filled: the second leg follows what it filled', async () => {
    const plays = script({ place: { a1: () => LOST }, resolve: { a1: () => done('6') } })
    expect(vector(await rig.run(boxPlan('Found'), plays))).toEqual({ label: 'locked', ...NOTHING, locked: 600 })
    expect(plays.happened.slice(1, 4)).toEqual(['place a1 1000', 'resolve a1', 'place b2 600'])
  })

  it('I5 that the venue never accepted: nothing more is sent, and the trade has missed', async () => {
    const plays = script({ place: { a1: () => LOST }, resolve: { a1: () => rejected('never-accepted') } })
    const result = await rig.run(boxPlan('Never'), plays)
    expect([vector(result), result.reason]).toEqual([{ label: 'missed', ...NOTHING }, 'never-accepted: as scripted'])
    expect(plays.happened).toEqual(['reserve', 'place a1 1000', 'resolve a1', 'close missed'])
  })

  it('that our own gate had refused: no byte left, so the trade was refused', async () => {
    const plays = script({ place: { a1: () => LOST }, resolve: { a1: () => rejected('too-late') } })
    expect((await rig.run(boxPlan('Refused'), plays)).label).toBe('refused')
  })
})

describe('E12 an unknown second leg', () => {
  it('is resolved before anything else is sent, and what it left is cured', async () => {
    const plays = script({ place: { b2: () => LOST }, resolve: { b2: () => done('3') }, cure: completing })
    expect(vector(await rig.run(boxPlan('Second'), plays))).toEqual({ label: 'locked', ...NOTHING, locked: 1_000 })
    expect(plays.happened.slice(2)).toEqual([
      ...['place b2 1000', 'resolve b2', 'finish a1', 'finish b2'],
      ...['cure 700', 'place c3 700', 'finish c3', 'close locked'],
    ])
  })

  it('I1 that never answers is not sent again: its activity times out, it is resolved, and the first leg is cured', async () => {
    const plays = script({ place: { b2: silence }, resolve: { b2: () => rejected('never-accepted') }, cure: selling })
    const trade = await rig.start(boxPlan('Silent'), plays)
    expect(await progressOf(trade, ({ step }) => step === 'place b2')).toMatchObject({ state: 'running', step: 'place b2', halts: [] })
    expect(vector(await rig.result(trade))).toEqual({ label: 'unwound', ...NOTHING, flat: 1_000 })
    expect(plays.happened.filter((what) => what.startsWith('place'))).toEqual(['place a1 1000', 'place b2 1000', 'place c4 1000'])
  })
})

describe('an activity that breaks', () => {
  it('while placing leaves an unknown order, whatever broke', async () => {
    const plays = script({
      place: { a1: () => Promise.reject(new Error('the journal is closed')) },
      resolve: { a1: () => rejected('never-accepted') },
    })
    expect((await rig.run(boxPlan('Broken'), plays)).label).toBe('missed')
    expect(plays.happened).toEqual(['reserve', 'place a1 1000', 'resolve a1', 'close missed'])
  })

  it('while asking is asked again until it knows', async () => {
    let asked = 0
    const plays = script({
      place: { a1: () => LOST },
      resolve: {
        a1: () => {
          if (++asked < 4) throw new Error('cb-Patient-a1 is still unknown')
          return done('10')
        },
      },
    })
    expect((await rig.run(boxPlan('Patient'), plays)).label).toBe('locked')
    expect(plays.happened.filter((what) => what === 'resolve a1')).toHaveLength(4)
  })

  it('E12 resolving is a state that the operator sees', async () => {
    let answer: (outcome: Done) => void = () => undefined
    const known = new Promise<Done>((resolve) => (answer = resolve))
    const plays = script({ place: { a1: () => LOST }, resolve: { a1: () => known } })
    const trade = await rig.start(boxPlan('Resolving'), plays)
    expect(await progressOf(trade, ({ state }) => state === 'resolving')).toMatchObject({
      state: 'resolving',
      step: 'resolve a1',
      halts: [],
    })
    answer(done('10'))
    expect((await rig.result(trade)).label).toBe('locked')
    expect(await trade.query('progress')).toMatchObject({ state: 'running', step: 'close' })
  })
})

describe('E12 an order that stays unknown for hours', () => {
  it('is asked for again and again, pages with growing gaps, and the trade goes on when it is known', async () => {
    const startedMs = await rig.environment.currentTimeMs()
    const plays = script({
      place: { a1: () => LOST },
      resolve: {
        a1: async () => {
          if ((await rig.environment.currentTimeMs()) - startedMs < 3 * 3_600_000) throw new Error('still unknown')
          return done('10')
        },
      },
    })
    expect(vector(await rig.run(boxPlan('Hours'), plays))).toEqual({ label: 'locked', ...NOTHING, locked: 1_000 })
    const timers = (rig.histories.at(-1)?.history.events ?? []).flatMap(
      (event) => event.timerStartedEventAttributes?.startToFireTimeout?.seconds ?? [],
    )
    expect(timers.map(Number).slice(0, 4)).toEqual([120, 240, 480, 960])
    expect(timers.length).toBeLessThan(10)
  }, 60_000)
})
