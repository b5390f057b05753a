import { dayIn, venueTime } from '../../../../src/venues/forecastex/wire/times'

describe('venueTime', () => {
  it.each([
    ['20261121 13:30:00 US/Central', Date.UTC(2026, 10, 21, 19, 30)],
    ['20260721 13:30:00 US/Central', Date.UTC(2026, 6, 21, 18, 30)],
    ['20240229 23:59:59 America/New_York', Date.UTC(2024, 2, 1, 4, 59, 59)],
    ['20261101-00:30:00 US/Eastern', Date.UTC(2026, 10, 1, 4, 30)],
    ['20260308 03:30:00 US/Eastern', Date.UTC(2026, 2, 8, 7, 30)],
  ])('%s', (text, ms) => {
    expect(venueTime(text)).toBe(ms)
  })
  it.each(['20230224  12:04:56', '20261121 13:30:00 Nowhere/City', '20261121', ''])('"%s" names no instant', (text) => {
    expect(venueTime(text)).toBeNull()
  })
})

describe('dayIn', () => {
  it('changes at the zone’s midnight', () => {
    const midnight = Date.UTC(2026, 10, 22, 5)
    expect(dayIn('America/New_York', midnight)).toBe(dayIn('America/New_York', midnight - 1) + 1)
  })
  it('refuses a zone nobody knows', () => {
    expect(() => dayIn('Nowhere/City', 0)).toThrow('not a time zone')
  })
})
