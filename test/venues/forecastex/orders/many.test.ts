import { marketId, orderId, tradeId, type ClientOrderId } from '../../../../src/core/ids'
import { millis, money, price, quantity } from '../../../../src/core/units'
import type { ExecutionLog, ToldMark } from '../../../../src/ports/journal'
import { forgetOldest } from '../../../../src/venues/forecastex/orders/forget'
import { Holdings } from '../../../../src/venues/forecastex/orders/holdings'
import { ToldExecutions } from '../../../../src/venues/forecastex/orders/told'
import { TrackedOrders } from '../../../../src/venues/forecastex/orders/tracked'
import type { Callback } from '../../../../src/venues/forecastex/wire/messages'
import { filledOf, isEnded, type OrderTerms } from '../../../../src/venues/forecastex/wire/order-state'
import { LogBook } from '../../../stores/doubles'
import { ACCOUNT, CLIENT_ID, NO, YES } from '../rig'

const ORDERS = 10_000
/** What memory may keep: none of it is for longer than some minutes. */
const FEW = 500
const CONTRACTS = quantity('2')
const idOf = (n: number): ClientOrderId => orderId(tradeId(`t${n}`), 'b', 2)
const termsOf = (n: number): OrderTerms => ({
  ...{ clientOrderId: idOf(n), clientId: CLIENT_ID, account: ACCOUNT, market: marketId(String(YES)), outcome: 'yes', conId: YES },
  ...{ oppositeConId: NO, quantity: CONTRACTS, limit: price('0.58'), timeInForce: 'IOC' },
})

class MemoryExecutionLog implements ExecutionLog {
  readonly told: readonly ToldMark[] = []
  readonly all: ToldMark[] = []
  append(mark: ToldMark): Promise<void> {
    this.all.push(mark)
    return Promise.resolve()
  }
  of(id: ClientOrderId): readonly ToldMark[] {
    const own = this.all.filter((mark) => 'clientOrderId' in mark && mark.clientOrderId === id)
    const ids = own.flatMap((mark) => (mark.mark === 'execution' ? [mark.execution.execId] : []))
    return [...own, ...this.all.filter((mark) => mark.mark === 'fee' && ids.includes(mark.execId))]
  }
}

/** Orders of a day, each filled at once, with its fee and its end. */
class Day {
  readonly executionLog = new MemoryExecutionLog()
  readonly told = new ToldExecutions(this.executionLog, new LogBook())
  readonly orders = new TrackedOrders(this.told)
  readonly holdings = new Holdings()

  hear(callback: Callback): void {
    this.orders.accept({ callback, unreadable: null, payload: [], conn: 1, recvMs: millis(1), frame: null })
  }
  execution(n: number): Callback {
    const of = { orderId: n, clientId: CLIENT_ID, permId: 100_000 + n, orderRef: idOf(n), account: ACCOUNT, conId: YES }
    const figures = { side: 'BOT', quantity: CONTRACTS, cumulative: CONTRACTS, price: price('0.57'), time: '' }
    return { kind: 'execution', reqId: -1, execution: { execId: `e${n}.01`, ...of, ...figures } }
  }
  order(n: number): void {
    this.holdings.before(termsOf(n))
    this.orders.track(termsOf(n), { orderId: n, conn: 1 })
    this.hear(this.execution(n))
    this.hear({ kind: 'commission', execId: `e${n}.01`, fee: money('0.02') })
    this.hear({ kind: 'orderStatus', orderId: n, clientId: CLIENT_ID, permId: 100_000 + n, status: 'Filled', filled: CONTRACTS })
  }
}

describe('ten thousand orders through one process', () => {
  const day = new Day()
  for (let n = 1; n <= ORDERS; n += 1) day.order(n)

  it('leave as much in memory as some minutes of them', () => {
    expect(day.orders.size).toBeLessThanOrEqual(FEW)
    expect(day.told.remembered).toBeLessThanOrEqual(FEW)
    expect(day.holdings.watched).toBeLessThanOrEqual(FEW)
    expect(day.told.count).toBe(ORDERS)
  })

  it('are logged once, however often the venue tells the day again', () => {
    const logged = day.executionLog.all.length
    for (const at of [1, 2])
      for (let n = 1; n <= ORDERS; n += 1) {
        day.hear(day.execution(n))
        day.hear({ kind: 'commission', execId: `e${n}.01`, fee: money('0.02') })
        if (at === 2 && n % 1_000 === 0) expect(day.told.fees.get(`e${n}.01`)).toBe(money('0.02'))
      }
    expect([day.executionLog.all.length, day.told.count]).toEqual([logged, ORDERS])
  })

  it('trap 6: what all of them bought is known to the last contract', () => {
    expect([...day.orders.bought()].map(([conId, { net }]) => [conId, net])).toEqual([[YES, ORDERS * CONTRACTS]])
  })

  it('trap 9: an execution that a read of the day tells once more is not logged again', () => {
    const logged = day.executionLog.all.length
    for (let n = 1; n <= ORDERS; n += 1) day.hear(day.execution(n))
    expect([day.executionLog.all.length, day.told.count]).toEqual([logged, ORDERS])
  })

  it('E14 an early one that is asked for again comes back from the log, and counts once', () => {
    const { state } = day.orders.track(termsOf(1), null)
    expect([filledOf(state), isEnded(state), state.permId, day.orders.fees.get('e1.01')]).toEqual([CONTRACTS, true, 100_001, money('0.02')])
    expect([...day.orders.bought()].map(([, { net }]) => net)).toEqual([ORDERS * CONTRACTS])
  })

  it('the oldest is forgotten first', () => {
    const [names, figures] = [new Set(['a', 'b', 'c']), new Map([['a', 1] as const, ['b', 2] as const])]
    forgetOldest(names, 2)
    forgetOldest(figures, 1)
    expect([[...names], [...figures.keys()]]).toEqual([['b', 'c'], ['b']])
  })
})
