import { countAlarms } from '../../src/telemetry/alarms'
import { recordingLog } from '../venues/kalshi/fakes'

it('a line tells the failure it begins with or names; others, and quieter lines, tell none', () => {
  const inner = recordingLog()
  const log = countAlarms(inner)
  log.error({ order: 'x' }, 'fee differs from the model')
  log.warn({}, 'bug: something')
  log.error({ failure: 'bug' }, 'another')
  log.error({}, 'bugs are something else')
  log.info({}, 'bug: told quietly')
  const told = [...log.alarms()].filter(([, count]) => count > 0)
  expect(told).toEqual([
    ['fee differs from the model', 1],
    ['bug', 2],
  ])
  expect(inner.lines).toHaveLength(5)
})

it('every failure has a figure from the start', () =>
  expect([...countAlarms(recordingLog()).alarms().values()].every((n) => n === 0)).toBe(true))

it('who hears of failures hears of each that a line tells, and of its end', () => {
  const log = countAlarms(recordingLog())
  const heard: unknown[] = []
  log.onAlarm((name, _fields, message, ends) => heard.push([name, message, ends]))
  log.warn({ failure: 'ledger unreachable' }, 'a store does not answer')
  log.info({ ended: 'ledger unreachable' }, 'a store answers again')
  log.info({ ended: 'something else' }, 'over')
  log.warn({}, 'nothing of ours')
  expect(heard).toEqual([
    ['ledger unreachable', 'a store does not answer', false],
    ['ledger unreachable', 'a store answers again', true],
  ])
})
