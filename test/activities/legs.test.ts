import { createLegActivities } from '../../src/activities/legs'
import type { LegOutcome } from '../../src/core/trade/outcome'
import { quantity } from '../../src/core/units'
import { LogBook } from '../stores/doubles'
import { asActivity, environment, FIRST, LeapingClock, MemoryJournal, OpenGuard, ScriptedEntry, type Happened } from './doubles'

function desk() {
  const happened: Happened = []
  const kalshi = new ScriptedEntry('kalshi', happened)
  const journal = new MemoryJournal(happened)
  const guard = new OpenGuard()
  const clock = new LeapingClock()
  const answers: LegOutcome[] = []
  const activities = createLegActivities({
    entries: { kalshi, forecastex: new ScriptedEntry('forecastex', happened) },
    guard,
    journal,
    clock,
    log: new LogBook(),
    onBytes: ({ clientOrderId }) => happened.push(`released ${clientOrderId}`),
    onAnswer: (_order, outcome) => answers.push(outcome),
  })
  return {
    happened,
    kalshi,
    journal,
    guard,
    clock,
    answers,
    place: () => asActivity(() => activities.place(FIRST)),
    resolve: (around = environment()) => asActivity(() => activities.resolve(FIRST), around),
  }
}

const LOST: LegOutcome = { kind: 'unknown', cause: 'timeout' }

describe('E3 placing an order', () => {
  it('marks it durably before its bytes leave, and tells of bytes and answer', async () => {
    const { place, happened, answers } = desk()
    expect(await place()).toEqual({ kind: 'done', filled: 1_000 })
    expect(happened).toEqual(['journal sending cb-T1-a1', 'released cb-T1-a1', 'bytes cb-T1-a1'])
    expect(answers).toEqual([{ kind: 'done', filled: 1_000 }])
  })

  it('E2 I1 never sends an id that has a mark: its outcome is unknown', async () => {
    const { place, kalshi } = desk()
    await place()
    expect(await place()).toEqual(LOST)
    expect(kalshi.sent).toHaveLength(1)
  })

  it('E2 I1 not even when the process died between the mark and the bytes', async () => {
    const { place, kalshi, journal } = desk()
    const { clientOrderId, venue, market, quantity: of, limit, purpose } = FIRST
    await journal.append({ mark: 'sending', clientOrderId, atMs: FIRST.notAfterMs, venue, market, quantity: of, limit, purpose })
    expect(await place()).toEqual(LOST)
    expect(kalshi.sent).toEqual([])
  })

  it('E20 sends nothing and marks nothing without a permit', async () => {
    const { place, guard, happened } = desk()
    guard.permit = { kind: 'rejected', reason: 'guard', detail: 'trade T1 has no grant' }
    expect(await place()).toEqual(guard.permit)
    expect(happened).toEqual([])
  })

  it.each(['too-late', 'lease', 'halted', 'guard'] as const)(
    'E11 marks what the gate refused in the turn of the write as %s',
    async (reason) => {
      const { place, guard, happened, kalshi } = desk()
      guard.reason = reason
      expect(await place()).toMatchObject({ kind: 'rejected', reason })
      expect(kalshi.sent).toEqual([])
      expect(happened).toEqual(['journal sending cb-T1-a1', 'journal refused cb-T1-a1'])
    },
  )

  it('E3 sends nothing when the mark cannot be written', async () => {
    const { place, kalshi, journal } = desk()
    journal.append = () => Promise.reject(new Error('no space left on device'))
    await expect(place()).rejects.toThrow('no space left')
    expect(kalshi.sent).toEqual([])
  })

  it('a rejection by the venue is no mark of ours', async () => {
    const { place, kalshi, journal } = desk()
    kalshi.answer = { kind: 'rejected', reason: 'funds', detail: '' }
    await place()
    expect(journal.marks(FIRST.clientOrderId).map(({ mark }) => mark)).toEqual(['sending'])
  })
})

describe('E12 resolving an unknown order', () => {
  it('E13 tells once of an order that is another than was sent, and goes on asking', async () => {
    const { resolve, kalshi, answers } = desk()
    const another: LegOutcome = { kind: 'unknown', cause: 'echo-differs' }
    kalshi.finds.push(another, another, { kind: 'done', filled: quantity('4') })
    expect(await resolve()).toEqual({ kind: 'done', filled: 400 })
    expect(answers).toEqual([another, { kind: 'done', filled: 400 }])
  })

  it('asks until the venue knows it, with growing pauses', async () => {
    const { resolve, kalshi, clock, answers } = desk()
    kalshi.finds = [LOST, LOST, LOST, LOST, LOST, LOST, { kind: 'done', filled: quantity('4') }]
    expect(await resolve()).toEqual({ kind: 'done', filled: 400 })
    expect(clock.slept).toEqual([40, 80, 160, 320, 500, 500])
    expect(answers).toEqual([{ kind: 'done', filled: 400 }])
  })

  it('is answered by our own gate’s refusal, without the venue', async () => {
    const { place, resolve, guard } = desk()
    guard.reason = 'too-late'
    await place()
    expect(await resolve()).toEqual({
      kind: 'rejected',
      reason: 'too-late',
      detail: 'the gate refused it: too-late',
    })
  })

  it('I5 never concludes from silence: an attempt ends and is made again', async () => {
    const { resolve, clock } = desk()
    const startedMs = clock.nowMs()
    await expect(resolve()).rejects.toMatchObject({ message: 'cb-T1-a1 is still unknown', nonRetryable: false })
    expect(clock.nowMs() - startedMs).toBeLessThan(10_000)
  })

  it('stops asking when it is cancelled', async () => {
    const { resolve } = desk()
    const cancelled = environment()
    cancelled.cancel()
    await expect(resolve(cancelled)).rejects.toMatchObject({ name: 'CancelledFailure' })
  })
})
