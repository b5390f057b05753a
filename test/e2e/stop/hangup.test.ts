import fs from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { shortScenario, Stack, temporaryData } from '../stack'

/** Two starts and two stops, on a machine that does something else beside. */
jest.setTimeout(300_000)
const UP_MS = 120_000
const DOWN_MS = 60_000

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('a stack that nobody sits in front of any more stops what it has started', () => {
  const scenario = shortScenario(73, 25)
  const folders: string[] = []
  afterAll(() => [scenario, ...folders].forEach((folder) => fs.rmSync(folder, { recursive: true, force: true })))

  /** @returns what still runs of it when it should be over. */
  async function left(leave: (stack: Stack) => void): Promise<readonly number[]> {
    const dataDir = temporaryData()
    folders.push(dataDir)
    const stack = new Stack(dataDir, scenario)
    await stack.says('Where to look', UP_MS)
    const pids = stack.pids()
    expect(pids.length).toBeGreaterThan(5)
    leave(stack)
    for (const lateMs = Date.now() + DOWN_MS; pids.some(isAlive) && Date.now() < lateMs;) await pause(200)
    const alive = pids.filter(isAlive)
    for (const pid of alive) process.kill(pid, 'SIGKILL') // a failure leaves nothing behind
    return alive
  }

  it('its terminal is closed', async () => {
    expect(await left((stack) => process.kill(stack.stackPid() ?? 0, 'SIGHUP'))).toEqual([])
  })

  it('the reader of its output has gone, and it has something to say', async () => {
    const alive = await left((stack) => {
      stack.stopReading()
      process.kill(stack.pidOf('worker'), 'SIGKILL') // its successor is told
    })
    expect(alive).toEqual([])
  })
})
