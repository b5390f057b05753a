import { approvalRefusal, formatLimit, LIMIT_NAMES, limitChanges, limitValue, raisesAny } from '../../../src/core/risk/limit-change'
import type { Limits } from '../../../src/core/risk/limits'
import type { Operator } from '../../../src/core/risk/scope'

const BASE = Object.fromEntries(LIMIT_NAMES.map((name) => [name, 100])) as unknown as Limits
const to = (change: Partial<Limits>): ReturnType<typeof limitChanges> => limitChanges(BASE, { ...BASE, ...change })

describe('what a change of limits raises', () => {
  it('nothing when only the version differs', () => expect(to({ version: 'next' })).toEqual([]))

  it.each(['maxOpenTrades', 'entryLifeMs'] as const)('%s, when it grows', (limit) => {
    expect(to({ [limit]: 101 })).toEqual([{ limit, from: 100, to: 101, raises: true }])
    expect(raisesAny(to({ [limit]: 99 }))).toBe(false)
  })

  it.each(['coolDownMs', 'closeMarginMs', 'minOpeningGapMs', 'firstCleanTrades', 'breakerCoolDownMs'] as const)(
    '%s, when it shrinks',
    (limit) => {
      expect(to({ [limit]: 99 })).toEqual([{ limit, from: 100, to: 99, raises: true }])
      expect(raisesAny(to({ [limit]: 101 }))).toBe(false)
    },
  )

  it.each(LIMIT_NAMES)('%s, in exactly one direction', (limit) => {
    const raises = [99, 101].filter((figure) => raisesAny(to({ [limit]: figure })))
    expect(raises).toHaveLength(1)
    const isLeast = limit.startsWith('min') || limit.endsWith('CleanTrades') || /CoolDown|coolDown|closeMargin|edgeMin/.test(limit)
    expect(raises).toEqual([isLeast ? 99 : 101])
  })

  it('one raised among many lowered is enough', () => expect(raisesAny(to({ maxOpenTrades: 1, maxOpeningsPerDay: 101 }))).toBe(true))

  it('a limit that was not there, or no limits at all', () => {
    const { coolDownMs: _none, ...older } = BASE
    expect(limitChanges(older as Limits, BASE)).toEqual([{ limit: 'coolDownMs', from: null, to: 100, raises: true }])
    expect(limitChanges(null, BASE)).toHaveLength(LIMIT_NAMES.length)
  })
})

describe('a limit is shown', () => {
  it.each([
    ['maxDailyLoss', 12_300_000, '$12.30', 12_300_000],
    ['maxContractsPerTrade', 1_250, '12.50', '12.50'],
    ['maxOpenTrades', 3, '3', 3],
    ['coolDownMs', 5_000, '5000 ms', 5_000],
    ['maxSportShareBps', 2_500, '2500 bps', 2_500],
  ] as const)('%s', (limit, value, text, json) => expect([formatLimit(limit, value), limitValue(limit, value)]).toEqual([text, json]))
})

describe('who may raise limits', () => {
  const ana: Operator = { name: 'ana', role: 'approver' }
  const proposal = { id: 7, by: ana }

  it('the proposer where no real money moves', () => {
    for (const mode of ['sim', 'paper', 'observe', 'demo'] as const) expect(approvalRefusal(proposal, ana, mode)).toBeNull()
  })
  it('in live a second person who is an approver', () => {
    expect(approvalRefusal(proposal, ana, 'live')).toBe('ana proposed 7: in mode live a second person approves')
    expect(approvalRefusal(proposal, { ...ana, name: ' Ana' }, 'live')).toBe(' Ana proposed 7: in mode live a second person approves')
    expect(approvalRefusal(proposal, { name: 'ben', role: 'operator' }, 'live')).toMatch(/^ben has the role operator/)
    expect(approvalRefusal(proposal, { name: 'ben', role: 'approver' }, 'live')).toBeNull()
  })
  it('never a viewer', () => expect(approvalRefusal(proposal, { name: 'eva', role: 'viewer' }, 'sim')).toMatch(/^eva is a viewer/))
})
