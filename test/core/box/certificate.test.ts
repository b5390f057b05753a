import { isApproved, missingOutcome, type Certificate, type IdentityClass } from '../../../src/core/box/certificate'

const certificate = (change: Partial<Certificate> = {}): Certificate => ({
  ...{ id: 'p', class: 'S0', polarity: 'same', approvedFor: 'all', version: '1' },
  ...change,
})

describe('trap 4: the same question with another boundary', () => {
  it.each<IdentityClass>(['S1', 'S1h', 'S2', 'S3'])('class %s is not traded, not even in a simulation', (other) =>
    expect([isApproved(certificate({ class: other }), 'sim'), isApproved(certificate({ class: other }), 'live')]).toEqual([false, false]),
  )
  it('identical is, where a person has approved it for', () => {
    const forSim = certificate({ approvedFor: 'sim' })
    expect([
      isApproved(certificate(), 'live'),
      ...(['sim', 'paper', 'demo', 'live'] as const).map((mode) => isApproved(forSim, mode)),
    ]).toEqual([true, true, true, false, false])
  })
  it('asked the other way round, the other outcome completes the box', () => {
    const opposite = certificate({ polarity: 'opposite' })
    expect([missingOutcome(certificate(), 'yes'), missingOutcome(opposite, 'yes'), missingOutcome(opposite, 'no')]).toEqual([
      'no',
      'yes',
      'no',
    ])
  })
})
