import type { Clock } from '../../../src/ports/clock'
import { TokenBudget } from '../../../src/venues/tokens'
import { clock } from './fakes'

describe('TokenBudget (E18)', () => {
  let monoNs = 0n
  const stopped: Clock = { ...clock, monoNs: () => monoNs }
  const budget = (): TokenBudget => {
    monoNs = 0n
    return new TokenBudget({ refillPerSecond: 100, capacity: 100 }, stopped)
  }

  it('E18 admits a trade only with the tokens of its entry and all its cures', () => {
    const all = budget()
    expect(all.admit(10, 40)).not.toBeNull()
    expect(all.admit(10, 40)).not.toBeNull()
    expect(all.admit(10, 40)).toBeNull()
  })

  it('E18 lets entries use half, so that cures always find the other half', () => {
    const all = budget()
    for (let i = 0; i < 5; i++) expect(all.admit(10, 0)).not.toBeNull()
    expect(all.admit(10, 0)).toBeNull()
    monoNs += 200_000_000n // 20 tokens more, 10 of them for entries
    expect(all.admit(10, 0)).not.toBeNull()
    expect(all.admit(10, 0)).toBeNull()
  })

  it('keeps leased tokens for their trade, lends it free ones beyond them, and takes the rest back', () => {
    const all = budget()
    const lease = all.admit(10, 40)
    expect([lease?.spend(40), lease?.left]).toEqual([true, 0])
    expect([lease?.spend(50), lease?.spend(1)]).toEqual([true, false])
    monoNs += 1_000_000_000n
    const next = all.admit(10, 90)
    next?.release()
    expect(all.admit(10, 80)).not.toBeNull()
  })
})
