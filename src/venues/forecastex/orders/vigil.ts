import { FAILURES } from '../../../core/failures'
import { millis, type Millis } from '../../../core/units'
import type { Clock } from '../../../ports/clock'
import type { Log } from '../../../ports/log'
import { dayIn, venueTime } from '../wire/times'
import { netOf } from './holdings'
import type { Look, Looks } from './looks'
import type { TrackedOrders } from './tracked'

/** Before and after the gateway forgets, and before it restarts: enough for reads that time out and are asked again. */
const MARGIN_MS = 2 * 60_000
/** A failed look is repeated so often, so far apart: within the margin. */
const LOOKS_MAX = 5
const LOOK_AGAIN_MS = 10_000
/** IBKR shows an execution and its position within seconds of each other. */
const POSITIONS_LAG_MS = 30_000
const DAY_MS = 86_400_000
/** The gateway's restart is set in New York's time, as its calendar has it. */
const RESTART_ZONE = 'America/New_York'

export interface VigilOptions {
  readonly looks: Looks
  readonly orders: TrackedOrders
  readonly clock: Clock
  readonly log: Log
  /** Whose midnight ends the executions window; null: it never ends. */
  readonly executionsZone: string | null
  /** When the gateway restarts each day, like '23:45' in New York; null: it does not. */
  readonly restart: string | null
}

/** What the account held and what our orders had bought when it was looked at. */
interface Stand {
  /** YES less NO in 1e-2 contracts, by the conId of YES. */
  readonly net: ReadonlyMap<number, number>
  readonly bought: ReadonlyMap<number, number>
}

/**
 * Trap 9, until aborted: the account is read shortly before and after midnight and before the gateway's restart, so that what was executed until then
 * is told and kept, with the positions as backstop: a question's position moves by what our orders in it have bought. Nothing to do for a
 * gateway that never forgets and never restarts.
 */
export async function keepVigil(options: VigilOptions, signal: AbortSignal): Promise<void> {
  const { clock, log } = options
  let before: Stand | null = null
  while (!signal.aborted) {
    const momentMs = nextVigil(options, clock.nowMs())
    if (momentMs === null) return
    before ??= await stand(options, signal)
    await clock.sleep(momentMs - clock.nowMs(), signal).catch(() => undefined)
    if (signal.aborted) return
    const after = await agreeing(options, before, signal)
    if (after) log.info({ venue: 'forecastex', questions: after.net.size }, 'The account was read for what the gateway is about to forget')
    before = after ?? before
  }
}

/** The next moment at or after which the account is to be read; null: there is none. */
export function nextVigil({ executionsZone, restart }: Pick<VigilOptions, 'executionsZone' | 'restart'>, nowMs: Millis): Millis | null {
  const moments: number[] = []
  for (const offset of [-1, 0, 1, 2]) {
    if (executionsZone !== null) {
      const midnightMs = wallMs(executionsZone, dayIn(executionsZone, nowMs) + offset, '00:00')
      moments.push(midnightMs - MARGIN_MS, midnightMs + MARGIN_MS)
    }
    if (restart !== null) moments.push(wallMs(RESTART_ZONE, dayIn(RESTART_ZONE, nowMs) + offset, restart) - MARGIN_MS)
  }
  const later = moments.filter((momentMs) => momentMs > nowMs)
  return later.length === 0 ? null : millis(Math.min(...later))
}

/** @throws RangeError for a zone or a time that is none. */
function wallMs(zone: string, day: number, time: string): number {
  const date = new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '')
  const atMs = venueTime(`${date} ${time}:00 ${zone}`)
  if (atMs === null) throw new RangeError(`not a time of day in ${zone}: "${time}"`)
  return atMs
}

/** The stand after a complete look; null, and told, when none succeeds. */
async function stand(options: VigilOptions, signal: AbortSignal): Promise<Stand | null> {
  const { looks, clock, log } = options
  for (let n = 1; n <= LOOKS_MAX && !signal.aborted; n += 1) {
    try {
      return standOf(options, await looks.take(signal))
    } catch (error) {
      if (signal.aborted) return null
      const last = n === LOOKS_MAX
      log[last ? 'error' : 'warn'](
        { venue: 'forecastex', cause: (error as Error).message },
        last
          ? 'The account could not be read around a moment at which the gateway forgets'
          : 'A read of the account failed; it is repeated',
      )
      await clock.sleep(LOOK_AGAIN_MS, signal).catch(() => undefined)
    }
  }
  return null
}

/** Looks again when positions and executions are apart, then tells. */
async function agreeing(options: VigilOptions, before: Stand | null, signal: AbortSignal): Promise<Stand | null> {
  const { clock, log } = options
  const first = await stand(options, signal)
  if (!first || !before || unexplained(before, first).length === 0) return first
  await clock.sleep(POSITIONS_LAG_MS, signal).catch(() => undefined)
  const second = await stand(options, signal)
  for (const { yesConId, moved, bought, held } of second ? unexplained(before, second) : []) {
    const fields = { venue: 'forecastex', market: String(yesConId), moved, bought, failure: FAILURES.positionsDiffer }
    // what was settled holds nothing any more, and no execution tells it
    if (held === 0) log.warn(fields, 'A position is gone without an execution: settled, or traded by hand')
    else log.error(fields, 'A position has moved by something else than our executions')
  }
  return second
}

function standOf({ orders }: VigilOptions, { positions }: Look): Stand {
  const all = [...orders.bought()]
  return {
    net: new Map(all.map(([yesConId, { terms }]) => [yesConId, netOf(positions, terms)])),
    bought: new Map(all.map(([yesConId, { net }]) => [yesConId, net])),
  }
}

/** Questions whose position has moved by something else than what our orders in them bought meanwhile. */
function unexplained(before: Stand, after: Stand) {
  return [...before.net].flatMap(([yesConId, net]) => {
    const held = after.net.get(yesConId)
    const bought = (after.bought.get(yesConId) ?? 0) - (before.bought.get(yesConId) ?? 0)
    return held === undefined || held - net === bought ? [] : [{ yesConId, moved: held - net, bought, held }]
  })
}
