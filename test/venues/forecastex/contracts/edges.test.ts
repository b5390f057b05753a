import { noOpeningUntil, openingMargin } from '../../../../src/core/market/calendar'
import { millis, type Millis } from '../../../../src/core/units'
import { createForecastexCalendar } from '../../../../src/venues/forecastex/calendar'

const DAY = 86_400_000
const MARGIN = openingMargin(0)
const at = (iso: string): Millis => millis(Date.parse(iso))
/** Restarts at noon, away from everything else. */
const calendar = createForecastexCalendar({ gatewayRestart: '12:00' })
const openAgain = (nowMs: number): string | null => {
  const closures = calendar.closures(millis(nowMs), millis(nowMs + DAY))
  const untilMs = noOpeningUntil(millis(nowMs), closures, MARGIN)
  return untilMs === null ? null : new Date(untilMs).toISOString()
}

// November: New York is five hours behind UTC
describe('E28 an edge of ForecastEx', () => {
  it.each([
    ['the daily reset of IBKR', '2026-11-24T05:15:00Z', '2026-11-24T06:45:00Z'],
    ['the weekend reset of IBKR', '2026-11-28T04:00:00Z', '2026-11-28T08:00:00Z'],
    ['the Sunday login at IBKR', '2026-11-29T06:00:00Z', '2026-11-29T06:00:00Z'],
    ['the Wednesday window of ForecastEx', '2026-11-25T08:00:00Z', '2026-11-25T08:15:00Z'],
    ['midnight of the executions window', '2026-11-24T05:00:00Z', '2026-11-24T05:05:00Z'],
    ['the restart of the IB Gateway', '2026-11-24T17:00:00Z', '2026-11-24T17:05:00Z'],
  ])('%s is known beforehand, to the minute', (what, from, until) => {
    const found = calendar.closures(millis(at(from) - MARGIN), millis(at(from) + 1))
    expect(found).toContainEqual({ what, fromMs: at(from), untilMs: at(until) })
  })
})

describe('E28 openings end ten minutes before, and begin when it is over', () => {
  it.each([
    ['the restart of the gateway', '2026-11-24T16:50:00.000Z', '2026-11-24T17:05:00.000Z'],
    ['the Wednesday window', '2026-11-25T07:50:00.000Z', '2026-11-25T08:15:00.000Z'],
    ['midnight, with the daily reset ten minutes after it', '2026-11-24T04:50:00.000Z', '2026-11-24T06:45:00.000Z'],
    ['the weekend reset, over midnight', '2026-11-28T03:50:00.000Z', '2026-11-28T08:00:00.000Z'],
    ['the Sunday login, within the reset', '2026-11-29T04:50:00.000Z', '2026-11-29T06:45:00.000Z'],
  ])('%s', (_, last, again) => {
    const [lastMs, againMs] = [at(last), at(again)]
    expect([lastMs - 1, lastMs, againMs - 1, againMs].map(openAgain)).toEqual([null, again, again, null])
  })
})
