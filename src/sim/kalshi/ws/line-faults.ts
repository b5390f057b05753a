import type { SimClock } from '../../clock'
import type { ArmedFaults, FaultSetting } from '../../faults'
import type { Connection } from './connection'
import type { Stream } from './stream'

/** The faults that strike a whole connection: without a probability they strike what is open now; every other fault waits for its occasion. */

const STORM_ROUNDS = 3
const STORM_MS = 1_000
const LINE_FAULTS: ReadonlySet<string> = new Set(['drop_ws', 'half_open_ws', 'ws_error_10', 'ws_error_25'])

/** @throws Error with one sentence when the fault is unknown or lacks a field. */
export function applyFault(stream: Stream, faults: ArmedFaults, clock: SimClock, event: Record<string, unknown>): void {
  const setting = faults.check(event)
  if (setting.name === 'reconnect_storm' && setting['clear'] !== true) return storm(stream, clock, setting)
  const isUrgent = LINE_FAULTS.has(setting.name) && setting['probability'] === undefined && setting['clear'] !== true
  const open = isUrgent ? stream.connections(setting['account_id']).filter((connection) => isMeant(connection, setting)) : []
  if (open.length === 0) return faults.arm(event)
  for (const connection of open) strike(connection, setting)
}

/** A fault that is aimed at a channel strikes the connections that have subscribed it. */
const isMeant = (connection: Connection, { channel }: FaultSetting): boolean =>
  channel === undefined || [...connection.subscriptions.values()].some((subscription) => subscription.channel === channel)

function strike(connection: Connection, { name, channel }: FaultSetting): void {
  if (name === 'drop_ws') return connection.drop()
  if (name === 'half_open_ws') return connection.goHalfOpen()
  for (const subscription of [...connection.subscriptions.values()]) {
    if (channel === undefined || subscription.channel === channel) connection.end(subscription, name === 'ws_error_10' ? 10 : 25)
  }
}

/** Drops every connection `times` times, `ms` apart, and each time refuses the first `refused` upgrades with 502. */
function storm(stream: Stream, clock: SimClock, setting: FaultSetting): void {
  const number = (field: string, preset: number): number => (typeof setting[field] === 'number' ? setting[field] : preset)
  const round = (left: number): void => {
    stream.refuseUpgrades(number('refused', 0))
    for (const connection of stream.connections(setting['account_id'])) connection.drop()
    if (left > 1) clock.after(number('ms', STORM_MS), () => round(left - 1))
  }
  round(number('times', STORM_ROUNDS))
}
