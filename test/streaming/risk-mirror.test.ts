import { subjectId, tradeId } from '../../src/core/ids'
import type { Limits } from '../../src/core/risk/limits'
import { millis, type Millis } from '../../src/core/units'
import { RiskMirror } from '../../src/streaming/mirror'

/** Saturday noon in New York. */
const NOW = Date.UTC(2026, 10, 21, 17)
const LIMITS = { maxOpenTrades: 4, minOpeningGapMs: 100, maxOpeningsPerDay: 5, maxOpeningsPerMinute: 3 } as Limits
const at = (ms: number): Millis => millis(NOW + ms)
const pair = subjectId('u3')

/** A mirror that has opened at these moments. */
function opened(...times: readonly number[]): RiskMirror {
  const mirror = new RiskMirror()
  times.forEach((ms, i) => mirror.opened(tradeId(`t${i}`), at(ms)))
  return mirror
}

describe('E5 the mirror of the pace refuses cheaply', () => {
  it.each<[string, RiskMirror, number, number, string | null]>([
    ['nothing at first', opened(), 0, 0, null],
    ['one trade more than may run', opened(), 4, 0, 'open trades'],
    ['an opening too soon after another', opened(0), 1, 99, 'gap between openings'],
    ['nothing after the gap', opened(0), 1, 100, null],
    ['the fourth within a minute', opened(0, 200, 400), 0, 59_999, 'openings in a minute'],
    ['nothing when the first is a minute old', opened(0, 200, 400), 0, 60_000, null],
    ['the sixth of the day', opened(0, 61_000, 122_000, 183_000, 244_000), 0, 400_000, 'openings today'],
    ['nothing on the next trading day', opened(0, 61_000, 122_000, 183_000, 244_000), 0, 24 * 3_600_000, null],
  ])('%s', (_what, mirror, running, ms, reason) => expect(mirror.refuses(LIMITS, running, at(ms))?.gate ?? null).toBe(reason))

  it('counts openings: what was refused, or never started, is none', () => {
    const mirror = opened(0, 200, 400)
    mirror.forget(tradeId('t0'))
    expect(mirror.refuses(LIMITS, 0, at(500))).toBeNull()
    mirror.opened(tradeId('t3'), at(600))
    expect(mirror.refuses(LIMITS, 0, at(700))?.verdict()).toEqual({
      ...{ check: 'openings in a minute', passed: false, actual: '4', limit: '≤ 3' },
    })
    mirror.ended(pair, tradeId('t3'), 'refused')
    expect(mirror.refuses(LIMITS, 0, at(700))).toBeNull()
  })

  it('remembers one by one only what is of the last minute or runs, and counts the rest of the day', () => {
    const mirror = opened()
    const day = { ...LIMITS, maxOpeningsPerDay: 10_000, maxOpeningsPerMinute: 10_000, minOpeningGapMs: 0 }
    for (let n = 0; n < 10_000; n++) {
      const trade = tradeId(`t${n}`)
      mirror.opened(trade, at(n * 1_000))
      if (n > 0) mirror.ended(pair, trade, 'locked')
      mirror.refuses(day, 1, at(n * 1_000))
    }
    expect(mirror.remembered).toBe(61) // and the first, which runs for all that time
    expect(mirror.refuses(day, 1, at(10_000_000))?.verdict().actual).toBe('10001')
    mirror.forget(tradeId('t0'))
    expect(mirror.refuses(day, 1, at(10_000_000))).toBeNull()
    expect(mirror.refuses({ ...day, minOpeningGapMs: 60_000 }, 1, at(10_000_000))?.gate).toBe('gap between openings')
    expect(mirror.refuses({ ...day, maxOpeningsPerDay: 1 }, 1, at(24 * 3_600_000))).toBeNull()
  })

  it('leaves a pair alone ever longer while it is refused, half a minute at most, until a trade of it is not', () => {
    const mirror = opened()
    const pauses = Array.from({ length: 9 }, () => mirror.ended(pair, tradeId('t'), 'refused'))
    expect(pauses).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
    expect(mirror.ended(subjectId('u4'), tradeId('t'), 'refused')).toBe(250)
    expect([mirror.ended(pair, tradeId('t'), 'missed'), mirror.ended(pair, tradeId('t'), 'refused')]).toEqual([0, 250])
  })
})
