import type { IBApi } from '@stoqey/ib'
import type { Millis } from '../../../core/units'
import type { Clock } from '../../../ports/clock'
import { unlessAborted } from '../../../ports/limit'
import type { ContractRow, OptionParameters, OrderEcho, PriceIncrement } from '../wire/messages'
import { fundsOf, POSITIONS, SUMMARY, type Funds, type HeldPosition } from './account-reads'
import { contractsRead, marketRuleRead, optionParametersRead, type ContractQuery } from './contract-reads'
import { agreesWithDay, executionsRead, reportOf, type ExecutionReport } from './executions'
import { run, shared, type Line, type Read } from './read'
import type { GatewaySession } from './session'

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
  /**
   * The same since a time at the least, for which a day's report grows too long with the day. How this gateway reads a time is proven first in each
   * session, by a report that has all of a recent execution's time; until then the whole day is told.
   */
  executionsSince(sinceMs: Millis, signal: AbortSignal): Promise<ExecutionReport>
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

/** Positions go on as a subscription until its cancel is heard: what changes meanwhile is told once more, and the last word counts. */
const latest = (told: readonly HeldPosition[]): readonly HeldPosition[] => [
  ...new Map(told.map((position) => [`${position.account} ${position.conId}`, position])).values(),
]

/** One per gateway: the reads whose end carries no id must never overlap. */
export function createRequests(line: Line & { readonly session: Pick<GatewaySession, 'conn'> }, clock: Clock): Requests {
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
  const executions = shared(async () => reportOf(await run(line, clock, executionsRead(null))))
  let provenConn: number | null = null
  const executionsSince = async (sinceMs: Millis): Promise<ExecutionReport> => {
    const { conn } = line.session
    const byTime = reportOf(await run(line, clock, executionsRead(sinceMs)))
    if (provenConn === conn) return byTime
    const day = await executions()
    if (agreesWithDay(byTime, day, sinceMs)) provenConn = conn
    return day
  }
  const summary = shared(() => run(line, clock, SUMMARY))
  return {
    contracts: (query, signal) => unlessAborted(run(line, clock, contractsRead(query)), signal),
    optionParameters: (symbol, underConId, signal) => unlessAborted(run(line, clock, optionParametersRead(symbol, underConId)), signal),
    marketRule: (ruleId, signal) => unlessAborted(run(line, clock, marketRuleRead(ruleId)), signal),
    openOrders: (signal) => unlessAborted(openOrders(), signal),
    completedOrders: (signal) => unlessAborted(completedOrders(), signal),
    executions: (signal) => unlessAborted(executions(), signal),
    executionsSince: (sinceMs, signal) => unlessAborted(executionsSince(sinceMs), signal),
    positions: (signal) => unlessAborted(positions(), signal),
    funds: async (account, signal) => fundsOf(await unlessAborted(summary(), signal), account),
  }
}
