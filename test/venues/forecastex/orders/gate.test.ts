import type { OrderIntent } from '../../../../src/core/trade/order'
import { allow, forever, intent, NO, stopAll, until } from '../rig'
import { ASKED, held, venue, type Answer } from './rig'

afterEach(stopAll)

const PLACE_ORDER = Number(ASKED.placeOrder)
const OPEN_ORDERS = Number(ASKED.openOrders)

describe('§7 before new orders', () => {
  it('the account is read twice; until then an order is refused in words and no byte leaves', async () => {
    const waiting: (() => void)[] = []
    const { orders, server } = await venue((tokens, send) => {
      if (tokens[0] !== ASKED.positions) return false
      waiting.push(() => send(62, 1))
      return true
    })
    await until('the positions to be asked for', () => waiting.length === 1)
    expect(orders.recovering).toBe('recovering after a reconnect: open orders, executions and positions are being read')
    expect(await orders.place(intent(), allow, forever)).toEqual({ kind: 'rejected', reason: 'guard', detail: orders.recovering })
    waiting.shift()?.()
    await until('the second look', () => waiting.length === 1)
    expect(orders.recovering).not.toBeNull()
    waiting.shift()?.()
    expect(orders.state()).toMatchObject({ recovering: orders.recovering, recoveries: 0, lastRecoveryMs: null })
    await orders.whenRecovered(forever)
    expect(orders.state()).toMatchObject({ recovering: null, recoveries: 1, lastRecoveryMs: expect.any(Number) as number })
    expect(server.named(PLACE_ORDER)).toHaveLength(0)
    expect(await orders.place(intent(), allow, forever)).toMatchObject({ kind: 'unknown' })
    await until('the order', () => server.named(PLACE_ORDER).length === 1)
  })

  it('a hedge that comes while a good recovery is under way waits for it instead of being refused', async () => {
    const { orders, server } = await venue()
    expect(orders.recovering).not.toBeNull()
    expect(await orders.place(intent({ purpose: 'reducing' }), allow, forever)).toMatchObject({ kind: 'unknown' })
    await until('the order', () => server.named(PLACE_ORDER).length === 1)
  })

  it.each([1101, 1102])('also after %i, and not while 1100 is in force (trap 10)', async (code) => {
    const { orders, server, adapter } = await venue()
    await orders.whenRecovered(forever)
    const looks = (): number => server.named(OPEN_ORDERS).length
    const before = looks()
    server.send(4, 2, -1, 1100, 'Connectivity lost', '')
    await until('1100', () => adapter.gateway.session.broker === 'lost')
    expect(orders.recovering).toContain('gateway down')
    server.send(4, 2, -1, code, 'Connectivity restored', '')
    await until('the reads', () => looks() >= before + 2)
    await orders.whenRecovered(forever)
    expect(orders.recovering).toBeNull()
  })

  it('also after a 1102 that no 1100 came before', async () => {
    const { orders, server } = await venue()
    await orders.whenRecovered(forever)
    const before = server.named(OPEN_ORDERS).length
    server.send(4, 2, -1, 1102, 'Connectivity restored', '')
    await until('the reads', () => server.named(OPEN_ORDERS).length >= before + 2)
    await orders.whenRecovered(forever)
  })

  it('reads that fail are repeated, and the reason is told', async () => {
    let refusals = 2
    const { orders, adapter } = await venue(([id, , reqId], send) => {
      if (id !== ASKED.executions || refusals === 0) return false
      refusals -= 1
      send(4, 2, reqId, 321, 'Error validating request', '')
      return true
    })
    await until('the failure to be told', () => orders.recovering?.includes('321') ?? false)
    await orders.whenRecovered(forever)
    expect(adapter.log.lines.filter((line) => line.startsWith('The account could not be read after a reconnect'))).toHaveLength(2)
  })

  it('two looks that differ are not enough', async () => {
    let contracts = 0
    const { orders, server } = await venue(([id], send) => {
      if (id === ASKED.positions) send(...held((contracts = Math.min(contracts + 10, 30)), NO))
      return false
    })
    await orders.whenRecovered(forever)
    expect(server.named(OPEN_ORDERS)).toHaveLength(4)
  })

  it('many that ask at once share the reads', async () => {
    const { orders, server } = await venue()
    await orders.whenRecovered(forever)
    const before = server.named(OPEN_ORDERS).length
    const past = { notAfterMs: (Date.now() - 1_000) as OrderIntent['notAfterMs'] }
    const answers = await Promise.all(Array.from({ length: 40 }, () => orders.find(intent(past), forever)))
    expect(answers.every((outcome) => outcome.kind === 'rejected' && outcome.reason === 'never-accepted')).toBe(true)
    expect(server.named(OPEN_ORDERS).length - before).toBeLessThanOrEqual(8) // alone they would be eighty
  })
})

describe('E2 a number that was used before (103)', () => {
  it('is an alarm, proves nothing about the order, and the next number is above what the gateway then shows', async () => {
    const duplicate: Answer = ([id, number], send) => {
      if (id === ASKED.placeOrder && number === '1') send(4, 2, 1, 103, 'Duplicate order id', '')
      if (id === '8') send(9, 1, 500)
      return false
    }
    const { orders, server, adapter } = await venue(duplicate, { answerTimeoutMs: 200 })
    expect(await orders.place(intent(), allow, forever)).toEqual({ kind: 'unknown', cause: 'server-error' })
    expect(adapter.log.lines.join()).toContain('duplicate order id on first send')
    await until('the new number', () => adapter.frameLog.named('in', 'nextValidId').length > 1)
    await orders.place(intent(), allow, forever)
    await until('both orders', () => server.named(PLACE_ORDER).length === 2)
    expect(server.named(PLACE_ORDER).map(([, number]) => number)).toEqual(['1', '500'])
  })
})
