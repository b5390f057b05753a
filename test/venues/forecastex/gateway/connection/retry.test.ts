import { Retry } from '../../../../../src/venues/forecastex/gateway/connection/retry'
import type { Trouble } from '../../../../../src/venues/forecastex/gateway/trouble'

const at = { host: '127.0.0.1', port: 4002 }
const TAKEN: Trouble = { kind: 'client-id-taken', clientId: 7 }
const LOST: Trouble = { kind: 'lost', cause: 'ECONNRESET' }

/** What is waited after each of the attempts, each of which comes to the same. */
function waits(trouble: Trouble, attempts: number, random?: () => number): number[] {
  const retry = new Retry(random)
  let nowMs = 1_790_000_000_000
  return Array.from({ length: attempts }, () => {
    retry.connects(nowMs)
    const waitMs = retry.waitMs(trouble, nowMs)
    nowMs += waitMs
    return waitMs
  })
}
const mostInAMinute = (each: readonly number[]): number => {
  const times = each.map((_, n) => each.slice(0, n).reduce((sum, ms) => sum + ms, 0))
  return Math.max(...times.map((from) => times.filter((ms) => ms >= from && ms < from + 60_000).length))
}

describe('Retry', () => {
  it('E19 takes over quickly: twice a second for half a minute while the client id is in use, then every five', () => {
    const each = waits(TAKEN, 70)
    expect(each.slice(0, 60)).toEqual(Array(60).fill(500))
    expect(each.slice(61)).toEqual(Array(9).fill(5_000))
  })

  it('comes back at once after a loss, doubling to five seconds', () => {
    expect(waits(LOST, 7)).toEqual([250, 500, 1_000, 2_000, 4_000, 5_000, 5_000])
  })

  it.each<Trouble>([
    { kind: 'closed-at-once', ...at },
    { kind: 'login-expired', ...at },
    { kind: 'not-a-gateway', ...at, saw: null },
    { kind: 'unreachable', ...at, cause: 'EHOSTUNREACH' },
    { kind: 'throttled' },
  ])('is careful with $kind: five seconds to a minute', (trouble) => {
    expect(waits(trouble, 6)).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000])
  })

  it.each<Trouble>([
    { kind: 'wrong-account', account: 'DU1', managed: ['U1'] },
    { kind: 'version', message: 'out of date' },
    { kind: 'port-changed', message: '' },
  ])('does not hammer $kind: every five minutes', (trouble) => {
    expect(waits(trouble, 3)).toEqual([300_000, 300_000, 300_000])
  })

  it('is less careful with a gateway that gave a session before: an open leg may wait', () => {
    const retry = new Retry()
    retry.succeeded()
    const each = (trouble: Trouble): number[] => Array.from({ length: 4 }, () => retry.waitMs(trouble, 0))
    expect(each({ kind: 'closed-at-once', ...at })).toEqual([5_000, 10_000, 15_000, 15_000])
    expect(each({ kind: 'throttled' })).toEqual([5_000, 10_000, 20_000, 40_000])
    expect(each({ kind: 'wrong-account', account: 'DU1', managed: ['U1'] })).toEqual([15_000, 15_000, 15_000, 15_000])
  })

  it('adds up to a quarter of jitter', () => {
    expect(waits({ kind: 'closed-at-once', ...at }, 2, () => 1)).toEqual([6_250, 12_500])
  })

  it('starts over when the trouble is another one, or the session came up', () => {
    const retry = new Retry()
    const now = 1_790_000_000_000
    expect([retry.waitMs(LOST, now), retry.waitMs(LOST, now), retry.waitMs(TAKEN, now), retry.waitMs(LOST, now)]).toEqual([
      250, 500, 500, 250,
    ])
    retry.succeeded()
    expect([retry.waitMs(LOST, now), retry.waitMs(null, now)]).toEqual([250, 0])
  })

  it('never connects more than 75 times in a minute, whatever happens', () => {
    expect(mostInAMinute(waits(TAKEN, 100))).toBeLessThanOrEqual(75)
    const retry = new Retry()
    let nowMs = 1_790_000_000_000
    const flapping = Array.from({ length: 300 }, () => {
      retry.connects(nowMs)
      retry.succeeded() // up for 10 ms, every time
      const waitMs = retry.waitMs(LOST, nowMs + 10) + 10
      nowMs += waitMs
      return waitMs
    })
    expect(mostInAMinute(flapping)).toBe(75)
  })
})
