import type { IBApi } from '@stoqey/ib'
import type { Money } from '../../../core/units'
import type { Clock } from '../../../ports/clock'
import type { ContractRow, Execution, OptionParameters, OrderEcho, PriceIncrement } from '../wire/messages'
import type { Fees } from '../wire/order-state'
import { fundsOf, POSITIONS, SUMMARY, type Funds, type HeldPosition } from './account-reads'
import { contractsRead, marketRuleRead, optionParametersRead, type ContractQuery } from './contract-reads'
import { run, shared, unlessAborted, type Line, type Read } from './read'

export interface ExecutionReport {
  readonly executions: readonly Execution[]
  readonly fees: Fees
}
/** The gateway's reads. Each ends completely or rejects with {@link RequestFailed} (or with the signal's reason); each starts after the call. */
export interface Requests {
  contracts(query: ContractQuery, signal: AbortSignal): Promise<readonly ContractRow[]>
  /** The dates of a product's contracts, one item for each of its classes. @param underConId the index it hinges on */
  optionParameters(symbol: string, underConId: number, signal: AbortSignal): Promise<readonly OptionParameters[]>
  marketRule(ruleId: number, signal: AbortSignal): Promise<readonly PriceIncrement[]>
  /** Of every client of the account, this one's with their numbers. */
  openOrders(signal: AbortSignal): Promise<readonly OrderEcho[]>
  completedOrders(signal: AbortSignal): Promise<readonly OrderEcho[]>
  /** Since midnight of the gateway's day; fees come with them where known. */
  executions(signal: AbortSignal): Promise<ExecutionReport>
  positions(signal: AbortSignal): Promise<readonly HeldPosition[]>
  funds(account: string, signal: AbortSignal): Promise<Funds>
}

const ordersRead = (name: 'reqAllOpenOrders' | 'reqCompletedOrders', write: (ib: IBApi) => void): Read<OrderEcho> => {
  const [item, end] =
    name === 'reqAllOpenOrders' ? (['openOrder', 'openOrderEnd'] as const) : (['completedOrder', 'completedOrdersEnd'] as const)
  return {
    name,
    items: item,
    numbered: false,
    payload: () => [name],
    write,
    take: (callback) => {
      if (callback.kind === end) return 'end'
      return callback.kind === item && 'order' in callback ? [callback.order] : null
    },
  }
}

type Reported = { readonly execution: Execution } | { readonly execId: string; readonly fee: Money }
const EXECUTIONS: Read<Reported> = {
  name: 'reqExecutions',
  items: 'execDetails',
  numbered: true,
  payload: (reqId) => ['reqExecutions', reqId, {}],
  write: (ib, reqId) => ib.reqExecutions(reqId, {}),
  take: (callback, reqId) => {
    if (callback.kind === 'executionsEnd' && callback.reqId === reqId) return 'end'
    if (callback.kind === 'execution' && callback.reqId === reqId) return [{ execution: callback.execution }]
    return callback.kind === 'commission' ? [{ execId: callback.execId, fee: callback.fee }] : null
  },
}
/** Positions go on as a subscription until its cancel is heard: what changes meanwhile is told once more, and the last word counts. */
const latest = (told: readonly HeldPosition[]): readonly HeldPosition[] => [
  ...new Map(told.map((position) => [`${position.account} ${position.conId}`, position])).values(),
]

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
  const positions = shared(async () => latest(await run(line, clock, POSITIONS)))
  const executions = shared(async (): Promise<ExecutionReport> => {
    const reported = await run(line, clock, EXECUTIONS)
    const fees = new Map<string, Money>()
    for (const item of reported) if ('fee' in item) fees.set(item.execId, item.fee)
    return { executions: reported.flatMap((item) => ('execution' in item ? [item.execution] : [])), fees }
  })
  const summary = shared(() => run(line, clock, SUMMARY))
  return {
    contracts: (query, signal) => unlessAborted(run(line, clock, contractsRead(query)), signal),
    optionParameters: (symbol, underConId, signal) => unlessAborted(run(line, clock, optionParametersRead(symbol, underConId)), signal),
    marketRule: (ruleId, signal) => unlessAborted(run(line, clock, marketRuleRead(ruleId)), signal),
    openOrders: (signal) => unlessAborted(openOrders(), signal),
    completedOrders: (signal) => unlessAborted(completedOrders(), signal),
    executions: (signal) => unlessAborted(executions(), signal),
    positions: (signal) => unlessAborted(positions(), signal),
    funds: async (account, signal) => fundsOf(await unlessAborted(summary(), signal), account),
  }
}
