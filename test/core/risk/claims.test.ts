import { subjectId, tradeId } from '../../../src/core/ids'
import { claimConflict, claimsOf, type Claim } from '../../../src/core/risk/claims'
import { boxPlan, FORECASTEX_MARKET, KALSHI_MARKET, SUBJECT } from '../../saga/plan'

const wanted = { venue: 'kalshi', market: KALSHI_MARKET, subject: SUBJECT, outcome: 'yes' } as const
const held: Claim = { ...wanted, state: 'settling', holder: tradeId('T0') }

describe('E7 claims (trap 6)', () => {
  it('a box claims one direction at each of its markets', () =>
    expect(claimsOf(boxPlan('T1'))).toEqual([wanted, { venue: 'forecastex', market: FORECASTEX_MARKET, subject: SUBJECT, outcome: 'no' }]))

  it.each<[string, Partial<Claim>, string | null]>([
    ['the same subject, direction, settling', {}, null],
    ['the same subject, direction, still running', { state: 'exclusive' }, 'trade T0 is running'],
    ['the same subject, opposite direction, settling', { outcome: 'no' }, 'held in the opposite direction (no)'],
    ['the same subject, opposite direction, running', { outcome: 'no', state: 'exclusive' }, 'held in the opposite direction (no)'],
    ['another subject, same direction, settling', { subject: subjectId('other') }, 'held by other'],
    ['another subject, opposite direction, running', { subject: subjectId('other'), outcome: 'no', state: 'exclusive' }, 'held by other'],
  ])('%s', (_what, change, conflict) => expect(claimConflict({ ...held, ...change }, wanted)).toBe(conflict))
})
