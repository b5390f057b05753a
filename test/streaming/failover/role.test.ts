import type { Tap } from '../../../src/ports/cache'
import { Role } from '../../../src/streaming/failover/role'

describe('E19 what a process does for its shard', () => {
  function role(held = true) {
    const taken: number[] = []
    const tap: Tap<number> = { offer: (item) => void taken.push(item), dropped: 1, queued: 2, close: () => Promise.resolve() }
    return { role: new Role({ valid: () => held, epoch: 5 }), tap, taken }
  }

  it.each([
    ['standby', true, false],
    ['taking over', true, false],
    ['resolving', true, false],
    ['trading', true, true],
    ['trading', false, false],
  ] as const)('%s, lease held %s: launches %s', (name, held, launches) => {
    const { role: own } = role(held)
    own.become(name)
    expect([own.valid(), own.epoch]).toEqual([launches, 5])
  })

  it('a standby publishes nothing; its counters are those of the tap', () => {
    const { role: own, tap, taken } = role()
    const published = own.tap(tap)
    published?.offer(1)
    own.become('taking over')
    published?.offer(2)
    expect([taken, published?.dropped, published?.queued, own.tap(null)]).toEqual([[2], 1, 2, null])
  })

  it('says why it does not trade: what is open, or the lease that has run out', () => {
    const { role: own } = role()
    const { role: expired } = role(false)
    own.become('resolving', 'what became of order cb-t1-a1 is not known')
    expect([own.reason, own.mayOpen]).toEqual(['what became of order cb-t1-a1 is not known', false])
    own.become('trading')
    expect([own.reason, own.mayOpen]).toEqual([null, true])
    expired.become('trading')
    expect(expired.reason).toMatch(/the lease has run out/)
  })
})
