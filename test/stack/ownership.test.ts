import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { claim, identify, isRunning, livingOwner, removePidFile, runningOwned, stopOrphans, writePidFile } from '../../src/stack/ownership'
import type { Identity, Owned } from '../../src/stack/ownership'

const IDLE = 'process.stdout.write("up");setInterval(() => undefined, 1000)'
const DEAF = `process.on("SIGTERM", () => undefined);${IDLE}`

async function endOf(child: ChildProcess): Promise<NodeJS.Signals | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.signalCode
}

describe('processes of ours', () => {
  let runDir: string
  const children: ChildProcess[] = []
  beforeEach(() => {
    runDir = mkdtempSync(join(tmpdir(), 'crossbook-run-'))
  })
  afterEach(async () => {
    for (const child of children.splice(0)) {
      child.kill('SIGKILL')
      await endOf(child)
    }
    rmSync(runDir, { recursive: true, force: true })
  })

  /** A process that is up, and what its pid file would hold. */
  async function processThat(script: string, name: string, order = 0): Promise<Owned & { child: ChildProcess }> {
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    children.push(child)
    await once(child.stdout, 'data')
    const identity = identify(child.pid ?? 0)
    if (identity === null) throw new Error('the process is not there')
    return { ...identity, name, stop: { signal: 'SIGTERM', msMax: 300, order }, child }
  }
  const remember = ({ pid, startedAt, name, stop }: Owned): void => writePidFile(runDir, { pid, startedAt, name, stop })

  it('are known by pid and start', async () => {
    const mine = identify(process.pid) as Identity
    expect(isRunning(mine)).toBe(true)
    expect(isRunning({ ...mine, startedAt: 'another time' })).toBe(false)
    const { child, ...owned } = await processThat(IDLE, 'a')
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(isRunning(owned)).toBe(false)
  })

  it('are listed in the order in which they stop', async () => {
    for (const [name, order] of [
      ['postgres', 4],
      ['streaming', 0],
      ['temporal', 1],
    ] as const)
      remember(await processThat(IDLE, name, order))
    expect(runningOwned(runDir).map(({ name }) => name)).toEqual(['streaming', 'temporal', 'postgres'])
  })

  it('are stopped when their parent was killed, and asked before they are killed', async () => {
    const [polite, deaf] = [await processThat(IDLE, 'polite'), await processThat(DEAF, 'deaf', 1)]
    remember(polite)
    remember(deaf)
    const lines: string[] = []
    await stopOrphans(runDir, (line) => lines.push(line))
    expect(lines[0]).toBe(`stopping polite (pid ${polite.pid}), left behind by a start that was killed`)
    expect([await endOf(polite.child), await endOf(deaf.child)]).toEqual(['SIGTERM', 'SIGKILL'])
    expect(runningOwned(runDir)).toEqual([])
  })

  it('are not somebody else who got the same pid', async () => {
    const { child, ...foreign } = await processThat(IDLE, 'redis')
    remember({ ...foreign, startedAt: 'when ours started' })
    await stopOrphans(runDir, () => undefined)
    expect(child.signalCode).toBeNull()
    expect(isRunning(foreign)).toBe(true)
  })

  it('keep the pid file of a successor', async () => {
    const [before, after] = [await processThat(IDLE, 'redis'), await processThat(IDLE, 'redis')]
    remember(after)
    removePidFile(runDir, before)
    expect(runningOwned(runDir)).toHaveLength(1)
    removePidFile(runDir, after)
    expect(runningOwned(runDir)).toEqual([])
  })

  it('ignore a pid file that cannot be read', () => {
    writeFileSync(join(runDir, 'redis.pid.json'), '{')
    expect(runningOwned(runDir)).toEqual([])
  })
})

describe('a data directory', () => {
  let runDir: string
  beforeEach(() => {
    runDir = mkdtempSync(join(tmpdir(), 'crossbook-claim-'))
  })
  afterEach(() => rmSync(runDir, { recursive: true, force: true }))

  it('has one living owner', () => {
    const release = claim(runDir)
    expect(livingOwner(runDir)).toEqual(identify(process.pid))
    expect(() => claim(runDir)).toThrow(`Crossbook already runs on this data (process ${process.pid} owns ${runDir}). Stop it first`)
    release()
    expect(livingOwner(runDir)).toBeNull()
    claim(runDir)()
  })

  it('can be taken over from an owner that died', () => {
    writeFileSync(join(runDir, 'owner.json'), JSON.stringify({ ...identify(process.pid), startedAt: 'another time' }))
    const release = claim(runDir)
    expect(livingOwner(runDir)).toEqual(identify(process.pid))
    release()
    expect(existsSync(join(runDir, 'owner.json'))).toBe(false)
  })
})
