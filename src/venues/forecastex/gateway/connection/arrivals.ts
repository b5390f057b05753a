import type { Millis } from '../../../../core/units'
import type { Clock } from '../../../../ports/clock'
import type { FrameLog } from '../../../../ports/frame-log'
import type { Log } from '../../../../ports/log'
import { readCallback } from '../../wire/callbacks'
import type { Callback } from '../../wire/messages'
import type { Arrival } from '../session'

/** Records, reads and passes on every callback in the order of arrival. Nothing that happens here reaches the client library (trap 18). */
export class Arrivals {
  readonly #options: { readonly clock: Clock; readonly frameLog: FrameLog | null; readonly log: Log }
  readonly #listeners = new Set<(arrival: Arrival) => void>()

  constructor(options: { readonly clock: Clock; readonly frameLog: FrameLog | null; readonly log: Log }) {
    this.#options = options
  }

  listen(listener: (arrival: Arrival) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The first callback after which it holds. Rejects with the signal's reason. */
  until(holds: () => boolean, signal: AbortSignal): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const stop = this.listen(() => {
        if (holds()) settle(resolve)
      })
      const abort = (): void => settle(() => reject(signal.reason as Error))
      const settle = (how: () => void): void => {
        stop()
        signal.removeEventListener('abort', abort)
        how()
      }
      signal.addEventListener('abort', abort, { once: true })
    })
  }

  /** @param follow hears what could be read before the listeners do. */
  accept(payload: readonly unknown[], conn: number, follow: (callback: Callback, recvMs: Millis) => void): void {
    const { frameLog, clock, log } = this.#options
    const frame = frameLog?.stamp({ venue: 'forecastex', conn, dir: 'in', payload }) ?? null
    const recvMs = frame?.recvMs ?? clock.nowMs()
    let callback: Callback | null = null
    let unreadable: string | null = null
    try {
      callback = readCallback(payload)
    } catch (error) {
      unreadable = `${String(payload[0])}: ${String(error)}`
      log.error({ venue: 'forecastex', cause: unreadable }, 'A callback of the gateway could not be read')
    }
    if (callback) follow(callback, recvMs)
    const arrival: Arrival = { callback, unreadable, payload, conn, recvMs, frame }
    for (const listener of this.#listeners) {
      try {
        listener(arrival)
      } catch (error) {
        log.error({ venue: 'forecastex', callback: payload[0], cause: String(error) }, 'A listener of the gateway threw: a bug')
      }
    }
  }
}
