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
