import type { Closed, Days, Moment } from './days'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** How long the venue's own step takes while the clock stands next to it: seconds of the machine's time. */
const GATEWAY_AWAY_MS = 3_000

/** A Wednesday, and New York's clocks do not change in the weeks after it. */
const WEDNESDAY_MS = Date.parse('2027-01-13T00:00:00-05:00')
export const START = '2027-01-13T02:35:00-05:00'

/** A time of New York so many days after that Wednesday. */
export const at = (day: number, time: string): number => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return WEDNESDAY_MS + day * DAY_MS + hours * HOUR_MS + minutes * MINUTE_MS
}

/** What both sides do about it takes a second or two on a machine that does something else beside; a session is opened again in five. */
const BRIEFLY_MS = 1_500
const RECONNECTED_MS = 5_000

const gateway = (type: string, fields: Readonly<Record<string, unknown>>) => (days: Days) => days.rig.ibkr(type, fields)
const nothing = (atMs: number, passMs = BRIEFLY_MS): Moment => ({ atMs, happens: () => Promise.resolve(), passMs })

export const exchangeWindow = (day: number): Closed => ({
  name: 'the Wednesday window of ForecastEx',
  fromMs: at(day, '03:00'),
  untilMs: at(day, '03:15'),
  moments: [nothing(at(day, '03:00'))],
})

export const thursdayPause = (day: number): Closed => ({
  name: 'the Thursday pause of Kalshi',
  fromMs: at(day, '03:00'),
  untilMs: at(day, '05:00'),
  moments: [nothing(at(day, '03:00'), RECONNECTED_MS)],
})

/** The account is read at such a time (trap 9), as far as the gateway reaches the venue. */
const read = (atMs: number): Moment => ({ ...nothing(atMs), isReadAfter: true })

/** @param vigil what is looked at before it */
const restart = (day: number, vigil = read): readonly Moment[] => [
  vigil(at(day, '23:43')),
  { atMs: at(day, '23:45'), happens: gateway('restart', { ms: GATEWAY_AWAY_MS }), passMs: RECONNECTED_MS, isBackAfter: true },
]
/** Likewise before and after it. */
const midnight = (day: number, vigil = read): readonly Moment[] => [
  vigil(at(day, '23:58')),
  nothing(at(day, '24:00')),
  vigil(at(day, '24:02')),
]
const lost = (atMs: number): Moment => ({ atMs, happens: gateway('link', { state: 'lost' }), passMs: BRIEFLY_MS })
const restored = (atMs: number): Moment => ({ atMs, happens: gateway('link', { state: 'restored', code: 1101 }), passMs: RECONNECTED_MS })

/** The restart of the gateway, the midnight of the executions window and the reset of IBKR: less than the margin apart. */
export const night = (day: number): Closed => ({
  name: 'the night',
  fromMs: at(day, '23:45'),
  untilMs: at(day + 1, '01:45'),
  moments: [...restart(day), ...midnight(day), lost(at(day + 1, '00:15')), restored(at(day + 1, '01:44'))],
})

/** From Friday's evening on; the gateway restarts in it. */
export const weekend = (friday: number): Closed => ({
  name: 'the weekend reset of IBKR',
  fromMs: at(friday, '23:00'),
  untilMs: at(friday + 1, '03:00'),
  moments: [lost(at(friday, '23:00')), ...restart(friday, nothing), ...midnight(friday, nothing), restored(at(friday + 1, '02:59'))],
})

/** As each night, and the login dies at one o'clock: somebody logs in an hour after the reset. */
export const loginNight = (saturday: number): Closed => ({
  name: 'the night of the login',
  fromMs: at(saturday, '23:45'),
  untilMs: at(saturday + 1, '02:44'), // no calendar says so: the login does
  moments: [
    ...restart(saturday),
    ...midnight(saturday),
    lost(at(saturday + 1, '00:15')),
    { atMs: at(saturday + 1, '01:00'), happens: gateway('login', { expired: true }), passMs: BRIEFLY_MS },
    restored(at(saturday + 1, '01:44')),
    { atMs: at(saturday + 1, '02:44'), happens: gateway('login', { expired: false }), passMs: RECONNECTED_MS },
  ],
})
