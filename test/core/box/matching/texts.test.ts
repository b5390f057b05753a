import { pairUp } from '../../../../src/core/box/matching/pair-up'
import { propose } from '../../../../src/core/box/matching/propose'
import type { Reading } from '../../../../src/core/market/proposition'
import { readForecastex, type ForecastexText } from '../../../../src/venues/forecastex/proposition'
import { readEvent, readMarket } from '../../../../src/venues/kalshi/wire/markets'
import { readKalshi } from '../../../../src/venues/kalshi/wire/proposition'

const kalshi = (floor_strike: number, rules_primary: string, rules_secondary = ''): Reading => {
  const market = { ticker: 'T-1', event_ticker: 'T', status: 'active', close_time: '2026-09-16T17:55:00Z', strike_type: 'greater' }
  const event = { event_ticker: 'T', series_ticker: 'T' }
  return readKalshi(readMarket({ market: { ...market, floor_strike, rules_primary, rules_secondary } }), readEvent({ event }), null)
}
const forecastex = (symbol: string, strike: string, question: string, change: Partial<ForecastexText> = {}): Reading =>
  readForecastex({ symbol, name: symbol, strike, question, ...change })

const HOW =
  'The value is read at one decimal place as first released on April 4, 2025 at 8:30 AM ET; later revisions are not used. If the report is not released by May 2, 2025, the market resolves to No.'
const U3 = (strike: string) =>
  `If the seasonally adjusted unemployment rate (U-3) reported by the Bureau of Labor Statistics in the Employment Situation Report is above ${strike}% in March 2025, then the market resolves to Yes.`
const exceed = (strike: string) => `Will the seasonally adjusted US unemployment rate (U-3) exceed ${strike}% in March 2025?`
const rules = `Source: Bureau of Labor Statistics, Employment Situation Report. ${HOW}`

describe('from both venues’ texts to a class', () => {
  it('S0 where both say all; one strike further nested, with the safe direction', () => {
    expect(propose(kalshi(4.1, U3('4.1'), HOW), forecastex('UNR', '4.1', exceed('4.1'), { rules }))).toMatchObject({
      class: 'S0',
      states: [],
    })
    expect(propose(kalshi(4.0, U3('4.0'), HOW), forecastex('UNR', '4.1', exceed('4.1'), { rules }))).toMatchObject({
      class: 'S1',
    })
  })
  it('what one of them leaves out is named, and takes S0 away', () => {
    const judged = propose(kalshi(4.1, U3('4.1'), HOW), forecastex('UNR', '4.1', exceed('4.1')))
    expect(judged.class).toBe('S2')
    expect(judged.because).toEqual([
      'source: one says BLS, the other nothing',
      'rounding: one says 0.1, the other nothing',
      'revision: one says first-print, the other nothing',
      'measured: one says 2025-04-04, the other nothing',
      'fallback: one says if report not released by may 2 2025 resolves no, the other nothing',
    ])
  })
  it('KXCPI and CPIY: a monthly change and a yearly one, whatever the strike', () => {
    const monthly = kalshi(
      0.3,
      'If the Consumer Price Index (CPI) increases by more than 0.3% (single-decimal) in August 2026, then the market resolves to Yes.',
    )
    const yearly = forecastex('CPIY', '0.3', 'Will the year-over-year change in the US Consumer Price Index exceed 0.3% in August2026?')
    expect(propose(monthly, yearly)).toMatchObject({
      class: 'S2',
      because: expect.arrayContaining(['statistic: one says us-cpi-mom, the other us-cpi-yoy']) as unknown,
    })
    expect(pairUp([{ title: 'K', reading: monthly, closeMs: 0 }], [{ title: 'F', reading: yearly, closeMs: 0 }])).toEqual([])
  })
  it('FED and FF of one meeting: the nearest strikes are put before a person, never as S0', () => {
    const fed = kalshi(
      3.75,
      "If the upper bound of the target federal funds rate published on the Federal Reserve's official website is greater than 3.75% following the Federal Reserve's Sep 16, 2026 meeting, then the market resolves to Yes.",
    )
    const ff = (strike: string) => ({
      ...{ title: strike, closeMs: 0 },
      reading: forecastex(
        'FF',
        strike,
        `Will the US Fed Funds Target Rate be set above ${strike}% at the FOMC meeting ending September 16, 2026?`,
      ),
    })
    const pairs = pairUp([{ title: 'K', reading: fed, closeMs: 0 }], ['3.625', '3.875', '4.125'].map(ff))
    expect(pairs.map(({ forecastex: { title }, judgement }) => [title, judgement.class])).toEqual([
      ['3.625', 'S2'],
      ['3.875', 'S2'],
    ])
  })
  it('New York’s high at Central Park and at La Guardia: two stations', () => {
    const park = kalshi(
      85,
      "If the highest temperature recorded in Central Park, New York for June 15, 2026 as reported by the National Weather Service's Climatological Report (Daily), is greater than 85°, then the market resolves to Yes.",
    )
    const airport = forecastex('UHLGA', '85', 'Will the highest temperature in New York (LGA)(KLGA) exceed 85 F on June 15, 2026?', {
      sourceAgency: 'Weather Underground',
    })
    expect(propose(park, airport)).toMatchObject({
      class: 'S2',
      because: expect.arrayContaining(['statistic: one says daily-high/KNYC, the other daily-high/KLGA']) as unknown,
    })
  })
})
