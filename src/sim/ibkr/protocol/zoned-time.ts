/** The gateway writes times as `YYYYMMDD hh:mm:ss ZONE`, in the zone of the instrument. */

/** The zone of the gateway itself: of its days, and of an execution filter that names none. */
export const GATEWAY_ZONE = 'US/Central'

const formatters = new Map<string, Intl.DateTimeFormat>()

/** The wall clock of a zone, read as if it were UTC. */
function wallMs(ms: number, zone: string): number {
  let formatter = formatters.get(zone)
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formatters.set(zone, formatter)
  }
  const part: Record<string, number> = {}
  for (const { type, value } of formatter.formatToParts(ms)) part[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

/** "20261121 13:30:00 US/Central" */
export function zonedText(ms: number, zone: string): string {
  const [date = '', time = ''] = new Date(wallMs(ms, zone)).toISOString().split('T')
  return `${date.replaceAll('-', '')} ${time.slice(0, 8)} ${zone}`
}

/** The instant at which a zone's clock shows `YYYYMMDD` and `hh:mm:ss`. @throws RangeError when the text is neither. */
export function zonedMs(date: string, time: string, zone: string): number {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(date)
  const shown = Date.parse(`${match?.[1]}-${match?.[2]}-${match?.[3]}T${time}Z`)
  if (Number.isNaN(shown)) throw new RangeError(`not a date and time: "${date} ${time}"`)
  const near = shown - (wallMs(shown, zone) - shown)
  return shown - (wallMs(near, zone) - near)
}

/** `YYYYMMDD` of the zone's calendar, `days` after the day that `ms` falls on. */
export const zonedDate = (ms: number, zone: string, days = 0): string =>
  new Date(wallMs(ms, zone) + days * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '')
