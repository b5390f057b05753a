import { millis, type Millis } from '../../../src/core/units'
import type { Clock } from '../../../src/ports/clock'
import type { LeaseStore } from '../../../src/ports/guard'
import { createLease, LEASE_TTL_MS } from '../../../src/streaming/failover/lease'
import { LogBook } from '../../stores/doubles'

/** Virtual time does not stop by itself: no test needs more. */
const MOST_SLEEPS = 500

/** Virtual time, and the database's own idea of the lease: who holds it, and until when. */
class World implements Clock, LeaseStore {
  nowNumber = 0
  readonly sleeps: number[] = []
  heldUntilMs = 0
  epoch = 0
  released = 0
  /** How long a question takes on its way to the database, and the answer on its way back. */
  wayMs = 0
  reachable = true
  hangs = false
  /** Another process has held it since, and let it go. */
  heldBetween = false
  othersUntilMs = 0
  onSleep: () => void = () => undefined

  nowMs(): Millis {
    return millis(this.nowNumber)
  }
  monoNs(): bigint {
    return BigInt(this.nowNumber) * 1_000_000n
  }
  async sleep(durationMs: number, signal: AbortSignal): Promise<void> {
    this.sleeps.push(durationMs)
    if (this.sleeps.length > MOST_SLEEPS) throw new Error('it goes on for ever')
    this.nowNumber += durationMs
    this.onSleep()
    signal.throwIfAborted()
  }
  async acquire(ttlMs: number): Promise<{ readonly epoch: number } | null> {
    this.nowNumber += this.wayMs
    if (this.hangs) return new Promise(() => undefined)
    if (!this.reachable) throw new Error('connection refused')
    if (this.nowNumber < this.othersUntilMs) return null
    if (this.epoch === 0 || this.heldBetween) this.epoch++
    this.heldUntilMs = this.nowNumber + ttlMs
    this.nowNumber += this.wayMs
    return { epoch: this.epoch }
  }
  async release(): Promise<void> {
    this.released++
    this.heldUntilMs = this.nowNumber
  }
}

const { signal } = new AbortController()
async function held(wayMs = 0) {
  const world = new World()
  world.wayMs = wayMs
  const log = new LogBook()
  const lease = createLease(world, world, log)
  await lease.acquired(signal)
  return { world, log, lease }
}

describe('E19 the lease', () => {
  it.each([0, 1, 300, 900])('is never believed longer than the database believes it, with %i ms each way', async (wayMs) => {
    const { world, lease } = await held(wayMs)
    expect(lease.valid()).toBe(true)
    const last = (): number => world.heldUntilMs
    for (; world.nowNumber <= last() + 1_000; world.nowNumber += 10) if (lease.valid()) expect(world.nowNumber).toBeLessThan(last())
    expect(lease.valid()).toBe(false)
  })

  it('an answer that took longer than its life is worth nothing', async () => {
    const { lease } = await held(LEASE_TTL_MS)
    expect(lease.valid()).toBe(false)
  })

  it('waits as a standby until the other has gone', async () => {
    const world = new World()
    world.othersUntilMs = 1_000
    const lease = createLease(world, world, new LogBook())
    expect([await lease.attempt(signal), lease.valid(), lease.epoch]).toEqual([false, false, null])
    await lease.acquired(signal)
    expect([lease.valid(), lease.epoch, world.nowNumber]).toEqual([true, 1, 1_000])
  })

  it('a question that hangs is given up, and the next one is asked', async () => {
    const world = new World()
    world.hangs = true
    world.onSleep = () => (world.hangs = false)
    const lease = createLease(world, world, new LogBook())
    await lease.acquired(signal)
    expect([lease.valid(), world.sleeps]).toEqual([true, [200]])
  })

  it('stops waiting when it is told to', async () => {
    const world = new World()
    world.othersUntilMs = Infinity
    const abort = new AbortController()
    world.onSleep = () => abort.abort()
    await expect(createLease(world, world, new LogBook()).acquired(abort.signal)).rejects.toThrow('aborted')
  })
})

describe('E19 keeping the lease', () => {
  /** Runs `keep` for so many renewals, then ends it. */
  async function keep(renewals: number, each: (world: World, n: number, valid: boolean) => void) {
    const { world, log, lease } = await held()
    const abort = new AbortController()
    world.onSleep = () => {
      each(world, world.sleeps.length, lease.valid())
      if (world.sleeps.length >= renewals) abort.abort()
    }
    await lease.keep(abort.signal)
    return { world, log, lease }
  }

  it('renews in time for ever, and gives it up at the end', async () => {
    const seen: boolean[] = []
    const { world, lease } = await keep(50, (_world, _n, valid) => seen.push(valid))
    expect(seen.every((valid) => valid)).toBe(true)
    expect([world.released, lease.valid(), world.epoch]).toEqual([1, false, 1])
  })

  it('survives lost renewals for a while, but not an outage', async () => {
    const seen: string[] = []
    const { log } = await keep(24, (world, n, valid) => {
      world.reachable = n < 4 || n > 20
      seen.push(`${world.nowNumber} ${valid}`)
    })
    // renewed for the last time at 2.4 s, valid for 2.5 s from then, and from 6.0 s on again
    expect(seen.slice(2, 5)).toEqual(['2400 true', '3200 true', '3400 true'])
    expect(seen.filter((line) => line.endsWith('true')).at(-4)).toBe('4800 true')
    expect(seen.filter((line) => line.endsWith('false'))).toEqual([
      '5000 false',
      '5200 false',
      '5400 false',
      '5600 false',
      '5800 false',
      '6000 false',
      '6200 false',
      '6400 false',
      '6600 false',
    ])
    expect(log.messages('warn').filter((line) => line === 'the lease could not be renewed')).toHaveLength(17)
    // told once when it runs out, and once when it is held again
    expect(log.messages('error')).toEqual(['lease lost: it could not be renewed in time, and nothing is sent until it is'])
    expect(log.messages('info')).toContain('the lease is held again')
  })

  const fenced: readonly [string, (world: World) => void][] = [
    ['holds it', (world) => (world.othersUntilMs = Infinity)],
    ['has held it in between', (world) => (world.heldBetween = true)],
  ]
  it.each(fenced)('I4 is over for this process once another one %s', async (_what, happens) => {
    const { world, lease } = await held()
    world.onSleep = () => happens(world)
    await expect(lease.keep(signal)).rejects.toThrow('another process has taken the lease: this one is fenced off')
    expect([lease.valid(), lease.epoch, world.released]).toEqual([false, null, 0])
  })
})
