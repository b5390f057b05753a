/** Times of a scenario: absolute, relative to the start, or relative to the end of the tapes. */

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const RELATIVE = /^([+-])(\d+(?:\.\d+)?)(ms|s|m|h|d)$/
const AFTER_TAPE = /^tape_end(.*)$/

/** "+3600s" → 3 600 000; null when it is not relative. */
export function offsetMs(text: string): number | null {
  const match = RELATIVE.exec(text)
  if (!match) return null
  const [, sign, amount, unit] = match
  return (sign === '-' ? -1 : 1) * Math.round(Number(amount) * (UNIT_MS[unit ?? ''] ?? 0))
}

/** An absolute or relative time in milliseconds since 1970. */
export const momentMs = (text: string, startMs: number): number => {
  const offset = offsetMs(text)
  return offset === null ? Date.parse(text) : startMs + offset
}

/** When a timeline entry is due: so long after the start, or so long after the last tape has ended. */
export type Due = { readonly after: 'start'; readonly delayMs: number } | { readonly after: 'tapes'; readonly delayMs: number }

export function dueAt(at: number | string, startMs: number): Due {
  if (typeof at === 'number') return { after: 'start', delayMs: at }
  const tape = AFTER_TAPE.exec(at)
  if (tape) return { after: 'tapes', delayMs: tape[1] === '' ? 0 : (offsetMs(tape[1] ?? '') ?? 0) }
  return { after: 'start', delayMs: momentMs(at, startMs) - startMs }
}

/** RFC 3339 without a fraction where there is none. */
export const timeOf = (atMs: number): string => new Date(atMs).toISOString().replace('.000Z', 'Z')

/** `YYYYMMDD HH:MM:SS` on the wall clock of a time zone. */
export function wallClock(atMs: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(new Date(atMs))
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((each) => each.type === type)?.value ?? ''
  return `${part('year')}${part('month')}${part('day')} ${part('hour')}:${part('minute')}:${part('second')}`
}
