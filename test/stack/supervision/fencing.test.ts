import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startChild, type Child } from '../../../src/stack/child'
import { endFenced, FENCED_GRACE_MS, type LeaseHolder } from '../../../src/stack/supervision/fencing'
import { supervise, type Supervised } from '../../../src/stack/supervision/supervise'

const HOST = 'here'
const never = new AbortController().signal
/** A process starts and is looked at several times, on a busy machine. */
const LIMIT_MS = FENCED_GRACE_MS + 10_000

describe('E19 fencing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'crossbook-fencing-'))
  const ended = new AbortController()
  const lines: string[] = []
  const processes: Supervised<Child>[] = []
  let holders: () => Promise<readonly LeaseHolder[]> = async () => []
  let looks = 0
  const start = (name: string): Promise<Supervised<Child>> =>
    supervise(
      {
        name,
        start: () =>
          startChild({
            name,
            command: process.execPath,
            args: ['-e', 'setInterval(() => undefined, 1000)'],
            logFile: join(folder, `${name}.log`),
            runDir: folder,
            stop: { signal: 'SIGTERM', msMax: 200, order: 0 },
          }),
        report: () => undefined,
      },
      never,
    )
  const pid = (i: number): number => processes[i]?.current()?.pid ?? 0
  const held = (heldBy: number, host = HOST): void => {
    holders = async () => {
      looks += 1
      return [{ name: 'trading-main', host, pid: heldBy }]
    }
  }
  const looked = async (): Promise<void> => {
    const before = looks
    await until(() => looks >= before + 2)
  }

  beforeAll(async () => {
    processes.push(await start('streaming'), await start('standby'))
    void endFenced({ processes, holders: () => holders(), host: HOST, report: (line) => lines.push(line) }, ended.signal)
  })
  afterAll(async () => {
    ended.abort()
    for (const each of processes) await each.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('ends a frozen process whose lease another one has taken, and that alone; it is started again', async () => {
    const [holder, standby] = [pid(0), pid(1)]
    held(holder)
    await looked()
    process.kill(holder, 'SIGSTOP')
    await looked()
    expect(pid(0)).toBe(holder) // nobody has taken it: it may wake in time
    held(standby)
    await until(() => processes[0]?.restarts() === 1)
    expect(lines).toEqual(['streaming has lost its lease to another process and did not end by itself: ended'])
    expect([pid(0) === holder, pid(1)]).toEqual([false, standby])
  })

  it('concludes nothing from a database that does not answer, nor from a lease that nobody holds', async () => {
    const before = [pid(0), pid(1)]
    for (const answer of [() => Promise.reject(new Error('away')), async () => []]) {
      let asked = 0
      holders = () => ((asked += 1), answer())
      await until(() => asked > 2 + FENCED_GRACE_MS / 250)
    }
    expect([pid(0), pid(1)]).toEqual(before)
    expect(lines.filter((line) => line.includes('cannot be read'))).toHaveLength(1)
  })

  it('a pid of another host is nobody here; whoever loses the lease to that host is ended all the same', async () => {
    held(pid(1))
    await looked()
    const other = pid(0)
    held(other, 'elsewhere')
    await until(() => processes[1]?.restarts() === 1)
    expect(pid(0)).toBe(other)
  })

  it('has nothing to end when the loser has ended by itself', async () => {
    held(pid(0))
    await looked()
    process.kill(pid(0), 'SIGTERM')
    held(pid(1))
    const told = lines.length
    await until(() => processes[0]?.restarts() === 2)
    let asked = 0
    const answer = holders
    holders = () => ((asked += 1), answer())
    await until(() => asked > 2 + FENCED_GRACE_MS / 250)
    expect(lines).toHaveLength(told)
  })
})

async function until(holds: () => boolean): Promise<void> {
  const late = Date.now() + LIMIT_MS
  while (!holds()) {
    if (Date.now() > late) throw new Error('not in time')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
