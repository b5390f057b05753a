import { Reconciliation } from '../../../../src/venues/kalshi/stream/reconciliation'
import type { Clock } from '../../../../src/ports/clock'
import { millis } from '../../../../src/core/units'
import { recordingLog, until } from '../fakes'

/** Sleeps until it is told to wake; the time is set. */
class HeldClock implements Clock {
  atMs = 1_000_000
  readonly sleeps: { readonly durationMs: number; readonly wake: () => void }[] = []
  nowMs = () => millis(this.atMs)
  monoNs = () => BigInt(this.atMs) * 1_000_000n
  sleep(durationMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.sleeps.push({ durationMs, wake: resolve })
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    })
  }
  async elapse(): Promise<void> {
    const { durationMs, wake } = this.sleeps.at(-1) ?? { durationMs: 0, wake: () => undefined }
    const before = this.sleeps.length
    this.atMs += durationMs
    wake()
    await until(() => this.sleeps.length > before, 'the next sleep')
  }
}

describe('what private channels may have lost', () => {
  const ended: AbortController[] = []
  afterEach(() => ended.splice(0).forEach((each) => each.abort()))

  function running(read: (sinceMs: number) => Promise<void>): { clock: HeldClock; reconciliation: Reconciliation } {
    const clock = new HeldClock()
    const end = new AbortController()
    ended.push(end)
    const reconciliation = new Reconciliation({ read, venueMs: () => clock.atMs + 500, clock, log: recordingLog() })
    void reconciliation.run(end.signal)
    return { clock, reconciliation }
  }

  it('is read once a minute by the venue’s clock, each time since a little before the last reading', async () => {
    const since: number[] = []
    const { clock } = running(async (sinceMs) => void since.push(sinceMs))
    await clock.elapse()
    await clock.elapse()
    expect(since).toEqual([985_500, 1_045_500])
  })

  it('is read since the last reading that came to its end: a failed one is tried again soon', async () => {
    const since: number[] = []
    const { clock } = running(async (sinceMs) => {
      since.push(sinceMs)
      if (since.length < 3) throw new Error('503')
    })
    for (let i = 0; i < 4; i++) await clock.elapse()
    expect(since).toEqual([985_500, 985_500, 985_500, 1_055_500])
    expect(clock.sleeps.map(({ durationMs }) => durationMs)).toEqual([60_000, 5_000, 5_000, 60_000, 60_000])
  })

  it('is read at once after a gap, also one that is told while a reading is under way', async () => {
    let reads = 0
    let end: () => void = () => undefined
    const { reconciliation } = running(() => {
      reads++
      return new Promise((resolve) => (end = resolve))
    })
    reconciliation.gap()
    await until(() => reads === 1, 'the reading')
    reconciliation.gap()
    end()
    await until(() => reads === 2, 'the second reading')
    end()
  })
})
