import fs from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { withChildren } from '../faults/rig'
import { quietScenario } from '../faults/scenario'
import { Stack, temporaryData } from '../stack'

/** Servers and venues, on a machine that does something else beside. */
const UP_MS = 120_000
/** B18: by then a process must have said what is wrong. */
const TOLD_MS = 10_000
/** A server that was frozen is thawed, or started anew by the supervisor; a process that ended of it has started again. */
const BACK_MS = 60_000
/** A critical alert leaves without the ledger: five seconds until it is seen, five for the try to write it, ten of patience. */
const ALERTED_MS = 40_000
/** Of one question to a health page. */
const PAGE_MS = 2_000
jest.setTimeout(2 * UP_MS)

interface Page {
  readonly ready: boolean
  readonly stores: readonly { readonly name: string; readonly state: string }[]
}

interface Heard {
  readonly name: string
  readonly occasion: string
  readonly from: string
  readonly key: string
}

describe('a store that hangs', () => {
  const dataDir = temporaryData()
  const configDir = fs.mkdtempSync(path.join(os.tmpdir(), 'crossbook-config-'))
  const heard: Heard[] = []
  const receiver = http.createServer((request, response) => {
    let text = ''
    request.on('data', (piece) => (text += String(piece)))
    request.on('end', () => {
      heard.push(JSON.parse(text) as Heard)
      response.end()
    })
  })
  const listening = new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  const scenario = quietScenario(['idle'])
  let stack: Stack
  beforeAll(async () => {
    await listening
    fs.cpSync(path.join(__dirname, '..', '..', '..', 'config'), configDir, { recursive: true })
    fs.writeFileSync(path.join(configDir, 'hook'), `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`, { mode: 0o600 })
    const routes = 'channels: {desk: {kind: webhook, url_file: hook}}\nroutes: [{at_least: critical, to: [desk]}]\n'
    fs.writeFileSync(path.join(configDir, 'alerts.yaml'), routes)
    stack = new Stack(dataDir, scenario, [], { CROSSBOOK_CONFIG: configDir })
    await stack.says('Where to look', UP_MS)
  })
  afterAll(async () => {
    await stack.interrupt()
    receiver.closeAllConnections()
    receiver.close()
    for (const folder of [dataDir, scenario, configDir]) fs.rmSync(folder, { recursive: true, force: true })
  })

  const ports = (): readonly number[] => {
    const { streamingHealthPort, workerHealthPort } = stack.endpoints()
    return [streamingHealthPort, workerHealthPort]
  }
  const get = (port: number, path: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(PAGE_MS) })
  const isReady = (port: number): Promise<boolean> =>
    get(port, '/readyz').then(
      ({ status }) => status === 200,
      () => false,
    )
  const storeAt = async (port: number, name: string): Promise<string | undefined> =>
    ((await (await get(port, '/status')).json()) as Page).stores.find((store) => store.name === name)?.state
  const all = async (asked: (port: number) => Promise<boolean>): Promise<boolean> => (await Promise.all(ports().map(asked))).every(Boolean)

  function thaw(pid: number): void {
    try {
      process.kill(pid, 'SIGCONT')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error // the supervisor has replaced it
    }
  }
  /** SIGSTOP: it accepts connections and never answers. */
  async function whileFrozen(name: string, then: () => Promise<void>): Promise<void> {
    const pids = withChildren(stack.pidOf(name))
    for (const pid of pids) process.kill(pid, 'SIGSTOP')
    try {
      await then()
    } finally {
      pids.forEach(thaw)
    }
  }

  it.each(['postgres', 'temporal'])('B18 %s: no process is ready within ten seconds, and each is again after', async (name) => {
    await stack.until('both processes are ready', BACK_MS, () => all(isReady))
    await whileFrozen(name, () =>
      stack.until(`nobody is ready without ${name}`, TOLD_MS, () => all(async (port) => !(await isReady(port)))),
    )
    await stack.until('both processes are ready again', BACK_MS, () => all(isReady))
  })

  it('somebody hears that the ledger is away while it is, by the process that saw it, and that it is back, by one key', async () => {
    const of = (occasion: string): readonly Heard[] =>
      heard.filter((each) => each.name === 'ledger unreachable' && each.occasion === occasion)
    await stack.until('both processes are ready', BACK_MS, () => all(isReady))
    await stack.until('what was told before is over', BACK_MS, () => Promise.resolve(of('ended').length > 0 || of('raised').length === 0))
    heard.length = 0
    await whileFrozen('postgres', () => stack.until('somebody hears of it', ALERTED_MS, () => Promise.resolve(of('raised').length > 0)))
    expect(of('raised')[0]?.from).toMatch(/, (streaming|worker)$/)
    await stack.until('its end is told', BACK_MS, () => Promise.resolve(of('ended').length > 0))
    expect(new Set([...of('raised'), ...of('ended')].map(({ key }) => key)).size).toBe(1)
  })

  it.each(['redis', 'questdb'])('B18 %s: it is told within ten seconds, and the processes stay ready', async (name) => {
    await stack.until('both processes are ready', BACK_MS, () => all(isReady))
    await whileFrozen(name, async () => {
      await stack.until(`${name} is told to be down`, TOLD_MS, () => all(async (port) => (await storeAt(port, name)) === 'down'))
      expect(await all(isReady)).toBe(true)
    })
    await stack.until(`${name} is up again`, BACK_MS, () => all(async (port) => (await storeAt(port, name)) === 'up'))
  })
})
