import { stateOf } from '../../../../src/core/market/sessions'
import { forever, MARKET, NO, stopAll, YES } from '../rig'
import { trading } from '../sim-rig'

afterEach(stopAll)

/** Numbers of the messages (§10.2). */
const NAMES: Readonly<Record<string, string>> = { reqContractDetails: 'details', reqSecDefOptParams: 'dates', reqMarketRule: 'rule' }

describe('the product of a simulated gateway', () => {
  it('is found by index, dates, contracts and rule, with its hours and its last trading time', async () => {
    const { catalog, adapter } = await trading()
    const found = await catalog.product('FF', forever)
    expect(
      adapter.frameLog.frames.flatMap(({ dir, payload }) => (dir === 'out' ? (NAMES[(payload as string[])[0] ?? ''] ?? []) : [])),
    ).toEqual([...['details', 'dates', 'details', 'rule']])
    expect(found).toMatchObject({
      kind: 'read',
      product: { symbol: 'FF', name: 'US Fed Funds Target Rate', underConId: 658_663_572 },
      problems: [],
      complete: true,
      questions: [{ strike: '3.625', lastTradeDate: '20301209', listing: { market: MARKET, contracts: { yes: YES, no: NO } } }],
    })
    if (found.kind !== 'read') throw new Error(found.reason)
    const [question] = found.questions
    expect(question?.listing).toMatchObject({ closeMs: Date.UTC(2030, 11, 9, 19), bands: [{ start: 100, end: 9_900, step: 100 }] })
    expect(question?.listing.hours && stateOf(question.listing.hours, adapter.clock.nowMs()).state).toBe('open')
  })

  it('is known and shows no contracts to an account without the permission, which is said in its own words', async () => {
    const { catalog } = await trading({ event_contracts: 'missing' })
    const found = await catalog.product('FF', forever)
    expect(found).toMatchObject({ kind: 'unavailable', cause: 'no-permission' })
    expect(found.kind === 'unavailable' && found.reason).toBe(
      'the account seems to lack the permission for event contracts (FF is known and none of its contracts is shown, though dates of them are): ask for "Event Contracts / ForecastEx" under Trading Permissions in the Client Portal',
    )
  })

  it.each([
    ['closed', 'closed'],
    ['20200101:0000-20200102:0000', 'unknown'],
    ['always', 'open'],
  ])('E24 with the hours "%s" is told %s', async (hours, state) => {
    const { catalog, adapter } = await trading({ trading_hours: hours })
    const listing = await catalog.listing(MARKET, forever)
    const nowMs = adapter.clock.nowMs()
    expect([listing?.hours && stateOf(listing.hours, nowMs).state, catalog.closedAt(MARKET, nowMs) !== null]).toEqual([
      state,
      state === 'closed',
    ])
  })
})
