import { money } from '../../../src/core/units'
import { verifyLedger } from '../../../src/operator/ledger'
import { reconcileVenues, type VenueReconciliation } from '../../../src/operator/reconcile'
import type { VenueAccount } from '../../../src/ports/account'
import { openLots } from '../../../src/stores/postgres/proof/verify'
import { listing } from '../../activities/back-office'
import { CLIENT_ID, MARKET, NO, stopAll, YES } from '../../venues/forecastex/rig'
import { freshLedger, NEVER } from '../ledger/support/ledger'
import { Books, DAY_MS } from './money-rig'

const ledger = freshLedger()
afterEach(stopAll)

async function opened(settings: object = {}) {
  const books = new Books(ledger(), settings)
  await books.listen()
  const box = await books.lockedBox()
  const office = await books.office()
  return { books, ...box, ...office }
}
const cash = async (): Promise<number | undefined> => (await ledger().balances())['cash:forecastex']
const reportOf = async (account: VenueAccount): Promise<VenueReconciliation | undefined> =>
  (await reconcileVenues(ledger().database, [account], NEVER)).venues[0]
const breaks = async (account: VenueAccount): Promise<readonly string[]> => (await reportOf(account))?.breaks ?? ['no report']
const KALSHI = 'KXU3-T4' as Parameters<typeof listing>[2]

describe('money at the simulated gateway, read by a client that does not trade', () => {
  it('a month of interest, its payment, the settlement and its amendment are each proven by cash', async () => {
    const { books, account, run } = await opened({ coupon_rate: '0.0314' })
    expect(await run()).toEqual([[], []])
    for (let day = 0; day < 30; day += 1) books.pass(DAY_MS)
    expect(await run()).toEqual([[], []])
    expect(await cash()).toBe(945)
    books.venue.apply({ type: 'coupon' })
    expect(await run()).toEqual([[], []])
    const { couponMicros } = await verifyLedger(ledger().database)
    const paid = couponMicros['forecastex'] ?? 0
    expect(paid).toBeGreaterThan(100_000)
    books.venue.apply({ type: 'settle', con_id: YES, result: 'no' })
    books.result = listing('settled', money(0), KALSHI)
    expect(await run()).toEqual([['kalshi 0', 'forecastex 100000000'], []])
    expect(await breaks(account)).toEqual([])
    books.result = listing('settled', money('1'), KALSHI)
    expect((await run())[1]).toEqual([expect.stringContaining(`ForecastEx has paid ${MARKET} by the old one`)])
    books.venue.apply({ type: 'amend_settlement', con_id: YES, result: 'yes' })
    expect(await run()).toEqual([['forecastex -100000000'], []])
    expect(await run()).toEqual([[], []])
    expect(await cash()).toBe((945_000_000 + paid) / 1_000_000)
    expect(await breaks(account)).toEqual([])
    expect((await verifyLedger(ledger().database)).violations).toEqual([])
  })

  it('a coupon and the settlement on the same night', async () => {
    const { books, account, run } = await opened({ coupon_rate: '0.0314' })
    for (let day = 0; day < 10; day += 1) books.pass(DAY_MS)
    await run()
    books.venue.apply({ type: 'coupon' })
    books.venue.apply({ type: 'settle', con_id: NO, result: 'no' })
    books.result = listing('settled', money(0), KALSHI)
    expect(await run()).toEqual([['kalshi 0', 'forecastex 100000000'], []])
    expect(await breaks(account)).toEqual([])
    expect((await verifyLedger(ledger().database)).violations).toEqual([])
  })

  it('reconcile compares no fill that it is not told, and says so', async () => {
    const { account } = await opened()
    const unseen = expect.stringContaining('Master API client') as string
    expect(await reportOf(account)).toEqual({ venue: 'forecastex', ordersChecked: 0, fillsChecked: 0, unseen, breaks: [], waiting: [] })
  })

  it('reconcile of the Master API client compares the fills of all', async () => {
    const { account } = await opened({ master_client_id: CLIENT_ID + 1 })
    expect(await reportOf(account)).toEqual({
      venue: 'forecastex',
      ordersChecked: 1,
      fillsChecked: 1,
      unseen: null,
      breaks: [],
      waiting: [],
    })
  })

  it('a trade by hand that takes the position is never posted as a settlement', async () => {
    const { books, account, run } = await opened()
    await run()
    books.venue.apply({ type: 'hand_trade', con_id: YES, price: '0.45', size: 100 })
    books.result = listing('settled', money('1'), KALSHI)
    const [settled, waiting] = await run()
    expect(settled).toEqual(['kalshi 100000000'])
    expect(waiting.join('; ')).toMatch(/\$54\.00 more than in the ledger, .*; a trade by hand is not told to this client$/)
    expect(await breaks(account)).toEqual(
      expect.arrayContaining([expect.stringContaining('cash at forecastex'), expect.stringContaining(MARKET)]),
    )
  })

  it('a trade by hand is known by its execution where the reader is the Master API client', async () => {
    const { books, run } = await opened({ master_client_id: CLIENT_ID + 1 })
    books.venue.apply({ type: 'hand_trade', con_id: YES, price: '0.99', size: 100 })
    books.result = listing('settled', money('1'), KALSHI)
    await run()
    const [settled, waiting] = await run()
    expect(settled).toEqual([])
    expect(waiting).toEqual([expect.stringMatching(/by execution \S+, which is no order of ours: no settlement, a person must clear it$/)])
    expect(await openLots(ledger().database)).toHaveLength(1)
  })
})
