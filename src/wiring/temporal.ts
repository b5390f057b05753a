import { setTimeout as delay } from 'node:timers/promises'
import {
  Client,
  type ClientInterceptors,
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
} from '@temporalio/client'
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common'
import { NativeConnection } from '@temporalio/worker'
import type { TradeId } from '../core/ids'
import type { Scope } from '../core/risk/scope'
import type { Plan, TradeResult } from '../core/trade/plan'
import type { SaleWord } from '../core/trade/steps'
import type { Beat, Sellers, Started, Succession, Successors, Trader } from '../ports/trader'
import {
  CONTROLS,
  controlsWorkflowId,
  cureWorkflowId,
  QUEUES,
  SAGA_TERMS,
  SIGNALS,
  tradeWorkflowId,
  WORKFLOWS,
  type Command,
  type ControlsInput,
  type SagaTerms,
} from '../workflows/messages'
import { planLine } from '../workflows/story'

const STRATEGY = defineSearchAttributeKey('CrossbookStrategy', SearchAttributeType.KEYWORD)
const MODE = defineSearchAttributeKey('CrossbookMode', SearchAttributeType.KEYWORD)
const SUBJECT = defineSearchAttributeKey('CrossbookSubject', SearchAttributeType.KEYWORD)
const TRADE = defineSearchAttributeKey('CrossbookTradeId', SearchAttributeType.KEYWORD)
const EDGE = defineSearchAttributeKey('CrossbookEdgeMicros', SearchAttributeType.INT)

/** Bounds how long a lost first workflow task (the process died with it) stays lost. */
const WORKFLOW_TASK_TIMEOUT = '3s'

/** A rehearsal that hangs is of no use to anybody; it holds nothing, so it may be cut off. */
const WARM_UP_LIMIT = '10s'

/** One connection for Client and Worker of a process: what makes a workflow start eagerly where it was found. Loopback needs no compression. */
export const connectTemporal = (address: string): Promise<NativeConnection> =>
  NativeConnection.connect({ address, grpcCompression: { codec: 'none' } })

/** @param interceptors see every call of this client; none unless told otherwise */
export const temporalClient = (connection: NativeConnection, namespace: string, interceptors: ClientInterceptors = {}): Client =>
  new Client({ connection, namespace, interceptors })

/**
 * One beat of keeping warm: an empty workflow through the trades' own queue. All of a process share an id, so that one which has not ended yet takes
 * the place of the next. Never throws: a beat that fails costs nothing but its warmth.
 */
export function createBeat(client: Client, taskQueue: string): (signal: AbortSignal) => Promise<Beat> {
  const options = {
    taskQueue,
    workflowId: `beat-${process.pid}`,
    requestEagerStart: true,
    workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
    workflowExecutionTimeout: WARM_UP_LIMIT,
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
  }
  return async (signal) => {
    try {
      await client.withAbortSignal(signal, () => client.workflow.start<() => Promise<void>>(WORKFLOWS.beat, options))
      return 'started'
    } catch (error) {
      return error instanceof WorkflowExecutionAlreadyStartedError ? 'still-running' : 'failed'
    }
  }
}

/** Starts box workflows (E1: one run at a time per pair, many over time). */
export function createTrader(client: Client, taskQueue: string): Trader {
  let warmUps = 0
  return {
    async warmUp(signal) {
      const options = {
        taskQueue,
        workflowId: `warm-up-${process.pid}-${++warmUps}`,
        requestEagerStart: true,
        workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
        workflowExecutionTimeout: WARM_UP_LIMIT,
      }
      await client.withAbortSignal(signal, () => client.workflow.execute<() => Promise<void>>(WORKFLOWS.warmUp, options))
    },
    async start(plan: Plan, signal: AbortSignal): Promise<Started> {
      try {
        const options = {
          taskQueue,
          workflowId: tradeWorkflowId(plan.strategy, plan.opportunity.subject),
          args: [plan, SAGA_TERMS] as [Plan, SagaTerms],
          requestEagerStart: true,
          workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
          workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
          workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
          staticSummary: planLine(plan),
          typedSearchAttributes: [
            { key: STRATEGY, value: plan.strategy },
            { key: MODE, value: plan.mode },
            { key: SUBJECT, value: plan.opportunity.subject },
            { key: TRADE, value: plan.tradeId },
            { key: EDGE, value: plan.opportunity.netEdge },
          ],
        }
        const handle = await client.withAbortSignal(signal, () =>
          client.workflow.start<(plan: Plan, terms: SagaTerms) => Promise<TradeResult>>(WORKFLOWS[plan.strategy], options),
        )
        return { kind: 'started', eagerly: handle.eagerlyStarted, ended: resultOf({ result: () => handle.result() }) }
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) return { kind: 'already-running' }
        return { kind: 'unreachable', detail: error instanceof Error ? error.message : String(error) }
      }
    },
  }
}

/** How soon a server that could not be asked for a trade's end is asked again: starting it takes about as long. */
const RESULT_AGAIN_MS = 1_000

/** The end of a trade. A server that is away says nothing about it: only what it tells of the workflow itself ends the question. */
export async function resultOf({ result }: { result(): Promise<TradeResult> }): Promise<TradeResult> {
  for (;;) {
    try {
      return await result()
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      await delay(RESULT_AGAIN_MS, undefined, { ref: false })
    }
  }
}

/** Starts `cure-<tradeId>` on the queue of the shard that the trade began on: the venue sessions and the journal of its orders are there. */
export function createSuccessors(client: Client, queueOf: (tradeId: TradeId) => Promise<string>): Successors & Sellers {
  const start = async (signal: AbortSignal, ...args: [TradeId, string, SaleWord?]): Promise<Succession> => {
    const [tradeId, reason] = args
    try {
      const options = {
        taskQueue: await queueOf(tradeId),
        workflowId: cureWorkflowId(tradeId),
        args,
        workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
        workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
        staticSummary: `cure of ${tradeId}: ${reason}`,
        typedSearchAttributes: [{ key: TRADE, value: tradeId }],
      }
      await client.withAbortSignal(signal, () =>
        client.workflow.start<(tradeId: TradeId, reason: string, word?: SaleWord) => Promise<TradeResult>>(WORKFLOWS.cure, options),
      )
      return { kind: 'started' }
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return { kind: 'already-running' }
      return { kind: 'unreachable', detail: error instanceof Error ? error.message : String(error) }
    }
  }
  return {
    start: (tradeId, reason, signal) => start(signal, tradeId, reason),
    sell: (tradeId, reason, signal) => start(signal, tradeId, reason, { way: 'sell' }),
  }
}

/**
 * Tells every running trade of the scope that it is halted or resumed (E26). @returns how many were told.
 * @throws the last error when one that may still run could not be told: all others were.
 */
export async function tellTrades(client: Client, kind: 'halt' | 'resume', command: Command, signal: AbortSignal): Promise<number> {
  return client.withAbortSignal(signal, async () => {
    let told = 0
    const failures: unknown[] = []
    for await (const { workflowId, runId } of client.workflow.list({ query: tradesOf(command.scope) })) {
      try {
        await client.workflow.getHandle(workflowId, runId).signal<[Command]>(SIGNALS[kind], command)
        told++
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) failures.push(error) // otherwise it ended meanwhile
      }
    }
    if (failures.length > 0) throw failures.at(-1)
    return told
  })
}

/** The query for the running trades that a scope covers. */
function tradesOf(scope: Scope): string {
  const [kind, value] = scope.split(':', 2)
  const running = `ExecutionStatus = 'Running' AND WorkflowType IN ('${WORKFLOWS.box}', '${WORKFLOWS.edge}', '${WORKFLOWS.cure}')`
  if (kind === 'pair') return `${running} AND CrossbookSubject = '${value}'`
  if (kind === 'trade') return `${running} AND CrossbookTradeId = '${value}'`
  if (kind === 'strategy') return `${running} AND CrossbookStrategy = '${value}'`
  return running
}

/** Has the risk controller of an account look at the ledger and tell running trades; starts it when nobody has yet. */
export async function alertControls(client: Client, account: string, queue: string = QUEUES.backoffice): Promise<void> {
  await client.workflow.signalWithStart<(input: ControlsInput) => Promise<void>, []>(WORKFLOWS.controls, {
    workflowId: controlsWorkflowId(account),
    taskQueue: queue,
    args: [{ account }],
    signal: CONTROLS.signals.changed,
    signalArgs: [],
    staticSummary: `risk controller of ${account}`,
  })
}
