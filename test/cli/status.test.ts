import { opportunitiesText } from '../../src/cli/verbs/status'

describe('what the status says of opportunities', () => {
  it('names how they ended, and what refused most looks', () => {
    const opportunities = { open: 1, taken: 12, refused: 3, superseded: 0, vanished: 0 }
    const refusals = { 'cool-down': 2, claims: 1, 'pair not in flight': 24, 'net edge per contract': 7 }
    expect(opportunitiesText({ opportunities, refusals })).toBe(
      'opportunities: 1 open, 12 taken, 3 refused; looks refused most by: pair not in flight 24, net edge per contract 7, cool-down 2',
    )
  })
  it('says none before the first', () => {
    expect(opportunitiesText({ opportunities: {}, refusals: {} })).toBe('opportunities: none')
  })
})
