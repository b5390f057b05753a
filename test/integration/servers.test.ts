import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { Redis } from 'ioredis'
import { Client } from 'pg'
import type { RunningServer } from '../../src/stack/child'
import { rememberPorts } from '../../src/stack/free-ports'
import { isRunning, runningOwned } from '../../src/stack/ownership'
import type { Identity, Owned } from '../../src/stack/ownership'
import { startPostgres } from '../../src/stack/servers/postgres'
import { startQuestdb } from '../../src/stack/servers/questdb'
import { startRedis } from '../../src/stack/servers/redis'
import { startServers } from '../../src/stack/servers'
import type { ExternalServers, Servers, StartServersOptions } from '../../src/stack/servers'
import { findPostgres, findQuestdb, findRedis, findTemporal, PROJECT_ROOT } from '../../src/stack/sources'
import { startTemporal } from '../../src/stack/servers/temporal'

const given = JSON.parse(process.env['CROSSBOOK_TEST_SERVERS'] ?? '{}') as Pick<Servers, 'databaseUrl' | 'redisUrl' | 'temporal'> & {
  questdb: NonNullable<Servers['questdb']>
}
/** All four, already running: what is left out here is started by the test. */
const EXTERNAL: ExternalServers = {
  databaseUrl: given.databaseUrl,
  redisUrl: given.redisUrl,
  questdbUrl: given.questdb.httpUrl,
  temporalAddress: given.temporal.address,
}
const soon = (): AbortSignal => AbortSignal.timeout(5_000)
const START_MS_MAX = 60_000
jest.setTimeout(2 * START_MS_MAX)

let dataDir: string
const running: Servers[] = []
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'crossbook-stack-'))
  chmodSync(dataDir, 0o711)
})
afterEach(async () => {
  for (const servers of running.splice(0)) await servers.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

async function start(external: ExternalServers, more: Partial<StartServersOptions> = {}): Promise<Servers> {
  const options = { dataDir, external, report: () => undefined, signal: AbortSignal.timeout(START_MS_MAX), ...more }
  const servers = await startServers(options)
  running.push(servers)
  return servers
}

describe('the servers', () => {
  it('are Postgres 18, with the builtin locale', async () => {
    const client = new Client({ connectionString: given.databaseUrl })
    await client.connect()
    const { rows } = await client.query(
      "select current_setting('server_version_num')::int / 10000 as major, datlocprovider from pg_database where datname = 'crossbook'",
    )
    await client.end()
    expect(rows).toEqual([{ major: 18, datlocprovider: 'b' }])
  })

  it('are a Redis that keeps what it is given and evicts nothing', async () => {
    const client = new Redis(given.redisUrl)
    const settings = [await client.config('GET', 'appendonly'), await client.config('GET', 'maxmemory-policy')]
    client.disconnect()
    expect(settings).toEqual([
      ['appendonly', 'yes'],
      ['maxmemory-policy', 'noeviction'],
    ])
  })

  it('are QuestDB, which also takes rows over HTTP, and makes no table for a row', async () => {
    const table = `stack_${Date.now()}`
    const unasked = await fetch(`http://${given.questdb.ilp}/write`, {
      method: 'POST',
      body: `${table},venue=kalshi price=40i\n`,
      signal: soon(),
    })
    expect(unasked.status).toBe(400)
    const make = `create table ${table} (venue symbol, price long, ts timestamp) timestamp(ts) partition by day wal`
    expect((await fetch(`${given.questdb.httpUrl}/exec?query=${encodeURIComponent(make)}`, { signal: soon() })).status).toBe(200)
    const written = await fetch(`http://${given.questdb.ilp}/write`, {
      method: 'POST',
      body: `${table},venue=kalshi price=40i\n`,
      signal: soon(),
    })
    expect(written.status).toBe(204)
    await eventually(async () => {
      const answer = await fetch(`${given.questdb.httpUrl}/exec?query=select%20price%20from%20${table}`, { signal: soon() })
      expect(await answer.json()).toMatchObject({ dataset: [[40]] })
    })
    await fetch(`${given.questdb.httpUrl}/exec?query=drop%20table%20${table}`, { signal: soon() })
  })

  it("are Temporal, with its Web UI from the server's own files", async () => {
    const page = await fetch(given.temporal.uiUrl ?? '', { signal: soon() })
    expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')])
    const settings = await fetch(`${given.temporal.uiUrl}/api/v1/settings`, { signal: soon() })
    expect(await settings.json()).toMatchObject({ DisableNewsFetch: true })
  })
})

/** A signal stops the threads of a process one after another: until the last has heard, one of them may still answer. */
function areStopped(pid: number): boolean {
  const stateOf = (stat: string): string => stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3)
  return readdirSync(`/proc/${pid}/task`).every((thread) => stateOf(readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8')) === 'T')
}

describe('a health check', () => {
  const place = { root: PROJECT_ROOT }
  async function launch(name: string): Promise<RunningServer> {
    const { ports } = await rememberPorts(join(dataDir, 'ports.json'), ['port', 'ui'])
    const where = {
      dataDir: join(dataDir, name),
      logDir: dataDir,
      runDir: join(dataDir, 'run'),
      port: ports.port,
      signal: AbortSignal.timeout(START_MS_MAX),
    }
    switch (name) {
      case 'temporal':
        return startTemporal({ ...where, program: must(await findTemporal(place)), uiPort: ports.ui, namespace: 'default' })
      case 'postgres':
        return startPostgres({ ...where, programs: must(await findPostgres(place, null)) })
      case 'redis':
        return startRedis({ ...where, program: must(await findRedis(place)) })
      default:
        return startQuestdb({ ...where, program: must(await findQuestdb(place)) })
    }
  }

  it.each(['temporal', 'postgres', 'redis', 'questdb'])('of %s passes while it runs and fails when it is stopped', async (name) => {
    const server = await launch(name)
    await server.health(soon())
    if (name === 'temporal') expect(readdirSync(join(dataDir, name))).toContain('temporal.db-wal') // the pragma took effect
    await server.stop()
    await server.exited
    await expect(server.health(soon())).rejects.toThrow(/./)
  })

  it.each(['temporal', 'postgres', 'redis', 'questdb'])('of %s fails when no answer comes in time', async (name) => {
    const server = await launch(name)
    process.kill(server.pid, 'SIGSTOP')
    await eventually(() => (areStopped(server.pid) ? Promise.resolve() : Promise.reject(new Error('some threads still run'))))
    await expect(server.health(AbortSignal.timeout(200))).rejects.toThrow(/./)
    process.kill(server.pid, 'SIGCONT')
    await eventually(() => server.health(soon()))
    await server.stop()
  })
})

describe('the stack', () => {
  const redisOnly: ExternalServers = { ...EXTERNAL, redisUrl: undefined }
  const redisHealth = async (servers: Servers) => (await servers.health(soon())).find(({ name }) => name === 'redis')

  it('starts a killed server again, on the same port, with its data', async () => {
    const servers = await start(redisOnly)
    await withRedis(servers.redisUrl, (client) => client.set('kept', 'yes'))
    const killed = redisOf(servers)
    process.kill(killed.pid, 'SIGKILL')
    await eventually(async () => expect(await redisHealth(servers)).toMatchObject({ state: 'up', problem: null }))
    expect(redisOf(servers)).not.toEqual(killed)
    expect(await withRedis(servers.redisUrl, (client) => client.get('kept'))).toBe('yes')
  })

  it('remembers its ports', async () => {
    const first = await start(redisOnly)
    await first.stop()
    expect((await start(redisOnly)).redisUrl).toBe(first.redisUrl)
  })

  it('stops what it started and nothing else', async () => {
    const servers = await start(redisOnly)
    const redis = redisOf(servers)
    await servers.stop()
    expect(isRunning(redis)).toBe(false)
    await withRedis(given.redisUrl, (client) => client.ping())
  })

  it('runs once on one data directory', async () => {
    await start(redisOnly)
    await expect(startServers({ dataDir, external: redisOnly, report: () => undefined, signal: soon() })).rejects.toThrow(
      /^Crossbook already runs on this data/,
    )
  })

  it('stops the servers of a parent that was killed, then starts its own', async () => {
    const parent = await killedParent(redisOnly)
    const orphan = must(parent.orphan)
    expect(isRunning(orphan)).toBe(true)
    const lines: string[] = []
    const servers = await start(redisOnly, { report: (line) => lines.push(line) })
    expect(lines).toContain(`stopping redis (pid ${orphan.pid}), left behind by a start that was killed`)
    expect(isRunning(orphan)).toBe(false)
    expect(servers.redisUrl).toBe(parent.redisUrl)
  })

  it.each([
    [{ databaseUrl: 'postgres://postgres@127.0.0.1:1/crossbook' }, /^Postgres \(DATABASE_URL\) cannot be used: .*ECONNREFUSED/],
    [{ redisUrl: 'redis://127.0.0.1:1' }, /^Redis \(REDIS_URL\) cannot be used: .*ECONNREFUSED/],
    [{ questdbUrl: 'http://127.0.0.1:2' }, /^QuestDB \(QUESTDB_URL\) cannot be used: .*ECONNREFUSED/],
    [{ temporalAddress: '127.0.0.1:1' }, /^Temporal at 127\.0\.0\.1:1 \(TEMPORAL_ADDRESS\) cannot be used: /],
  ])('says which address does not answer: %j', async (wrong, sentence) => {
    await expect(start({ ...EXTERNAL, ...wrong })).rejects.toThrow(sentence)
    await start(EXTERNAL) // nothing of the failed start is in the way
  })

  it('goes on without QuestDB, loudly, and not without Redis', async () => {
    const nothing = { place: { root: join(dataDir, 'empty'), env: { PATH: '' } } }
    const lines: string[] = []
    const servers = await start({ ...EXTERNAL, questdbUrl: undefined }, { ...nothing, report: (line) => lines.push(line) })
    expect(servers.questdb).toBeNull()
    expect(lines).toEqual([`HISTORY IS OFF: ${servers.questdbMissing}`])
    await servers.stop()
    await expect(start(redisOnly, nothing)).rejects.toThrow('Valkey is not installed. Run: npm run setup')
  })
})

/** A start whose process is killed as soon as its servers are up. */
async function killedParent(external: ExternalServers): Promise<{ redisUrl: string; orphan: Identity | null }> {
  const script = `
    const { startServers } = require(${JSON.stringify(resolve(PROJECT_ROOT, 'dist', 'stack', 'servers.js'))})
    const options = { dataDir: ${JSON.stringify(dataDir)}, external: ${JSON.stringify(external)}, report: console.error, signal: AbortSignal.timeout(60000) }
    startServers(options).then((servers) => console.log(JSON.stringify({ redisUrl: servers.redisUrl })))`
  const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string]
  parent.kill('SIGKILL')
  await once(parent, 'exit')
  const { redisUrl } = JSON.parse(line) as { redisUrl: string }
  return { redisUrl, orphan: runningOwned(join(dataDir, 'run'))[0] ?? null }
}

const redisOf = (servers: Servers): Owned => must(runningOwned(servers.runDir).find(({ name }) => name === 'redis'))

async function withRedis<T>(url: string, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url)
  try {
    return await use(client)
  } finally {
    client.disconnect()
  }
}

function must<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('it is not there')
  return value
}

/** Repeats until it passes; after the limit its last failure counts. */
async function eventually(check: () => Promise<void>): Promise<void> {
  const limitMs = performance.now() + 20_000
  for (;;) {
    try {
      return await check()
    } catch (failure) {
      if (performance.now() > limitMs) throw failure
      await new Promise((wait) => setTimeout(wait, 50))
    }
  }
}
