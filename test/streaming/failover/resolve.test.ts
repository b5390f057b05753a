import { millis, type Millis } from '../../../src/core/units'
import type { Clock } from '../../../src/ports/clock'
import { RESOLVE_PAGED_MS, resolveAll } from '../../../src/streaming/failover/resolve'
import { Role } from '../../../src/streaming/failover/role'
import { followLease, LEAVE_AFTER_MS } from '../../../src/streaming/failover/session'
import { LogBook } from '../../stores/doubles'

/** Virtual time that moves only where somebody sleeps; ends what goes on for ever. */
class World implements Clock {
  nowNumber = 0
  readonly ended = new AbortController()
  onSleep: () => void = () => undefined
  endsAtMs = 1_000_000

  nowMs(): Millis {
    return millis(this.nowNumber)
  }
  monoNs(): bigint {
    return BigInt(this.nowNumber) * 1_000_000n
  }
  async sleep(durationMs: number, signal: AbortSignal): Promise<void> {
    this.nowNumber += durationMs
    this.onSleep()
    if (this.nowNumber >= this.endsAtMs) this.ended.abort()
    signal.throwIfAborted()
  }
}

describe('E19 a successor', () => {
  const start = () => {
    const world = new World()
    const log = new LogBook()
    const role = new Role({ valid: () => true, epoch: 2 })
    role.become('resolving')
    return { world, log, role }
  }

  it('opens nothing while something is open, says what, and trades when nothing is', async () => {
    const { world, log, role } = start()
    const looks: (readonly string[])[] = [['order a is not known', 'order b is not known'], ['order b is not known'], []]
    const seen: unknown[] = []
    world.onSleep = () => void seen.push([role.name, role.reason, role.valid(), role.mayOpen])
    await resolveAll({ role, left: async () => looks.shift() ?? [], clock: world, log }, world.ended.signal)
    expect(seen).toEqual([
      ['resolving', 'order a is not known; order b is not known', false, false],
      ['resolving', 'order b is not known', false, false],
    ])
    expect([role.name, role.reason, role.valid(), role.mayOpen]).toEqual(['trading', null, true, true])
  })

  it('opens nothing while the ledger cannot say what is open', async () => {
    const { world, log, role } = start()
    let asked = 0
    const left = async (): Promise<readonly string[]> => {
      if (++asked < 3) throw new Error('connection refused')
      return []
    }
    world.onSleep = () => expect(role.reason).toBe('the ledger does not answer: connection refused')
    await resolveAll({ role, left, clock: world, log }, world.ended.signal)
    expect([asked, role.name]).toEqual([3, 'trading'])
  })

  it('pages when it takes longer than the proof of an absence, and again at twice the age', async () => {
    const { world, log, role } = start()
    world.endsAtMs = 4 * RESOLVE_PAGED_MS + 1_000
    await expect(resolveAll({ role, left: async () => ['order a'], clock: world, log }, world.ended.signal)).rejects.toThrow('abort')
    const pages = log.lines.filter(({ level }) => level === 'error')
    expect(pages.map(({ message }) => message)).toEqual(Array(3).fill('takeover unresolved'))
    expect(role.name).toBe('resolving')
  })

  it('names five things at most, and how many more there are', async () => {
    const { world, log, role } = start()
    world.endsAtMs = 100
    const open = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    await expect(resolveAll({ role, left: async () => open, clock: world, log }, world.ended.signal)).rejects.toThrow('abort')
    expect(role.reason).toBe('a; b; c; d; e; and 2 more')
  })
})

describe('E19 the trading client id', () => {
  /** A lease that is lost and held again at given times. */
  async function follow(lostMs: number, againMs: number, endsAtMs: number): Promise<readonly string[]> {
    const world = new World()
    world.endsAtMs = endsAtMs
    const told: string[] = []
    const session = {
      takeClientId: () => void told.push(`taken at ${world.nowNumber}`),
      leaveClientId: () => void told.push(`left at ${world.nowNumber}`),
    }
    const lease = { valid: () => world.nowNumber < lostMs || world.nowNumber >= againMs, epoch: 1 }
    await followLease(lease, session, world, new LogBook(), world.ended.signal)
    return told
  }

  it('is left to the successor when the lease has run out, and taken again when nobody took that', async () => {
    const told = await follow(1_000, 8_000, 10_000)
    expect(told).toEqual([`left at ${1_000 + LEAVE_AFTER_MS}`, 'taken at 8000'])
  })

  it('is kept through an outage of the ledger that is over before a successor could need it', async () => {
    expect(await follow(1_000, 1_000 + LEAVE_AFTER_MS - 250, 10_000)).toEqual([])
  })
})
