import { heldClaims } from '../../../src/stores/postgres/owners'
import { freshLedger } from '../ledger/support/ledger'
import { boxPlan, lockedBox, open } from '../ledger/support/trades'

const ledger = freshLedger()

describe('E7 the claims that the hot process is told', () => {
  it('none, those of a running trade, and those of one that waits for its settlement', async () => {
    expect(await heldClaims(ledger().database)).toEqual([])
    const plan = boxPlan()
    await open(ledger(), plan)
    const [first, second] = plan.legs.map(({ order: { venue, market, outcome } }) => ({ venue, market, outcome }))
    const running = { subject: plan.opportunity.subject, state: 'exclusive', holder: plan.tradeId }
    expect(await heldClaims(ledger().database)).toEqual(
      expect.arrayContaining([
        { ...first, ...running },
        { ...second, ...running },
      ]),
    )
  })

  it('of a trade that locked', async () => {
    await lockedBox(ledger())
    const told = await heldClaims(ledger().database)
    const texts = told.map(({ venue, subject, outcome, state, holder }) => [venue, subject, outcome, state, holder].join(' '))
    expect(texts.toSorted()).toEqual(['forecastex u3 no settling t1', 'kalshi u3 yes settling t1'])
  })
})
