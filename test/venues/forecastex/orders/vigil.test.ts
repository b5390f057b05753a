import { marketId, orderId, tradeId } from '../../../../src/core/ids'
import { millis, price, quantity, type Millis } from '../../../../src/core/units'
import type { Clock } from '../../../../src/ports/clock'
import type { Look, Looks } from '../../../../src/venues/forecastex/orders/looks'
import { ToldExecutions } from '../../../../src/venues/forecastex/orders/told'
import { TrackedOrders } from '../../../../src/venues/forecastex/orders/tracked'
import { keepVigil, nextVigil } from '../../../../src/venues/forecastex/orders/vigil'
import { LogBook } from '../../../stores/doubles'
import { ACCOUNT, CLIENT_ID, NO, YES } from '../rig'

const at = (text: string): Millis => millis(Date.parse(text))
const shown = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString().slice(0, 16))

describe('trap 9: when the account is read', () => {
  const vigil = { executionsZone: 'America/New_York', restart: '23:45' }
  it('two minutes before and after midnight, and before the restart, in New York', () => {
    // 22 November: New York is five hours behind
    expect(shown(nextVigil(vigil, at('2026-11-22T12:00:00Z')))).toBe('2026-11-23T04:43')
    expect(shown(nextVigil(vigil, at('2026-11-23T04:43:00Z')))).toBe('2026-11-23T04:58')
    expect(shown(nextVigil(vigil, at('2026-11-23T04:58:00Z')))).toBe('2026-11-23T05:02')
    expect(shown(nextVigil(vigil, at('2026-11-23T05:02:00Z')))).toBe('2026-11-24T04:43')
  })
  it('over the change of the clocks', () => {
    expect(shown(nextVigil({ executionsZone: 'America/New_York', restart: null }, at('2026-10-31T12:00:00Z')))).toBe('2026-11-01T03:58')
    expect(shown(nextVigil({ executionsZone: 'America/New_York', restart: null }, at('2026-11-01T12:00:00Z')))).toBe('2026-11-02T04:58')
  })
  it('never, where nothing is forgotten and nothing restarts', () =>
    expect(nextVigil({ executionsZone: null, restart: null }, at('2026-11-22T12:00:00Z'))).toBeNull())
  it('a time that is none is told', () =>
    expect(() => nextVigil({ executionsZone: null, restart: 'late' }, at('2026-11-22T12:00:00Z'))).toThrow('not a time of day'))
})

/** Time that passes when somebody sleeps. */
class PassingClock implements Clock {
  ms = Date.parse('2026-11-23T04:50:00Z')
  nowMs = () => millis(this.ms)
  monoNs = () => BigInt(this.ms) * 1_000_000n
  sleep(durationMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason as Error)
    this.ms += durationMs
    return new Promise((resolve) => void setImmediate(resolve))
  }
}

/** Before and after midnight an account that holds so many YES contracts at each look; an order buys ten when it was looked at `boughtAfter` times. */
async function watched(held: readonly (number | Error)[], boughtAfter: number) {
  const [clock, log, over] = [new PassingClock(), new LogBook(), new AbortController()]
  const orders = new TrackedOrders(new ToldExecutions(null, log))
  const id = orderId(tradeId('t1'), 'b', 2)
  orders.track(
    {
      ...{ clientOrderId: id, clientId: CLIENT_ID, account: ACCOUNT, market: marketId(String(YES)), outcome: 'yes', conId: YES },
      ...{ oppositeConId: NO, quantity: quantity('10'), limit: price('0.58'), timeInForce: 'IOC' },
    },
    { orderId: 1, conn: 1 },
  )
  let n = 0
  const take = (): Promise<Look> => {
    const contracts = held[Math.min(n, held.length - 1)] ?? 0
    n += 1
    if (n === held.length) over.abort()
    if (contracts instanceof Error) return Promise.reject(contracts)
    if (n > boughtAfter) bought()
    const positions = [{ account: ACCOUNT, conId: YES, secType: 'OPT', contracts }] as unknown as Look['positions']
    return Promise.resolve({ conn: 1, startedMs: clock.nowMs(), resting: [], positions, holdings: '', seen: '' })
  }
  const bought = (): void => {
    const execution = {
      ...{ execId: 'a.01', orderId: 1, clientId: CLIENT_ID, permId: 9, orderRef: id, account: ACCOUNT, conId: YES, side: 'BOT', time: '' },
      ...{ quantity: quantity('10'), cumulative: quantity('10'), price: price('0.57') },
    }
    const callback = { kind: 'execution', reqId: -1, execution } as const
    orders.accept({ callback, unreadable: null, payload: [], conn: 1, recvMs: clock.nowMs(), frame: null })
  }
  const looks = { take } as unknown as Looks
  await keepVigil({ looks, orders, clock, log, executionsZone: 'America/New_York', restart: null }, over.signal)
  return log
}

describe('the positions are the backstop', () => {
  const alarms = (log: LogBook): string[] => [...log.messages('error'), ...log.messages('warn')]

  it('are silent while they move by what our orders bought', async () => {
    expect(alarms(await watched([0, 10, 10], 1))).toEqual([])
  })
  it('wait for a position that follows its execution', async () => {
    expect(alarms(await watched([0, 0, 10, 10], 1))).toEqual([])
  })
  it('tell of a position that no execution of ours explains: another strategy, or a hand (trap 6)', async () => {
    expect(alarms(await watched([0, 10, 10, 10], 99))).toEqual(['A position has moved by something else than our executions'])
  })
  it('know a position that was settled from one that is wrong', async () => {
    expect(alarms(await watched([10, 0, 0, 0], 99))).toEqual(['A position is gone without an execution: settled, or traded by hand'])
  })
  it('are read again when a read fails', async () => {
    expect(alarms(await watched([0, new Error('timeout'), 0, 0], 99))).toEqual(['A read of the account failed; it is repeated'])
  })
})
