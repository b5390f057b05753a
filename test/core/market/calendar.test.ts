import { calendarVerdict, FOR_GOOD, nextClosure, noOpeningUntil, openingMargin, type Closure } from '../../../src/core/market/calendar'
import { mulberry32 } from '../../../src/core/random'
import { millis } from '../../../src/core/units'

const at = (ms: number) => millis(ms)
const closure = (what: string, fromMs: number, untilMs: number): Closure => ({ what, fromMs: at(fromMs), untilMs: at(untilMs) })
const MARGIN = 600_000
const PAUSE = closure('the pause', 1_000_000, 2_000_000)

describe('E28 the margin', () => {
  it('is ten minutes at least, and what the limits ask for when that is more', () => {
    expect([0, 599_999, 600_000, 900_000].map(openingMargin)).toEqual([600_000, 600_000, 600_000, 900_000])
  })
})

describe('E28 no opening', () => {
  it.each([
    [399_999, null],
    [400_000, 2_000_000],
    [1_000_000, 2_000_000],
    [1_999_999, 2_000_000],
    [2_000_000, null],
  ])('at %i around a pause from 1,000,000 to 2,000,000: until %p', (nowMs, until) => {
    expect(noOpeningUntil(at(nowMs), [PAUSE], MARGIN)).toBe(until)
  })

  it('before an edge without length, and on it; a millisecond later there is nothing left of it', () => {
    const edge = closure('midnight', 1_000_000, 1_000_000)
    expect([399_999, 400_000, 1_000_000, 1_000_001].map((nowMs) => noOpeningUntil(at(nowMs), [edge], MARGIN))).toEqual([
      null,
      1_000_001,
      1_000_001,
      null,
    ])
  })

  it('for good once a market closes within the margin', () => {
    expect(noOpeningUntil(at(400_000), [closure('the close', 1_000_000, FOR_GOOD)], MARGIN)).toBe(FOR_GOOD)
  })

  it('between two closures that are less than the margin apart', () => {
    const later = closure('the reset', 2_600_000, 3_000_000)
    expect(noOpeningUntil(at(1_500_000), [later, PAUSE], MARGIN)).toBe(3_000_000)
    expect(noOpeningUntil(at(1_500_000), [closure('the reset', 2_600_001, 3_000_000), PAUSE], MARGIN)).toBe(2_000_000)
  })
})

/** Independent of the code under test: asks every closure about one moment. */
const isForbidden = (nowMs: number, closures: readonly Closure[], marginMs: number): boolean =>
  closures.some(({ fromMs, untilMs }) => nowMs >= fromMs - marginMs && (nowMs < untilMs || nowMs <= fromMs))

describe('E28 for any closures', () => {
  const seed = Date.now() % 2 ** 31
  const random = mulberry32(seed)
  const upTo = (max: number): number => random() % max
  const world = (): Closure[] =>
    Array.from({ length: upTo(6) }, (_, i) => {
      const fromMs = upTo(200)
      return closure(`c${i}`, fromMs, fromMs + upTo(30))
    })

  it(`what is answered is the first moment that none forbids (seed ${seed})`, () => {
    for (let run = 0; run < 5_000; run += 1) {
      const closures = world()
      const marginMs = upTo(20)
      const nowMs = upTo(250)
      const until = noOpeningUntil(at(nowMs), closures, marginMs)
      let expected: number = nowMs
      while (isForbidden(expected, closures, marginMs)) expected += 1
      expect({ run, until: until ?? nowMs }).toEqual({ run, until: expected })
      expect(calendarVerdict(at(nowMs), closures, marginMs).passed).toBe(until === null)
    }
  })

  it('the order in which they are told does not matter', () => {
    for (let run = 0; run < 1_000; run += 1) {
      const closures = world()
      const nowMs = at(upTo(250))
      expect(noOpeningUntil(nowMs, closures.toReversed(), 7)).toBe(noOpeningUntil(nowMs, closures, 7))
      expect(nextClosure(nowMs, closures.toReversed())?.fromMs).toBe(nextClosure(nowMs, closures)?.fromMs)
    }
  })
})

describe('E28 the verdict of a plan names the edge and both figures', () => {
  const limit = '> 10 min 0 s to the next edge'
  it.each([
    ['far from an edge', 100_000, [PAUSE], true, '15 min 0 s to the pause'],
    ['near one', 999_000, [PAUSE], false, '0 min 1 s to the pause'],
    ['in a closure', 1_500_000, [PAUSE], false, 'in the pause'],
    ['with none', 100_000, [], true, 'no edge in sight'],
    ['not knowing', 100_000, null, false, 'not known when the markets close'],
  ])('%s', (_where, nowMs, closures, passed, actual) => {
    expect(calendarVerdict(at(nowMs), closures, MARGIN)).toEqual({ check: 'calendar', passed, actual, limit })
  })
})
