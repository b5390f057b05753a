import { environment } from '../../config/environment'
import { loadConfig } from '../../config/load'
import { followClock } from '../../wiring/clock'
import { openConnections, type Connections } from '../../wiring/stores'

/** Runs a verb with the connections it needs and closes them whatever happens. */
export async function withConnections<T>(work: (connections: Connections) => Promise<T>): Promise<T> {
  const config = followClock(loadConfig(environment()))
  const connections = openConnections(config)
  try {
    return await work(connections)
  } finally {
    await connections.close()
  }
}
