import { dueNow, isForgotten, worst, type Due, type Occasion, type Routing, type Told } from '../../core/alerts/route'
import type { AlertName, Severity } from '../../core/alerts/alert'
import type { Millis } from '../../core/units'
import type { Clock } from '../../ports/clock'
import type { Log } from '../../ports/log'
import { anchorOf, messageKey, type Channel, type Message } from './message'

/** What is delivered of, as the ledger has it. */
export interface DeliverableAlert {
  readonly id: number
  readonly name: AlertName
  readonly subject: string
  readonly severity: Severity
  readonly title: string
  readonly detail: string
  readonly tradeId: string | null
  readonly count: number
  readonly firstMs: Millis
  readonly lastMs: Millis
  readonly acknowledgedMs: Millis | null
  readonly endedMs: Millis | null
}
interface ToldOnRecord extends Told {
  readonly state: 'sending' | 'sent' | 'failed'
}
export interface DeliverableStore {
  pending(sinceMs: Millis): Promise<readonly { readonly alert: DeliverableAlert; readonly deliveries: readonly ToldOnRecord[] }[]>
  claim(telling: { alertId: number; channel: string; occasion: Occasion; count: number }, againMs: number, nowMs: Millis): Promise<boolean>
  ended(telling: { alertId: number; channel: string; occasion: Occasion }, error: string | null): Promise<void>
  forget(alertId: number, atMs: Millis): Promise<void>
}
export interface DelivererOptions {
  readonly store: DeliverableStore
  readonly channels: ReadonlyMap<string, Channel>
  readonly routing: Routing
  readonly wasQuiet: (atMs: Millis) => boolean
  readonly from: string
  readonly runbookUrl: string | null
  readonly clock: Clock
  readonly log: Log
}

/** An alert is late by so much at most. */
const LOOK_EVERY_MS = 1_000
/** A telling that failed, or whose sender has died, is sent again after so long. */
export const AGAIN_MS = 30_000
/** An end that is older is no news; those who heard of the alert have looked since. */
const ENDS_TOLD_MS = 86_400_000

interface Telling extends Due {
  readonly alert: DeliverableAlert
}

/** Sends what is due, from whatever process runs it: each telling is claimed first, so that several send it once. */
export class Deliverer {
  readonly #options: DelivererOptions

  constructor(options: DelivererOptions) {
    this.#options = options
  }

  /** Looks and sends until the signal. A ledger that is away is told by others. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options
    while (!signal.aborted) {
      await this.look(signal).catch((error: Error) => {
        if (!signal.aborted) log.warn({ error: error.message }, 'alerts cannot be read; what is critical is sent without the ledger')
      })
      await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined)
    }
  }

  /** One look. @throws LedgerUnreachable */
  async look(signal: AbortSignal): Promise<void> {
    const { store, routing, wasQuiet, clock } = this.#options
    const nowMs = clock.nowMs()
    const tellings: Telling[] = []
    for (const { alert, deliveries } of await store.pending((nowMs - ENDS_TOLD_MS) as Millis)) {
      if (isForgotten(alert, routing, nowMs)) await store.forget(alert.id, nowMs)
      // what was not taken is due still
      const told = deliveries.filter(({ state }) => state === 'sent')
      tellings.push(...dueNow(alert, told, routing, wasQuiet, nowMs).map((due) => ({ ...due, alert })))
    }
    const kept = tellings.filter((telling) => telling.kept)
    for (const name of new Set(kept.map(({ channel }) => channel)))
      await this.#tell(
        kept.filter(({ channel }) => channel === name),
        signal,
      )
    for (const telling of tellings) if (!telling.kept) await this.#tell([telling], signal)
  }

  /** One message of one telling, or of what was kept for a channel. */
  async #tell(tellings: readonly Telling[], signal: AbortSignal): Promise<void> {
    const { store, channels, clock, log } = this.#options
    const channel = channels.get(tellings[0]?.channel ?? '')
    if (channel === undefined) return // it was told by a configuration of before
    const ours: Telling[] = []
    for (const each of tellings) {
      const { alert, occasion } = each
      const telling = { alertId: alert.id, channel: channel.name, occasion, count: alert.count }
      if (await store.claim(telling, AGAIN_MS, clock.nowMs())) ours.push(each)
    }
    const [first] = ours
    if (first === undefined) return
    const message = ours.length === 1 ? this.#message(first) : this.#summary(ours)
    const error = await channel.send(message, signal).then(
      () => null,
      (failure: Error) => failure.message,
    )
    if (error !== null) log.warn({ channel: channel.name, alerts: ours.length, error }, 'an alert could not be sent; it is sent again')
    for (const { alert, occasion } of ours) await store.ended({ alertId: alert.id, channel: channel.name, occasion }, error)
  }

  #message({ alert, occasion }: Telling): Message {
    const { from, runbookUrl } = this.#options
    const { id, name, severity, title, detail, tradeId, count, lastMs, endedMs } = alert
    return {
      ...{ id: `${id}-${occasion}`, key: messageKey(from, alert), occasion, severity, name, title, detail, tradeId, count, from },
      atMs: occasion === 'ended' && endedMs !== null ? endedMs : lastMs,
      runbookUrl: runbookUrl === null ? null : `${runbookUrl}#${anchorOf(name)}`,
    }
  }

  #summary(kept: readonly Telling[]): Message {
    const { from, runbookUrl, clock } = this.#options
    const lines = kept.map(({ alert: { severity, title, count } }) => `${severity}: ${title}${count > 1 ? ` (${count} times)` : ''}`)
    const ids = kept.map(({ alert }) => alert.id)
    return {
      ...{
        id: `kept-${ids.join('-')}`,
        key: `crossbook-kept-${ids[0] ?? 0}`,
        occasion: 'raised',
        name: null,
        tradeId: null,
        from,
        runbookUrl,
      },
      severity: worst(kept.map(({ alert }) => alert.severity)),
      title: `${kept.length} alerts of the quiet hours`,
      detail: lines.join('\n'),
      count: 1,
      atMs: clock.nowMs(),
    }
  }
}
