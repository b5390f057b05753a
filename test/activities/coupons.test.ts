import { money, quantity } from '../../src/core/units'
import type { Position } from '../../src/ports/account'
import { FORECASTEX_MARKET, KALSHI_MARKET } from '../saga/plan'
import { BackOffice, listing, NOTHING } from './back-office'

const HELD: Position = { market: FORECASTEX_MARKET, outcome: 'no', quantity: quantity('10') }

describe('coupons', () => {
  /** Nothing to settle, $0.52 owed. */
  const owed = async (): Promise<BackOffice> => {
    const office = new BackOffice()
    office.listings.clear()
    office.positions = [HELD]
    office.cash = office.ledgerCash
    office.accrued = money('0.52')
    await office.run()
    return office
  }
  const pay = (office: BackOffice, accrued = '0', cash = '0.52'): void => {
    office.accrued = money(accrued)
    office.cash += money(cash)
  }

  it('are booked when what is owed falls and the cash rises by the same', async () => {
    const office = await owed()
    pay(office)
    expect(await office.run()).toEqual({ settled: [], waiting: [] })
    expect(office.posted).toEqual(['coupon 520000'])
    expect((await office.run()).waiting).toEqual([])
    expect(office.posted).toHaveLength(1)
  })

  it('are not booked for what accrues', async () => {
    const office = await owed()
    office.accrued = money('0.60')
    await office.run()
    expect([office.posted, office.falls]).toEqual([[], []])
  })

  it('in either order: a fall waits for its cash, cash for its fall', async () => {
    const first = await owed()
    pay(first, '0', '0')
    await first.run()
    pay(first, '0')
    await first.run()
    const second = await owed()
    pay(second, '0.52')
    await second.run()
    pay(second, '0', '0')
    await second.run()
    expect([first.posted, second.posted]).toEqual([['coupon 520000'], ['coupon 520000']])
  })

  it('of which cash and fall differ are for a person', async () => {
    const office = await owed()
    pay(office, '0.02')
    expect((await office.run()).waiting).toEqual([
      'cash at ForecastEx is $990.52, $0.52 more than in the ledger, which is not explained by a coupon of $0.50 (accrued interest fell at 2026-11-20 09:02 US/Central)',
    ])
    expect(office.posted).toEqual([])
  })

  it('beyond what positions can have earned are something else', async () => {
    const office = await owed()
    office.couponRoom = money('0.51')
    pay(office)
    expect((await office.run()).waiting).toEqual([expect.stringContaining('is more than our positions can earn')])
  })

  it('do not stop a settlement that comes with them, and are not booked as one', async () => {
    const office = await owed()
    pay(office, '0', '10.52')
    office.positions = []
    await office.run()
    expect(office.posted).toEqual([])
    office.listings.set(KALSHI_MARKET, listing('settled', NOTHING))
    await office.run()
    expect(office.posted).toEqual(['kalshi KXU3-25MAR-T4.1 0', 'forecastex 751 0', 'coupon 520000'])
  })

  it('seen while a trade runs are booked when the cash is at rest', async () => {
    const office = await owed()
    office.openTrades = 1
    pay(office)
    await office.run()
    office.openTrades = 0
    await office.run()
    expect(office.posted).toEqual(['coupon 520000'])
  })
})
