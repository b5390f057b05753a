import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startChild, waitUntilReady } from '../../src/stack/child'
import type { Child, ChildOptions } from '../../src/stack/child'
import { runningOwned } from '../../src/stack/ownership'

describe('a child process', () => {
  let folder: string
  const started: Child[] = []
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'crossbook-child-'))
  })
  afterEach(async () => {
    await Promise.all(started.splice(0).map((child) => child.stop()))
    rmSync(folder, { recursive: true, force: true })
  })

  async function start(script: string, more: Partial<ChildOptions> = {}): Promise<Child> {
    const child = await startChild({
      name: 'server',
      command: process.execPath,
      args: ['-e', script],
      logFile: join(folder, 'logs', 'server.log'),
      runDir: join(folder, 'run'),
      stop: { signal: 'SIGTERM', msMax: 200, order: 0 },
      ...more,
    })
    started.push(child)
    return child
  }
  const never = new AbortController().signal

  it('has a pid file while it lives, and stops when asked', async () => {
    const child = await start('setInterval(() => undefined, 1000)')
    expect(runningOwned(join(folder, 'run'))).toMatchObject([{ name: 'server', pid: child.pid }])
    await child.stop()
    await child.stop()
    expect(await child.exited).toEqual({ code: null, signal: 'SIGTERM' })
    expect(runningOwned(join(folder, 'run'))).toEqual([])
  })

  it('is killed when it does not listen', async () => {
    let up: () => void
    const isUp = new Promise<void>((resolve) => (up = resolve))
    const child = await start('process.on("SIGTERM", () => undefined);setInterval(() => undefined, 1000);console.log("up")', {
      onLine: () => up(),
    })
    await isUp
    await child.stop()
    expect((await child.exited).signal).toBe('SIGKILL')
  })

  it('is heard line by line, and logged', async () => {
    const lines: string[] = []
    const child = await start('console.log("one\\ntwo");console.error("three")', { onLine: (line) => lines.push(line) })
    expect(await child.exited).toEqual({ code: 0, signal: null })
    await waitFor(() => lines.length === 2)
    expect(lines).toEqual(['one', 'two'])
    await waitFor(() => /one\ntwo\n/.test(readFileSync(child.logFile, 'utf8')))
    expect(readFileSync(child.logFile, 'utf8')).toContain('three')
  })

  it('keeps one earlier log when the log has grown', async () => {
    const first = await start('')
    await first.exited
    writeFileSync(first.logFile, 'x'.repeat(10_000_001))
    await (
      await start('console.log("new")')
    ).exited
    expect(readFileSync(first.logFile, 'utf8')).toBe('new\n')
    expect(readFileSync(`${first.logFile}.1`)).toHaveLength(10_000_001)
  })

  it('that does not exist is named in one sentence', async () => {
    await expect(start('', { command: '/nowhere/postgres' })).rejects.toThrow(
      'server cannot be started: /nowhere/postgres: spawn /nowhere/postgres ENOENT',
    )
  })

  it('is ready when the probe says so', async () => {
    const port = await freePort()
    const child = await start(`require('node:net').createServer().listen(${port}, '127.0.0.1')`)
    await waitUntilReady(child, { probe: () => tryConnect(port), msMax: 10_000, signal: never })
    await tryConnect(port)
  })

  it('that ends while it starts shows the end of its log', async () => {
    const child = await start('console.error("the port is taken");process.exit(3)')
    const readiness = { probe: () => Promise.reject(new Error('no')), msMax: 10_000, signal: never }
    await expect(waitUntilReady(child, readiness)).rejects.toThrow(
      /^server ended while starting\. Its log, .*server\.log, ends with: the port is taken$/,
    )
  })

  it('that is not ready in time is stopped', async () => {
    const child = await start('setInterval(() => undefined, 1000)')
    const readiness = { probe: () => Promise.reject(new Error('no answer')), msMax: 200, signal: never }
    await expect(waitUntilReady(child, readiness)).rejects.toThrow('server was not ready within 200 ms (Error: no answer)')
    expect((await child.exited).signal).toBe('SIGTERM')
  })

  it('is stopped when the start is given up', async () => {
    const child = await start('setInterval(() => undefined, 1000)')
    const readiness = { probe: () => Promise.reject(new Error('no')), msMax: 10_000, signal: AbortSignal.abort(new Error('Ctrl-C')) }
    await expect(waitUntilReady(child, readiness)).rejects.toThrow('Ctrl-C')
    await child.exited
  })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

async function tryConnect(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
  } finally {
    socket.destroy()
  }
}

/** Polls with a limit: output may arrive just after the exit. */
async function waitFor(isSo: () => boolean): Promise<void> {
  const limit = AbortSignal.timeout(20_000)
  while (!isSo()) {
    limit.throwIfAborted()
    await new Promise((resolve) => setImmediate(resolve))
  }
}
