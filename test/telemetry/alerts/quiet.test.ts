import { quietBy } from '../../../src/telemetry/alerts/quiet'

const NIGHT = { fromMinute: 22 * 60, untilMinute: 7 * 60, timeZone: 'America/New_York' }

describe('quiet hours', () => {
  it('are by the clock on the wall, also where the day of the clocks begins or ends within them', () => {
    const isQuiet = quietBy(NIGHT)
    // 2026-11-01: from 02:00 EDT back to 01:00 EST; 06:59 and 07:00 EST are five hours behind UTC
    expect(
      ['2026-11-01T01:59Z', '2026-11-01T02:00Z', '2026-11-01T11:59Z', '2026-11-01T12:00Z'].map((at) => isQuiet(Date.parse(at))),
    ).toEqual([...[false, true, true, false]])
    // 2026-03-08: from 02:00 EST on to 03:00 EDT
    expect(
      ['2026-03-08T02:59Z', '2026-03-08T03:00Z', '2026-03-08T10:59Z', '2026-03-08T11:00Z'].map((at) => isQuiet(Date.parse(at))),
    ).toEqual([...[false, true, true, false]])
  })

  it('may lie within a day, and may be none', () => {
    const noon = quietBy({ fromMinute: 12 * 60, untilMinute: 13 * 60, timeZone: 'UTC' })
    expect(['11:59', '12:00', '12:59', '13:00'].map((at) => noon(Date.parse(`2026-11-24T${at}Z`)))).toEqual([false, true, true, false])
    expect(quietBy(null)(0)).toBe(false)
  })
})
