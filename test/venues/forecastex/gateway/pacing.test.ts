import { millis } from '../../../../src/core/units'
import type { Clock } from '../../../../src/ports/clock'
import { MessageBudget, type MessageKind } from '../../../../src/venues/forecastex/gateway/pacing'

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

  it('keeps room for orders and cancels that requests cannot take', async () => {
    const clock = new JumpingClock()
    const budget = new MessageBudget(clock)
    while (clock.nowMs() === 0) await budget.take('request', signal)
    const nowMs = clock.nowMs()
    for (let n = 0; n < 15; n += 1) await budget.take('order', signal)
    expect(clock.nowMs()).toBe(nowMs)
  })

  it('stops waiting when told to', async () => {
    const ended = new AbortController()
    const budget = new MessageBudget(new JumpingClock())
    ended.abort(new Error('stopped'))
    await expect(budget.take('order', ended.signal)).rejects.toThrow('stopped')
  })
})
