import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { WorkflowHandle } from '@temporalio/client'
import { historyToJSON, type History } from '@temporalio/common/lib/proto-utils'
import { encodeSearchAttributeIndexedValueType } from '@temporalio/common/lib/search-attributes'
import { TestWorkflowEnvironment } from '@temporalio/testing'
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker'
import { inTurn, type SaleWord } from '../../src/core/trade/steps'
import type { Plan, TradeResult } from '../../src/core/trade/plan'
import {
  cureWorkflowId,
  QUERIES,
  SAGA_TERMS,
  SIGNALS,
  WORKFLOWS,
  type CalibrationActivities,
  type Command,
  type IngestActivities,
  type OddsActivities,
  type Progress,
  type SagaTerms,
  type SettlementActivities,
  type TradeActivities,
  type WarmUpActivities,
} from '../../src/workflows/messages'
import { SEARCH_ATTRIBUTES } from '../../src/stack/servers/temporal'
import type { TradeId } from '../../src/core/ids'
import type { box, cure, edge } from '../../src/workflows'
import { script, scripted, type Script } from './script'

type Saga = (plan: Plan, terms: SagaTerms) => Promise<TradeResult>

const TASK_QUEUE = 'workflows'
/** Who signs the histories: never the machine they were made on. */
const IDENTITY = 'test'
const POLL_MS = 20
/** A worker with nothing to do ends at once; one whose activity a failed test has left without an answer never would. */
const SHUTDOWN_LIMIT = '5s'
/** A trade takes a tenth of a second; this is for machines with something else to do. */
const TEST_LIMIT_MS = 20_000

/** The bundle of all workflows, and the test server: test/bundle-setup.cjs provides both. */
export const BUNDLE = { codePath: process.env['CROSSBOOK_WORKFLOW_BUNDLE'] ?? '' }

export type Trade = WorkflowHandle<typeof box | typeof edge | typeof cure>
/** Of the workflows that are no trades. */
type OtherActivities = CalibrationActivities & IngestActivities & OddsActivities & SettlementActivities & WarmUpActivities

interface StartOptions {
  readonly workflowTaskTimeout?: '1s' | '10s'
  /** A queue that nobody polls: nothing of it is ever begun. */
  readonly taskQueue?: string
  readonly halt?: Command
}

/** One trade of each outcome, whose history is kept in git; CROSSBOOK_SAVE_HISTORIES=1 writes it anew (see saved.test.ts). */
const SAVED: Readonly<Record<string, string>> = {
  'box-Refused': 'refused',
  'box-Missedempty': 'missed',
  'box-Locked': 'locked',
  'box-Partly': 'partly-locked',
  'box-Unwound': 'unwound-with-cure',
  'box-Held': 'held',
  'box-Judged': 'surrendered',
  'cure-Orphan': 'taken-over',
  'edge-EdgeHeld': 'edge-held',
  'cure-SoldAll': 'edge-sold',
}

/** A time-skipping server and one worker, whose activities are those of the trade's own script. */
export class Rig {
  /** Every history of this file, for the replay that ends it. */
  readonly histories: { workflowId: string; history: History }[] = []
  readonly #trades = new Map<string, TradeActivities>()
  #activities: TradeActivities & Partial<OtherActivities> = scripted(script())
  #environment: TestWorkflowEnvironment | null = null
  #worker: Worker | null = null
  #running: Promise<void> = Promise.resolve()

  async open(others: Partial<OtherActivities> = {}): Promise<void> {
    Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'ERROR', forward: {} } } })
    const path = process.env['CROSSBOOK_TEST_SERVER'] ?? ''
    this.#environment = await TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path } },
      client: { identity: IDENTITY },
    })
    await this.#defineSearchAttributes()
    const of = (tradeId: string): TradeActivities => {
      const activities = this.#trades.get(tradeId)
      if (!activities) throw new Error(`trade ${tradeId} has no script`)
      return activities
    }
    this.#activities = {
      checkRiskAndReserve: (plan) => of(plan.tradeId).checkRiskAndReserve(plan),
      place: (order) => of(order.tradeId).place(order),
      resolve: (order) => of(order.tradeId).resolve(order),
      finish: (order, verdict) => of(order.tradeId).finish(order, verdict),
      finishAll: inTurn((order, verdict) => of(order.tradeId).finish(order, verdict)),
      takeOver: (tradeId) => of(tradeId).takeOver(tradeId),
      chooseCure: (unpaired, budgetLeft, pace) => of(unpaired.tradeId).chooseCure(unpaired, budgetLeft, pace),
      chooseSale: (held) => of(held.tradeId).chooseSale(held),
      close: (result) => of(result.tradeId).close(result),
      ...others,
    }
    this.#worker = await Worker.create({
      connection: this.environment.nativeConnection,
      taskQueue: TASK_QUEUE,
      workflowBundle: BUNDLE,
      activities: { ...this.#activities },
      identity: IDENTITY,
      shutdownForceTime: SHUTDOWN_LIMIT,
    })
    this.#running = this.#worker.run()
  }

  /** As the stack defines them on its own server: an upsert of an undefined one never ends. */
  async #defineSearchAttributes(): Promise<void> {
    const typed = Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => [
      name,
      encodeSearchAttributeIndexedValueType(type === 'Int' ? 'INT' : 'KEYWORD'),
    ])
    const searchAttributes = Object.fromEntries(typed) as Record<string, number>
    await this.environment.connection.operatorService.addSearchAttributes({ namespace: 'default', searchAttributes })
  }

  get environment(): TestWorkflowEnvironment {
    if (!this.#environment) throw new Error('the server is not started')
    return this.#environment
  }

  async close(): Promise<void> {
    try {
      this.#worker?.shutdown()
      await this.#running
    } finally {
      await this.#environment?.teardown()
    }
  }

  /** Starts a trade; time passes as it does until {@link result} is asked for. `halt`: what it is told before its first step. */
  async start(
    plan: Plan,
    outside: Script | TradeActivities,
    { workflowTaskTimeout = '10s', taskQueue = TASK_QUEUE, halt }: StartOptions = {},
  ): Promise<Trade> {
    this.#trades.set(plan.tradeId, 'happened' in outside ? scripted(outside) : outside)
    const { workflow } = this.environment.client
    const type = WORKFLOWS[plan.strategy]
    const options = { taskQueue, workflowId: `${type}-${plan.tradeId}`, args: [plan, SAGA_TERMS] as [Plan, SagaTerms], workflowTaskTimeout }
    if (!halt) return workflow.start<Saga>(type, options)
    const signalled = { ...options, signal: SIGNALS.halt, signalArgs: [halt] as [Command] }
    return workflow.signalWithStart<Saga, [Command]>(type, signalled)
  }

  /** Skips time until the trade has ended, and keeps its history. */
  async result(trade: Trade): Promise<TradeResult> {
    const result = await trade.result()
    this.histories.push({ workflowId: trade.workflowId, history: await trade.fetchHistory() })
    return result
  }
  async run(plan: Plan, outside: Script | TradeActivities): Promise<TradeResult> {
    return this.result(await this.start(plan, outside))
  }

  /** Starts the successor of a trade; {@link result} ends it. */
  async succeed(tradeId: TradeId, reason: string, script: Script, word?: SaleWord): Promise<Trade> {
    this.#trades.set(tradeId, scripted(script))
    const args: [TradeId, string, SaleWord?] = word ? [tradeId, reason, word] : [tradeId, reason]
    const options = { taskQueue: TASK_QUEUE, workflowId: cureWorkflowId(tradeId), args }
    return this.environment.client.workflow.start<typeof cure>(WORKFLOWS.cure, options)
  }

  /** Another worker, on a queue of its own, that begins no activity which the server hands out. */
  async idleWorker(taskQueue: string): Promise<{ readonly end: () => Promise<void> }> {
    const worker = await Worker.create({
      connection: this.environment.nativeConnection,
      taskQueue,
      workflowBundle: BUNDLE,
      activities: { ...this.#activities },
      enableNonLocalActivities: false,
      shutdownForceTime: SHUTDOWN_LIMIT,
    })
    const running = worker.run()
    return {
      async end() {
        worker.shutdown()
        await running
      },
    }
  }

  async runOther<T>(workflow: string): Promise<T> {
    const handle = await this.environment.client.workflow.start(workflow, { taskQueue: TASK_QUEUE, workflowId: workflow })
    const result = (await handle.result()) as T
    this.histories.push({ workflowId: workflow, history: await handle.fetchHistory() })
    return result
  }

  /** What the trade's page shows: Temporal asks the workflow itself for it. */
  async details(workflowId: string): Promise<string> {
    const metadata = await this.environment.client.workflow
      .getHandle(workflowId)
      .query<{ currentDetails?: string }>('__temporal_workflow_metadata')
    return metadata.currentDetails ?? ''
  }
}

/** Asks a trade for its progress until it is as expected. @throws when it has not become so within a few seconds. */
export async function progressOf(trade: Trade, ready: (progress: Progress) => boolean, limitMs = 20_000): Promise<Progress> {
  const end = Date.now() + limitMs
  for (;;) {
    const progress = await trade.query<Progress>(QUERIES.progress)
    if (ready(progress)) return progress
    if (Date.now() > end) throw new Error(`the trade is still at ${JSON.stringify(progress)}`)
    await delay(POLL_MS)
  }
}

/** Replays histories with the workflows as they are now. @returns one line for each that does not agree. */
/** @param worker what the worker that replays has beside a bundle */
export async function disagreements(
  histories: readonly { workflowId: string; history: unknown }[],
  worker: Parameters<typeof Worker.runReplayHistories>[0] = { workflowBundle: BUNDLE },
): Promise<string[]> {
  const wrong: string[] = []
  const replay = Worker.runReplayHistories(worker, histories)
  for await (const { workflowId, error } of replay) if (error) wrong.push(`${workflowId}: ${error.message}`)
  return wrong
}

function saveHistories(histories: Rig['histories']): void {
  for (const { workflowId, history } of histories) {
    const name = SAVED[workflowId]
    if (name) writeFileSync(path.join(__dirname, '..', 'histories', `${name}.json`), historyToJSON(history))
  }
}

/** Opens a rig for a test file, closes it at its end, and replays whatever ran in between. */
export function rigOfFile(others: Partial<OtherActivities> = {}): Rig {
  const rig = new Rig()
  jest.setTimeout(TEST_LIMIT_MS)
  beforeAll(() => rig.open(others), 30_000)
  afterAll(async () => {
    await rig.close()
    expect(await disagreements(rig.histories)).toEqual([])
    if (process.env['CROSSBOOK_SAVE_HISTORIES'] === '1') saveHistories(rig.histories)
  }, 60_000)
  return rig
}
