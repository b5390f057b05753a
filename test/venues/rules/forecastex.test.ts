import { payoutOf, rulesOf } from '../../../src/venues/forecastex/rules'
import type { ContractRow } from '../../../src/venues/forecastex/wire/messages'

const ROW: ContractRow = {
  ...{ conId: 751, symbol: 'UNR', secType: 'OPT', tradingClass: 'UNR', date: '20250403', lastTrade: '20250403 17:00:00 US/Central' },
  ...{
    realExpiration: '20250404',
    strike: '4.1',
    right: 'C',
    localSymbol: "UNR Apr04'25 4.1 YES",
    longName: 'US Unemployment Rate March 2025',
  },
  ...{ category: 'g1', underConId: 7, minTick: 100, marketRule: 67, timeZone: 'US/Central', tradingHours: 'a', liquidHours: 'a' },
}
const rules = (change: Partial<ContractRow> = {}): ReturnType<typeof rulesOf> => rulesOf({ ...ROW, ...change })

describe('what contract details say of a question', () => {
  it('is its product, name, strike and dates, a line each', () => {
    expect(rules().text.split('\n')).toEqual([
      ...['product: UNR', 'class: UNR', 'name: US Unemployment Rate March 2025', 'category: g1', 'strike: 4.1'],
      ...['last trade: 20250403 17:00:00 US/Central', 'last trading day: 20250403', 'expiration: 20250404'],
      ...["yes: UNR Apr04'25 4.1 YES", 'underlying: 7'],
    ])
  })

  it.each<[string, Partial<ContractRow>]>([
    ['the name', { longName: 'US Unemployment Rate April 2025' }],
    ['the strike', { strike: '4.2' }],
    ['the class', { tradingClass: 'UNRX' }],
    ['the end of trading', { lastTrade: '20250403 18:00:00 US/Central' }],
    ['the expiration', { realExpiration: '20250502' }],
    ['the underlying', { underConId: 8 }],
    ['the label', { localSymbol: "UNR May02'25 4.1 YES" }],
  ])('is another for %s', (_what, change) => {
    expect(rules(change).sha256).not.toBe(rules().sha256)
  })
  it('does not depend on ids, hours and ticks', () => {
    expect(rules({ conId: 100_751, tradingHours: 'b', liquidHours: 'b', minTick: 50, marketRule: null })).toEqual(rules())
  })

  it.each([
    ['the real expiration, in summer time', {}, Date.UTC(2025, 3, 5, 18)],
    ['the real expiration, in winter time', { realExpiration: '20251231' }, Date.UTC(2026, 0, 1, 19)],
    ['the last trading day where none is told', { realExpiration: '' }, Date.UTC(2025, 3, 4, 18)],
    ['the later of both', { date: '20250410' }, Date.UTC(2025, 3, 11, 18)],
  ])('is cash at 13:00 Central of the day after %s', (_what, change, atMs) => {
    expect(payoutOf({ ...ROW, ...change })).toBe(atMs)
  })
  it('is cash at no known time without a readable day', () => {
    expect(payoutOf({ ...ROW, realExpiration: '', date: '' })).toBeNull()
  })
})
