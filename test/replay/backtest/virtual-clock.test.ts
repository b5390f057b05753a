import { getEventListeners } from 'node:events'
import { VirtualClock } from '../../../src/replay/backtest/virtual-clock'
import { mulberry32 } from '../../../src/core/random'

const SEED = 7
const WAITS = 500

describe('time that only a recording moves', () => {
  it('wakes in the order of the times, and of two at one time the first one first', async () => {
    const clock = new VirtualClock()
    const woken: string[] = []
    for (const [name, atMs] of [
      ['c', 30],
      ['a', 10],
      ['d', 30],
      ['b', 20],
      ['e', 30],
    ] as const)
      clock.at(atMs, () => woken.push(`${name}${clock.nowMs()}`))
    expect(clock.nextMs).toBe(10)
    await clock.runUntil(20)
    expect([woken, clock.nowMs(), clock.nextMs]).toEqual([['a10', 'b20'], 20, 30])
    await clock.runUntil(1_000)
    expect([woken, clock.nowMs(), clock.nextMs]).toEqual([['a10', 'b20', 'c30', 'd30', 'e30'], 1_000, null])
    expect(clock.monoNs()).toBe(1_000_000_000n)
  })

  it(`wakes any number as a sorted list would (seed ${SEED})`, async () => {
    const clock = new VirtualClock()
    const next = mulberry32(SEED)
    const times = Array.from({ length: WAITS }, () => next() % 100)
    const woken: [number, number][] = []
    times.forEach((atMs, n) => clock.at(atMs, () => woken.push([clock.nowMs(), n])))
    await clock.runUntil(50)
    await clock.runUntil(100)
    expect(woken).toEqual(times.map((atMs, n): [number, number] => [atMs, n]).sort((a, b) => a[0] - b[0] || a[1] - b[1]))
  })

  it('never goes back: what has passed is the next moment, and an earlier frame changes nothing', async () => {
    const clock = new VirtualClock()
    await clock.runUntil(100)
    let atMs = 0
    clock.at(40, () => (atMs = clock.nowMs()))
    expect(clock.nextMs).toBe(100)
    await clock.runUntil(90)
    expect([atMs, clock.nowMs()]).toEqual([0, 100])
    await clock.runUntil(100)
    expect([atMs, clock.nowMs()]).toEqual([100, 100])
  })

  it('runs everything that can run before time passes', async () => {
    const clock = new VirtualClock()
    const told: string[] = []
    const work = async (name: string): Promise<void> => {
      for (let n = 0; n < 3; n++) {
        await clock.sleep(10)
        for (let turn = 0; turn < 20; turn++) await Promise.resolve()
        told.push(`${name}${clock.nowMs()}`)
      }
    }
    const both = Promise.all([work('x'), work('y')])
    await clock.runUntil(1_000)
    await both
    expect(told).toEqual(['x10', 'y10', 'x20', 'y20', 'x30', 'y30'])
  })

  it('waits whole milliseconds, and not at all for nothing', async () => {
    const clock = new VirtualClock()
    const times: number[] = []
    for (const ms of [0.2, 0, -5]) void clock.sleep(ms).then(() => times.push(clock.nowMs()))
    await clock.runUntil(0)
    expect(times).toEqual([0, 0])
    await clock.runUntil(5)
    expect(times).toEqual([0, 0, 1])
  })
})

describe('a wait that is given up', () => {
  it('ends with the reason, at once or later', async () => {
    const clock = new VirtualClock()
    const stop = new AbortController()
    const late = clock.sleep(10, stop.signal)
    stop.abort(new Error('enough'))
    await expect(late).rejects.toThrow('enough')
    await expect(clock.sleep(10, stop.signal)).rejects.toThrow('enough')
    await clock.runUntil(100)
    expect(clock.nowMs()).toBe(100)
  })

  it('leaves nothing behind at its signal when it is over: a run has millions', async () => {
    const clock = new VirtualClock()
    const { signal } = new AbortController()
    const over = clock.sleep(10, signal)
    await clock.runUntil(10)
    await over
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})
