import { tradeId } from '../../../src/core/ids'
import { admission, CLOSED, granted, LONGEST_COOL_DOWN_MS, told, type Breaker, type Earned } from '../../../src/core/risk/breaker'
import { largestSize, limitsNow, type Standing } from '../../../src/core/risk/size'
import { millis, money, type Millis } from '../../../src/core/units'
import { LIMITS, NOW } from './fixture'

const TRIAL = tradeId('trial')
const HALF_AN_HOUR_MS = LIMITS.breakerCoolDownMs
const NOTHING_LOST = { today: money(0), thisWeek: money(0) }
const earned = (change: string, of: Partial<Earned> = {}): Earned => ({ tradeId: tradeId('t'), change: money(change), clean: false, ...of })
const after = (breaker: Breaker, ...results: readonly Earned[]): Breaker =>
  results.reduce((now, result) => told(now, result, NOTHING_LOST, LIMITS, NOW), breaker)
const LOST = [earned('-1'), earned('-1'), earned('-1')]
const OPEN = after(CLOSED, ...LOST)
const halfOpen = (breaker: Breaker = OPEN): Breaker => granted(breaker, TRIAL)
const later = (byMs: number): Millis => millis(NOW + byMs)

describe('E29 the breaker of a strategy', () => {
  it('opens with the last loss it may take in a row, for half an hour', () => {
    expect(after(CLOSED, ...LOST.slice(1))).toEqual({ state: 'closed', streak: 2 })
    expect(OPEN).toEqual({
      state: 'open',
      streak: 3,
      reason: '3 losses in a row, limit 3',
      coolDownMs: HALF_AN_HOUR_MS,
      untilMs: later(HALF_AN_HOUR_MS),
    })
  })

  it('forgets a streak with a profit, and nothing with a trade that neither won nor lost', () => {
    expect(after(CLOSED, earned('-1'), earned('-1'), earned('0'))).toEqual({ state: 'closed', streak: 2 })
    expect(after(CLOSED, earned('-1'), earned('-1'), earned('0.01'), earned('-1'))).toEqual({ state: 'closed', streak: 1 })
  })

  it('counts what an edge has paid in fees as no loss while it is held, and closes by a trial that is held as it was meant', () => {
    const fee = earned('-1.75', { clean: true, open: true })
    expect(after(CLOSED, fee, fee, fee, fee)).toEqual(CLOSED)
    expect(told(halfOpen(), { ...fee, tradeId: TRIAL }, NOTHING_LOST, LIMITS, NOW)).toEqual(CLOSED)
    expect(after(CLOSED, fee, earned('-41'), earned('-41'))).toMatchObject({ streak: 2 })
  })

  it.each([
    ['a day', { today: money('50.000001'), thisWeek: money(0) }, '$50.000001 lost today, limit $50.00'],
    ['a week', { today: money('50'), thisWeek: money('80.000001') }, '$80.000001 lost this week, limit $80.00'],
  ])('opens with the loss that exceeds what %s may lose', (_what, losses, reason) => {
    expect(told(CLOSED, earned('-1'), losses, LIMITS, NOW)).toMatchObject({ state: 'open', reason })
    expect(told(CLOSED, earned('1'), losses, LIMITS, NOW)).toEqual(CLOSED)
  })

  it('refuses until its cool-down is over, then admits one trial and nothing beside it', () => {
    expect(admission(CLOSED, NOW)).toBe('normal')
    expect([admission(OPEN, later(HALF_AN_HOUR_MS - 1)), admission(OPEN, later(HALF_AN_HOUR_MS))]).toEqual(['refused', 'trial'])
    expect(halfOpen()).toMatchObject({ state: 'half-open', trial: TRIAL })
    expect(admission(halfOpen(), later(10 * HALF_AN_HOUR_MS))).toBe('refused')
  })

  it('closes on a clean, reconciled execution of its trial', () =>
    expect(after(halfOpen(), earned('0.10', { tradeId: TRIAL, clean: true }))).toEqual(CLOSED))

  it('opens for twice as long when its trial loses, a day at most', () => {
    let breaker: Breaker = OPEN
    const waits: number[] = []
    for (let i = 0; i < 8; i++) {
      breaker = after(halfOpen(breaker), earned('-1', { tradeId: TRIAL, clean: true }))
      if (breaker.state === 'open') waits.push(breaker.untilMs - NOW)
    }
    expect(waits.slice(0, 3)).toEqual([2 * HALF_AN_HOUR_MS, 4 * HALF_AN_HOUR_MS, 8 * HALF_AN_HOUR_MS])
    expect(waits.at(-1)).toBe(LONGEST_COOL_DOWN_MS)
  })

  it('tries again when its trial showed nothing: missed, or cured without a loss', () => {
    const again = after(halfOpen(), earned('0', { tradeId: TRIAL }))
    expect([again.state, admission(again, NOW)]).toEqual(['open', 'trial'])
  })

  it('is not moved by a straggler: a trade that ran when it opened neither closes it nor stands for its trial', () => {
    expect(after(OPEN, earned('5', { clean: true }))).toMatchObject({ state: 'open', streak: 0, untilMs: later(HALF_AN_HOUR_MS) })
    expect(after(halfOpen(), earned('-5'))).toMatchObject({ state: 'half-open', trial: TRIAL, streak: 4 })
  })

  it('makes no trial of a trade that a closed one admits', () => expect(granted(CLOSED, TRIAL)).toBe(CLOSED))
})

describe('E10 the size of a trade', () => {
  const size = (standing: Partial<Standing>, nowMs = NOW): string =>
    largestSize(LIMITS, { breaker: CLOSED, cleanTrades: 0, ...standing }, nowMs).text
  it.each([
    [0, '1.00 (0 of 10 clean trades)'],
    [9, '1.00 (9 of 10 clean trades)'],
    [10, '5.00 (10 of 50 clean trades)'],
    [49, '5.00 (49 of 50 clean trades)'],
    [50, '10.00'],
  ])('after %i clean trades is at most %s', (cleanTrades, text) => expect(size({ cleanTrades })).toBe(text))

  it('has no ramp where none is configured', () => {
    const free = { ...LIMITS, firstCleanTrades: 0, nextCleanTrades: 0 }
    expect(largestSize(free, { breaker: CLOSED, cleanTrades: 0 }, NOW).contracts).toBe(1_000)
  })

  it('is one contract for the trial of a breaker, and what sizes a find is told so', () => {
    const standing = { breaker: OPEN, cleanTrades: 500 }
    expect(size(standing)).toBe('10.00')
    expect(size(standing, later(HALF_AN_HOUR_MS))).toBe("1.00 (the breaker's trial)")
    expect(limitsNow(LIMITS, standing, later(HALF_AN_HOUR_MS))).toEqual({ ...LIMITS, maxContractsPerTrade: 100 })
  })
})
