import { branchesIn, fallbackIn, measuredIn, revisionIn, roundingIn, sourceIn } from '../../../../src/core/market/reading/clauses'
import { subjectAmong } from '../../../../src/core/market/reading/subjects'
import { STATISTICS, statisticOf } from '../../../../src/core/market/statistics'

describe('clauses of the rules', () => {
  it('the source is the first text that names one; a text that names two tells none', () => {
    const nws = "as reported by the National Weather Service's Climatological Report (Daily)"
    expect(sourceIn(['', nws, 'AccuWeather may help'])).toEqual({ agency: 'NWS', document: 'Climatological Report (Daily)' })
    expect(sourceIn(['either the NWS or AccuWeather', nws])).toBeNull()
    expect(sourceIn(['Department of Labor'])).toEqual({ agency: 'DOL', document: null })
    expect(sourceIn(['nobody'])).toBeNull()
  })
  it.each([
    ['subsequent revisions are not used', 'first-print'],
    ['Use the initial release', 'first-print'],
    ['Revisions made after expiration will not be considered', 'latest-at-expiry'],
    ['Revisions after Expiration are disregarded', 'latest-at-expiry'],
    ['The first release is not used', null],
    ['the latest value rather than the initial estimate', null],
    ['nothing of it', null],
  ])('revision: %s', (text, expected) => expect(revisionIn(text)).toBe(expected))
  it.each([
    ['(single-decimal)', '0.1'],
    ['rounded to the nearest tenth', '0.1'],
    ['the one-decimal place value', '0.1'],
    ['to two decimal places', '0.01'],
    ['rounded to the nearest whole number', '1'],
    ['is not rounded to one decimal place', null],
    ['before rounding to the nearest tenth', null],
    ['at one decimal place, then the nearest integer', null],
    ['', null],
  ])('rounding: %s', (text, expected) => expect(roundingIn(text)).toBe(expected))
  it('when it is published, and by which clock', () => {
    expect(measuredIn('released on April 4, 2025 at 8:30 AM ET')).toEqual({ date: '2025-04-04', zone: 'America/New_York' })
    expect(measuredIn('published on Apr 4 2025.')).toEqual({ date: '2025-04-04', zone: null })
    expect(measuredIn('expires on April 4, 2025')).toBeNull()
  })
  it('what decides when it is late: one spelling, whichever market it speaks of', () => {
    const [one, other] = [
      'If the report is delayed beyond May 2, this market resolves to No.',
      'If the report is delayed beyond May 2, the contract will resolve to No.',
    ]
    expect(fallbackIn(one ?? '')).toBe('if report delayed beyond may 2 resolves no')
    expect(fallbackIn(other ?? '')).toBe(fallbackIn(one ?? ''))
    expect(fallbackIn('If it rains, it resolves to Yes.')).toBeNull()
  })
  it('ends that are neither yes nor no', () => {
    const half = { least: 500_000, most: 500_000 }
    expect(branchesIn('In case of a tie it resolves 50-50. If they do not play it settles at the fair market price.')).toMatchObject([
      { state: 'tie', yesPays: half },
      { state: 'void', yesPays: { least: 0, most: 1_000_000 } },
    ])
    expect(branchesIn('Ties in standings will be broken by the rules, and this resolves accordingly.')).toEqual([])
  })
})

describe('statistics', () => {
  it('each once; a station or a seat after the slash', () => {
    expect(new Set(STATISTICS.map(({ id }) => id)).size).toBe(STATISTICS.length)
    expect([statisticOf('daily-high/KNYC')?.family, statisticOf('us-u3')?.grid, statisticOf('purple')]).toEqual([
      'daily-temperature',
      '0.1',
      null,
    ])
  })
  it.each([
    ['real GDP increase by more than 1.0% in Q3 2026', 'us-gdp'],
    ['annualized real GDP growth in Q3', 'us-gdp-annualized'],
    ["the US's quarterly change in real GDP", 'us-gdp-quarterly'],
    ['Will CPI Core rise more than 0.0% in August?', 'us-cpi-core-mom'],
    ['the year-over-year change in the US Consumer Price Index', 'us-cpi-yoy'],
    ['increase in total non-farm payroll employment', 'us-payrolls-change'],
    ['Will US Initial Jobless Claims exceed 230,000', 'us-initial-claims'],
    ['US Fed Funds Target Rate', 'us-fed-target-rate'],
    ['the lowest temperature in Atlanta (ATL)(KATL)', 'daily-low/KATL'],
  ])('%s', (text, expected) => expect(subjectAmong([text])).toMatchObject({ statistic: expected }))
  it.each([
    ["Will Canada's unemployment rate be above 7%?", 'Canada'],
    ['Will the Northeastern US CPI year-over-year change exceed 3%?', 'Northeastern'],
    ['Will the year-over-year change in the US CPI of used cars exceed 3%?', 'cars'],
    ['Will the unemployment rate (U-6) be above 8%?', 'U-6'],
    ['Will the unemployment rate be above 5% in any month of 2026?', 'any'],
    ['Will manufacturing payroll employment rise?', 'manufacturing'],
    ['Will the 4-week moving average of initial jobless claims exceed 230,000?', '4-week'],
  ])('another number of a like name: %s', (text, word) =>
    expect(subjectAmong([text])).toMatch(new RegExp(`^it asks about something else than us-.*: "${word}"$`)),
  )
  it('two texts of one market that speak of two numbers are neither', () => {
    expect(subjectAmong(['the CPI rose 0.3% month-over-month', 'the CPI year-over-year'])).toBe(
      'its texts speak of two numbers: us-cpi-mom and us-cpi-yoy',
    )
    expect(subjectAmong(['', 'annualized real GDP growth', 'real GDP'])).toMatchObject({ statistic: 'us-gdp-annualized' })
    expect(subjectAmong(['', 'purple'])).toBeNull()
  })
})
