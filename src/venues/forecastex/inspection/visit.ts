import type { IBApi } from '@stoqey/ib'
import type { Clock } from '../../../ports/clock'
import { withLimit } from '../../../ports/limit'
import { Connection } from '../gateway/connection/connection'
import type { Trouble } from '../gateway/trouble'
import { readCallback } from '../wire/callbacks'
import { CLIENT_ID_IN_USE } from '../wire/errors'
import type { Callback } from '../wire/messages'

/** From the first byte to the first order id: as long as the trading session gives a gateway (gateway/owner). */
const OPEN_LIMIT_MS = 8_000
/** Reads normally end within a second; a product lists hundreds of contracts, and what never ends is a finding. */
const ANSWER_LIMIT_MS = 6_000
/** Above every order id: they share the error callback (trap 21). */
const FIRST_REQUEST_ID = 1_000_000_000
export type Direction = 'in' | 'out'
export interface VisitOptions {
  readonly host: string
  readonly port: number
  readonly clientId: number
  readonly account: string
  readonly clock: Clock
  /** How long a session, and an answer, may take; the usual ones when left out. */
  readonly limits?: { readonly openMs: number; readonly answerMs: number }
  /** Hears every frame of both directions, raw. Must not throw. */
  readonly tokens: (dir: Direction, tokens: readonly unknown[]) => void
}
/** One callback as it came. */
export interface Heard {
  readonly name: string
  readonly payload: readonly unknown[]
  /** null: means nothing to us, or could not be read. */
  readonly callback: Callback | null
}
export interface Question<T> {
  readonly write: (ib: IBApi, reqId: number) => void
  /** Ends what would go on as a subscription. */
  readonly cancel?: (ib: IBApi, reqId: number) => void
  readonly take: (heard: Heard, reqId: number) => T | 'end' | null
  /** Whether what has come is all that was wanted. */
  readonly enough?: (items: readonly T[]) => boolean
  /** A refusal without the number of the question. */
  readonly refusedBy?: (code: number, message: string) => boolean
  readonly limitMs?: number
}
/** What came of a question, complete or not: an answer that never ends is a finding of its own. */
export interface Answer<T> {
  readonly items: readonly T[]
  readonly end: 'complete' | 'refused' | 'silent' | 'closed'
  readonly code: number | null
  readonly message: string
  readonly tookMs: number
}

/** One connection to the gateway that asks a few questions and leaves: never opened again, so that nothing that fails is repeated. */
export class Visit {
  readonly #options: VisitOptions
  readonly #openMs: number
  readonly #answerMs: number
  readonly #listeners = new Set<(heard: Heard) => void>()
  #connection: Connection | null = null
  #reqId = FIRST_REQUEST_ID
  /** Why the connection is over; null: it is not. */
  over: Trouble | null = null
  serverVersion: number | null = null
  /** As the gateway tells it, in its own time zone. */
  connectionTime = ''
  managed: readonly string[] = []
  nextOrderId = 0
  /** Messages without a number, as they came. */
  readonly notices: { readonly code: number; readonly message: string }[] = []
  /** Callbacks that the adapter could not read. */
  readonly unreadable: string[] = []

  constructor(options: VisitOptions) {
    this.#options = options
    this.#openMs = options.limits?.openMs ?? OPEN_LIMIT_MS
    this.#answerMs = options.limits?.answerMs ?? ANSWER_LIMIT_MS
  }

  #hear(payload: readonly unknown[]): void {
    const [name, ...args] = payload
    const callback = this.#read(payload)
    if (name === 'server') [this.serverVersion, this.connectionTime] = [Number(args[0]), String(args[1])]
    if (name === 'managedAccounts') this.managed = String(args[0]).split(',').filter(Boolean)
    if (callback?.kind === 'nextValidId') this.nextOrderId = callback.orderId
    if (callback?.kind === 'notice') this.notices.push({ code: callback.code, message: callback.message })
    for (const listener of this.#listeners) listener({ name: String(name), payload, callback })
  }

  #read(payload: readonly unknown[]): Callback | null {
    try {
      return readCallback(payload)
    } catch (error) {
      this.unreadable.push(`${String(payload[0])}: ${(error as Error).message}`)
      return null
    }
  }

  /** Once. @returns why there is no session; null when there is one. */
  async open(signal: AbortSignal): Promise<Trouble | null> {
    const { clientId, tokens } = this.#options
    const trouble = await withLimit([signal], this.#openMs, (limit) => {
      return new Promise<Trouble | null>((resolve) => {
        this.listen(({ callback }) => {
          if (callback?.kind === 'nextValidId') resolve(null)
          if (callback?.kind === 'notice' && callback.code === CLIENT_ID_IN_USE) resolve({ kind: 'client-id-taken', clientId })
        })
        const connection = new Connection(this.#options, {
          heard: (payload) => this.#hear(payload),
          frame: tokens,
          ended: (cause) => {
            resolve(cause)
            this.over = cause
            this.#hear(['disconnected'])
          },
        })
        this.#connection = connection
        limit.addEventListener('abort', () => resolve(connection.silence('')), { once: true })
      })
    })
    signal.throwIfAborted()
    return trouble
  }

  /** Hears every callback. Returns how to stop. */
  listen(listener: (heard: Heard) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Asks one question. Never throws but for the signal. */
  async ask<T>(question: Question<T>, signal: AbortSignal): Promise<Answer<T>> {
    signal.throwIfAborted()
    const { clock } = this.#options
    const askedNs = clock.monoNs()
    const reqId = this.#reqId++
    const items: T[] = []
    const ended = await withLimit([signal], Math.min(question.limitMs ?? this.#answerMs, this.#answerMs), (limit) =>
      this.#answer(question, reqId, items, limit),
    )
    const { cancel } = question
    // what was refused never began
    if (cancel && ended.end !== 'refused') this.#connection?.write((ib) => cancel(ib, reqId))
    signal.throwIfAborted()
    return { items, ...ended, tookMs: Number((clock.monoNs() - askedNs) / 1_000n) / 1_000 }
  }

  #answer<T>(question: Question<T>, reqId: number, items: T[], limit: AbortSignal): Promise<Omit<Answer<T>, 'items' | 'tookMs'>> {
    return new Promise((resolve) => {
      const finish = (end: Answer<T>['end'], code: number | null = null, message = ''): void => {
        stop()
        resolve({ end, code, message })
      }
      const stop = this.listen((heard) => {
        const { callback } = heard
        if (callback?.kind === 'disconnected') return finish('closed', null, 'the connection ended')
        if (callback?.kind === 'error' && callback.id === reqId) return finish('refused', callback.code, callback.message)
        if (callback?.kind === 'notice' && question.refusedBy?.(callback.code, callback.message) === true)
          return finish('refused', callback.code, callback.message)
        const taken = question.take(heard, reqId)
        if (taken === 'end') return finish('complete')
        if (taken === null) return
        items.push(taken)
        if (question.enough?.(items) === true) finish('complete')
      })
      limit.addEventListener('abort', () => finish('silent'), { once: true })
      if (this.#connection?.write((ib) => question.write(ib, reqId)) !== true) finish('closed', null, 'the connection ended')
    })
  }

  /** Ends the connection. Nothing is heard of it afterwards. */
  close(): void {
    this.#connection?.close()
  }
}
