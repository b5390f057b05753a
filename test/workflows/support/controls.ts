import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client'
import type { History } from '@temporalio/common/lib/proto-utils'
import { TestWorkflowEnvironment } from '@temporalio/testing'
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker'
import { orderId, tradeId } from '../../../src/core/ids'
import { LIMIT_NAMES, limitChanges, raisesAny, type Proposal } from '../../../src/core/risk/limit-change'
import type { Limits } from '../../../src/core/risk/limits'
import type { Operator } from '../../../src/core/risk/scope'
import { millis } from '../../../src/core/units'
import {
  CONTROLS,
  tradingQueue,
  WORKFLOWS,
  type CancelledVenue,
  type ControlsActivities,
  type ControlsFacts,
  type ControlsInput,
  type ControlsMessages,
  type ControlsState,
  type KillActivities,
  type ToldHalt,
} from '../../../src/workflows/messages'
import { BUNDLE, disagreements } from '../rig'

type Updates = ControlsMessages['updates']
const QUEUE = 'controls'
/** Its queue is served. */
export const SHARD = 'test'
/** For an activity that a failed test has left without an answer. */
const SHUTDOWN_LIMIT = '5s'
const POLL_MS = 20
const STATE_LIMIT_MS = 10_000

/** Limits that differ from each other in one figure. */
export const limits = (version: string, maxOpenTrades: number): Limits => ({
  ...(Object.fromEntries(LIMIT_NAMES.map((name) => [name, 1])) as unknown as Limits),
  version,
  maxOpenTrades,
})
export const IN_FORCE = limits('first', 5)
export const CANCELLED: readonly CancelledVenue[] = [
  { venue: 'kalshi', cancelled: 2, resting: [orderId(tradeId('T1'), 'a', 1)], others: 1, unread: null },
  { venue: 'forecastex', cancelled: 0, resting: [], others: 0, unread: null },
]
export const looked = ({ facts }: ControlsState): boolean => facts !== null

/** What Postgres and the venues do, as far as the controller sees it. */
export class Outside implements ControlsActivities, KillActivities {
  inForce = IN_FORCE
  mode: ControlsFacts['mode'] = 'sim'
  epoch = 0
  told: readonly ToldHalt[] = []
  refusal: string | null = null
  ledger: Promise<void> = Promise.resolve()
  readonly proposals: Proposal[] = []
  /** The epochs after which it was asked to tell. */
  readonly asked: number[] = []
  readonly requests: string[] = []
  cancels = 0

  async readControls(): Promise<ControlsFacts> {
    await this.ledger
    const open = this.proposals.filter(({ state }) => state === 'open')
    return { mode: this.mode, limits: this.inForce.version, proposals: open, halts: [] }
  }

  async distributeHalts(afterEpoch: number): ReturnType<ControlsActivities['distributeHalts']> {
    await this.ledger
    this.asked.push(afterEpoch)
    return { epoch: this.epoch, told: this.told.filter(({ epoch }) => epoch > afterEpoch) }
  }

  proposeLimits(request: string, proposed: Limits, by: Operator): ReturnType<ControlsActivities['proposeLimits']> {
    this.requests.push(request)
    if (this.refusal !== null) return Promise.resolve({ kind: 'refused', why: this.refusal })
    const changes = limitChanges(this.inForce, proposed)
    const proposal: Proposal = {
      id: this.proposals.length + 1,
      limits: proposed,
      base: this.inForce.version,
      changes,
      state: raisesAny(changes) ? 'open' : 'applied',
      by,
      atMs: millis(1),
      decidedBy: null,
      decidedMs: null,
      reason: '',
    }
    this.proposals.push(proposal)
    if (proposal.state === 'applied') this.inForce = proposed
    return Promise.resolve(proposal)
  }

  decideLimits({ id, by, reason }: Parameters<ControlsActivities['decideLimits']>[0], as: 'applied' | 'rejected'): Promise<Proposal> {
    const open = this.proposals[id - 1]
    if (!open) throw new Error(`nobody proposed ${id}`)
    const decided: Proposal = { ...open, state: as, decidedBy: by, decidedMs: millis(2), reason }
    this.proposals[id - 1] = decided
    if (as === 'applied') this.inForce = decided.limits
    return Promise.resolve(decided)
  }

  cancelEverything(): Promise<readonly CancelledVenue[]> {
    this.cancels++
    return Promise.resolve(CANCELLED)
  }
}

/** A time-skipping server, the back office, a process with the venue sessions; and the controller of the test. */
export class ControlsRig {
  outside = new Outside()
  readonly #started: WorkflowHandle[] = []
  #environment: TestWorkflowEnvironment | null = null
  #controls: WorkflowHandle | null = null
  #workers: readonly Worker[] = []
  #running: Promise<unknown> = Promise.resolve()

  async open(): Promise<void> {
    Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'ERROR', forward: {} } } })
    const executable = { type: 'existing-path', path: process.env['CROSSBOOK_TEST_SERVER'] ?? '' } as const
    this.#environment = await TestWorkflowEnvironment.createTimeSkipping({ server: { executable } })
    const { nativeConnection: connection } = this.#environment
    const activities: ControlsActivities = {
      readControls: () => this.outside.readControls(),
      distributeHalts: (afterEpoch) => this.outside.distributeHalts(afterEpoch),
      proposeLimits: (request, proposed, by) => this.outside.proposeLimits(request, proposed, by),
      decideLimits: (decision, as) => this.outside.decideLimits(decision, as),
    }
    const cancelEverything = (): Promise<readonly CancelledVenue[]> => this.outside.cancelEverything()
    const office = {
      connection,
      taskQueue: QUEUE,
      workflowBundle: BUNDLE,
      activities: { ...activities },
      shutdownForceTime: SHUTDOWN_LIMIT,
    } as const
    this.#workers = [
      await Worker.create(office),
      await Worker.create({ connection, taskQueue: tradingQueue(SHARD), activities: { cancelEverything } }),
    ]
    this.#running = Promise.all(this.#workers.map((worker) => worker.run()))
  }

  /** Ends everything. @returns the histories of all controllers. */
  async close(): Promise<{ workflowId: string; history: History }[]> {
    const histories: { workflowId: string; history: History }[] = []
    for (const handle of this.#started) histories.push({ workflowId: handle.workflowId, history: await handle.fetchHistory() })
    for (const handle of this.#started) await handle.terminate()
    for (const worker of this.#workers) worker.shutdown()
    await this.#running
    await this.#environment?.teardown()
    return histories
  }

  get environment(): TestWorkflowEnvironment {
    if (!this.#environment) throw new Error('the server is not started')
    return this.#environment
  }
  /** All its runs. */
  get controls(): WorkflowHandle {
    if (!this.#controls) throw new Error('no controller is started')
    return this.#controls
  }

  /** Starts the controller that the test speaks to from now on. */
  async start(input: Partial<ControlsInput> = {}): Promise<void> {
    const account = randomUUID()
    const options = { workflowId: `controls-${account}`, taskQueue: QUEUE, args: [{ account, ...input }] }
    const { workflowId } = await this.environment.client.workflow.start(WORKFLOWS.controls, options)
    this.#started.push((this.#controls = this.environment.client.workflow.getHandle(workflowId)))
  }

  ask<Name extends keyof Updates>(name: Name, ...args: Parameters<Updates[Name]>): Promise<ReturnType<Updates[Name]>> {
    return this.controls.executeUpdate(CONTROLS.updates[name], { args })
  }
  /** What a person or the worker says: look at the ledger. */
  alert(): Promise<void> {
    return this.controls.signal(CONTROLS.signals.changed)
  }

  async stateOf(ready: (state: ControlsState) => boolean): Promise<ControlsState> {
    for (const endMs = Date.now() + STATE_LIMIT_MS; ;) {
      const state = await this.controls.query<ControlsState>(CONTROLS.queries.state)
      if (ready(state)) return state
      if (Date.now() > endMs) throw new Error(`the controller is still at ${JSON.stringify(state)}`)
      await delay(POLL_MS)
    }
  }

  /** Updates that the history knows of. */
  async updatesKept(): Promise<number> {
    const { events } = await this.controls.fetchHistory()
    return (events ?? []).filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes).length
  }
}

/** The controller's own sentence when it refuses. */
export async function refusal(update: Promise<unknown>): Promise<string> {
  try {
    await update
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) return error.cause?.message ?? ''
    throw error
  }
  return 'it was accepted'
}

/** A rig for the test file with a new controller for each test; whatever ran is replayed at the end. */
export function controlsRigOfFile(): ControlsRig {
  const rig = new ControlsRig()
  beforeAll(() => rig.open(), 30_000)
  beforeEach(async () => {
    rig.outside = new Outside()
    await rig.start()
    await rig.stateOf(looked)
  })
  afterAll(async () => expect(await disagreements(await rig.close())).toEqual([]), 60_000)
  return rig
}
