import { millis } from '../../../../src/core/units'
import type { Clock } from '../../../../src/ports/clock'
import { Pacing } from '../../../../src/venues/kalshi/rest/pacing'
import { readEndpointCosts } from '../../../../src/venues/kalshi/wire/limits'
import { readShared, recordings } from '../fakes'
import { never } from './venue'

const ROOT = '/trade-api/v2'
const ORDERS = `${ROOT}/portfolio/events/orders`
const LIST = `${ROOT}/markets`
const BASIC = { tier: 'basic', read: { perSecond: 200, capacity: 200 }, write: { perSecond: 100, capacity: 100 } }

/** Time that passes by sleeping only. */
class Sleeper implements Clock {
  ns = 0n
  nowMs = () => millis(Number(this.ns / 1_000_000n))
  monoNs = () => this.ns
  sleep = (durationMs: number, signal: AbortSignal): Promise<void> => {
    if (signal.aborted) return Promise.reject(signal.reason as Error)
    this.ns += BigInt(Math.ceil(durationMs * 1_000_000))
    return Promise.resolve()
  }
  get ms(): number {
    return Number(this.ns) / 1_000_000
  }
}

describe('E18 the request budget of the account', () => {
  let clock: Sleeper
  let pacing: Pacing
  beforeEach(() => {
    clock = new Sleeper()
    pacing = new Pacing(clock, () => 0.5)
  })
  const level = (bucket: string): number | undefined => pacing.state().find((each) => each.bucket === bucket)?.level
  const read = async (times: number, urgency: 'order' | 'list' = 'order', path = LIST): Promise<void> => {
    for (let n = 0; n < times; n++) await pacing.read(path, urgency, never)
  }

  it('lets a full bucket go at once, and the next read as soon as its tokens are there', async () => {
    await read(20)
    expect(clock.ms).toBe(0)
    await read(1)
    expect(clock.ms).toBe(50)
  })

  it('bills what the venue routes itself to the bucket that all shards share', () => {
    pacing.write('POST', ORDERS, -1, 1)
    expect(pacing.state().map(({ bucket }) => bucket)).toEqual(['read', 'write'])
    expect(level('write')).toBe(90)
  })

  it('knows costs by path: literal before pattern before standard', () => {
    const cost = (method: 'GET' | 'POST' | 'DELETE', path: string) => pacing.costOf(method, ROOT + path)
    expect(cost('DELETE', '/portfolio/events/orders/batched')).toBe(2)
    expect(cost('DELETE', '/portfolio/events/orders/5d1b')).toBe(2)
    expect(cost('GET', '/portfolio/orders/5d1b')).toBe(2)
    expect([cost('GET', '/portfolio/orders'), cost('POST', '/portfolio/events/orders'), cost('GET', '/x')]).toEqual([10, 10, 10])
  })

  it('leaves room for what resolves an order: a long list waits, an order’s read does not', async () => {
    await read(14)
    expect(level('read')).toBe(60)
    await read(6)
    expect(clock.ms).toBe(0)
    await read(1, 'list')
    expect(clock.ms).toBe(350)
  })

  it('never waits with a write, accounts for it per item and per shard, and refills', () => {
    for (let n = 0; n < 12; n++) expect(pacing.write('POST', ORDERS, 0, 1)).toBeNull()
    expect([level('write'), level('write 2')]).toEqual([-20, undefined])
    pacing.write('DELETE', `${ORDERS}/batched`, 2, 8)
    expect(level('write 2')).toBe(84)
    clock.ns += 500_000_000n
    expect([level('write'), level('write 2')]).toEqual([30, 100])
  })

  it('refuses in a sentence what can never fit', async () => {
    expect(pacing.write('POST', `${ORDERS}/batched`, 0, 11)).toBe(
      "11 orders cost 110 tokens and the account's bucket holds 100: send at most 10 in one batch",
    )
    expect(level('write')).toBeUndefined()
    pacing.tell(BASIC, { standard: 250, special: [] })
    await expect(pacing.read(LIST, 'order', never)).rejects.toThrow('costs 250 tokens and the account')
  })

  it('after a 429 starts from nothing, a little later than the others of the account', async () => {
    pacing.exhausted('GET', 0)
    expect(level('read')).toBe(-20)
    await read(1)
    expect(clock.ms).toBe(150)
    pacing.exhausted('POST', 1)
    expect(level('write 1')).toBe(-10)
  })

  it('takes what the venue grants, and what was spent stays spent', async () => {
    await read(5)
    pacing.tell({ ...BASIC, read: { perSecond: 600, capacity: 600 } }, { standard: 10, special: [] })
    expect(level('read')).toBe(550)
  })

  it('gives up after ten seconds, and with the signal', async () => {
    const slow = { ...BASIC, read: { perSecond: 0.5, capacity: 10 } }
    pacing.tell(slow, { standard: 10, special: [] })
    pacing.exhausted('GET', 0)
    await expect(pacing.read(LIST, 'order', never)).rejects.toThrow('found no tokens within 10000 ms')
    pacing.tell(BASIC, { standard: 10, special: [] })
    pacing.exhausted('GET', 0)
    await expect(pacing.read(LIST, 'order', AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped')
  })
})

recordings('recorded costs', () => {
  it('are found by their patterns', () => {
    const pacing = new Pacing(new Sleeper(), () => 0)
    const body = JSON.parse(readShared('kalshi_wire_captures/account__endpoint_costs.json').toString('utf8')) as unknown
    pacing.tell(BASIC, readEndpointCosts(body))
    expect(pacing.costOf('GET', `${ROOT}/cfbenchmarks/a/b`)).toBe(150)
    expect(pacing.costOf('DELETE', `${ORDERS}/5d1b`)).toBe(2)
    expect(pacing.costOf('POST', `${ROOT}/portfolio/orders/5d1b/amend`)).toBe(20)
    expect(pacing.costOf('POST', ORDERS)).toBe(10)
  })
})
