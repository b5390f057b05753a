import { money } from '../../../src/core/units'
import { FORECASTEX_MARKET, KALSHI_MARKET } from '../../saga/plan'
import { BackOffice, listing } from '../back-office'

/** Kalshi has paid 0.37 for a YES; we hold ten NO at ForecastEx, which are gone, and its cash is so much more than the ledger's. */
const voided = (more: string): BackOffice => {
  const office = new BackOffice()
  office.listings.set(KALSHI_MARKET, listing('settled', money('0.37')))
  office.cash = office.ledgerCash + money(more)
  return office
}
const ofForecastex = (office: BackOffice): string[] => office.posted.filter((each) => each.startsWith('forecastex'))

describe('§8 a question that Kalshi has voided: how ForecastEx decides it, its cash tells', () => {
  it.each([
    ['alike', '6.30', 370_000],
    ['for us', '10', 0],
  ])('%s', async (_how, cash, yesPays) => {
    const office = voided(cash)
    expect((await office.run()).waiting).toEqual([])
    expect(ofForecastex(office)).toEqual([`forecastex ${FORECASTEX_MARKET} ${yesPays}`])
    expect((await office.run()).waiting).toEqual([])
  })

  it('posts nothing while no cash has come, and says when a person must', async () => {
    const office = voided('0')
    expect((await office.run()).waiting).toEqual([
      expect.stringContaining('has not paid $6.30: it pays by'),
      expect.stringContaining('has not paid $10.00: it pays by'),
    ])
    office.clock.advance(2 * 86_400_000)
    expect((await office.run()).waiting).toContainEqual(
      expect.stringContaining('if ForecastEx decided it against us, a person must say so'),
    )
    expect(ofForecastex(office)).toEqual([])
  })

  it.each(['16.30', '3.70'])('is not paid twice, nor by what the other outcome would be: %s more is not explained', async (cash) => {
    const office = voided(cash)
    expect((await office.run()).waiting).toEqual([expect.stringContaining('which is not explained by')])
    expect(ofForecastex(office)).toEqual([])
  })
})
