import { keyOf, type Alert } from '../../core/alerts/alert'
import type { Routing } from '../../core/alerts/route'
import type { Clock } from '../../ports/clock'
import type { Log } from '../../ports/log'
import { messageKey, type Channel, type Message } from './message'

/** An alert, and who was told of it without the ledger. */
export interface HeardAlert extends Alert {
  readonly heardBy: readonly string[]
}
export interface OutboxOptions {
  /** Writes them into the ledger, each with the channels that have heard of it already. @throws when it is away */
  readonly store: (alerts: readonly HeardAlert[], signal: AbortSignal) => Promise<void>
  readonly channels: ReadonlyMap<string, Channel>
  readonly routing: Routing
  readonly from: string
  /** Names this process in what it sends by itself. */
  readonly process: string
  readonly clock: Clock
  readonly log: Log
}

/** More in a second than anybody reads; what is beyond is counted. */
const QUEUED_MAX = 1_000
const BATCH = 100
const FLUSH_EVERY_MS = 500
/** A ledger that has taken nothing for so long takes nothing now: what is critical leaves without it. */
const DIRECT_AFTER_MS = 10_000
const STORE_LIMIT_MS = 5_000

/** What one process has to tell, until the ledger has it. Whoever raises never waits. */
export class Outbox {
  readonly #options: OutboxOptions
  #queued: Alert[] = []
  #dropped = 0
  #failingSinceMs: number | null = null
  /** By key: when this process told it by itself, last, and who has heard it and is not on record yet. */
  readonly #direct = new Map<string, { readonly toldMs: number; readonly heardBy: Set<string> }>()

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  /** Takes an alert and returns at once. The same one that is waiting already is counted by the ledger later, so it is kept. */
  raise(alert: Alert): void {
    if (this.#queued.length >= QUEUED_MAX) this.#dropped += 1
    else this.#queued.push(alert)
  }

  get dropped(): number {
    return this.#dropped
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    while (!signal.aborted) {
      await this.flush(signal)
      await clock.sleep(FLUSH_EVERY_MS, signal).catch(() => undefined)
    }
    await this.flush(AbortSignal.timeout(STORE_LIMIT_MS)) // the last line before the end matters most
  }

  /** Never throws: what could not be written waits, and is sent without the ledger when that takes too long. */
  async flush(signal: AbortSignal): Promise<void> {
    const { store, log } = this.#options
    while (this.#queued.length > 0) {
      const batch = this.#queued.slice(0, BATCH)
      const heard = batch.map((alert) => ({ ...alert, heardBy: [...(this.#direct.get(keyOf(alert))?.heardBy ?? [])] }))
      const error = await store(heard, AbortSignal.any([signal, AbortSignal.timeout(STORE_LIMIT_MS)])).then(
        () => null,
        (failure: Error) => failure,
      )
      if (error === null) {
        this.#queued = this.#queued.slice(batch.length)
        for (const alert of batch) this.#direct.get(keyOf(alert))?.heardBy.clear()
        this.#failingSinceMs = null
        continue
      }
      const nowMs = this.#monoMs()
      this.#failingSinceMs ??= nowMs
      if (nowMs - this.#failingSinceMs >= DIRECT_AFTER_MS) await this.#sendDirectly(signal)
      else log.warn({ waiting: this.#queued.length, error: error.message }, 'alerts wait for the ledger')
      return
    }
  }

  readonly #monoMs = (): number => Number(this.#options.clock.monoNs() / 1_000_000n)

  async #sendDirectly(signal: AbortSignal): Promise<void> {
    const { channels, routing, log } = this.#options
    const names = new Set(routing.routes.flatMap(({ to }) => to))
    for (const alert of this.#queued) {
      if (alert.severity !== 'critical' || alert.ends || !this.#isNews(alert)) continue
      const heardBy = new Set(this.#direct.get(keyOf(alert))?.heardBy)
      this.#direct.set(keyOf(alert), { toldMs: this.#monoMs(), heardBy })
      for (const name of names)
        await channels
          .get(name)
          ?.send(this.#message(alert), signal)
          .then(
            () => heardBy.add(name),
            (error: Error) => log.error({ channel: name, error: error.message }, 'a critical alert could not be sent'),
          )
    }
  }

  #isNews(alert: Alert): boolean {
    const told = this.#direct.get(keyOf(alert))
    return told === undefined || this.#monoMs() - told.toldMs >= this.#options.routing.againMs
  }

  #message(alert: Alert): Message {
    const { from, process } = this.#options
    const { name, severity, title, detail, tradeId, atMs } = alert
    return {
      ...{ id: `${process}-${keyOf(alert)}-${atMs}`, key: messageKey(from, alert), occasion: 'raised', severity, name, title },
      detail: [detail, 'The ledger does not answer: this was sent without it.'].filter((line) => line !== '').join('\n'),
      ...{ tradeId, count: 1, atMs, runbookUrl: null, from: `${from}, ${process}` },
    }
  }
}
