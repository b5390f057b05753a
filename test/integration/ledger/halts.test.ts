import { millis } from '../../../src/core/units'
import type { Clock } from '../../../src/ports/clock'
import { changeHalt, readHalts, type Halts } from '../../../src/stores/postgres/halts'
import { watchHalts } from '../../../src/stores/postgres/halt-watch'
import { until } from '../../stores/doubles'
import { freshLedger, NEVER, NOW } from './support/ledger'

const ledger = freshLedger()
const OPERATOR = { name: 'me', role: 'operator' } as const
type Scope = Parameters<typeof changeHalt>[1]
const change = (scope: Scope, active: boolean): Promise<number> =>
  changeHalt(ledger().database, scope, active, OPERATOR, `because of ${scope}`, NOW, NEVER)

describe('E26: a halt', () => {
  it('raises the epoch with every change, and is audited', async () => {
    expect(await readHalts(ledger().database)).toEqual({ epoch: 0, active: [] })
    expect([await change('all', true), await change('venue:kalshi', true), await change('all', false)]).toEqual([1, 2, 3])
    const kalshi = { scope: 'venue:kalshi', epoch: 2, by: 'me', reason: 'because of venue:kalshi', atMs: NOW }
    expect(await readHalts(ledger().database)).toEqual({ epoch: 3, active: [kalshi] })
    const audit = await ledger().database.query('select by_name, role, action, detail from audit order by seq')
    expect(audit.rows).toEqual([
      { by_name: 'me', role: 'operator', action: 'halt', detail: { scope: 'all', reason: 'because of all', epoch: 1 } },
      { by_name: 'me', role: 'operator', action: 'halt', detail: { scope: 'venue:kalshi', reason: 'because of venue:kalshi', epoch: 2 } },
      { by_name: 'me', role: 'operator', action: 'resume', detail: { scope: 'all', reason: 'because of all', epoch: 3 } },
    ])
  })

  it('again, or lifted while it is not in force, still says that something was ordered', async () => {
    expect([await change('all', true), await change('all', true), await change('pair:u3', false)]).toEqual([1, 2, 3])
    expect((await readHalts(ledger().database)).active).toMatchObject([{ scope: 'all', epoch: 2 }])
  })

  it('is changed by many at once, each with an epoch of its own', async () => {
    const epochs = await Promise.all(Array.from({ length: 20 }, (_, i) => change(`trade:t${i}`, true)))
    expect(epochs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
    expect((await readHalts(ledger().database)).active).toHaveLength(20)
  })
})

/** Time that passes only when the test lets the poll come. */
class PollClock implements Clock {
  readonly #sleepers = new Set<() => void>()
  slept = 0
  nowMs = (): ReturnType<Clock['nowMs']> => millis(NOW)
  monoNs = (): bigint => 0n

  sleep(durationMs: number, signal: AbortSignal): Promise<void> {
    this.slept = durationMs
    return new Promise((resolve, reject) => {
      this.#sleepers.add(resolve)
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    })
  }

  poll(): void {
    for (const wake of this.#sleepers) wake()
    this.#sleepers.clear()
  }

  get asleep(): boolean {
    return this.#sleepers.size > 0
  }
}

describe('the watch', () => {
  const clock = new PollClock()
  const ended = { signal: new AbortController(), watch: Promise.resolve() }
  const seen: Halts[] = []
  const epoch = (): number => seen.at(-1)?.epoch ?? -1
  const pushes = (): Promise<unknown[]> =>
    ledger().column(`select pid from pg_stat_activity where application_name = 'crossbook-halts' and datname = current_database()`)

  beforeEach(async () => {
    seen.length = 0
    ended.signal = new AbortController()
    ended.watch = watchHalts(ledger().database, ledger().url, clock, ledger().log, (halts) => seen.push(halts), ended.signal.signal)
    await until('the first look', () => epoch() === 0 && clock.asleep)
  })
  afterEach(async () => {
    ended.signal.abort()
    await ended.watch
    expect(await pushes()).toEqual([])
  })

  it('is woken by a push: no poll is needed', async () => {
    await change('all', true)
    await until('the push', () => epoch() === 1)
    expect(seen.at(-1)?.active).toMatchObject([{ scope: 'all', reason: 'because of all' }])
    await change('all', false)
    await until('the next push', () => epoch() === 2)
    expect(clock.slept).toBe(1_000)
    expect(ledger().log.lines).toEqual([])
  })

  it('sees by its poll what a killed connection could not push, and listens again', async () => {
    const [pid] = await pushes()
    await ledger().column('select pg_terminate_backend($1)', [pid])
    await until('the connection is gone', async () => (await pushes()).length === 0)
    await change('all', true)
    await until('it sleeps', () => clock.asleep)
    clock.poll()
    await until('the poll', () => epoch() === 1)
    await until('a new connection', async () => (await pushes()).length === 1 && clock.asleep)
    await change('all', false)
    await until('a push again', () => epoch() === 2)
  })
})

describe('the watch without its ledger', () => {
  it('keeps the last answer, says so, and ends when it is told to', async () => {
    const clock = new PollClock()
    const { database, url, log } = ledger()
    const stop = new AbortController()
    const seen: Halts[] = []
    const dead = new URL(url)
    dead.port = '1'
    const watch = watchHalts(database, dead.href, clock, log, (halts) => seen.push(halts), stop.signal)
    await until('a look by poll', () => seen.length === 1 && clock.asleep)
    expect(log.messages('warn')).toEqual(['halts are polled: the push connection is down'])
    stop.abort()
    await watch
  })
})
