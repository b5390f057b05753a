import { money } from '../../../src/core/units'
import { brokenBy, rulesOf, A1, B2, fromCash, inTables, rows, isOrder, atVenue, ofTrade, posted, moved, type Wrong, KEYS } from './changes'
import type { Struck } from '../../../src/chaos/where'
import { BASE_MS, BEGAN, BOUND, CURED, LOCKED } from './legs'
import { soundEvidence } from './sound'

/** The answers of the cured trade's second order at either venue. */
const HELD_BACK = ofTrade(CURED, ({ steps }) => ({
  steps: steps.map((step) =>
    step.kind === 'answered' && step.n === 2 ? { ...step, value: { kind: 'rejected', reason: 'halted', detail: '' } } : step,
  ),
}))
/** Both venues, halted and lifted before the trades began, or after. */
const haltedUntil = (ms: number): readonly Struck[] =>
  ['venue:kalshi', 'venue:forecastex'].flatMap((name) => [
    { atMs: BASE_MS - 20_000, untilMs: BASE_MS - 19_900, kind: 'halt', name, at: 'test' } as const,
    { atMs: BASE_MS + ms - 50, untilMs: BASE_MS + ms, kind: 'resume', name, at: 'test' } as const,
  ])

const MONEY: readonly Wrong[] = [
  {
    name: 'a difference that nobody has explained',
    rule: 'break',
    change: inTables(() => ({ breaks: [{ venue: 'kalshi', kind: 'cash', subject: 'kalshi', detail: 'a cent', openedMs: BASE_MS }] })),
  },
  {
    name: 'a reserve without the dearest cure',
    rule: 'I7',
    change: posted((all) =>
      all.map((each) => {
        if (each.id === `reserve:${LOCKED}:forecastex`) return moved(each, 5_200_000)
        return each.id === `release:${LOCKED}:forecastex` ? moved(each, 100_000) : each
      }),
    ),
  },
  {
    name: 'a purchase from free cash while its trade runs',
    rule: 'I7',
    change: posted((all) =>
      all.map((each) => {
        if (each.id === `release:${LOCKED}:kalshi`) return moved(each, BOUND)
        return each.id === `fill:${KEYS[A1]}` ? fromCash(each) : each
      }),
    ),
  },
  {
    name: 'a grant beyond the unpaired premium',
    rule: 'I8',
    change: inTables(({ limits }) => ({ limits: { ...limits, maxUnpairedPremiumTotal: money('5') } })),
  },
  {
    name: 'a grant while a first leg is unpaired for too long',
    rule: 'I8',
    change: (evidence) => {
      const late = rows('trades')(
        (each) => each.tradeId === LOCKED,
        () => ({ endedMs: BEGAN.cured + 100 }),
      )(evidence)
      return atVenue('forecastex', ({ fills }) => ({
        fills: fills.map((fill) => (isOrder(B2)(fill) ? { ...fill, atMs: BEGAN.cured + 50 } : fill)),
      }))(late)
    },
  },
  { name: 'an order that is open after its trade', rule: 'I9', change: rows('intents')(isOrder(A1), () => ({ state: 'unknown' })) },
  {
    name: 'an order that rests after its trade',
    rule: 'I9',
    change: atVenue('forecastex', ({ orders }) => ({
      orders: orders.map((each) => (each.clientOrderId === B2 ? { ...each, rests: true } : each)),
    })),
  },
  {
    name: 'a reserve that outlives its trade',
    rule: 'I9',
    change: posted((all) => all.filter(({ id }) => id !== `release:${LOCKED}:kalshi`)),
  },
  { name: 'lots that are not the net position', rule: 'I9', change: atVenue('kalshi', ({ net }) => ({ net: { ...net, 'KX-1': 900 } })) },
  {
    name: 'cash that is not the venue’s',
    rule: 'I9',
    change: atVenue('kalshi', ({ purses }) => ({ purses: { kalshi: (purses['kalshi'] ?? 0) + 1 } })),
  },
  {
    name: 'an opening after an acknowledged halt',
    rule: 'I10',
    change: (evidence) => evidence,
    struck: [{ atMs: BASE_MS, untilMs: BASE_MS + 20, kind: 'halt', name: 'venue:kalshi', at: 'reserved' }],
  },
  { name: 'a reduction that a halt of openings holds back', rule: 'I10', change: HELD_BACK },
  {
    name: 'a reduction held back by a halt of its venue that was lifted long before',
    rule: 'I10',
    change: HELD_BACK,
    struck: haltedUntil(-10_000),
  },
]

describe('what is found of reserves, ends and halts', () => {
  it.each(MONEY)('$rule $name', (wrong) => {
    expect(brokenBy(wrong)).toEqual(rulesOf(wrong))
  })
  it('I10 a reduction that was refused while its venue was halted is no violation of that', () => {
    const answered = soundEvidence()
      .workflows.find(({ tradeId }) => tradeId === CURED)
      ?.steps.find(({ kind, n }) => kind === 'answered' && n === 2)
    const atMs = answered?.atMs ?? 0
    const struck = ['venue:kalshi', 'venue:forecastex'].map(
      (name) => ({ atMs: atMs - 1, untilMs: null, kind: 'halt', name, at: 'test' }) as const,
    )
    expect(brokenBy({ name: '', rule: 'I10', change: HELD_BACK, struck })).not.toContain('I10')
  })
  it.each([
    ['never-accepted', false],
    ['price', true],
  ])('E22 seeds 218, 542, 556, 725 and 818: a cure that its successor proves %s was no try', (reason, isHasty) => {
    const change = ofTrade(CURED, ({ steps }) => {
      const first = steps.findIndex(({ name, kind }) => name === 'chooseCure' && kind === 'asked')
      const { atMs } = steps[first] ?? { atMs: 0 }
      const order = { clientOrderId: `cb-${CURED}-c9`, purpose: 'reducing', tradeId: CURED }
      const resolved = [
        { kind: 'asked', n: 400, name: 'resolve', value: [order], atMs: atMs - 80 },
        { kind: 'answered', n: 400, name: 'resolve', value: { kind: 'rejected', reason, detail: '' }, atMs: atMs - 49 },
      ] as const
      return { steps: steps.toSpliced(first, 0, ...resolved) }
    })
    expect(brokenBy({ name: '', rule: 'E22', change }).has('E22')).toBe(isHasty)
  })
})
