const { rmSync } = require('node:fs')

/** Stops the servers of the integration tests and removes what they kept. */
module.exports = async () => {
  const running = globalThis.crossbookTestServers
  if (running === undefined) return
  await running.servers.stop()
  rmSync(running.dataDir, { recursive: true, force: true })
}
