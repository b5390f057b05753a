import { HaltMirror } from '../../src/streaming/mirror'

describe('E26 the halts as this process knows them', () => {
  it('are what the ledger last told', () => {
    const mirror = new HaltMirror({ read: () => ({ scopes: [] }) })
    expect(mirror.active()).toEqual([])
    expect(mirror.tell(1, ['venue:kalshi'])).toBe(true)
    expect(mirror.active()).toEqual(['venue:kalshi'])
    expect([mirror.tell(1, ['venue:kalshi']), mirror.tell(2, ['venue:kalshi']), mirror.tell(3, [])]).toEqual([false, true, true])
    expect([mirror.active(), mirror.epoch]).toEqual([[], 3])
  })

  it('and the local file, which is read each time and works with the ledger down', () => {
    const scopes: string[] = []
    const mirror = new HaltMirror({ read: () => ({ scopes }) })
    mirror.tell(1, ['venue:kalshi'])
    scopes.push('all', 'venue:kalshi')
    expect(mirror.active()).toEqual(['venue:kalshi', 'all'])
    scopes.length = 0
    expect(mirror.active()).toEqual(['venue:kalshi'])
  })
})
