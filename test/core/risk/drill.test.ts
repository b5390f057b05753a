import { orderId, tradeId, marketId, VENUES } from '../../../src/core/ids'
import {
  CANARY_PRICE,
  CANARY_QUANTITY,
  DRILL_STEPS,
  drillAge,
  drillFailures,
  drillRefusal,
  drillSlowness,
  isDrilled,
  type Canary,
  type DrillCourse,
  type PlacedCanary,
} from '../../../src/core/risk/drill'
import { millis, NO_QUANTITY } from '../../../src/core/units'

const CANARY: Omit<Canary, 'venue'> = {
  ...{ clientOrderId: orderId(tradeId('D1'), 'a', 1), market: marketId('M'), outcome: 'yes', limit: CANARY_PRICE },
  ...{ quantity: CANARY_QUANTITY, notAfterMs: millis(2_000) },
}
const CANARIES = VENUES.map((venue): PlacedCanary => ({
  ...{ venue, shard: 'main', state: 'resting', detail: '' },
  canary: { ...CANARY, venue },
}))
const PASSED: DrillCourse = {
  steps: DRILL_STEPS.map((name) => ({ name, ms: 100, error: null })),
  canaries: CANARIES,
  epoch: 3,
  effectiveInMs: 20,
  acknowledged: [{ who: 'the ledger', afterMs: 20 }],
  venues: VENUES.map((venue) => ({ venue, cancelled: 1, resting: [], unread: null })),
  proof: { openings: 0, filled: [{ clientOrderId: CANARY.clientOrderId, quantity: NO_QUANTITY }] },
  isResumed: true,
  kept: null,
}
const [AT_KALSHI, AT_FORECASTEX] = CANARIES as [PlacedCanary, PlacedCanary]

describe('the modes of a kill drill', () => {
  it('are those that send orders without real money', () => {
    expect((['sim', 'paper', 'demo'] as const).map(drillRefusal)).toEqual([null, null, null])
    expect(drillRefusal('live')).toMatch(/^mode live takes no kill drill: .* drill in demo or paper/)
    expect(drillRefusal('observe')).toMatch(/^mode observe takes no kill drill: it sends no orders/)
    expect(isDrilled('live')).toBe(false)
  })
})

describe('E27: a kill drill has failed', () => {
  it('not when everything was placed, acknowledged, cancelled and proven', () => expect(drillFailures(PASSED)).toEqual([]))

  it.each<readonly [string, Partial<DrillCourse>, readonly string[]]>([
    ['a halt that reached no ledger', { epoch: null }, ['the halt did not reach the ledger']],
    ['one who does not know', { acknowledged: [{ who: 'he', afterMs: null }] }, ['he did not acknowledge the halt']],
    [
      'a canary that is not known',
      { canaries: [AT_KALSHI, { ...AT_FORECASTEX, state: 'unknown', detail: 'timeout' }] },
      ['whether a canary rests at forecastex is not known: timeout'],
    ],
    [
      'a venue that refused one',
      { canaries: [{ ...AT_KALSHI, state: 'refused', detail: 'price' }, AT_FORECASTEX] },
      ['kalshi took no canary: price'],
    ],
    [
      'less cancelled than rested',
      { venues: [{ venue: 'kalshi', cancelled: 0, resting: [], unread: null }] },
      ['kalshi cancelled 0 of 1 that rested'],
    ],
    [
      'an order that still rests',
      { venues: [{ venue: 'kalshi', cancelled: 1, resting: ['x'], unread: null }] },
      ['x still rests at kalshi'],
    ],
    [
      'a venue that was not read back',
      { venues: [{ venue: 'kalshi', cancelled: 0, resting: [], unread: 'silence' }] },
      ['what rests at kalshi is not known: silence'],
    ],
    ['an opening afterwards', { proof: { openings: 1, filled: [] } }, ['1 openings left after the halt was acknowledged (I10)']],
    [
      'a canary whose end is not known',
      { proof: { openings: 0, filled: [{ clientOrderId: CANARY.clientOrderId, quantity: null }] } },
      ['what became of cb-D1-a1 is not known'],
    ],
  ])('by %s', (_what, change, reasons) => expect(drillFailures({ ...PASSED, ...change })).toEqual(reasons))

  it('not by a venue that is closed, as long as the other one has a canary', () => {
    const closed: PlacedCanary = { ...AT_FORECASTEX, canary: null, state: 'skipped', detail: '710 is closed' }
    expect(drillFailures({ ...PASSED, canaries: [AT_KALSHI, closed] })).toEqual([])
    expect(drillFailures({ ...PASSED, canaries: [closed], epoch: null })).toEqual(['forecastex was not asked: 710 is closed'])
  })

  it('counts what two processes of one account have cancelled together', () => {
    const twice = [...CANARIES, ...CANARIES.map((each) => ({ ...each, shard: 'second' }))]
    const venues = (second: number) => [
      ...PASSED.venues,
      ...VENUES.map((venue) => ({ venue, cancelled: second, resting: [], unread: null })),
    ]
    expect(drillFailures({ ...PASSED, canaries: twice, venues: venues(1) })).toEqual([])
    expect(drillFailures({ ...PASSED, canaries: twice, venues: venues(0) })).toHaveLength(2)
  })
})

describe('a kill drill is slow', () => {
  it('beyond the limit of a part', () => {
    expect(drillSlowness(PASSED)).toEqual([])
    expect(drillSlowness({ ...PASSED, effectiveInMs: 501, acknowledged: [{ who: 'he', afterMs: 2_001 }] })).toEqual([
      'the halt took 501 ms: 500 at most',
      "he's acknowledgement took 2001 ms: 2000 at most",
    ])
    const steps = PASSED.steps.map((step) => (step.name === 'cancel' ? { ...step, ms: 10_000 } : step))
    expect(drillSlowness({ ...PASSED, steps })).toEqual([
      'cancelling and reading back took 10000 ms: 5000 at most',
      'the standstill of openings took 10400 ms: 10000 at most',
    ])
  })
  it('not for the time before the halt', () => {
    const steps = PASSED.steps.map((step) => (step.name === 'place' ? { ...step, ms: 20_000 } : step))
    expect(drillSlowness({ ...PASSED, steps })).toEqual([])
  })
})

it('the age of a drill counts from the last that passed, before the first from the opening of the accounts', () => {
  expect(drillAge(millis(5_000), millis(1_000), millis(6_000), 1_000)).toEqual({ ageMs: 1_000, isOverdue: false })
  expect(drillAge(null, millis(1_000), millis(6_000), 1_000)).toEqual({ ageMs: 5_000, isOverdue: true })
})
