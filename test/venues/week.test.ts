import { calendarVerdict, noOpeningUntil, type Calendar } from '../../src/core/market/calendar'
import { mulberry32 } from '../../src/core/random'
import { millis } from '../../src/core/units'
import { createForecastexCalendar } from '../../src/venues/forecastex/calendar'
import { createKalshiCalendar } from '../../src/venues/kalshi/calendar'
import { closuresOf, EVERY_DAY } from '../../src/venues/week'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const kalshi = createKalshiCalendar('venue')
const forecastex = createForecastexCalendar({ gatewayRestart: '23:45' })
const at = (iso: string) => millis(Date.parse(iso))

/** What the platform's time zone database says, independent of the arithmetic under test. */
const NEW_YORK = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/New_York',
  hourCycle: 'h23',
  weekday: 'short',
  hour: '2-digit',
  minute: '2-digit',
})
const wall = (ms: number): string => NEW_YORK.format(ms)
const closuresNear = (calendar: Calendar, iso: string) =>
  calendar.closures(at(iso), millis(at(iso) + DAY)).map(({ what, fromMs, untilMs }) => `${what}: ${wall(fromMs)} to ${wall(untilMs)}`)

describe('E28 the calendar of Kalshi', () => {
  it('is open but for Thursday from three to five in New York', () => {
    expect(closuresNear(kalshi, '2026-11-25T20:00:00Z')).toEqual(['the Thursday pause of Kalshi: Thu 03:00 to Thu 05:00'])
    expect(closuresNear(kalshi, '2026-11-26T12:00:00Z')).toEqual([])
  })

  it('E28 the pause is the same hours of New York in winter and in summer', () => {
    const [winter] = kalshi.closures(at('2026-01-14T20:00:00Z'), at('2026-01-15T20:00:00Z'))
    const [summer] = kalshi.closures(at('2026-07-15T20:00:00Z'), at('2026-07-16T20:00:00Z'))
    expect([winter?.fromMs, summer?.fromMs]).toEqual([at('2026-01-15T08:00:00Z'), at('2026-07-16T07:00:00Z')])
  })
})

describe('E28 the calendar of ForecastEx', () => {
  it('knows midnight, the resets of IBKR, the exchange window of Wednesday and the restart of the gateway', () => {
    expect(closuresNear(forecastex, '2026-11-24T18:00:00Z').toSorted()).toEqual([
      'midnight of the executions window: Wed 00:00 to Wed 00:05',
      'the Wednesday window of ForecastEx: Wed 03:00 to Wed 03:15',
      'the daily reset of IBKR: Wed 00:15 to Wed 01:45',
      'the restart of the IB Gateway: Tue 23:45 to Tue 23:50',
    ])
  })

  it('has the longer reset of the weekend, which is still on after midnight, and none on Saturday', () => {
    expect(closuresNear(forecastex, '2026-11-28T05:30:00Z').toSorted()).toEqual([
      'midnight of the executions window: Sun 00:00 to Sun 00:05',
      'the daily reset of IBKR: Sun 00:15 to Sun 01:45',
      'the restart of the IB Gateway: Sat 23:45 to Sat 23:50',
      'the weekend reset of IBKR: Fri 23:00 to Sat 03:00',
    ])
  })

  it('knows the login of Sunday as an edge', () => {
    expect(closuresNear(forecastex, '2026-11-29T05:30:00Z')).toContain('the Sunday login at IBKR: Sun 01:00 to Sun 01:00')
  })

  it('of simulated venues there is none', () => {
    const week = [at('2026-11-22T00:00:00Z'), at('2026-11-29T00:00:00Z')] as const
    expect([createKalshiCalendar('open').closures(...week), createForecastexCalendar('open').closures(...week)]).toEqual([[], []])
  })

  it('a restart after 23:55 ends on the next day', () => {
    const late = createForecastexCalendar({ gatewayRestart: '23:58' })
    expect(closuresNear(late, '2026-11-24T18:00:00Z')).toContain('the restart of the IB Gateway: Tue 23:58 to Wed 00:03')
  })

  it('a time of day that is none is refused at once', () => {
    expect(() => createForecastexCalendar({ gatewayRestart: '7:30' })).toThrow("is not a time of day like '03:00'")
  })
})

describe('E28 on the days the clocks change', () => {
  const closed = (from: string, until: string, iso: string) =>
    closuresOf([{ what: 'x', weekdays: EVERY_DAY, from, until }], at(iso), millis(at(iso) + 12 * HOUR)).map(({ fromMs, untilMs }) => [
      new Date(fromMs).toISOString(),
      new Date(untilMs).toISOString(),
    ])

  it('an hour that is shown twice is closed twice: from the first 01:00 to the second 01:45', () => {
    expect(closed('01:00', '01:45', '2026-11-01T04:00:00Z')).toEqual([['2026-11-01T05:00:00.000Z', '2026-11-01T06:45:00.000Z']])
  })
  it('an hour that is not shown is closed around the change', () => {
    expect(closed('02:15', '02:30', '2026-03-08T05:00:00Z')).toEqual([['2026-03-08T06:15:00.000Z', '2026-03-08T07:30:00.000Z']])
  })
})

describe('E28 around every edge of two years', () => {
  const seed = Date.now() % 2 ** 31
  const random = mulberry32(seed)
  const MARGIN = 600_000

  it(`no opening from ten minutes before a reset of IBKR until its end, on any date (seed ${seed})`, () => {
    const first = Date.UTC(2026, 0, 1)
    for (let run = 0; run < 3_000; run += 1) {
      const nowMs = millis(first + (random() % (2 * 365 * 24 * 60)) * 60_000)
      const [, weekday, hour, minute] = /^(\w+) (\d+):(\d+)$/.exec(wall(nowMs)) ?? []
      const minutes = Number(hour) * 60 + Number(minute)
      const inReset = weekday === 'Sat' ? minutes < 180 : minutes >= 15 && minutes < 105
      if (!inReset) continue
      const closures = forecastex.closures(nowMs, millis(nowMs + DAY))
      expect([wall(nowMs), calendarVerdict(nowMs, closures, MARGIN).passed]).toEqual([wall(nowMs), false])
    }
  })

  it(`a closure that is told lies in what was asked for, and one asked for later is the same (seed ${seed})`, () => {
    for (let run = 0; run < 500; run += 1) {
      const fromMs = millis(Date.UTC(2026, 0, 1) + (random() % (2 * 365 * 24 * 60)) * 60_000)
      const untilMs = millis(fromMs + DAY)
      const told = forecastex.closures(fromMs, untilMs)
      for (const each of told) expect([each.fromMs < untilMs, Math.max(each.untilMs, each.fromMs + 1) > fromMs]).toEqual([true, true])
      const wider = forecastex.closures(millis(fromMs - 2 * DAY), millis(untilMs + 2 * DAY))
      expect(wider).toEqual(expect.arrayContaining([...told]))
      expect(noOpeningUntil(fromMs, told, MARGIN) === null).toBe(noOpeningUntil(fromMs, wider, MARGIN) === null)
    }
  })
})
