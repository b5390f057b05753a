import { randomUUID } from 'node:crypto'
import type { History } from '@temporalio/common/lib/proto-utils'
import { TestWorkflowEnvironment } from '@temporalio/testing'
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker'
import { marketId, orderId, tradeId, VENUES } from '../../../src/core/ids'
import { CANARY_PRICE, CANARY_QUANTITY, type Drill, type DrillReport, type PlacedCanary } from '../../../src/core/risk/drill'
import { millis, NO_QUANTITY } from '../../../src/core/units'
import {
  tradingQueue,
  WORKFLOWS,
  type CanaryActivities,
  type DrillActivities,
  type DrillAnswer,
  type DrillBeginning,
  type DrillOrder,
} from '../../../src/workflows/messages'
import { BUNDLE } from '../rig'

const QUEUE = 'backoffice'
export const SHARDS = ['main', 'second'] as const
export const ID = tradeId('0mfk2hxyz0000001')
export const DRILL: Drill = {
  drillId: ID,
  mode: 'sim',
  by: { name: 'ana', role: 'operator' },
  shards: SHARDS,
  places: [],
  startedMs: millis(1_000),
}
/** How long after the command each of them knows. */
const KNOWN_MS = 30

type Step = keyof DrillActivities | keyof CanaryActivities
type Activities = DrillActivities & CanaryActivities
type Replaced = { readonly [S in Step]?: (...input: Parameters<Activities[S]>) => unknown }

/** What the ledger, the controller and the venues do in a drill without an accident; a test replaces what goes wrong. */
export class Outside {
  readonly asked: string[] = []
  report: DrillReport | null = null
  replaced: Replaced = {}

  readonly activities: Activities = {
    beginDrill: (order, run) =>
      this.#do('beginDrill', [order, run], (): DrillBeginning => ({ kind: 'begun', drill: { ...DRILL, by: order.by } })),
    haltForDrill: (drill) => this.#do('haltForDrill', [drill], () => ({ atMs: millis(Date.now()), epoch: 7, effectiveInMs: 12 })),
    acknowledgeHalt: (halt) => this.#do('acknowledgeHalt', [halt], () => [{ who: 'the ledger', afterMs: KNOWN_MS }]),
    cancelForDrill: (drill, epoch) =>
      this.#do('cancelForDrill', [drill, epoch], () => ({
        order: { by: drill.by, reason: '', epoch, shard: SHARDS[0] },
        trades: 0,
        venues: VENUES.map((venue) => ({ venue, cancelled: SHARDS.length, resting: [], others: 0, unread: null })),
      })),
    resumeAfterDrill: (drill, epoch) => this.#do('resumeAfterDrill', [drill, epoch], () => null),
    endDrill: (report) =>
      this.#do('endDrill', [report], () => {
        this.report = report
      }),
    restCanaries: (drill, shard) => this.#do('restCanaries', [drill, shard], () => placed(shard)),
    proveHalt: (canaries, acknowledgedMs) =>
      this.#do('proveHalt', [canaries, acknowledgedMs], () => ({
        openings: 0,
        filled: canaries.flatMap(({ canary }) => (canary ? [{ clientOrderId: canary.clientOrderId, quantity: NO_QUANTITY }] : [])),
      })),
  }

  async #do<S extends Step>(step: S, input: Parameters<Activities[S]>, usual: () => unknown): ReturnTypeOf<S> {
    this.asked.push(step)
    const replaced = this.replaced[step] as ((...given: Parameters<Activities[S]>) => unknown) | undefined
    return (await (replaced ? replaced(...input) : usual())) as Awaited<ReturnType<Activities[S]>>
  }
}
type ReturnTypeOf<S extends Step> = Promise<Awaited<ReturnType<Activities[S]>>>

/** Both canaries of a shard, resting. */
export const placed = (shard: string): readonly PlacedCanary[] =>
  VENUES.map((venue, i) => ({
    venue,
    shard,
    state: 'resting',
    detail: '',
    canary: {
      clientOrderId: orderId(ID, 'a', SHARDS.indexOf(shard as 'main') * VENUES.length + i + 1),
      ...{ venue, market: marketId('M'), outcome: 'yes', limit: CANARY_PRICE, quantity: CANARY_QUANTITY, notAfterMs: millis(2_000) },
    },
  }))

/** A time-skipping server with a back office and the processes of two shards. */
export class DrillRig {
  outside = new Outside()
  readonly histories: { workflowId: string; history: History }[] = []
  #environment: TestWorkflowEnvironment | null = null
  #workers: readonly Worker[] = []
  #running: Promise<unknown> = Promise.resolve()

  async open(): Promise<void> {
    Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'ERROR', forward: {} } } })
    const executable = { type: 'existing-path', path: process.env['CROSSBOOK_TEST_SERVER'] ?? '' } as const
    this.#environment = await TestWorkflowEnvironment.createTimeSkipping({ server: { executable } })
    const { nativeConnection: connection } = this.#environment
    const of = (step: Step) => [step, (...input: never[]) => (this.outside.activities[step] as (...given: never[]) => unknown)(...input)]
    const office = ['beginDrill', 'haltForDrill', 'acknowledgeHalt', 'cancelForDrill', 'resumeAfterDrill', 'endDrill'] as const
    const venues = ['restCanaries', 'proveHalt'] as const
    this.#workers = [
      await Worker.create({
        connection,
        taskQueue: QUEUE,
        workflowBundle: BUNDLE,
        activities: Object.fromEntries(office.map(of)) as object,
      }),
      ...(await Promise.all(
        SHARDS.map((shard) =>
          Worker.create({ connection, taskQueue: tradingQueue(shard), activities: Object.fromEntries(venues.map(of)) as object }),
        ),
      )),
    ]
    this.#running = Promise.all(this.#workers.map((worker) => worker.run()))
  }

  async close(): Promise<void> {
    for (const worker of this.#workers) worker.shutdown()
    await this.#running
    await this.#environment?.teardown()
  }

  async run(...args: readonly [DrillOrder] | readonly []): Promise<DrillAnswer> {
    if (!this.#environment) throw new Error('the server is not started')
    const workflowId = `killDrill-${randomUUID()}`
    const { workflow } = this.#environment.client
    const handle = await workflow.start(WORKFLOWS.killDrill, { workflowId, taskQueue: QUEUE, args: [...args] })
    const answer = (await handle.result()) as DrillAnswer
    this.histories.push({ workflowId, history: await handle.fetchHistory() })
    return answer
  }
}
