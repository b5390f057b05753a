import fc from 'fast-check'
import { ALERT_NAMES, SEVERITY_OF, type Severity } from '../../../src/core/alerts/alert'
import { dueNow, isForgotten, type Routing, type Standing, type Told } from '../../../src/core/alerts/route'
import { FAILURES } from '../../../src/core/failures'
import { millis, type Millis } from '../../../src/core/units'

const MINUTE = 60_000
const ROUTING: Routing = {
  routes: [
    { atLeast: 'warning', to: ['desk'] },
    { atLeast: 'critical', to: ['phone', 'desk'] },
  ],
  escalation: { afterMs: 15 * MINUTE, to: ['mail'] },
  againMs: 30 * MINUTE,
  forgottenMs: 120 * MINUTE,
}
const awake = (): boolean => false
const standing = (change: Partial<Standing> = {}): Standing => ({
  ...{ severity: 'critical', count: 1, firstMs: millis(0), lastMs: millis(0), acknowledgedMs: null, endedMs: null },
  ...change,
})
const told = (channel: string, change: Partial<Told> = {}): Told => ({ channel, occasion: 'raised', count: 1, atMs: millis(0), ...change })
const due = (of: Standing, before: readonly Told[], nowMs: number, quiet: (atMs: Millis) => boolean = awake): readonly string[] =>
  dueNow(of, before, ROUTING, quiet, millis(nowMs)).map(({ channel, occasion, kept }) => `${channel} ${occasion}${kept ? ' kept' : ''}`)

describe('who is told', () => {
  it('is each channel of the routes, once, by severity', () => {
    expect(due(standing(), [], 1)).toEqual(['desk raised', 'phone raised'])
    expect(due(standing({ severity: 'warning' }), [], 1)).toEqual(['desk raised'])
    expect(due(standing({ severity: 'info' }), [], 1)).toEqual([])
    expect(due(standing(), [told('desk')], 1)).toEqual(['phone raised'])
  })

  it('hears the same again only when it was seen again long enough after it was told', () => {
    const both = [told('desk'), told('phone')]
    const seen = (minutes: number): Standing => standing({ count: 2, lastMs: millis(minutes * MINUTE), acknowledgedMs: null })
    expect(due(seen(29), both, 10 * MINUTE)).toEqual([])
    expect(due(seen(30), both, 10 * MINUTE)).toEqual(['desk again:1', 'phone again:1'])
    expect(due({ ...seen(30), acknowledgedMs: millis(1) }, both, 40 * MINUTE)).toEqual([])
    expect(due(standing({ lastMs: millis(90 * MINUTE) }), both, 10 * MINUTE)).toEqual([])
  })

  it('is somebody else when nobody has acknowledged it for long, unless it is info', () => {
    const before = [told('desk'), told('phone')]
    expect(due(standing(), before, 15 * MINUTE - 1)).toEqual([])
    expect(due(standing(), before, 15 * MINUTE)).toEqual(['mail escalated'])
    expect(due(standing({ acknowledgedMs: millis(1) }), before, 15 * MINUTE)).toEqual([])
    expect(due(standing(), [...before, told('mail', { occasion: 'escalated' })], 99 * MINUTE)).toEqual([])
    expect(due(standing({ severity: 'info' }), [], 99 * MINUTE)).toEqual([])
  })

  it('hears of the end who heard of it, and nobody else', () => {
    expect(due(standing({ endedMs: millis(5) }), [told('phone')], 6)).toEqual(['phone ended'])
    expect(due(standing({ endedMs: millis(5) }), [], 6)).toEqual([])
    expect(due(standing({ endedMs: millis(5) }), [told('phone'), told('phone', { occasion: 'ended' })], 6)).toEqual([])
  })

  it('sleeps in quiet hours unless it is critical, and hears of the rest afterwards as what was kept', () => {
    const night = (atMs: Millis): boolean => atMs < 100
    expect(due(standing({ severity: 'warning' }), [], 50, night)).toEqual([])
    expect(due(standing(), [], 50, night)).toEqual(['desk raised', 'phone raised'])
    expect(due(standing({ severity: 'warning' }), [], 100, night)).toEqual(['desk raised kept'])
    expect(due(standing({ severity: 'warning', endedMs: millis(60) }), [], 100, night)).toEqual([])
  })

  it('never hears one telling twice, whatever comes in whatever order', () => {
    const moment = fc.record({
      step: fc.integer({ min: 1, max: 40 * MINUTE }),
      what: fc.constantFrom('seen', 'acknowledged', 'ended', 'nothing'),
      severity: fc.constantFrom<Severity>('info', 'warning', 'critical'),
    })
    fc.assert(
      fc.property(fc.array(moment, { maxLength: 40 }), fc.integer({ min: 1, max: 24 }), (moments, hours) => {
        const night = (atMs: Millis): boolean => Math.floor(atMs / (hours * 60 * MINUTE)) % 2 === 0
        let now = standing({ severity: moments[0]?.severity ?? 'warning' })
        let nowMs = 0
        const record: Told[] = []
        for (const { step, what } of moments) {
          nowMs += step
          if (what === 'seen' && now.endedMs === null) now = { ...now, count: now.count + 1, lastMs: millis(nowMs) }
          if (what === 'acknowledged') now = { ...now, acknowledgedMs: now.acknowledgedMs ?? millis(nowMs) }
          if (what === 'ended') now = { ...now, endedMs: now.endedMs ?? millis(nowMs) }
          for (const { channel, occasion } of dueNow(now, record, ROUTING, night, millis(nowMs)))
            record.push({ channel, occasion, count: now.count, atMs: millis(nowMs) })
        }
        const names = record.map(({ channel, occasion }) => `${channel} ${occasion}`)
        expect(new Set(names).size).toBe(names.length)
        // an end is the last that a channel hears, and never the first
        for (const channel of new Set(record.map((each) => each.channel))) {
          const heard = record.filter((each) => each.channel === channel).map(({ occasion }) => occasion)
          expect(heard.indexOf('ended') === -1 || (heard.indexOf('ended') === heard.length - 1 && heard.length > 1)).toBe(true)
        }
      }),
    )
  })
})

it('what nobody has seen for long is over, unless it is critical and nobody looks at it', () => {
  const late = millis(120 * MINUTE)
  expect(isForgotten(standing({ severity: 'warning' }), ROUTING, late)).toBe(true)
  expect(isForgotten(standing({ severity: 'warning' }), ROUTING, millis(late - 1))).toBe(false)
  expect(isForgotten(standing(), ROUTING, late)).toBe(false)
  expect(isForgotten(standing({ acknowledgedMs: millis(1) }), ROUTING, late)).toBe(true)
})

it('every failure and event has its severity, and what stops trading is critical', () => {
  expect(Object.keys(SEVERITY_OF).toSorted()).toEqual([...ALERT_NAMES].toSorted())
  for (const name of [FAILURES.ledgerUnreachable, FAILURES.bug, FAILURES.orphan, FAILURES.overBudget, FAILURES.drillFailed])
    expect(SEVERITY_OF[name]).toBe('critical')
})
