import { easternOffsetHours, tradingDayStart, tradingWeekStart } from '../../../src/core/risk/trading-day'
import { millis } from '../../../src/core/units'

const at = (iso: string) => millis(Date.parse(iso))
const startOf = (iso: string): string => new Date(tradingDayStart(at(iso))).toISOString()

/** Independent of the arithmetic under test: what the platform's time zone database says. */
const EASTERN = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'America/New_York',
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})
const wall = (ms: number): string => EASTERN.format(ms)

describe('E29 the trading day starts at 06:00 US Eastern', () => {
  it.each([
    // winter, UTC−5
    ['2026-01-15T10:59:59.999Z', '2026-01-14T11:00:00.000Z'],
    ['2026-01-15T11:00:00.000Z', '2026-01-15T11:00:00.000Z'],
    // summer, UTC−4
    ['2026-07-15T09:59:59.999Z', '2026-07-14T10:00:00.000Z'],
    ['2026-07-15T10:00:00.000Z', '2026-07-15T10:00:00.000Z'],
    // the clocks go forward on 2026-03-08 at 07:00 UTC: the day begun before it is an hour shorter
    ['2026-03-08T06:59:59.999Z', '2026-03-07T11:00:00.000Z'],
    ['2026-03-08T07:00:00.000Z', '2026-03-07T11:00:00.000Z'],
    ['2026-03-08T09:59:59.999Z', '2026-03-07T11:00:00.000Z'],
    ['2026-03-08T10:00:00.000Z', '2026-03-08T10:00:00.000Z'],
    // and back on 2026-11-01 at 06:00 UTC: the day begun before it is an hour longer
    ['2026-11-01T05:59:59.999Z', '2026-10-31T10:00:00.000Z'],
    ['2026-11-01T06:00:00.000Z', '2026-10-31T10:00:00.000Z'],
    ['2026-11-01T10:59:59.999Z', '2026-10-31T10:00:00.000Z'],
    ['2026-11-01T11:00:00.000Z', '2026-11-01T11:00:00.000Z'],
    // a year's end
    ['2027-01-01T04:00:00.000Z', '2026-12-31T11:00:00.000Z'],
  ])('%s belongs to the day from %s', (instant, start) => expect(startOf(instant)).toBe(start))

  it('agrees with the time zone database in every half hour of three years', () => {
    const wrong: string[] = []
    for (let ms = Date.UTC(2025, 0, 1); ms < Date.UTC(2028, 0, 1); ms += 1_800_000) {
      const start = tradingDayStart(millis(ms))
      const isSix = wall(start).endsWith('06:00:00')
      const isLatest = start <= ms && tradingDayStart(millis(start + 25 * 3_600_000)) > start && ms - start <= 25 * 3_600_000
      if (!isSix || !isLatest) wrong.push(new Date(ms).toISOString())
    }
    expect(wrong.slice(0, 5)).toEqual([])
  })

  it('E29 knows both changes of the clocks to the millisecond', () => {
    const offsets = ['2026-03-08T06:59:59.999Z', '2026-03-08T07:00:00Z', '2026-11-01T05:59:59.999Z', '2026-11-01T06:00:00Z']
    expect(offsets.map((iso) => easternOffsetHours(at(iso)))).toEqual([5, 4, 4, 5])
  })
})

describe('E29 the week of a weekly loss', () => {
  it('is the trading day and the six before it, whatever the clocks do', () => {
    const week = (iso: string): string => new Date(tradingWeekStart(at(iso))).toISOString()
    expect(week('2026-11-21T17:00:00Z')).toBe('2026-11-15T11:00:00.000Z')
    expect(week('2026-11-04T17:00:00Z')).toBe('2026-10-29T10:00:00.000Z')
    expect(week('2026-03-10T12:00:00Z')).toBe('2026-03-04T11:00:00.000Z')
  })
})
