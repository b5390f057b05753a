const { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')

const PREFIX = 'crossbook-test-'
/** Servers take 3–5 s on two quiet cores; tests may share them with a build. */
const START_MS_MAX = 120_000

/** Starts the real servers once for all integration tests, on a data directory of their own, and says where they are in CROSSBOOK_TEST_SERVERS. */
module.exports = async () => {
  const stack = join(__dirname, '..', 'dist', 'stack')
  if (!existsSync(join(stack, 'servers.js'))) throw new Error('dist is missing. Run: npm run setup -- --test')
  const { startServers } = require(join(stack, 'servers.js'))
  await removeLeftovers(require(join(stack, 'ownership.js')))
  const dataDir = mkdtempSync(join(tmpdir(), PREFIX))
  chmodSync(dataDir, 0o711) // Postgres may have to run as another user, who must be able to pass through
  const report = (line) => process.stderr.write(`test servers: ${line}\n`)
  // nothing external: tests write into what they are given
  const servers = await startServers({ dataDir, external: {}, report, signal: AbortSignal.timeout(START_MS_MAX) })
  globalThis.crossbookTestServers = { servers, dataDir }
  if (servers.questdb === null) throw new Error(`The tests need QuestDB: ${servers.questdbMissing}`)
  const { databaseUrl, redisUrl, questdb, temporal } = servers
  process.env.CROSSBOOK_TEST_SERVERS = JSON.stringify({ databaseUrl, redisUrl, questdb, temporal })
}

/** A run that was killed leaves servers and a folder behind: both are stopped and removed when nobody owns them any more. */
async function removeLeftovers({ livingOwner, stopOrphans }) {
  for (const name of readdirSync(tmpdir()).filter((each) => each.startsWith(PREFIX))) {
    const runDir = join(tmpdir(), name, 'run')
    if (!existsSync(join(runDir, 'owner.json')) || livingOwner(runDir) !== null) continue
    await stopOrphans(runDir, (line) => process.stderr.write(`test servers: ${line}\n`))
    rmSync(join(tmpdir(), name), { recursive: true, force: true })
  }
}
