import { environment } from '../../config/environment'
import { loadConfig, type Config } from '../../config/load'
import { followClock } from '../../wiring/clock'
import { openConnections, type Connections } from '../../wiring/stores'

/** Runs a verb with the connections it needs and closes them whatever happens. `as`: what it connects as, where that is not what the product does. */
export async function withConnections<T>(
  work: (connections: Connections) => Promise<T>,
  as: (config: Config) => Config = (config) => config,
): Promise<T> {
  const config = as(followClock(loadConfig(environment())))
  const connections = openConnections(config)
  try {
    return await work(connections)
  } finally {
    await connections.close()
  }
}
