import { joined, type Session, type TradingHours } from '../../../core/market/sessions'
import { millis } from '../../../core/units'
import { dayOf, instantsOf } from './times'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
/** A day has 24 hours and a line tells a few sessions of a few weeks: whatever is longer is no list of hours. */
const LONGEST_SESSION_MS = 8 * DAY_MS

/** `20261122:0830`; without the day it is the one of the session's beginning. */
const EDGE = /^(?:(\d{8}):)?(\d{2})([0-5]\d)$/

interface Told {
  readonly fromMs: number
  readonly untilMs: number
  readonly session: Session | null
}

/**
 * `20261122:0000-20261123:0000;20261125:CLOSED;…` by the clocks of `zone`, as contractDetails tells trading and liquid hours (ibkr-forecastex.md §10.4);
 * older gateways leave the second date out and join the sessions of a day by commas (`20261122:0000-1200,1215-2400`). A time that the clocks show
 * twice, or not at all, is taken so that the session is shorter. One part that cannot be read makes all of it unreadable: closed is never guessed
 * to be open.
 */
export function readHours(text: string, zone: string): TradingHours {
  const told: Told[] = []
  for (const part of text.split(';').filter((each) => each.trim() !== '')) {
    const read = readDay(part.trim(), zone)
    if (!read) return { kind: 'unreadable', text: `${text} ${zone}`.trim() }
    told.push(...read)
  }
  if (told.length === 0) return { kind: 'unreadable', text: `${text} ${zone}`.trim() }
  return {
    kind: 'told',
    fromMs: millis(Math.min(...told.map(({ fromMs }) => fromMs))),
    untilMs: millis(Math.max(...told.map(({ untilMs }) => untilMs))),
    sessions: joined(told.flatMap(({ session }) => session ?? [])),
  }
}

function readDay(part: string, zone: string): readonly Told[] | null {
  const date = part.slice(0, part.indexOf(':'))
  const rest = part.slice(date.length + 1)
  const day = dayOf(date)
  if (day === null) return null
  if (rest === 'CLOSED') {
    const [begins, ends] = [instantsOf(day * DAY_MS, zone), instantsOf((day + 1) * DAY_MS, zone)]
    return begins && ends ? [{ fromMs: begins.first, untilMs: ends.last, session: null }] : null
  }
  const sessions = rest.split(',').map((each) => readSession(each.trim(), date, zone))
  return sessions.every((each) => each !== null) ? sessions : null
}

function readSession(text: string, date: string, zone: string): Told | null {
  const [from = '', until = '', more] = text.split('-')
  const begins = edgeOf(from, date, zone)
  const ends = edgeOf(until, date, zone)
  if (!begins || !ends || more !== undefined) return null
  const session = { fromMs: begins.last, untilMs: ends.first }
  const lengthMs = session.untilMs - session.fromMs
  if (lengthMs <= 0 || lengthMs > LONGEST_SESSION_MS) return null
  return { fromMs: begins.first, untilMs: ends.last, session }
}

function edgeOf(text: string, date: string, zone: string): ReturnType<typeof instantsOf> {
  const match = EDGE.exec(text)
  const day = match && dayOf(match[1] ?? date)
  const [hours, minutes] = [Number.parseInt(match?.[2] ?? '', 10), Number.parseInt(match?.[3] ?? '', 10)]
  // 24:00 is the end of its day
  if (day === null || day === undefined || hours > 24 || (hours === 24 && minutes > 0)) return null
  return instantsOf(day * DAY_MS + (hours * 60 + minutes) * MINUTE_MS, zone)
}
