import type { Clock } from '../ports/clock'
import { withLimit } from '../ports/limit'
import type { Log } from '../ports/log'
import type { Trader } from '../ports/trader'

/** After a takeover the predecessor's socket may still hold the client id (326). Longer than this a person must end it. */
const SESSION_ALARM_MS = 15_000
/** Enough for the compiler to have seen the path often. */
const REHEARSALS = 12
const REHEARSAL_LIMIT_MS = 10_000

/** Trades in flight are given this long to end by themselves before the worker stops; they are durable and go on at the next start. */
const DRAIN_LIMIT_MS = 4_000
export const DRAIN_POLL_MS = 50
/** For waits that are bounded by a count or a state instead. */
const NEVER = new AbortController().signal

/** A task that must go on as long as the process does: its failure ends the process, and the supervisor starts it again. */
export function essential(name: string, task: Promise<unknown>, fail: (error: Error) => void, signal: AbortSignal): void {
  task.then(
    () => (signal.aborted ? undefined : fail(new Error(`${name} ended by itself`))),
    (error: Error) => (signal.aborted ? undefined : fail(new Error(`${name}: ${error.message}`))),
  )
}

/** A venue session, as far as waiting for it goes. */
interface Session {
  readonly session: { readonly reason: string; readonly planned: string | null }
  whenUp(signal: AbortSignal): Promise<void>
}

/** The gateway tries again by itself for as long as it takes; here somebody is told that it does, once for each reason, and not of what was planned. */
export async function watchSession(gateway: Session, log: Log, signal: AbortSignal): Promise<void> {
  let told: string | null = null
  while (!signal.aborted) {
    const up = withLimit([signal], SESSION_ALARM_MS, (limit) => gateway.whenUp(limit))
    if (await up.then(() => true).catch(() => false)) return
    const { reason, planned } = gateway.session
    if (!signal.aborted && planned === null && reason !== told)
      log.error({ venue: 'forecastex', reason }, 'no orders to ForecastEx: its session is not up')
    told = reason
  }
}

/** The first trades of a process were five times slower than the rest: code is compiled and connections are opened on their way. */
export async function rehearse(trader: Trader, signal: AbortSignal): Promise<void> {
  for (let i = 0; i < REHEARSALS; i++) await withLimit([signal], REHEARSAL_LIMIT_MS, (limit) => trader.warmUp(limit))
}

/** Nothing further opens; what is in flight gets its moment. */
export async function drain(launcher: { readonly inFlight: number; stop(): void }, clock: Clock): Promise<void> {
  launcher.stop()
  const until = clock.nowMs() + DRAIN_LIMIT_MS
  while (launcher.inFlight > 0 && clock.nowMs() < until) await clock.sleep(DRAIN_POLL_MS, NEVER)
}
