import fs from 'node:fs'
import { withChildren } from '../faults/rig'
import { quietScenario } from '../faults/scenario'
import { Stack, temporaryData } from '../stack'

/** Servers and venues, on a machine that does something else beside. */
const UP_MS = 120_000
/** B18: by then a process must have said what is wrong. */
const TOLD_MS = 10_000
/** A server that was frozen is thawed, or started anew by the supervisor; a process that ended of it has started again. */
const BACK_MS = 60_000
/** Of one question to a health page. */
const PAGE_MS = 2_000
jest.setTimeout(2 * UP_MS)

interface Page {
  readonly ready: boolean
  readonly stores: readonly { readonly name: string; readonly state: string }[]
}

describe('a store that hangs', () => {
  const dataDir = temporaryData()
  const scenario = quietScenario(['idle'])
  let stack: Stack
  beforeAll(async () => {
    stack = new Stack(dataDir, scenario)
    await stack.says('Where to look', UP_MS)
  })
  afterAll(async () => {
    await stack.interrupt()
    for (const folder of [dataDir, scenario]) fs.rmSync(folder, { recursive: true, force: true })
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

  it.each(['redis', 'questdb'])('B18 %s: it is told within ten seconds, and the processes stay ready', async (name) => {
    await stack.until('both processes are ready', BACK_MS, () => all(isReady))
    await whileFrozen(name, async () => {
      await stack.until(`${name} is told to be down`, TOLD_MS, () => all(async (port) => (await storeAt(port, name)) === 'down'))
      expect(await all(isReady)).toBe(true)
    })
    await stack.until(`${name} is up again`, BACK_MS, () => all(async (port) => (await storeAt(port, name)) === 'up'))
  })
})
