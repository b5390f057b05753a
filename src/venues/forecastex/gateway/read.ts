import type { IBApi } from '@stoqey/ib'
import type { Clock } from '../../../ports/clock'
import { isFrameLost, isReadOnly } from '../wire/errors'
import type { Callback } from '../wire/messages'
import type { MessageKind } from './pacing'

/** Reads normally end within a second; during IBKR's resets answers are late or missing, and then nothing may be concluded. */
const ANSWER_LIMIT_MS = 10_000

/** A read that gave no complete answer. Nothing may be concluded from what came of it. */
export class RequestFailed extends Error {
  override readonly name = 'RequestFailed'
  readonly kind: 'timeout' | 'disconnected' | 'refused'
  /** The venue's code; null unless refused. */
  readonly code: number | null

  constructor(kind: 'timeout' | 'disconnected' | 'refused', message: string, code: number | null = null) {
    super(message)
    this.kind = kind
    this.code = code
  }
}

/** A callback as a read hears it; `unreadable`: why it could not be read, null when it could or means nothing to us. */
interface Heard {
  readonly callback: Callback | null
  readonly unreadable: string | null
  readonly payload: readonly unknown[]
}
/** What a read needs of the gateway. */
export interface Line {
  listen(listener: (arrival: Heard) => void): () => void
  pace(kind: MessageKind, signal: AbortSignal): Promise<void>
  send(payload: readonly unknown[], write: (ib: IBApi) => void): boolean
  nextRequestId(): number
  renew(reason: string): void
}
export interface Read<T> {
  readonly name: string
  /** The library's name of its items: one that cannot be read spoils the read, because what it told is missing. */
  readonly items: string
  readonly payload: (reqId: number) => readonly unknown[]
  readonly write: (ib: IBApi, reqId: number) => void
  /** Items are collected until 'end', or come all at once; null is somebody else's callback. */
  readonly take: (callback: Callback, reqId: number) => readonly T[] | { readonly all: readonly T[] } | 'end' | null
  /** Ends what would go on as a subscription. */
  readonly cancel?: (ib: IBApi, reqId: number) => void
  /** False: its end carries no id, so an end still owed would complete a later read wrongly. */
  readonly numbered: boolean
}

/** Runs one read to its end, its refusal or its limit. */
export function run<T>(line: Line, clock: Clock, read: Read<T>): Promise<readonly T[]> {
  const reqId = line.nextRequestId()
  const over = new AbortController()
  let isSent = false
  let missing: string | null = null
  return new Promise<readonly T[]>((resolve, reject) => {
    const items: T[] = []
    const finish = (settle: () => void): void => {
      over.abort()
      stop()
      const { cancel } = read
      if (cancel && isSent) line.send([`${read.name}.cancel`, reqId], (ib) => cancel(ib, reqId))
      settle()
    }
    const fail = (error: RequestFailed): void => finish(() => reject(error))
    const refuse = (code: number | null, why: string): void => fail(new RequestFailed('refused', `${read.name}: ${why}`, code))
    const stop = line.listen(({ callback, unreadable, payload }) => {
      if (unreadable !== null && payload[0] === read.items) missing ??= unreadable
      if (!callback) return
      if (callback.kind === 'disconnected')
        return fail(new RequestFailed('disconnected', `${read.name}: the session ended before the answer did`))
      if (callback.kind === 'error' && callback.id === reqId) return refuse(callback.code, `${callback.code}: ${callback.message}`)
      if (callback.kind === 'notice') {
        const { code, message } = callback
        if (isFrameLost(code, message)) missing ??= message
        if (!read.numbered && isReadOnly(code, message)) return refuse(code, `${code}: ${message}`)
      }
      const taken = read.take(callback, reqId)
      // not before its end: one still owed would complete a later read
      if (taken === 'end' && missing !== null) return refuse(null, `a part of the answer could not be read: ${missing}`)
      if (taken === 'end') return finish(() => resolve(items))
      if (taken && 'all' in taken) return finish(() => resolve(taken.all))
      if (taken) items.push(...taken)
    })
    const expire = (): void => {
      fail(new RequestFailed('timeout', `${read.name}: no complete answer within ${ANSWER_LIMIT_MS} ms`))
      // of one that still waits for its slot no end is owed
      if (!read.numbered && isSent) line.renew(`${read.name} never ended`)
    }
    clock.sleep(ANSWER_LIMIT_MS, over.signal).then(expire, () => undefined)
    line.pace('request', over.signal).then(
      () => {
        isSent = true
        if (!line.send(read.payload(reqId), (ib) => read.write(ib, reqId)))
          fail(new RequestFailed('disconnected', `${read.name}: no session`))
      },
      () => undefined,
    )
  })
}

/** One at a time, and whoever comes meanwhile shares the next one: its answer starts after every one of their calls. */
export function shared<T>(start: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | null = null
  let next: Promise<T> | null = null
  const begin = (): Promise<T> => {
    next = null
    const current = start().finally(() => {
      if (running === current) running = null
    })
    running = current
    return current
  }
  return () => {
    if (!running) return begin()
    next ??= running.then(begin, begin)
    return next
  }
}
