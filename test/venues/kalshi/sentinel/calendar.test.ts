import { calendarVerdict, FOR_GOOD } from '../../../../src/core/market/calendar'
import { millis } from '../../../../src/core/units'
import { createKalshiCalendar } from '../../../../src/venues/kalshi/calendar'
import { readExchangeSchedule, type ExchangeSchedule } from '../../../../src/venues/kalshi/wire/exchange'
import { readShared, recordings } from '../fakes'

const at = (iso: string) => millis(Date.parse(iso))
const WHOLE = [{ open_time: '00:00', close_time: '00:00' }]
const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
const week = (change: object = {}): object => ({
  start_time: '2020-01-01T00:00:00Z',
  end_time: '2200-01-01T00:00:00Z',
  ...Object.fromEntries(DAYS.map((day) => [day, WHOLE])),
  ...change,
})
const schedule = (weeks: readonly object[], windows: readonly (readonly [string, string])[] = []): ExchangeSchedule =>
  readExchangeSchedule({
    schedule: {
      standard_hours: weeks,
      maintenance_windows: windows.map(([start_datetime, end_datetime]) => ({ start_datetime, end_datetime })),
    },
  })
const told = (kind: 'open' | 'venue', announced: ExchangeSchedule | null, from: string, until: string) =>
  createKalshiCalendar(kind, () => announced)
    .closures(at(from), at(until))
    .map(
      ({ what, fromMs, untilMs }) =>
        `${what}: ${new Date(fromMs).toISOString()} to ${untilMs === FOR_GOOD ? 'ever' : new Date(untilMs).toISOString()}`,
    )

describe('E28 what Kalshi announces', () => {
  it('an ad-hoc window closes the venue, beside the pause that is known', () => {
    const announced = schedule([week()], [['2026-11-25T22:00:00-05:00', '2026-11-26T01:30:00-05:00']])
    expect(told('venue', announced, '2026-11-25T20:00:00Z', '2026-11-26T20:00:00Z')).toEqual([
      'the Thursday pause of Kalshi: 2026-11-26T08:00:00.000Z to 2026-11-26T10:00:00.000Z',
      'a maintenance window of Kalshi: 2026-11-26T03:00:00.000Z to 2026-11-26T06:30:00.000Z',
    ])
    const { closures } = createKalshiCalendar('open', () => announced)
    const verdict = calendarVerdict(at('2026-11-26T02:55:00Z'), closures(at('2026-11-26T02:55:00Z'), at('2026-11-27T02:55:00Z')), 600_000)
    expect(verdict).toMatchObject({ passed: false, actual: '5 min 0 s to a maintenance window of Kalshi' })
  })

  it('a schedule that cannot be read, or says it is always open, removes no closure', () => {
    for (const announced of [null, schedule([week()])])
      expect(told('venue', announced, '2026-11-25T20:00:00Z', '2026-11-26T20:00:00Z')).toEqual([
        'the Thursday pause of Kalshi: 2026-11-26T08:00:00.000Z to 2026-11-26T10:00:00.000Z',
      ])
  })

  it.each([
    ['before the clocks go forward', '2026-03-05', '2026-03-05T07:00:00.000Z to 2026-03-05T09:00:00.000Z'],
    ['after', '2026-03-12', '2026-03-12T06:00:00.000Z to 2026-03-12T08:00:00.000Z'],
    ['after they went back', '2026-11-05', '2026-11-05T07:00:00.000Z to 2026-11-05T09:00:00.000Z'],
  ])('hours are those of New York: %s', (_what, day, expected) => {
    const thursday = [
      { open_time: '05:00', close_time: '00:00' },
      { open_time: '00:00', close_time: '02:00' },
    ]
    const hours = schedule([week({ thursday: thursday.map((each) => ({ ...each, open_time: each.open_time.replace('05', '04') })) })])
    expect(told('open', hours, `${day}T00:00:00Z`, `${day}T23:00:00Z`)).toEqual([`the hours of Kalshi: ${expected}`])
  })

  it('an hour that is shown twice is closed twice', () => {
    const sunday = [
      { open_time: '00:00', close_time: '01:00' },
      { open_time: '01:30', close_time: '00:00' },
    ]
    expect(told('open', schedule([week({ sunday })]), '2026-11-01T00:00:00Z', '2026-11-01T23:00:00Z')).toEqual([
      'the hours of Kalshi: 2026-11-01T05:00:00.000Z to 2026-11-01T06:30:00.000Z',
    ])
  })

  it('a day without sessions is closed, and so is a time for which no hours are told', () => {
    const announced = schedule([week({ monday: [], end_time: '2026-12-01T00:00:00Z' })])
    expect(told('open', announced, '2026-11-23T00:00:00Z', '2026-11-24T12:00:00Z')).toEqual([
      'the hours of Kalshi: 2026-11-23T05:00:00.000Z to 2026-11-24T05:00:00.000Z',
    ])
    expect(told('open', announced, '2026-12-05T00:00:00Z', '2026-12-06T00:00:00Z')).toEqual([
      'no hours told by Kalshi: 2026-12-01T00:00:00.000Z to ever',
    ])
  })
})

recordings('the recorded schedule of production', () => {
  it('says what is known: the Thursday pause', () => {
    const { response } = JSON.parse(readShared('kalshi_rest/prod_2026-01/exchange_schedule_response.json').toString('utf8')) as {
      response: unknown
    }
    expect(told('open', readExchangeSchedule(response), '2026-11-25T20:00:00Z', '2026-11-26T20:00:00Z')).toEqual([
      'the hours of Kalshi: 2026-11-26T08:00:00.000Z to 2026-11-26T10:00:00.000Z',
    ])
  })
})
