import { environment, loadConfig } from '../../config/load'
import type { Connections } from '../../operator/connections'
import { createLog } from '../../telemetry/log'
import { openConnections } from '../../wiring/stores'

/** Runs a verb with the connections it needs and closes them whatever happens. */
export async function withConnections<T>(work: (connections: Connections) => Promise<T>): Promise<T> {
  const config = loadConfig(environment())
  const connections = openConnections(config, createLog({ process: 'cli', level: 'error' }))
  try {
    return await work(connections)
  } finally {
    await connections.close()
  }
}
