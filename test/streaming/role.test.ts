import type { Tap } from '../../src/ports/cache'
import { Role } from '../../src/streaming/role'

describe('E19 what a process does for its shard', () => {
  function role(held = true) {
    const taken: number[] = []
    const tap: Tap<number> = { offer: (item) => void taken.push(item), dropped: 1, queued: 2, close: () => Promise.resolve() }
    return { role: new Role({ valid: () => held, epoch: 5 }), tap, taken }
  }

  it.each([
    ['standby', true, false],
    ['taking over', true, false],
    ['trading', true, true],
    ['trading', false, false],
  ] as const)('%s, lease held %s: launches %s', (name, held, launches) => {
    const { role: own } = role(held)
    own.name = name
    expect([own.valid(), own.epoch]).toEqual([launches, 5])
  })

  it('a standby publishes nothing; its counters are those of the tap', () => {
    const { role: own, tap, taken } = role()
    const published = own.tap(tap)
    published?.offer(1)
    own.name = 'taking over'
    published?.offer(2)
    expect([taken, published?.dropped, published?.queued, own.tap(null)]).toEqual([[2], 1, 2, null])
  })
})
