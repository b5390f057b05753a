import { calendarVerdict } from '../../../../src/core/market/calendar'
import { mulberry32 } from '../../../../src/core/random'
import { millis, type Millis } from '../../../../src/core/units'
import { createForecastexCalendar } from '../../../../src/venues/forecastex/calendar'

const HOUR = 3_600_000
const MINUTE = 60_000
const calendar = createForecastexCalendar({ gatewayRestart: '23:45' })
const at = (iso: string): Millis => millis(Date.parse(iso))
const outage = (iso: string): string | null => calendar.planned(at(iso))?.what ?? null

describe('a planned outage', () => {
  it('is a reset of IBKR, the restart of the gateway, and the Sunday login until somebody is due to have logged in', () => {
    // November: New York is five hours behind UTC
    expect(outage('2026-11-24T05:14:59Z')).toBeNull()
    expect(calendar.planned(at('2026-11-24T05:15:00Z'))).toEqual({
      what: 'the daily reset of IBKR',
      fromMs: at('2026-11-24T05:15:00Z'),
      untilMs: at('2026-11-24T06:45:00Z'),
    })
    expect(outage('2026-11-24T06:45:00Z')).toBeNull()
    expect(outage('2026-11-25T04:46:00Z')).toBe('the restart of the IB Gateway')
    expect(outage('2026-11-28T07:59:59Z')).toBe('the weekend reset of IBKR')
    expect([outage('2026-11-29T05:59:00Z'), outage('2026-11-29T06:00:00Z'), outage('2026-11-29T07:59:59Z')]).toEqual([
      'the daily reset of IBKR',
      'the Sunday login at IBKR',
      'the Sunday login at IBKR',
    ])
    expect(outage('2026-11-29T08:00:00Z')).toBeNull()
  })

  it('is neither midnight, when executions are forgotten, nor the window of the exchange: the session is there', () => {
    expect([outage('2026-11-24T05:01:00Z'), outage('2026-11-25T08:05:00Z')]).toEqual([null, null])
  })

  it('is none at a simulated venue', () => {
    expect(createForecastexCalendar('open').planned(at('2026-11-24T05:30:00Z'))).toBeNull()
  })
})

describe('E24 a closed venue', () => {
  it('is waited for in a reset and in the window of the exchange, and not at midnight', () => {
    const closed = (iso: string): string | null => calendar.closedAt(at(iso))?.what ?? null
    expect(closed('2026-11-24T05:30:00Z')).toBe('the daily reset of IBKR')
    expect(closed('2026-11-25T08:05:00Z')).toBe('the Wednesday window of ForecastEx')
    expect([closed('2026-11-24T05:01:00Z'), closed('2026-11-24T12:00:00Z')]).toEqual([null, null])
    expect(createForecastexCalendar('open').closedAt(at('2026-11-24T05:30:00Z'))).toBeNull()
  })
})

describe('E28 at any time of ten years', () => {
  const seed = 1_126
  const random = mulberry32(seed)
  const newYork = new Intl.DateTimeFormat('en-US', {
    timeZone: 'America/New_York',
    hourCycle: 'h23',
    weekday: 'short',
    hour: 'numeric',
    minute: 'numeric',
  })
  const wall = (ms: number): { readonly weekday: string; readonly minutes: number } => {
    const part = Object.fromEntries(newYork.formatToParts(ms).map(({ type, value }) => [type, value]))
    return { weekday: part['weekday'] ?? '', minutes: Number(part['hour']) * 60 + Number(part['minute']) }
  }
  const within = (minutes: number, from: string, until: string): boolean => {
    const of = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
    return minutes >= of(from) && minutes < of(until)
  }

  it(`an outage is planned exactly when the clocks of New York say so (seed ${seed})`, () => {
    for (let i = 0; i < 3_000; i += 1) {
      const ms = millis(Date.UTC(2025, 0, 1) + (random() % (10 * 365 * 24 * 60)) * MINUTE)
      const { weekday, minutes } = wall(ms)
      // hours that a clock shows twice on one day in November make an outage longer: tested below
      if (weekday === 'Sun' && within(minutes, '01:00', '03:00') && new Date(ms).getUTCMonth() === 10) continue
      const expected =
        (weekday !== 'Sat' && within(minutes, '00:15', '01:45')) ||
        (weekday === 'Fri' && minutes >= 23 * 60) ||
        (weekday === 'Sat' && minutes < 180) ||
        within(minutes, '23:45', '23:50') ||
        (weekday === 'Sun' && within(minutes, '01:00', '03:00'))
      expect([new Date(ms).toISOString(), calendar.planned(ms) !== null]).toEqual([new Date(ms).toISOString(), expected])
    }
  })

  it('nothing opens in a planned outage, nor within the margin before one', () => {
    for (let i = 0; i < 3_000; i += 1) {
      const ms = millis(Date.UTC(2025, 0, 1) + (random() % (10 * 365 * 24 * 60)) * MINUTE)
      const planned = calendar.planned(ms)
      if (!planned || planned.what === 'the Sunday login at IBKR') continue
      for (const now of [ms, millis(planned.fromMs - 9 * MINUTE)])
        expect([new Date(now).toISOString(), verdict(now)]).toEqual([new Date(now).toISOString(), false])
    }
  })

  it('on the days when the clocks change, the reset lasts as long as any reading of its hours', () => {
    const spring = calendar.planned(at('2027-03-14T05:30:00Z'))
    const autumn = calendar.planned(at('2026-11-01T04:30:00Z'))
    expect([spring, autumn].map((each) => each && (each.untilMs - each.fromMs) / HOUR)).toEqual([1.5, 2.5])
  })
})

const verdict = (now: Millis): boolean => calendarVerdict(now, calendar.closures(now, millis(now + 24 * HOUR)), 10 * MINUTE).passed
