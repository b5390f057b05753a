import { millis, type Millis } from '../../src/core/units'
import type { Clock } from '../../src/ports/clock'
import type { LeaseStore } from '../../src/ports/guard'
import { createLease, LEASE_TTL_MS } from '../../src/streaming/lease'
import { LogBook } from '../stores/doubles'

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
    this.nowNumber += durationMs
    this.onSleep()
    signal.throwIfAborted()
  }
  async acquire(ttlMs: number): Promise<{ readonly epoch: number } | null> {
    this.nowNumber += this.wayMs
    if (!this.reachable) throw new Error('connection refused')
    if (this.nowNumber < this.othersUntilMs) return null
    if (this.nowNumber >= this.heldUntilMs) this.epoch++
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
    const log = new LogBook()
    const lease = createLease(world, world, log)
    expect([lease.valid(), lease.epoch]).toEqual([false, null])
    await lease.acquired(signal)
    expect([lease.valid(), lease.epoch, world.nowNumber]).toEqual([true, 1, 1_000])
    expect(log.messages('info')).toEqual(['standing by: another process holds the lease', 'the lease is ours'])
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

  it('survives one lost renewal, but not an outage', async () => {
    const seen: boolean[] = []
    const { log } = await keep(8, (world, n, valid) => {
      world.reachable = n === 2 || n > 6
      seen.push(valid)
    })
    // renewed at the 2nd and from the 7th on: 2.5 s of life are three renewals of 0.8 s
    expect(seen).toEqual([true, true, true, true, true, false, false, true])
    expect(log.messages('warn').filter((line) => line === 'the lease could not be renewed')).toHaveLength(5)
  })

  it('is lost at once when another process holds it', async () => {
    const seen: boolean[] = []
    await keep(3, (world, n, valid) => {
      if (n === 1) world.othersUntilMs = Infinity
      seen.push(valid)
    })
    expect(seen).toEqual([true, false, false])
  })

  it('tells when the epoch has changed in between', async () => {
    const { log } = await keep(2, (world) => {
      world.heldUntilMs = 0
    })
    expect(log.messages('warn')).toEqual(['the lease was lost for a while'])
  })
})
