export interface QuietHours {
  /** Minutes of the day, local; from after until: over midnight. */
  readonly fromMinute: number
  readonly untilMinute: number
  readonly timeZone: string
}

const MINUTES_PER_HOUR = 60

/** Whether a moment is within quiet hours, by the clock on the wall where they are kept, through changes to and from summer time. */
export function quietBy(hours: QuietHours | null): (atMs: number) => boolean {
  if (hours === null) return () => false
  const { fromMinute, untilMinute, timeZone } = hours
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  return (atMs) => {
    const parts = format.formatToParts(new Date(atMs))
    const figure = (type: string): number => Number(parts.find((part) => part.type === type)?.value)
    const minute = figure('hour') * MINUTES_PER_HOUR + figure('minute')
    return fromMinute <= untilMinute ? minute >= fromMinute && minute < untilMinute : minute >= fromMinute || minute < untilMinute
  }
}
