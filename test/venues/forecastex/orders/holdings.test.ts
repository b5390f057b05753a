import { orderId, otherOutcome, tradeId, type Outcome } from '../../../../src/core/ids'
import { millis, price, quantity } from '../../../../src/core/units'
import { Holdings, type Agreement } from '../../../../src/venues/forecastex/orders/holdings'
import type { HeldPosition } from '../../../../src/venues/forecastex/gateway/account-reads'
import { holdingsOf } from '../../../../src/venues/forecastex/orders/looks'
import type { OrderTerms } from '../../../../src/venues/forecastex/wire/order-state'
import { ACCOUNT, CLIENT_ID, MARKET, NO, YES } from '../rig'

const CONTRACTS = { yes: YES, no: NO }

const termsOf = (outcome: Outcome): OrderTerms => ({
  clientOrderId: orderId(tradeId('t1'), 'b', 2),
  clientId: CLIENT_ID,
  account: ACCOUNT,
  market: MARKET,
  outcome,
  conId: CONTRACTS[outcome],
  oppositeConId: CONTRACTS[otherOutcome(outcome)],
  timeInForce: 'IOC',
  quantity: quantity('10'),
  limit: price('0.58'),
})
const held = (yes: number, no: number, account = ACCOUNT): readonly HeldPosition[] =>
  Object.entries({ [YES]: yes, [NO]: no }).map(([conId, contracts]) => ({
    account,
    conId: Number(conId),
    secType: 'OPT',
    contracts,
    isEventContract: true,
  }))

function watch(outcome: Outcome, before: readonly HeldPosition[] | null) {
  const holdings = new Holdings()
  if (before) {
    holdings.note(before)
    holdings.before(termsOf(outcome))
  }
  return (filled: string, now: readonly HeldPosition[], atMs = 0): Agreement =>
    holdings.judge(termsOf(outcome), quantity(filled), now, millis(atMs))
}

describe('E14 positions agree', () => {
  it('when they have moved by what was filled', () => {
    expect(watch('yes', held(5, 0))('10', held(15, 0))).toBe('agree')
    expect(watch('no', held(0, 5))('4', held(0, 9))).toBe('agree')
    expect(watch('no', held(0, 5))('0', held(0, 5))).toBe('agree')
  })

  it('whether the venue has netted the pair already or not', () => {
    for (const outcome of ['yes', 'no'] as const) {
      const judge = (now: readonly HeldPosition[]): Agreement =>
        watch(otherOutcome(outcome), outcome === 'yes' ? held(10, 0) : held(0, 10))('10', now)
      expect([judge(held(10, 10)), judge(held(0, 0))]).toEqual(['agree', 'agree'])
    }
  })

  it('not while an execution is missing, nor while the position lags', () => {
    expect(watch('yes', held(0, 0))('6', held(10, 0))).toBe('apart')
    const judge = watch('yes', held(0, 0))
    expect([judge('10', held(0, 0), 0), judge('10', held(10, 0), 900)]).toEqual(['apart', 'agree'])
  })

  it('of this account alone', () => expect(watch('yes', held(0, 0))('10', [...held(10, 0), ...held(7, 0, 'DU7654321')])).toBe('agree'))

  it('or never: after a minute the executions stand, and it is told', () => {
    const judge = watch('yes', held(0, 0))
    expect([0, 60_000, 60_001].map((atMs) => judge('10', held(3, 0), atMs))).toEqual(['apart', 'apart', 'late'])
  })

  it('for an order of an earlier process: when two reads are equal', () => {
    const judge = watch('yes', null)
    expect([judge('10', held(3, 0)), judge('10', held(13, 0)), judge('10', held(13, 0))]).toEqual(['apart', 'apart', 'agree'])
  })
})

describe('what an account holds', () => {
  it('reads the same when nothing has moved: whatever the order, what is gone and what others hold', () => {
    const before = held(10, 0)
    expect(holdingsOf([...before, ...held(0, 7, 'DU7654321')].toReversed(), ACCOUNT)).toBe(holdingsOf(before.slice(0, 1), ACCOUNT))
    expect(holdingsOf(held(10, 1), ACCOUNT)).not.toBe(holdingsOf(before, ACCOUNT))
  })
})
