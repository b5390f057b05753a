import { Heartbeat, HEARTBEAT_MS, type Stage } from '../../../../../src/venues/forecastex/gateway/connection/heartbeat'

const ns = (ms: number): bigint => BigInt(Math.round(ms)) * 1_000_000n

/**
 * A peer that lives until `deadMs` and answers within `latencyMs`, seen by a heartbeat each second.
 * @returns when it was found to be silent.
 */
function foundMs(deadMs: number, latencyMs: number, stageAt: (ms: number) => Stage): number {
  const heartbeat = new Heartbeat(0n)
  const answersMs: number[] = []
  const ask = (nowMs: number): void => {
    heartbeat.asked()
    if (nowMs + latencyMs <= deadMs) answersMs.push(nowMs + latencyMs)
  }
  for (let nowMs = HEARTBEAT_MS, asked = false; nowMs < 60_000; nowMs += HEARTBEAT_MS) {
    const stage = stageAt(Math.min(nowMs, deadMs))
    if (stage === 'started' && !asked) ask(deadMs)
    asked ||= stage === 'started'
    while (answersMs[0] !== undefined && answersMs[0] <= nowMs) {
      answersMs.shift()
      heartbeat.answered()
    }
    // A word of the gateway with each stage that it lets us reach.
    const bytes = ['connecting', 'hello', 'start', 'started'].indexOf(stage)
    if (heartbeat.beat(ns(nowMs), stage, Math.max(0, bytes - 1)) === 'silent') return nowMs
    if (stage === 'started') ask(nowMs)
  }
  return Infinity
}

describe('a half-open peer (trap 22)', () => {
  const deaths = Array.from({ length: 200 }, (_, n) => 137 + n * 49)

  it('in mid session is found less than 4 s after it died, whenever that was', () => {
    for (const latencyMs of [1, 400, 999]) {
      for (const deadMs of deaths) {
        const late = foundMs(deadMs, latencyMs, () => 'started') - deadMs
        expect([deadMs, latencyMs, late < 4_000]).toEqual([deadMs, latencyMs, true])
        expect(late).toBeGreaterThanOrEqual(1_000)
      }
    }
  })

  it.each<[string, Stage]>([
    ['before START_API', 'hello'],
    ['before nextValidId', 'start'],
    ['before its first answer', 'started'],
  ])('%s is found less than 4 s after its last word', (_, last) => {
    const stages: readonly Stage[] = ['connecting', 'hello', 'start', 'started']
    for (const deadMs of deaths.filter((ms) => ms < 1_900)) {
      // A stage every 300 ms, until the one in which it dies.
      const reachedMs = stages.indexOf(last) * 300
      const stageAt = (ms: number): Stage => stages[Math.min(Math.floor(ms / 300), stages.indexOf(last))] ?? last
      const late = foundMs(Math.max(deadMs, reachedMs), 5_000, stageAt) - reachedMs
      expect([deadMs, late < 4_000]).toEqual([deadMs, true])
    }
  })

  it('that never was there at all is given up after five seconds', () => {
    expect(foundMs(0, 1, () => 'connecting')).toBe(5_000)
    // TCP came up late: the five seconds count from the beginning.
    const heartbeat = new Heartbeat(0n)
    const beats = [1, 2, 3, 4, 5].map((second) => heartbeat.beat(ns(second * 1_000), second < 4 ? 'connecting' : 'hello', 0))
    expect(beats).toEqual(['alive', 'alive', 'alive', 'alive', 'silent'])
  })

  it('that answers, however late within the second, is never taken for dead', () => {
    expect(foundMs(59_000, 999, () => 'started')).toBeGreaterThan(59_000)
  })

  it('that was slow to begin is given the patience asked for', () => {
    const heartbeat = new Heartbeat(0n, 15)
    const beats = Array.from({ length: 16 }, (_, n) => heartbeat.beat(ns((n + 1) * 1_000), 'start', 9))
    expect(beats.indexOf('silent')).toBe(15)
  })
})

describe('a sleep of our own', () => {
  function upFor(beats: number): Heartbeat {
    const heartbeat = new Heartbeat(0n)
    for (let n = 1; n <= beats; n += 1) {
      heartbeat.beat(ns(n * 1_000), 'started', 100 * n)
      heartbeat.asked()
      if (n < beats) heartbeat.answered()
    }
    return heartbeat
  }

  it('is no silence of the peer, and takes the proof away until something new is answered', () => {
    const heartbeat = upFor(5)
    expect(heartbeat.awake(ns(15_000))).toBe(false)
    expect(heartbeat.answered()).toBe(true) // read from the kernel before the beat: of before the sleep
    expect(heartbeat.beat(ns(15_000), 'started', 600)).toBe('slept')
    expect(heartbeat.awake(ns(15_000))).toBe(true)
    heartbeat.asked()
    expect(heartbeat.answered()).toBe(true)
  })

  it('does not let an answer from before prove anything', () => {
    const heartbeat = upFor(5)
    expect(heartbeat.beat(ns(15_000), 'started', 600)).toBe('slept')
    heartbeat.asked()
    expect([heartbeat.answered(), heartbeat.answered()]).toEqual([false, true])
  })

  it('in which the peer died is found within the usual time after waking', () => {
    const heartbeat = upFor(5)
    const beats = [15, 16, 17].map((second) => {
      const beat = heartbeat.beat(ns(second * 1_000), 'started', 600)
      heartbeat.asked()
      return beat
    })
    expect(beats).toContain('silent')
  })

  it('shorter than four seconds changes nothing', () => {
    expect(upFor(5).awake(ns(8_900))).toBe(true)
  })
})
