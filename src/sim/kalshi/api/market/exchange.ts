import { timeOf } from '../../../times'
import { shards } from '../../cash/pockets'
import type { Floor } from '../../floor'
import { resumeMs } from '../../lifecycle/calendar'
import { ok, type Answer } from '../pages'

/** Whether and when the exchange is open (kalshi.md §12). */

export function exchangeStatus(floor: Floor): Answer {
  const exchange = !floor.pauses.exchange
  const trading = exchange && !floor.pauses.trading
  const state = { exchange_active: exchange, trading_active: trading, intra_exchange_transfers_active: exchange }
  const statuses = shards(floor).map((index) => ({ exchange_index: index, description: `Shard ${index}`, ...state }))
  const resume = trading ? null : resumeMs(floor.section.settings, floor.clock.nowMs())
  const estimate = resume === null ? {} : { exchange_estimated_resume_time: timeOf(resume) }
  return ok({ ...state, ...estimate, exchange_index_statuses: statuses })
}

const ALL_DAY = [{ open_time: '00:00', close_time: '00:00' }]
/** Every Thursday the venue pauses from three to five in the morning, Eastern (kalshi.md §12.2). */
const THURSDAY = [
  { open_time: '00:00', close_time: '03:00' },
  { open_time: '05:00', close_time: '00:00' },
]
const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']

/** Round the clock, but for what the scenario's settings close. */
export function exchangeSchedule(floor: Floor): Answer {
  const { thursday_pause: pauses, maintenance_windows: windows } = floor.section.settings
  const hours = Object.fromEntries(DAYS.map((day) => [day, pauses && day === 'thursday' ? THURSDAY : ALL_DAY]))
  return ok({
    schedule: {
      standard_hours: [{ start_time: '2020-01-01T00:00:00Z', end_time: '2100-01-01T00:00:00Z', ...hours }],
      maintenance_windows: windows.map((window) => ({ start_datetime: window.start_time, end_datetime: window.end_time })),
    },
  })
}
