import { OptionType, SecType, type Contract, type IBApi } from '@stoqey/ib'
import { money, type Money } from '../../core/units'
import type { Clock } from '../../ports/clock'
import type { MessageKind } from './pacing'
import type { Callback, ContractRow, Execution, OrderEcho } from './wire/messages'
import type { Fees } from './wire/order-state'

export const EXCHANGE = 'FORECASTX'

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

export interface HeldPosition {
  readonly account: string
  readonly conId: number
  readonly secType: string
  /** As told; negative is short. */
  readonly contracts: number
}
export interface ExecutionReport {
  readonly executions: readonly Execution[]
  readonly fees: Fees
}
/** The gateway's reads. Each ends completely or rejects with {@link RequestFailed} (or with the signal's reason); each starts after the call. */
export interface Requests {
  contracts(query: ContractQuery, signal: AbortSignal): Promise<readonly ContractRow[]>
  /** Of every client of the account, this one's with their numbers. */
  openOrders(signal: AbortSignal): Promise<readonly OrderEcho[]>
  completedOrders(signal: AbortSignal): Promise<readonly OrderEcho[]>
  /** Since midnight of the gateway's day; fees come with them where known. */
  executions(signal: AbortSignal): Promise<ExecutionReport>
  positions(signal: AbortSignal): Promise<readonly HeldPosition[]>
  cash(account: string, signal: AbortSignal): Promise<Money>
}
export type ContractQuery = { readonly conId: number } | { readonly symbol: string; readonly date?: string }

/** What a read needs of the gateway. */
interface Line {
  listen(listener: (arrival: { readonly callback: Callback | null }) => void): () => void
  pace(kind: MessageKind, signal: AbortSignal): Promise<void>
  send(payload: readonly unknown[], write: (ib: IBApi) => void): boolean
  nextRequestId(): number
  renew(reason: string): void
}
interface Read<T> {
  readonly name: string
  readonly payload: (reqId: number) => readonly unknown[]
  readonly write: (ib: IBApi, reqId: number) => void
  /** Items are collected until 'end'; null is somebody else's callback. */
  readonly take: (callback: Callback, reqId: number) => readonly T[] | 'end' | null
  /** Ends what would go on as a subscription. */
  readonly cancel?: (ib: IBApi, reqId: number) => void
  /** False: its end carries no id, so an end still owed would complete a later read wrongly. */
  readonly numbered: boolean
}

/** Runs one read to its end, its refusal or its limit. */
function run<T>(line: Line, clock: Clock, read: Read<T>): Promise<readonly T[]> {
  const reqId = line.nextRequestId()
  const over = new AbortController()
  return new Promise<readonly T[]>((resolve, reject) => {
    const items: T[] = []
    const finish = (settle: () => void): void => {
      over.abort()
      stop()
      const { cancel } = read
      if (cancel) line.send([`${read.name}.cancel`, reqId], (ib) => cancel(ib, reqId))
      settle()
    }
    const fail = (error: RequestFailed): void => finish(() => reject(error))
    const stop = line.listen(({ callback }) => {
      if (!callback) return
      if (callback.kind === 'disconnected')
        return fail(new RequestFailed('disconnected', `${read.name}: the session ended before the answer did`))
      if (callback.kind === 'error' && callback.id === reqId) {
        return fail(new RequestFailed('refused', `${read.name}: ${callback.code}: ${callback.message}`, callback.code))
      }
      const taken = read.take(callback, reqId)
      if (taken === 'end') return finish(() => resolve(items))
      if (taken) items.push(...taken)
    })
    const expire = (): void => {
      fail(new RequestFailed('timeout', `${read.name}: no complete answer within ${ANSWER_LIMIT_MS} ms`))
      if (!read.numbered) line.renew(`${read.name} never ended`)
    }
    clock.sleep(ANSWER_LIMIT_MS, over.signal).then(expire, () => undefined)
    line.pace('request', over.signal).then(
      () => {
        if (!line.send(read.payload(reqId), (ib) => read.write(ib, reqId)))
          fail(new RequestFailed('disconnected', `${read.name}: no session`))
      },
      () => undefined,
    )
  })
}

/** One at a time, and whoever comes meanwhile shares the next one: its answer starts after every one of their calls. */
function shared<T>(start: () => Promise<T>): () => Promise<T> {
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

/** The answer, or the signal's reason when that comes first: a read without id goes on for whoever shares it. */
function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    void answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

const ordersRead = (name: 'reqAllOpenOrders' | 'reqCompletedOrders', write: (ib: IBApi) => void): Read<OrderEcho> => {
  const [item, end] =
    name === 'reqAllOpenOrders' ? (['openOrder', 'openOrderEnd'] as const) : (['completedOrder', 'completedOrdersEnd'] as const)
  return {
    name,
    numbered: false,
    payload: () => [name],
    write,
    take: (callback) => {
      if (callback.kind === end) return 'end'
      return callback.kind === item && 'order' in callback ? [callback.order] : null
    },
  }
}

const POSITIONS: Read<HeldPosition> = {
  name: 'reqPositions',
  numbered: false,
  payload: () => ['reqPositions'],
  write: (ib) => ib.reqPositions(),
  cancel: (ib) => ib.cancelPositions(),
  take: (callback) => (callback.kind === 'positionEnd' ? 'end' : callback.kind === 'position' ? [callback] : null),
}

type Reported = { readonly execution: Execution } | { readonly execId: string; readonly fee: Money }
const EXECUTIONS: Read<Reported> = {
  name: 'reqExecutions',
  numbered: true,
  payload: (reqId) => ['reqExecutions', reqId, {}],
  write: (ib, reqId) => ib.reqExecutions(reqId, {}),
  take: (callback, reqId) => {
    if (callback.kind === 'executionsEnd' && callback.reqId === reqId) return 'end'
    if (callback.kind === 'execution' && callback.reqId === reqId) return [{ execution: callback.execution }]
    return callback.kind === 'commission' ? [{ execId: callback.execId, fee: callback.fee }] : null
  },
}
const CASH_TAG = 'TotalCashValue'
const CASH: Read<{ readonly account: string; readonly value: string }> = {
  name: 'reqAccountSummary',
  numbered: true,
  payload: (reqId) => ['reqAccountSummary', reqId, 'All', CASH_TAG],
  write: (ib, reqId) => ib.reqAccountSummary(reqId, 'All', CASH_TAG),
  cancel: (ib, reqId) => ib.cancelAccountSummary(reqId),
  take: (callback, reqId) => {
    if (callback.kind === 'accountSummaryEnd' && callback.reqId === reqId) return 'end'
    return callback.kind === 'accountSummary' && callback.reqId === reqId && callback.tag === CASH_TAG ? [callback] : null
  },
}

function contractOf(query: ContractQuery): Contract {
  if ('conId' in query) return { conId: query.conId, exchange: EXCHANGE }
  const { symbol, date } = query
  const option = { symbol, secType: SecType.OPT, exchange: EXCHANGE, currency: 'USD' }
  return date === undefined ? option : { ...option, lastTradeDateOrContractMonth: date }
}
const contractsRead = (contract: Contract): Read<ContractRow> => ({
  name: 'reqContractDetails',
  numbered: true,
  payload: (reqId) => ['reqContractDetails', reqId, contract],
  write: (ib, reqId) => ib.reqContractDetails(reqId, contract),
  take: (callback, reqId) => {
    if (callback.kind === 'contractEnd' && callback.reqId === reqId) return 'end'
    return callback.kind === 'contract' && callback.reqId === reqId ? [callback.contract] : null
  },
})
/** C is YES, P is NO (§2). */
export const outcomeOf = (right: ContractRow['right']): 'yes' | 'no' | null =>
  right === OptionType.Call ? 'yes' : right === OptionType.Put ? 'no' : null

/** One per gateway: the reads whose end carries no id must never overlap. */
export function createRequests(line: Line, clock: Clock): Requests {
  const openOrders = shared(() =>
    run(
      line,
      clock,
      ordersRead('reqAllOpenOrders', (ib) => ib.reqAllOpenOrders()),
    ),
  )
  const completedOrders = shared(() =>
    run(
      line,
      clock,
      ordersRead('reqCompletedOrders', (ib) => ib.reqCompletedOrders(true)),
    ),
  )
  const positions = shared(() => run(line, clock, POSITIONS))
  const executions = shared(async (): Promise<ExecutionReport> => {
    const reported = await run(line, clock, EXECUTIONS)
    const fees = new Map<string, Money>()
    for (const item of reported) if ('fee' in item) fees.set(item.execId, item.fee)
    return { executions: reported.flatMap((item) => ('execution' in item ? [item.execution] : [])), fees }
  })
  const cash = shared(() => run(line, clock, CASH))
  return {
    contracts: (query, signal) => unlessAborted(run(line, clock, contractsRead(contractOf(query))), signal),
    openOrders: (signal) => unlessAborted(openOrders(), signal),
    completedOrders: (signal) => unlessAborted(completedOrders(), signal),
    executions: (signal) => unlessAborted(executions(), signal),
    positions: (signal) => unlessAborted(positions(), signal),
    cash: async (account, signal) => {
      const row = (await unlessAborted(cash(), signal)).find((candidate) => candidate.account === account)
      if (!row)
        throw new RequestFailed(
          'refused',
          `The gateway reports no ${CASH_TAG} for account ${account}: check which account it is logged in to`,
        )
      return money(row.value)
    },
  }
}
