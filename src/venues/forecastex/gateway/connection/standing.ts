import { LIVE_MARKET_DATA, type Callback } from '../../wire/messages'
import { COMPETING_SESSION, isReadOnly, NOT_QUOTED, orderVerdict } from '../../wire/errors'
import type { Trouble } from '../trouble'

/** MarketDataType 2: the market is closed. */
const FROZEN = 2

interface NotQuoted {
  readonly reqId: number
  readonly code: number | null
}
type NoPermission = Extract<Trouble, { readonly kind: 'no-permission' }>

/**
 * What a session that is up cannot do, from what is sent and heard in it. Each goes away by itself when the gateway shows the contrary, and all
 * with the session.
 */
export class StandingTroubles {
  /** Of the subscriptions that stand, by request id. */
  readonly #conIds = new Map<number, number>()
  readonly #notQuoted = new Map<number, NotQuoted>()
  #readOnly = false
  #competing = false
  #permission: NoPermission | null = null

  /** @param payload [name, …arguments] of a request. */
  sent(payload: readonly unknown[]): void {
    const [name, reqId, contract] = payload
    if (typeof reqId !== 'number') return
    if (name === 'cancelMktData') this.#conIds.delete(reqId)
    if (name !== 'reqMktData') return
    const conId = (contract as { readonly conId?: number } | null)?.conId
    if (conId === undefined) return
    // what was refused may never have begun: then nobody cancels it
    const refused = this.#notQuoted.get(conId)
    if (refused) this.#conIds.delete(refused.reqId)
    this.#conIds.set(reqId, conId)
  }

  /** @param isOrder whether an id is an order's. @returns whether anything changed. */
  heard(callback: Callback, isOrder: (id: number) => boolean): boolean {
    const { kind } = callback
    if (kind === 'notice') return this.#refused(null, callback.code, callback.message)
    if (kind === 'error') {
      const { id, code, message } = callback
      return isOrder(id) ? this.#orderRefused(code, message) : this.#refused(id, code, message)
    }
    if (kind === 'marketDataType') {
      if (callback.type === LIVE_MARKET_DATA) return this.#quoted(callback.reqId)
      return callback.type !== FROZEN && this.#withholds(callback.reqId, null)
    }
    if (kind === 'price') return this.#competing && this.#set(() => (this.#competing = false))
    if (kind === 'openOrderEnd') return this.#readOnly && this.#set(() => (this.#readOnly = false))
    return kind === 'execution' && this.#permission !== null && this.#set(() => (this.#permission = null))
  }

  clear(): void {
    this.#conIds.clear()
    this.#notQuoted.clear()
    this.#readOnly = this.#competing = false
    this.#permission = null
  }

  /** Worst first. @param throttled whether a breach of the message rate is not made up for yet. */
  list(throttled: boolean): readonly Trouble[] {
    const byCode = new Map<number | null, number[]>()
    const wanted = new Set(this.#conIds.values())
    for (const [conId, { code }] of this.#notQuoted) if (wanted.has(conId)) byCode.set(code, [...(byCode.get(code) ?? []), conId])
    return [
      ...(this.#readOnly ? [{ kind: 'read-only' } as const] : []),
      ...(this.#permission ? [this.#permission] : []),
      ...(throttled ? [{ kind: 'throttled' } as const] : []),
      ...(this.#competing ? [{ kind: 'competing-session' } as const] : []),
      ...[...byCode].map(([code, conIds]) => ({ kind: 'not-quoted', code, conIds }) as const),
    ]
  }

  #set(change: () => void): true {
    change()
    return true
  }

  #refused(reqId: number | null, code: number, message: string): boolean {
    if (isReadOnly(code, message)) return !this.#readOnly && this.#set(() => (this.#readOnly = true))
    if (code === COMPETING_SESSION) return !this.#competing && this.#set(() => (this.#competing = true))
    return reqId !== null && NOT_QUOTED.has(code) && this.#withholds(reqId, code)
  }

  #orderRefused(code: number, message: string): boolean {
    if (isReadOnly(code, message)) return this.#refused(null, code, message)
    const verdict = orderVerdict(code, message)
    if (verdict.kind !== 'refused' || verdict.reason !== 'permission' || this.#permission?.message === message) return false
    return this.#set(() => (this.#permission = { kind: 'no-permission', code, message }))
  }

  #withholds(reqId: number, code: number | null): boolean {
    const conId = this.#conIds.get(reqId)
    if (conId === undefined) return false
    const known = this.#notQuoted.get(conId)
    if (known && code === null) return false
    this.#notQuoted.set(conId, { reqId, code })
    return known?.code !== code
  }

  #quoted(reqId: number): boolean {
    const conId = this.#conIds.get(reqId)
    return conId !== undefined && this.#notQuoted.delete(conId)
  }
}
