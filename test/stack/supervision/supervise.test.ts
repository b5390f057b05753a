import type { Exit } from '../../../src/stack/child'
import { supervise } from '../../../src/stack/supervision/supervise'
import type { RestartLimits, Startable, Supervised } from '../../../src/stack/supervision/supervise'

const QUICK: RestartLimits = { backoffMs: 1, backoffMsMax: 4, deathsMax: 3, calmMs: 60_000 }
const never = new AbortController().signal

/** Something that lives until it is told to die. */
class Life implements Startable {
  stops = 0
  die: (exit: Exit) => void = () => undefined
  readonly exited = new Promise<Exit>((resolve) => (this.die = resolve))

  constructor(readonly pid: number) {}

  stop(): Promise<void> {
    this.stops += 1
    this.die({ code: 0, signal: null })
    return Promise.resolve()
  }
}

describe('supervision', () => {
  const lives: Life[] = []
  const lines: string[] = []
  let refuse = 0
  const start = (): Promise<Life> => {
    if (refuse > 0) {
      refuse -= 1
      return Promise.reject(new Error('the port is taken'))
    }
    const life = new Life(lives.length + 1)
    lives.push(life)
    return Promise.resolve(life)
  }
  beforeEach(() => {
    lives.length = 0
    lines.length = 0
    refuse = 0
  })
  const supervised = (onGivenUp: (reason: string) => void = () => undefined): Promise<Supervised<Life>> =>
    supervise({ name: 'redis', start, report: (line) => lines.push(line), limits: QUICK, onGivenUp }, never)
  const killed: Exit = { code: null, signal: 'SIGKILL' }

  it('passes on the failure of the first start', async () => {
    refuse = 1
    await expect(supervised()).rejects.toThrow('the port is taken')
  })

  it('starts again what died', async () => {
    const redis = await supervised()
    expect(redis.state()).toEqual({ kind: 'up', pid: 1 })
    lives[0]?.die(killed)
    await until(() => redis.state().kind === 'up' && redis.restarts() === 1)
    expect(redis.current()?.pid).toBe(2)
    expect(lines).toEqual(['redis ended unexpectedly (SIGKILL); starting it again', 'redis is back'])
    await redis.stop()
  })

  it('tries again when a restart fails', async () => {
    const redis = await supervised()
    refuse = 2
    lives[0]?.die({ code: 1, signal: null })
    await until(() => redis.restarts() === 1)
    expect(redis.current()?.pid).toBe(2)
    await redis.stop()
  })

  it('gives up after too many deaths, once, with the reason', async () => {
    const reasons: string[] = []
    const redis = await supervised((reason) => reasons.push(reason))
    refuse = Infinity
    lives[0]?.die(killed)
    await until(() => redis.state().kind === 'given-up')
    expect(redis.state()).toEqual({ kind: 'given-up', reason: 'the port is taken' })
    expect(reasons).toEqual(['the port is taken'])
    expect(redis.current()).toBeNull()
    await redis.stop()
  })

  it('counts deaths in a row even when each restart succeeds', async () => {
    const redis = await supervised()
    for (let i = 0; i < QUICK.deathsMax; i += 1) {
      await until(() => redis.restarts() === i)
      lives[i]?.die(killed)
    }
    await until(() => lives.length === QUICK.deathsMax + 1)
    lives[QUICK.deathsMax]?.die(killed)
    await until(() => redis.state().kind === 'given-up')
    expect(redis.state()).toEqual({ kind: 'given-up', reason: 'it ends soon after each start' })
  })

  it('does not start again what was stopped', async () => {
    const redis = await supervised()
    await redis.stop()
    expect(redis.state()).toEqual({ kind: 'stopped' })
    expect(lives.map(({ stops }) => stops)).toEqual([1])
    expect(lines).toEqual([])
  })

  it('can be stopped between death and restart', async () => {
    const redis = await supervised()
    refuse = Infinity
    lives[0]?.die(killed)
    await until(() => redis.state().kind === 'restarting')
    await redis.stop()
    expect(redis.state()).toEqual({ kind: 'stopped' })
  })
})

async function until(isSo: () => boolean): Promise<void> {
  const limit = AbortSignal.timeout(20_000)
  while (!isSo()) {
    limit.throwIfAborted()
    await new Promise((resolve) => setImmediate(resolve))
  }
}
