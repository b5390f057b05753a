import net, { type AddressInfo } from 'node:net'
import { Runtime } from '@temporalio/worker'
import { withLimit } from '../../ports/limit'
import type { SdkPage } from '../../telemetry/metrics'

/** Somebody else may take a port between its choice and its use; that it happens three times in a row has another reason. */
const TRIES_MAX = 3
/** The page is made of memory, on loopback. */
const PAGE_LIMIT_MS = 1_000
/** The SDK's own steps begin at 50 ms; a leg is sent and answered in ten. */
const BUCKETS_MS = [1, 2, 5, 10, 20, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000]
const TIMED = [
  'temporal_activity_execution_latency',
  'temporal_activity_schedule_to_start_latency',
  'temporal_activity_succeed_endtoend_latency',
  'temporal_request_latency',
  'temporal_workflow_task_execution_latency',
  'temporal_workflow_task_replay_latency',
  'temporal_workflow_task_schedule_to_start_latency',
]

/**
 * The runtime of Temporal's SDK in this process, before anything of it is used. Its figures have a page of their own on a free port of loopback, which
 * only {@link SdkPage} knows: a process has one address that is scraped.
 * @throws the SDK's error when no port could be had
 */
export async function installRuntime(): Promise<SdkPage> {
  for (let attempt = 1; ; attempt++) {
    const bindAddress = `127.0.0.1:${await freePort()}`
    try {
      Runtime.install({
        shutdownSignals: [],
        telemetryOptions: {
          logging: { filter: 'ERROR', forward: {} },
          metrics: { prometheus: { bindAddress, histogramBucketOverrides: Object.fromEntries(TIMED.map((name) => [name, BUCKETS_MS])) } },
        },
      })
      return { text: () => withLimit([], PAGE_LIMIT_MS, (limit) => read(`http://${bindAddress}/metrics`, limit)) }
    } catch (error) {
      if (attempt >= TRIES_MAX) throw error
    }
  }
}

async function read(url: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(url, { signal })
  if (!response.ok) throw new Error(`${url} answers ${response.status}`)
  return response.text()
}

/** Of 127.0.0.1: free at this moment. */
function freePort(): Promise<number> {
  const server = net.createServer()
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
