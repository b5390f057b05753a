import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { Client, type WorkflowHandle } from '@temporalio/client'
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import { createKillActivities, type CancelDependencies } from '../../../../src/activities'
import type { Mode } from '../../../../src/core/trade/plan'
import type { ControlsLine } from '../../../../src/operator/controls'
import type { HaltDependencies } from '../../../../src/operator/halts'
import type { Servers } from '../../../../src/stack/servers'
import { createHaltFile } from '../../../../src/stores/files/halt-file'
import { createControls } from '../../../../src/wiring/backoffice'
import { createTrader } from '../../../../src/wiring/temporal'
import { boxWorkflowId, controlsWorkflowId, tradingQueue, type ControlsActivities } from '../../../../src/workflows/messages'
import { temporaryDirectory } from '../../../stores/doubles'
import { NEVER, type TestLedger } from '../../ledger/support/ledger'
import { boxPlan, type PlanTerms } from '../../ledger/support/trades'

const { temporal } = JSON.parse(process.env['CROSSBOOK_TEST_SERVERS'] ?? '{}') as Pick<Servers, 'temporal'>
/** Nobody serves it: a trade on it stays where it is, and hears signals all the same. */
const IDLE_QUEUE = 'nobody'

/** The back office of one test on the real server: a risk controller nobody has started, and trades that only listen. */
export class Controls {
  readonly shard = randomUUID()
  readonly line: ControlsLine
  readonly #trades: WorkflowHandle[] = []
  #venues: { readonly worker: Worker; readonly running: Promise<void> } | null = null

  constructor(
    readonly client: Client,
    readonly connection: NativeConnection,
    readonly account: string,
    queue: string,
  ) {
    this.line = { account, temporal: () => Promise.resolve(client), queue }
  }

  get workflow(): WorkflowHandle {
    return this.client.workflow.getHandle(controlsWorkflowId(this.account))
  }

  /** What a streaming process would offer. */
  async serveVenues(venues: readonly CancelDependencies[]): Promise<void> {
    const activities = { ...createKillActivities(venues) }
    const worker = await Worker.create({ connection: this.connection, taskQueue: tradingQueue(this.shard), activities })
    this.#venues = { worker, running: worker.run() }
  }

  /** A trade that is running as far as Temporal knows. */
  async startTrade(terms: PlanTerms & { readonly id: string; readonly subject: string }): Promise<WorkflowHandle> {
    const started = await createTrader(this.client, IDLE_QUEUE).start(boxPlan(terms), NEVER)
    if (started.kind !== 'started') throw new Error(`the trade did not start: ${JSON.stringify(started)}`)
    started.ended.catch(() => undefined) // it is terminated with its test
    const trade = this.client.workflow.getHandle(boxWorkflowId(terms.subject))
    this.#trades.push(trade)
    return trade
  }

  async close(): Promise<void> {
    this.#venues?.worker.shutdown()
    await this.#venues?.running
    for (const workflow of [...this.#trades, this.workflow]) await workflow.terminate().catch(() => undefined)
  }
}

/** What a trade was told, oldest first: "halt all", "resume pair:u3". */
export async function heard(trade: WorkflowHandle): Promise<readonly string[]> {
  const { events } = await trade.fetchHistory()
  return (events ?? []).flatMap(({ workflowExecutionSignaledEventAttributes: signal }) => {
    const [payload] = signal?.input?.payloads ?? []
    return signal ? [`${signal.signalName} ${(JSON.parse(Buffer.from(payload?.data ?? []).toString()) as { scope: string }).scope}`] : []
  })
}

/** One worker of the back-office queue for the test file; each test has its own controller, and the ledger of the moment. */
export function controlsOfFile(ledger: () => TestLedger, mode: () => Mode = () => 'sim'): () => Controls {
  const queue = `backoffice-${randomUUID()}` // one answers from its own ledger alone
  let connection: NativeConnection
  let worker: Worker
  let running: Promise<void>
  let current: Controls
  beforeAll(async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'ERROR', forward: {} } } })
    const workflowsPath = path.join(__dirname, '..', '..', '..', '..', 'src', 'workflows', 'index.ts')
    const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') })
    connection = await NativeConnection.connect({ address: temporal.address })
    const client = new Client({ connection })
    const now = (): ControlsActivities => createControls({ mode: mode() }, ledger().database, client)
    const activities: ControlsActivities = {
      readControls: () => now().readControls(),
      distributeHalts: (afterEpoch) => now().distributeHalts(afterEpoch),
      proposeLimits: (request, limits, by) => now().proposeLimits(request, limits, by),
      decideLimits: (decision, as) => now().decideLimits(decision, as),
    }
    worker = await Worker.create({ connection, taskQueue: queue, workflowBundle, activities: { ...activities } })
    running = worker.run()
  }, 60_000)
  afterAll(async () => {
    worker.shutdown()
    await running
    await connection.close()
  }, 30_000)
  beforeEach(() => (current = new Controls(new Client({ connection }), connection, randomUUID(), queue)))
  afterEach(() => current.close())
  return () => current
}

/** What a command works with, on a halt file of its own. */
export function commandOf(ledger: () => TestLedger, controls: () => Controls): () => HaltDependencies {
  const dir = temporaryDirectory()
  let haltFile: HaltDependencies['haltFile']
  beforeEach(() => {
    haltFile = createHaltFile(dir)
    haltFile.clear()
  })
  return () => ({ database: ledger().database, controls: controls().line, haltFile, nowMs: Date.now })
}
