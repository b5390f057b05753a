import { BEGINNING, dayOf, daysOf, isIn, parseSpan } from '../../../src/core/report/span'
import { millis } from '../../../src/core/units'

const NOW = millis(Date.UTC(2026, 10, 22, 22))
const at = (text: string): number => Date.parse(text)

describe('the span of a report', () => {
  it('E29 a date is a trading day, from 06:00 US Eastern to the next one', () => {
    expect(parseSpan({ from: '2026-11-20', to: '2026-11-20' }, NOW, 'all')).toEqual({
      fromMs: at('2026-11-20T11:00Z'),
      toMs: at('2026-11-21T11:00Z'),
    })
    expect(parseSpan({ from: '2026-07-01', to: '2026-07-02' }, NOW, 'all')).toEqual({
      fromMs: at('2026-07-01T10:00Z'),
      toMs: at('2026-07-03T10:00Z'),
    })
  })

  it('E29 the days on which clocks change have 25 and 23 hours', () => {
    const [autumn, spring] = [
      parseSpan({ from: '2026-10-31', to: '2026-10-31' }, NOW, 'all'),
      parseSpan({ from: '2026-03-07', to: '2026-03-07' }, NOW, 'all'),
    ]
    expect([autumn, spring].map(({ fromMs, toMs }) => (toMs - fromMs) / 3_600_000)).toEqual([25, 23])
  })

  it('without --from is today, or everything; --from alone is that day, or until now', () => {
    expect(parseSpan({}, NOW, 'day')).toEqual({ fromMs: at('2026-11-22T11:00Z'), toMs: NOW })
    expect(parseSpan({}, NOW, 'all')).toEqual({ fromMs: BEGINNING, toMs: NOW })
    expect(parseSpan({ from: '2026-11-20' }, NOW, 'day').toMs).toBe(at('2026-11-21T11:00Z'))
    expect(parseSpan({ from: '2026-11-20' }, NOW, 'all').toMs).toBe(NOW)
    expect(parseSpan({ from: '2026-11-22', to: '2026-11-22' }, NOW, 'all').toMs).toBe(NOW)
    expect(() => parseSpan({ from: '2027-01-01', to: '2027-01-02' }, NOW, 'all')).toThrow('--from is not before now')
  })

  it('takes moments in UTC as they are', () => {
    const span = parseSpan({ from: '2026-11-20T09:30:00Z', to: '2026-11-20T09:45:30.5Z' }, NOW, 'all')
    expect(span).toEqual({ fromMs: at('2026-11-20T09:30Z'), toMs: at('2026-11-20T09:45:30.500Z') })
    expect([isIn(span, span.fromMs), isIn(span, span.toMs)]).toEqual([true, false])
  })

  it.each(['yesterday', '2026-02-30', '2026-13-01', '22.11.2026', '2026-11-22T09:30:00', '2026-02-30T10:00Z', ''])(
    'refuses %p and says what to write',
    (from) => {
      expect(() => parseSpan({ from }, NOW, 'all')).toThrow('--from takes a trading day (2026-11-22) or a moment in UTC')
    },
  )

  it('refuses a span in which nothing lies', () => {
    expect(() => parseSpan({ from: '2026-11-21', to: '2026-11-20' }, NOW, 'all')).toThrow('--from is not before --to')
    expect(() => parseSpan({ from: '2026-11-25' }, NOW, 'all')).toThrow('not before now')
  })

  it('falls into trading days, the ends as far as they lie in it', () => {
    const span = parseSpan({ from: '2026-11-20T09:30:00Z', to: '2026-11-21T12:00:00Z' }, NOW, 'all')
    expect(daysOf(span).map(({ day }) => day)).toEqual(['2026-11-19', '2026-11-20', '2026-11-21'])
    expect(daysOf(span).reduce((sum, day) => sum + day.toMs - day.fromMs, 0)).toBe(span.toMs - span.fromMs)
    expect(dayOf(millis(at('2026-11-20T10:59:59Z')))).toBe('2026-11-19')
  })
})
