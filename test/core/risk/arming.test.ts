import fc from 'fast-check'
import { ARMABLE, ARMING_MS, ArmingMirror, armedNow, type Arming, type ArmingQuestion } from '../../../src/core/risk/arming'
import { GATES } from '../../../src/core/risk/gates'
import { tradeId } from '../../../src/core/ids'
import { millis, type Millis } from '../../../src/core/units'
import { seedOf } from '../../chances'

const NOW = millis(Date.UTC(2026, 10, 21, 15))
const later = (ms: number): Millis => millis(NOW + ms)
const ARMING: Arming = {
  mode: 'paper',
  profile: 'STANDARD',
  maxTrades: 3,
  by: { name: 'me', role: 'operator' },
  armedMs: later(-60_000),
  untilMs: later(ARMING_MS),
  disarmedMs: null,
  epoch: 7,
  trades: 2,
}
const QUESTION: ArmingQuestion = { mode: 'paper', profile: 'STANDARD', nowMs: NOW, trades: 2 }
/** "actual, wanted limit"; null: armed. */
function said(arming: Partial<Arming> | null, question: Partial<ArmingQuestion> = {}): string | null {
  const refusal = armedNow(arming === null ? null : { ...ARMING, ...arming }, { ...QUESTION, ...question })
  if (refusal === null) return null
  const { check, passed, actual, limit } = refusal.verdict()
  expect([refusal.gate, check, passed, refusal.passesInMs]).toEqual([GATES.armed, GATES.armed, false, null])
  return `${actual} → ${limit}`
}

describe('whether edges may become trades', () => {
  it('they may while somebody keeps them armed', () => expect(said({})).toBeNull())

  it.each([
    ['nothing is known', null, {}, 'not armed → armed: crossbook executor run'],
    ['disarmed', { disarmedMs: NOW }, {}, 'not armed → armed: crossbook executor run'],
    ['armed for another mode', { mode: 'demo' }, {}, 'another mode: armed for demo → armed for paper'],
    ['asked by a mode that sends nothing', {}, { mode: 'observe' }, 'another mode: armed for paper → armed for observe'],
    ['judged by another profile', {}, { profile: 'SCALP' }, 'another profile: armed for STANDARD → armed for SCALP'],
    ['nobody renewed it', { untilMs: NOW }, {}, 'expired 0 ms ago → renewed while crossbook executor run runs'],
    ['nobody renewed it for long', { untilMs: later(-700) }, {}, 'expired 700 ms ago → renewed while crossbook executor run runs'],
    ['a clock is wrong', { untilMs: later(30_001) }, {}, 'armed for 30001 ms to come: a clock is wrong → ≤ 30000 ms'],
    ['its signals are used up', {}, { trades: 3 }, 'signals used up: 3 → fewer than 3'],
    ['more than its signals', {}, { trades: 5 }, 'signals used up: 5 → fewer than 3'],
  ] as const)('not when %s', (_what, arming, question, words) => expect(said(arming, question)).toBe(words))

  it('any number where no number was told', () => expect(said({ maxTrades: null }, { trades: 1_000_000 })).toBeNull())

  it('what is no number refuses', () => {
    expect(said({}, { trades: NaN })).toContain('signals used up')
    expect(said({}, { nowMs: NaN as Millis })).toContain('expired')
    expect(said({ untilMs: NaN as Millis })).toContain('expired')
    expect(said({ untilMs: Infinity as Millis })).toContain('a clock is wrong')
  })

  const seed = seedOf()
  it(`only what fits in all passes (seed ${seed})`, () => {
    const arming = fc.record({
      mode: fc.constantFrom(...ARMABLE),
      profile: fc.constantFrom('STANDARD', 'SCALP'),
      maxTrades: fc.option(fc.integer({ min: 1, max: 4 })),
      untilMs: fc.integer({ min: -20_000, max: 40_000 }).map(later),
      disarmedMs: fc.option(fc.constant(NOW)),
    })
    const question = fc.record({ mode: fc.constantFrom(...ARMABLE), profile: fc.constantFrom('STANDARD', 'SCALP'), trades: fc.nat(5) })
    fc.assert(
      fc.property(arming, question, (is, asked) => {
        const left = is.untilMs - NOW
        const may =
          is.disarmedMs === null &&
          is.mode === asked.mode &&
          is.profile === asked.profile &&
          left > 0 &&
          left <= 30_000 &&
          (is.maxTrades === null || asked.trades < is.maxTrades)
        expect(said(is, asked) === null).toBe(may)
      }),
      { seed, numRuns: 1_000 },
    )
  })
})

describe('what a process knows of the arming', () => {
  const gate = (mirror: ArmingMirror): string | null => mirror.gate('paper', 'STANDARD', NOW)?.verdict().actual ?? null
  const [T1, T2, T3] = ['t1', 't2', 't3'].map(tradeId) as [
    ReturnType<typeof tradeId>,
    ReturnType<typeof tradeId>,
    ReturnType<typeof tradeId>,
  ]

  it('is nothing at first, and then what the ledger says', () => {
    const mirror = new ArmingMirror()
    expect(gate(mirror)).toBe('not armed')
    mirror.tell(ARMING)
    expect(gate(mirror)).toBeNull()
    mirror.tell(null)
    expect(gate(mirror)).toBe('not armed')
  })

  it('counts its own trades before the ledger does, and none twice', () => {
    const mirror = new ArmingMirror()
    mirror.tell({ ...ARMING, trades: 0 })
    for (const id of [T1, T2]) mirror.decided(id)
    expect([mirror.trades, gate(mirror)]).toEqual([2, null])
    mirror.tell({ ...ARMING, trades: 1 })
    expect(mirror.trades).toBe(2)
    mirror.decided(T3)
    expect(gate(mirror)).toBe('signals used up: 3')
    mirror.tell({ ...ARMING, trades: 3 })
    expect(mirror.trades).toBe(3)
  })

  it('a trade that the reserve refused has used up nothing', () => {
    const mirror = new ArmingMirror()
    mirror.tell(ARMING)
    mirror.decided(T1)
    expect(gate(mirror)).toBe('signals used up: 3')
    mirror.refused(T1)
    expect(gate(mirror)).toBeNull()
  })

  it('counts those of before it began, and those of other processes', () => {
    const mirror = new ArmingMirror()
    mirror.tell({ ...ARMING, maxTrades: 4, trades: 2 })
    mirror.decided(T1)
    expect(mirror.trades).toBe(3)
    mirror.tell({ ...ARMING, maxTrades: 4, trades: 4 })
    expect(gate(mirror)).toBe('signals used up: 4')
  })

  it('begins anew with the next arming', () => {
    const mirror = new ArmingMirror()
    mirror.tell(ARMING)
    mirror.decided(T1)
    mirror.tell({ ...ARMING, epoch: 9, trades: 0 })
    expect([mirror.trades, gate(mirror)]).toEqual([0, null])
  })
})
