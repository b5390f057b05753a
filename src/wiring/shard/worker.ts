import { Worker, type NativeConnection } from '@temporalio/worker'
import { beating } from '../../activities/liveness/heartbeat'
import type { Config } from '../../config/load'
import { BUNDLE_FILE } from '../../workers/bundle'
import type { Tracing } from '../telemetry/tracing'
import { tradingQueue } from '../../workflows/messages'
import type { ShardOrders } from '../streaming'

/** A crashed worker's workflows move to the next one after this (temporal.md A0.4). */
const STICKY_TIMEOUT = '1s'
/** Activities that run when the process is told to go may finish for this long; an order's answer comes in milliseconds. */
const SHUTDOWN_GRACE = '5s'
/** The SDK would hold beats back for four fifths of the heartbeat limit (2 s): one late beat would then end an attempt that lives. */
const HEARTBEAT_THROTTLE = '400ms'

type Activities = ShardOrders['activities']

/** All that a worker of a trading queue does, by name: known before there are orders. */
const NAMES: Readonly<Record<keyof Activities, true>> = {
  checkRiskAndReserve: true,
  place: true,
  resolve: true,
  finish: true,
  finishAll: true,
  chooseCure: true,
  close: true,
  takeOver: true,
  chooseSale: true,
  warmLocally: true,
  warmRegularly: true,
  cancelEverything: true,
  restCanaries: true,
  proveHalt: true,
}

/**
 * A worker of the shard's queue. It asks for nothing until its `run`: a standby has it created, for that takes as long as a lease lives on a busy machine, and
 * runs it when the lease is its own (E19).
 * @param activitiesOf asked with each activity
 * @param tracing null: nothing is traced
 */
export function createTradingWorker(
  { connection, config }: { readonly connection: NativeConnection; readonly config: Pick<Config, 'namespace' | 'shard'> },
  activitiesOf: () => Activities,
  tracing: Tracing | null,
): Promise<Worker> {
  return Worker.create({
    connection,
    namespace: config.namespace,
    taskQueue: tradingQueue(config.shard),
    workflowBundle: { codePath: BUNDLE_FILE },
    ...tracing?.worker,
    activities: beating(byName(activitiesOf)),
    stickyQueueScheduleToStartTimeout: STICKY_TIMEOUT,
    shutdownGraceTime: SHUTDOWN_GRACE,
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
    maxConcurrentActivityTaskExecutions: 40,
    workflowTaskPollerBehavior: { type: 'simple-maximum', maximum: 6 },
    activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 4 },
  })
}

type AnyActivity = (...args: readonly unknown[]) => Promise<unknown>

const byName = (activitiesOf: () => Activities): object =>
  Object.fromEntries(
    Object.keys(NAMES).map((name): [string, AnyActivity] => [
      name,
      (...args) =>
        (activitiesOf() as unknown as Readonly<Record<string, AnyActivity>>)[name]?.(...args) ??
        Promise.reject(new Error(`there is no activity ${name}`)),
    ]),
  )
