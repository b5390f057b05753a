import type { KalshiSection } from '../../schema'
import { wallClock } from '../../times'
import type { Floor } from '../floor'
import { pause } from './markets'

/** The venue's own hours: the weekly trading pause, and windows that the scenario announces. Without either it is always open. */

type Scope = 'trading' | 'exchange'
export interface Window {
  readonly startMs: number
  readonly endMs: number
  readonly scope: Scope
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const ZONE = 'America/New_York'
/** Thursdays 03:00 to 05:00 Eastern (kalshi.md §12.2). */
const THURSDAY = 4
export const PAUSE_HOURS = { start: 3, end: 5 } as const
/** Eastern time is four or five hours behind UTC. */
const UTC_OFFSET_HOURS = [4, 5] as const

/** Midnight UTC of the calendar day that it is in the East. */
function easternDay(atMs: number): number {
  const text = wallClock(atMs, ZONE)
  return Date.parse(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}T00:00:00Z`)
}

function easternHour(dayMs: number, hour: number): number {
  const wanted = ` ${String(hour).padStart(2, '0')}:00:00`
  const found = UTC_OFFSET_HOURS.map((offset) => dayMs + (hour + offset) * HOUR_MS).find((at) => wallClock(at, ZONE).endsWith(wanted))
  if (found === undefined) throw new Error(`no hour ${hour} in the East on ${new Date(dayMs).toISOString()}`)
  return found
}

/** The weekly pause that is on, or the next one. */
export function thursdayPause(nowMs: number): Window {
  const today = easternDay(nowMs)
  for (let day = today; ; day += DAY_MS) {
    if (new Date(day).getUTCDay() !== THURSDAY) continue
    const endMs = easternHour(day, PAUSE_HOURS.end)
    if (endMs > nowMs) return { startMs: easternHour(day, PAUSE_HOURS.start), endMs, scope: 'trading' }
  }
}

/** Windows that the venue announces, by their times; those of the past are still among them. */
export const maintenanceWindows = (settings: KalshiSection['settings']): readonly Window[] =>
  settings.maintenance_windows.map(({ start_time, end_time, scope }) => ({
    startMs: Date.parse(start_time),
    endMs: Date.parse(end_time),
    scope,
  }))

const windowsAt = (settings: KalshiSection['settings'], nowMs: number): readonly Window[] => [
  ...maintenanceWindows(settings),
  ...(settings.thursday_pause ? [thursdayPause(nowMs)] : []),
]

/** When the pause that the calendar has put on ends; null when it has put none on. */
export function resumeMs(settings: KalshiSection['settings'], nowMs: number): number | null {
  const ends = windowsAt(settings, nowMs)
    .filter(({ startMs, endMs }) => startMs <= nowMs && nowMs < endMs)
    .map(({ endMs }) => endMs)
  return ends.length === 0 ? null : Math.max(...ends)
}

/** Pauses and resumes by the calendar, for as long as the process lives. Every connection is dropped when a pause begins. */
export function runCalendar(floor: Floor, drop: () => void): void {
  const { settings } = floor.section
  const on: Record<Scope, boolean> = { trading: false, exchange: false }
  const look = (): void => {
    const now = floor.clock.nowMs()
    const windows = windowsAt(settings, now)
    for (const scope of ['trading', 'exchange'] as const) {
      const isOn = windows.some((window) => window.scope === scope && window.startMs <= now && now < window.endMs)
      if (isOn === on[scope]) continue
      on[scope] = isOn
      floor.transact(() => pause(floor, scope, isOn))
      if (isOn) drop()
    }
    const next = windows.flatMap(({ startMs, endMs }) => [startMs, endMs]).filter((at) => at > now)
    if (next.length > 0) floor.clock.after(Math.min(...next) - now, look)
  }
  look()
}
