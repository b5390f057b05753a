import fs from 'node:fs'
import path from 'node:path'
import { payoutOf, rulesOf } from '../../../src/venues/kalshi/rules'
import { readEvent, readMarket, readMarketPage, readSeries } from '../../../src/venues/kalshi/wire/markets'

const MARKET = {
  ...{ ticker: 'KXU3-25MAR-T4.1', event_ticker: 'KXU3-25MAR', status: 'active', title: 'Above 4.1%', yes_sub_title: 'Above 4.1%' },
  ...{ close_time: '2025-04-04T12:25:00Z', expected_expiration_time: '2025-04-04T14:00:00Z', settlement_timer_seconds: 1_800 },
  ...{ strike_type: 'greater', floor_strike: 4.1, rules_primary: 'If the rate is above 4.1%, then Yes.', rules_secondary: 'First print.' },
}
const EVENT = {
  ...{ event_ticker: 'KXU3-25MAR', series_ticker: 'KXU3', title: 'Unemployment rate in March?', sub_title: 'Mar 2025' },
  settlement_sources: [
    { name: 'BLS', url: 'https://www.bls.gov/' },
    { name: 'Fed', url: '' },
  ],
}
const SERIES = { ticker: 'KXU3', title: 'Unemployment', fee_type: 'quadratic', fee_multiplier: 1, contract_terms_url: 'https://k/U3.pdf' }

const rules = (market: object = {}, event: object = {}, series: object = {}): ReturnType<typeof rulesOf> =>
  rulesOf(
    readMarket({ market: { ...MARKET, ...market } }),
    readEvent({ event: { ...EVENT, ...event } }),
    readSeries({ series: { ...SERIES, ...series } }),
  )

describe('what Kalshi says of a market', () => {
  it('is all of its texts, strikes and sources, a line each', () => {
    expect(rules().text.split('\n')).toEqual([
      ...['series: Unemployment', 'event: Unemployment rate in March?', 'event detail: Mar 2025', 'market: Above 4.1%', 'yes: Above 4.1%'],
      ...['strike type: greater', 'floor strike: 4.1', 'rules: If the rate is above 4.1%, then Yes.', 'further rules: First print.'],
      ...['sources of the event: BLS <https://www.bls.gov/>, Fed <>', 'terms: https://k/U3.pdf'],
    ])
  })

  it.each([
    ['the rules', { rules_primary: 'If the rate is 4.1% or above, then Yes.' }],
    ['the further rules', { rules_secondary: 'Revised.' }],
    ['the strike', { floor_strike: 4.15 }],
    ['how the strike is meant', { strike_type: 'greater_or_equal' }],
    ['the title', { title: 'At least 4.1%' }],
    ['a strike of its own kind', { custom_strike: { candidate: 'A' } }],
    ['when it closes early', { early_close_condition: 'This market will close early.' }],
    ['the least that it pays', { settlement_bounds_type: 'floor', settlement_floor_dollars: '0.1000' }],
  ])('is another for %s', (_what, change) => {
    expect(rules(change).sha256).not.toBe(rules().sha256)
  })
  it('is another for what its event and its series say', () => {
    const source = { settlement_sources: [{ name: 'BLS', url: 'https://other/' }] }
    const told = [
      rules({}, source),
      rules({}, {}, source),
      rules({}, { strike_period: 'month' }),
      rules({}, {}, { contract_terms_url: '' }),
    ]
    expect(new Set([rules(), ...told].map(({ sha256 }) => sha256)).size).toBe(5)
  })

  it('does not depend on names, quotes, times of trading or the order of a list', () => {
    const renamed = {
      ticker: 'KXU3-25MAR.2-T4.1',
      event_ticker: 'KXU3-25MAR.2',
      close_time: '2025-04-05T12:25:00Z',
      last_price_dollars: '0.4000',
    }
    const sources = EVENT.settlement_sources.toReversed()
    expect(rules(renamed, { event_ticker: 'KXU3-25MAR.2', settlement_sources: sources })).toEqual(rules())
    const custom = (strike: object): string => rules({ custom_strike: strike }).sha256
    expect(custom({ a: 1, b: [{ c: 2, d: 3 }] })).toBe(custom({ b: [{ d: 3, c: 2 }], a: 1 }))
  })

  it('is cash when the timer is over that runs from the expected expiration; not told without either', () => {
    const paid = (change: object): number | null => payoutOf(readMarket({ market: { ...MARKET, ...change } }))
    expect(paid({})).toBe(Date.UTC(2025, 3, 4, 14, 30))
    expect([paid({ expected_expiration_time: null }), paid({ settlement_timer_seconds: undefined })]).toEqual([null, null])
  })
})

const RECORDED = path.resolve(__dirname, '../../../../shared/data/kalshi_wire_captures')
const withRecordings = fs.existsSync(RECORDED) ? it : it.skip
if (!fs.existsSync(RECORDED)) console.warn('skipped: recorded answers of Kalshi are not beside this clone')

withRecordings('recorded markets have rules, and no two the same', () => {
  const files = ['markets__page1.json', 'markets__page2.json', 'markets__high_temp.json']
  const markets = files.flatMap((file) => readMarketPage(JSON.parse(fs.readFileSync(path.join(RECORDED, file), 'utf8'))).items)
  const event = readEvent({ event: EVENT })
  const series = readSeries({ series: SERIES })
  const texts = new Map(markets.map((market) => [market.market, rulesOf(market, event, series)]))
  expect([...texts.values()].every(({ text }) => text.includes('\nrules: '))).toBe(true)
  expect(new Set([...texts.values()].map(({ sha256 }) => sha256)).size).toBe(texts.size)
})
