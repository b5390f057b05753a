import { closuresOfHours, stateOf, type TradingHours } from '../../../../src/core/market/sessions'
import { mulberry32 } from '../../../../src/core/random'
import { millis } from '../../../../src/core/units'
import { readHours } from '../../../../src/venues/forecastex/wire/hours'
import { dayOf, instantsOf } from '../../../../src/venues/forecastex/wire/times'

const CHICAGO = 'US/Central'
const HOUR = 3_600_000
const DAY = 24 * HOUR

type Told = Extract<TradingHours, { kind: 'told' }>
function told(text: string, zone = CHICAGO): Told {
  const hours = readHours(text, zone)
  if (hours.kind !== 'told') throw new Error(`not readable: ${hours.text}`)
  return hours
}
const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 16)
const sessions = (hours: Told): readonly string[] => hours.sessions.map(({ fromMs, untilMs }) => `${iso(fromMs)} ${iso(untilMs)}`)

describe('trading hours of a contract', () => {
  it('are sessions in UTC: days that touch are one, a closed day is none and is told all the same', () => {
    const hours = told('20261122:0000-20261123:0000;20261123:0000-20261124:0000;20261125:CLOSED;20261126:0830-20261126:1500')
    expect(sessions(hours)).toEqual(['2026-11-22T06:00 2026-11-24T06:00', '2026-11-26T14:30 2026-11-26T21:00'])
    expect([iso(hours.fromMs), iso(hours.untilMs)]).toEqual(['2026-11-22T06:00', '2026-11-26T21:00'])
    expect(told('20261125:CLOSED')).toMatchObject({ sessions: [], untilMs: Date.UTC(2026, 10, 26, 6) })
  })

  it('are read in the older form too: sessions of a day with commas, the end of the day as 24:00', () => {
    expect(sessions(told('20261123:0000-0200,0215-2400;20261124:CLOSED'))).toEqual([
      '2026-11-23T06:00 2026-11-23T08:00',
      '2026-11-23T08:15 2026-11-24T06:00',
    ])
  })

  it.each([
    ['US/Central', '2026-11-22T06:00'],
    ['CST', '2026-11-22T06:00'],
    ['CST (Central Standard Time)', '2026-11-22T06:00'],
    ['EST', '2026-11-22T05:00'],
    ['America/New_York', '2026-11-22T05:00'],
    ['UTC', '2026-11-22T00:00'],
  ])('are told by the clocks of %s', (zone, from) => {
    expect(iso(told('20261122:0000-20261123:0000', zone).fromMs)).toBe(from)
  })

  it('of EST and CST follow the summer time of their place, which the names alone would not', () => {
    const summer = (zone: string): string => iso(told('20260701:0000-20260702:0000', zone).fromMs)
    expect([summer('EST'), summer('CST')]).toEqual(['2026-07-01T04:00', '2026-07-01T05:00'])
  })

  it.each([
    '',
    ';',
    'CLOSED',
    '20261122',
    '20261122:0000',
    '20261122:0000-',
    '20261122:OPEN',
    '20261322:0000-20261323:0000',
    '20260229:CLOSED',
    '20261122:0000-20261123:2401',
    '20261122:2500-20261123:0000',
    '20261122:0060-20261123:0000',
    '20261122:0900-20261122:0900',
    '20261122:1700-1600',
    '20261122:0000-20271122:0000',
    '20261122:0000-0100-0200',
    '20261122:0000-20261123:0000;rubbish',
  ])('"%s" are unreadable, and then nothing is open', (text) => {
    const hours = readHours(text, CHICAGO)
    expect(hours.kind).toBe('unreadable')
    expect(stateOf(hours, millis(Date.UTC(2026, 10, 22, 12))).state).toBe('unknown')
    expect(closuresOfHours('x', hours, millis(Date.UTC(2026, 10, 22, 12)), millis(Date.UTC(2026, 10, 23)))).toHaveLength(1)
  })

  it('in a zone that nobody knows are unreadable', () => {
    expect(readHours('20261122:0000-20261123:0000', 'Mars/Olympus')).toEqual({
      kind: 'unreadable',
      text: '20261122:0000-20261123:0000 Mars/Olympus',
    })
  })
})

describe('trading hours on a day when the clocks change', () => {
  it('have 23 hours in spring and 25 in autumn', () => {
    const hours = (text: string): number => {
      const [session] = told(text).sessions
      return ((session?.untilMs ?? 0) - (session?.fromMs ?? 0)) / HOUR
    }
    expect([hours('20270314:0000-20270315:0000'), hours('20261101:0000-20261102:0000')]).toEqual([23, 25])
  })

  it('that begin or end in the hour that is left out or shown twice are the shorter of the two', () => {
    // 02:30 is left out on 14 March 2027: by the time before 08:30 UTC, by the time after 07:30
    expect(sessions(told('20270314:0230-20270314:1200'))).toEqual(['2027-03-14T08:30 2027-03-14T17:00'])
    expect(sessions(told('20270314:0000-20270314:0230'))).toEqual(['2027-03-14T06:00 2027-03-14T07:30'])
    // 01:30 is shown twice on 1 November 2026: at 06:30 and 07:30 UTC
    expect(sessions(told('20261101:0130-20261101:1200'))).toEqual(['2026-11-01T07:30 2026-11-01T18:00'])
    expect(sessions(told('20261101:0000-20261101:0130'))).toEqual(['2026-11-01T05:00 2026-11-01T06:30'])
  })
})

describe('any hours of any year', () => {
  const seed = 20_261_122
  const random = mulberry32(seed)
  const upTo = (n: number): number => random() % n
  const two = (n: number): string => String(n).padStart(2, '0')
  const at = (day: number, minute: number): string =>
    `${new Date(day * DAY).toISOString().slice(0, 10).replaceAll('-', '')}:${two(Math.floor(minute / 60))}${two(minute % 60)}`
  const shown = new Intl.DateTimeFormat('en-CA', {
    timeZone: 'America/Chicago',
    hourCycle: 'h23',
    ...({ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const),
  })
  const wall = (ms: number): string =>
    shown
      .format(ms)
      .replaceAll('-', '')
      .replace(', ', ':')
      .replace(/:(\d\d):(\d\d)$/, ':$1$2')

  it(`show what the clocks of the exchange show at their edges (seed ${seed})`, () => {
    for (let i = 0; i < 400; i += 1) {
      const day = (dayOf('20250101') ?? 0) + upTo(3_650)
      // 03:00 to 24:00: no hour that a change of the clocks leaves out or shows twice
      const [from, until] = [180 + upTo(600), 800 + upTo(600)]
      const text = `${at(day, from)}-${at(day, until)}`
      const [session] = told(text, 'America/Chicago').sessions
      expect([text, session && `${wall(session.fromMs)}-${wall(session.untilMs)}`]).toEqual([text, text])
    }
  })

  it(`are never longer than any reading of their edges allows (seed ${seed})`, () => {
    for (let i = 0; i < 400; i += 1) {
      const change = ['20270314', '20261101', '20280312', '20271107'][upTo(4)] ?? ''
      const day = (dayOf(change) ?? 0) - 1 + upTo(3)
      const [from, until] = [upTo(240), 300 + upTo(900)]
      const [session] = told(`${at(day, from)}-${at(day, until)}`, 'America/Chicago').sessions
      const edge = (minute: number) => instantsOf(day * DAY + minute * 60_000, 'America/Chicago')
      expect([session?.fromMs, session?.untilMs]).toEqual([edge(from)?.last, edge(until)?.first])
    }
  })
})
