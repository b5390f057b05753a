import { setMaxListeners } from 'node:events'
import { millis } from '../../../../src/core/units'
import type { Clock } from '../../../../src/ports/clock'
import { MessageBudget, type MessageKind } from '../../../../src/venues/forecastex/gateway/pacing'
import { ManualClock, turns } from './rig'

/** Sleeping moves it, so that no test waits. */
class JumpingClock implements Clock {
  ns = 0n
  nowMs = () => millis(Number(this.ns / 1_000_000n))
  monoNs = () => this.ns
  sleep = (durationMs: number, signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted()
    this.ns += BigInt(durationMs) * 1_000_000n
    return Promise.resolve()
  }
}

const signal = new AbortController().signal

describe('MessageBudget', () => {
  async function sentMs(kind: MessageKind, count: number, clock = new JumpingClock()): Promise<number[]> {
    const budget = new MessageBudget(clock)
    const times: number[] = []
    for (let n = 0; n < count; n += 1) {
      await budget.take(kind, signal)
      times.push(clock.nowMs())
    }
    return times
  }
  const mostWithinASecond = (times: readonly number[]): number =>
    Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length))

  it('never lets more than the gateway’s 50 through within any second', async () => {
    expect(mostWithinASecond(await sentMs('order', 300))).toBeLessThanOrEqual(50)
  })

  it.each([
    [20, 18],
    [1_000, 900],
  ])('E18 uses nine tenths of a configured %i messages', async (perSecond, used) => {
    const clock = new JumpingClock()
    const budget = new MessageBudget(clock, perSecond)
    for (let n = 0; n < used; n += 1) await budget.take('order', signal)
    expect(clock.nowMs()).toBe(0)
    await budget.take('order', signal)
    expect(clock.nowMs()).toBeGreaterThan(0)
  })

  it('tells what may leave within a second, and what of it is left', async () => {
    const clock = new JumpingClock()
    const budget = new MessageBudget(clock)
    for (let n = 0; n < 10; n += 1) await budget.take('order', signal)
    budget.spend()
    expect([budget.limit, budget.left]).toEqual([45, 34])
    clock.ns += 1_000_000_000n
    expect(budget.left).toBe(45)
  })

  it('keeps room for orders and cancels: a thousand waiting requests delay none of fifteen', async () => {
    const clock = new ManualClock()
    const budget = new MessageBudget(clock)
    const ended = new AbortController()
    setMaxListeners(0, ended.signal)
    let requests = 0
    let orders = 0
    for (let n = 0; n < 1_000; n += 1)
      budget.take('request', ended.signal).then(
        () => (requests += 1),
        () => undefined,
      )
    for (let second = 1; second <= 3; second += 1) {
      for (let n = 0; n < 15; n += 1) void budget.take('order', signal).then(() => (orders += 1))
      await turns()
      expect([requests, orders]).toEqual([30 * second, 15 * second])
      await clock.advance(1_001)
    }
    ended.abort()
  })

  it('counts a heartbeat without letting it wait', async () => {
    const clock = new JumpingClock()
    const budget = new MessageBudget(clock)
    for (let n = 0; n < 45; n += 1) budget.spend()
    expect(clock.nowMs()).toBe(0)
    await budget.take('order', signal)
    expect(clock.nowMs()).toBeGreaterThan(0)
  })

  it('stops waiting when told to', async () => {
    const ended = new AbortController()
    const budget = new MessageBudget(new JumpingClock())
    ended.abort(new Error('stopped'))
    await expect(budget.take('order', ended.signal)).rejects.toThrow('stopped')
  })
})

describe('MessageBudget after a breach (100)', () => {
  const seconds = (clock: JumpingClock, count: number): void => void (clock.ns += BigInt(count) * 1_000_000_000n)

  it('halves itself, and is whole again after four minutes', () => {
    const clock = new JumpingClock()
    const budget = new MessageBudget(clock)
    expect([budget.limit, budget.reduced]).toEqual([45, false])
    budget.breached()
    expect([budget.limit, budget.reduced]).toEqual([22, true])
    seconds(clock, 60)
    expect(budget.limit).toBe(28)
    seconds(clock, 180)
    expect([budget.limit, budget.reduced]).toEqual([45, false])
  })

  it('keeps what is for orders, and a request a second, however often it happens', async () => {
    const clock = new JumpingClock()
    const budget = new MessageBudget(clock)
    for (let n = 0; n < 10; n += 1) budget.breached()
    expect(budget.limit).toBe(16)
    await budget.take('request', signal)
    for (let n = 0; n < 15; n += 1) await budget.take('order', signal)
    expect(clock.nowMs()).toBe(0)
    await budget.take('request', signal)
    expect(clock.nowMs()).toBeGreaterThan(0)
  })

  it('lets nothing go until less than the new limit went within a second', async () => {
    const clock = new JumpingClock()
    const budget = new MessageBudget(clock)
    for (let n = 0; n < 40; n += 1) await budget.take('order', signal)
    budget.breached()
    await budget.take('order', signal)
    expect(clock.nowMs()).toBeGreaterThanOrEqual(1_000)
  })
})
