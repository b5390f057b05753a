import { calendarVerdict } from '../../../src/core/market/calendar'
import { closuresOfHours, hoursDiffer, joined, stateOf, type Session, type TradingHours } from '../../../src/core/market/sessions'
import { millis } from '../../../src/core/units'

const session = (from: number, until: number): Session => ({ fromMs: millis(from), untilMs: millis(until) })
const told = (from: number, until: number, ...sessions: readonly Session[]): TradingHours => ({
  kind: 'told',
  fromMs: millis(from),
  untilMs: millis(until),
  sessions,
})
const UNREADABLE: TradingHours = { kind: 'unreadable', text: 'round the clock' }
const closed = (hours: TradingHours, from: number, until: number): readonly string[] =>
  closuresOfHours('hours', hours, millis(from), millis(until)).map(({ what, fromMs, untilMs }) => `${what} ${fromMs}-${untilMs}`)

/** Told from 100 to 900, open from 200 to 400 and from 500 to 900. */
const HOURS = told(100, 900, session(200, 400), session(500, 900))

describe('E28 the hours of a market', () => {
  it('are closed before, between and after its sessions, and where none are told', () => {
    expect(closed(HOURS, 0, 1_000)).toEqual([
      'hours (not told) 0-100',
      'hours 100-200',
      'hours 400-500',
      `hours (not told) 900-${Number.MAX_SAFE_INTEGER}`,
    ])
    expect(closed(HOURS, 250, 400)).toEqual([])
    expect(closed(HOURS, 250, 401)).toEqual(['hours 400-500'])
    expect(closed(HOURS, 499, 600)).toEqual(['hours 400-500'])
  })

  it('that cannot be read open nothing, whenever it is', () => {
    expect(closed(UNREADABLE, 5, 6)).toEqual([`hours (unreadable) 0-${Number.MAX_SAFE_INTEGER}`])
    const verdict = calendarVerdict(millis(5), closuresOfHours('hours', UNREADABLE, millis(5), millis(6)), 1)
    expect(verdict).toMatchObject({ passed: false, actual: 'in hours (unreadable)' })
  })

  it('forbid an opening within the margin before they end', () => {
    const passed = (now: number): boolean =>
      calendarVerdict(millis(now), closuresOfHours('hours', HOURS, millis(now), millis(now + 1_000)), 50).passed
    expect([199, 200, 349, 350, 399, 450, 500, 849, 850].map(passed)).toEqual([
      ...[false, true, true, false, false, false, true, true, false],
    ])
  })

  it('are open, closed or unknown at a time, and tell when that changes', () => {
    const at = (now: number) => stateOf(HOURS, millis(now))
    expect(at(250)).toEqual({ state: 'open', untilMs: 400 })
    expect(at(400)).toEqual({ state: 'closed', untilMs: 500 })
    expect([at(99).state, at(100).state, at(899).state, at(900).state]).toEqual(['unknown', 'closed', 'open', 'unknown'])
    expect(stateOf(told(0, 10), millis(5))).toEqual({ state: 'closed', untilMs: null })
  })
})

it('sessions that touch or overlap are one, in whatever order they come', () => {
  expect(joined([session(5, 7), session(1, 3), session(3, 4), session(6, 7), session(6, 9)])).toEqual([session(1, 4), session(5, 9)])
})

describe('hours that are told again', () => {
  it('a day later are the same', () => {
    expect(hoursDiffer(HOURS, told(400, 1_300, session(500, 900), session(1_000, 1_300)))).toBe(false)
    expect(hoursDiffer(HOURS, told(900, 1_000, session(900, 1_000)))).toBe(false)
  })

  it('differ when a time that both tell is open in one of them only', () => {
    expect(hoursDiffer(HOURS, told(100, 900, session(200, 400), session(501, 900)))).toBe(true)
    expect(hoursDiffer(HOURS, told(300, 1_300, session(300, 1_300)))).toBe(true)
    expect(hoursDiffer(HOURS, UNREADABLE)).toBe(true)
    expect(hoursDiffer(UNREADABLE, { kind: 'unreadable', text: 'other words' })).toBe(false)
  })
})
