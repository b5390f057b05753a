import type { Config } from '../../../src/config/load'
import { millis, money, price, quantity } from '../../../src/core/units'
import { createPaperBooks } from '../../../src/stores/postgres/paper/account'
import { openDatabase } from '../../../src/stores/postgres/pool'
import { fillsOf } from '../../../src/venues/paper/fills'
import { cancelOnPaper } from '../../../src/wiring/paper/accounts'
import { freshLedger, NEVER } from '../ledger/support/ledger'
import { level, MAY, PaperWorld, PLAIN } from './world'

const ledger = freshLedger()
const orders = (): Promise<unknown[]> => ledger().column('select client_order_id from paper_order order by 1')
const filled = (contracts: string) => ({ kind: 'done', filled: quantity(contracts) })

describe('an order at a paper venue', () => {
  it('walks the levels to its limit, and what it does not get is cancelled', async () => {
    const world = await new PaperWorld(ledger()).opened()
    world.quote([], [level('0.40', '30'), level('0.41', '20'), level('0.43', '50')])
    const order = world.order(1, '80', '0.42')
    expect(await world.entry.place(order, MAY, NEVER)).toEqual(filled('50'))
    const final = await world.entry.finalise(order, NEVER)
    expect(final?.fills.map(({ price: at, quantity: size, executionId }) => [at, size, executionId])).toEqual([
      [4_000, 2_500, 'cb-t1-c1.1'],
      [4_000, 500, 'cb-t1-c1.2'],
      [4_100, 2_000, 'cb-t1-c1.3'],
    ])
    expect((await world.statement()).fills).toEqual(final?.fills)
  })

  it('takes what no other paper order has taken, until the book shows more', async () => {
    const world = await new PaperWorld(ledger()).opened()
    world.quote([], [level('0.40', '30')])
    expect(await world.entry.place(world.order(1, '20', '0.40'), MAY, NEVER)).toEqual(filled('20'))
    expect(await world.entry.place(world.order(2, '20', '0.40'), MAY, NEVER)).toEqual(filled('10'))
    expect(await world.entry.place(world.order(3, '20', '0.40'), MAY, NEVER)).toEqual(filled('0'))
    world.quote([], [level('0.40', '45')])
    expect(await world.entry.place(world.order(4, '20', '0.40'), MAY, NEVER)).toEqual(filled('15'))
  })

  it('meets the book of its arrival, not of its sending', async () => {
    const world = await new PaperWorld(ledger()).opened()
    world.quote([], [level('0.40', '30')])
    const sleep = world.clock.sleep.bind(world.clock)
    world.clock.sleep = (ms) => {
      world.quote([], [level('0.44', '30')])
      return sleep(ms)
    }
    expect(await world.entry.place(world.order(1, '20', '0.42'), MAY, NEVER)).toEqual(filled('0'))
  })

  it('E11 is not sent when the gate refuses, nor filled when it arrives after its not-after', async () => {
    const world = await new PaperWorld(ledger()).opened()
    world.quote([], [level('0.40', '30')])
    expect(await world.entry.place(world.order(1, '20', '0.40'), () => 'halted', NEVER)).toMatchObject({
      kind: 'rejected',
      reason: 'halted',
    })
    expect(await orders()).toEqual([])
    const late = world.order(2, '20', '0.40', { notAfterMs: millis(world.clock.nowMs() + 9) }) // its way takes 10 ms
    expect(await world.entry.place(late, MAY, NEVER)).toEqual(filled('0'))
    expect((await world.statement()).fills).toEqual([])
  })

  it('I1 fills once however often its id is sent, and another order of its id not at all', async () => {
    const world = await new PaperWorld(ledger()).opened()
    world.quote([], [level('0.40', '100')])
    const order = world.order(1, '20', '0.40')
    const answers = await Promise.all([1, 2, 3].map(() => world.entry.place(order, MAY, NEVER)))
    expect(answers).toContainEqual(filled('20'))
    expect(await world.entry.place(order, MAY, NEVER)).toEqual(filled('20'))
    expect((await world.statement()).fills).toHaveLength(1)
    const other = { ...order, limit: price('0.41') }
    expect(await world.entry.place(other, MAY, NEVER)).toEqual({ kind: 'unknown', cause: 'echo-differs' })
    expect(world.log.messages('error')).toContain('duplicate order id on first send')
    expect((await world.statement()).fills).toHaveLength(1)
  })

  it('is refused where the market takes none, without cash, without its fees, and as a sale of what is not held', async () => {
    const world = await new PaperWorld(ledger()).opened()
    world.quote([level('0.38', '500')], [level('0.40', '500')])
    world.access = 'halted'
    expect(await world.entry.place(world.order(1, '5', '0.40'), MAY, NEVER)).toMatchObject({ kind: 'rejected', reason: 'closed' })
    world.access = 'open'
    expect(await world.entry.place(world.order(2, '300', '0.40'), MAY, NEVER)).toMatchObject({ kind: 'rejected', reason: 'funds' })
    const sale = world.order(3, '5', '0.38', { action: 'sell' })
    expect(await world.entry.place(sale, MAY, NEVER)).toMatchObject({ kind: 'rejected', reason: 'size' })
    expect(await world.entry.finalise(sale, NEVER)).toEqual({ quantity: 0, fills: [] })
    world.hasFees = false
    expect(await world.entry.place(world.order(4, '5', '0.40'), MAY, NEVER)).toMatchObject({ kind: 'rejected', reason: 'guard' })
    expect(await orders()).toHaveLength(3)
    expect((await world.statement()).cash).toBe(100_000_000)
  })

  it('buys at ForecastEx at the displayed top of its own outcome, and sells nothing there', async () => {
    const world = await new PaperWorld(ledger(), 'forecastex').opened()
    world.quote([], [level('0.30', '20')], 'no').quote([], [level('0.72', '20')], 'yes')
    const no = world.order(1, '50', '0.35', { outcome: 'no' })
    expect(await world.entry.place(no, MAY, NEVER)).toEqual(filled('20'))
    expect((await world.entry.finalise(no, NEVER))?.fills).toMatchObject([{ price: 3_000, quantity: 2_000, fee: 200_000 }])
    const sale = world.order(2, '5', '0.30', { outcome: 'no', action: 'sell' })
    expect(await world.entry.place(sale, MAY, NEVER)).toMatchObject({ kind: 'rejected', reason: 'guard' })
  })
})

describe('a paper order whose process ends', () => {
  it('E12 was never accepted only after its not-after, and can come no more then', async () => {
    const world = await new PaperWorld(ledger()).opened()
    const order = world.order(1, '5', '0.40')
    expect(await world.entry.find(order, NEVER)).toEqual({ kind: 'unknown', cause: 'timeout' })
    expect(await world.entry.finalise(order, NEVER)).toBeNull()
    world.clock.advance(1_001)
    expect(await world.entry.find(order, NEVER)).toMatchObject({ kind: 'rejected', reason: 'never-accepted' })
    const taken = { order, purse: null, sentMs: order.notAfterMs, restsUntilMs: null }
    expect(await world.books.take(taken, NEVER)).toBe('known')
    expect(await world.entry.find(order, NEVER)).toMatchObject({ kind: 'rejected', reason: 'never-accepted' })
  })

  it('E12 E14 is unknown until its not-after and ends without a fill, also when the old process wakes', async () => {
    const world = await new PaperWorld(ledger()).opened()
    world.quote([], [level('0.40', '30')])
    const order = world.order(1, '5', '0.40')
    let wake = (): void => undefined
    world.clock.sleep = () => new Promise((resolve) => (wake = resolve)) // on its way when the process is stopped
    const answer = world.entry.place(order, MAY, NEVER)
    while ((await orders()).length === 0) await new Promise(setImmediate)
    const successor = world.process()
    expect(await successor.find(order, NEVER)).toEqual({ kind: 'unknown', cause: 'timeout' })
    expect(await successor.finalise(order, NEVER)).toBeNull()
    world.clock.advance(1_001)
    expect(await successor.find(order, NEVER)).toEqual(filled('0'))
    world.clock.sleep = () => Promise.resolve()
    wake()
    expect(await answer).toEqual(filled('0'))
    expect((await world.statement()).fills).toEqual([])
  })

  it('is filled by nobody once it has ended, whatever a slow clock thinks', async () => {
    const world = await new PaperWorld(ledger()).opened()
    const order = world.order(1, '5', '0.40')
    await world.books.take({ order, purse: null, sentMs: world.clock.nowMs(), restsUntilMs: null }, NEVER)
    expect(await world.books.find(order, millis(order.notAfterMs + 1), NEVER)).toEqual({ kind: 'done', fills: [] })
    const fills = fillsOf(order, [level('0.40', '5')], order.notAfterMs).map((fill) => ({ ...fill, fee: money(1) }))
    expect(await world.books.end(order, { fills, needs: money(0) }, order.notAfterMs, NEVER)).toEqual({ kind: 'done', fills: [] })
    expect(await world.statement()).toMatchObject({ cash: 100_000_000, fills: [], positions: [] })
  })

  it('goes on when only he who waits for it is gone', async () => {
    const world = await new PaperWorld(ledger()).opened()
    world.quote([], [level('0.40', '30')])
    const order = world.order(1, '5', '0.40')
    const waiting = new AbortController()
    const answer = world.entry.place(order, MAY, waiting.signal)
    waiting.abort()
    expect(await answer).toMatchObject({ kind: 'unknown' })
    await world.entry.close()
    expect(await world.entry.find(order, NEVER)).toEqual(filled('5'))
  })

  it('is unknown while the account does not answer, and keeps nobody waiting for it', async () => {
    const world = await new PaperWorld(ledger()).opened()
    const entry = world.process(PLAIN, { ...world.books, take: () => new Promise<never>(() => undefined) })
    expect(await entry.place(world.order(1, '5', '0.40'), MAY, NEVER)).toEqual({ kind: 'unknown', cause: 'disconnected' })
    await entry.close() // waits for what is under way
  })

  it('is unknown while the account cannot be asked', async () => {
    const world = await new PaperWorld(ledger()).opened()
    world.quote([], [level('0.40', '30')])
    const away = openDatabase('postgres://127.0.0.1:1/away', world.log)
    const order = world.order(1, '5', '0.40')
    const entry = world.process(PLAIN, createPaperBooks(away))
    expect(await entry.place(order, MAY, NEVER)).toEqual({ kind: 'unknown', cause: 'disconnected' })
    expect(await entry.find(order, NEVER)).toEqual({ kind: 'unknown', cause: 'disconnected' })
    expect(await entry.finalise(order, NEVER)).toBeNull()
    await away.end()
  })
})

describe('E27 an order that rests', () => {
  const untilMs = (world: PaperWorld) => millis(world.clock.nowMs() + 600_000)

  it('is listed until it is cancelled, and has filled nothing', async () => {
    const world = await new PaperWorld(ledger()).opened()
    world.quote([], [level('0.40', '30')])
    const canary = world.order(1, '1', '0.01')
    expect(await world.entry.placeResting(canary, untilMs(world), MAY, NEVER)).toBe('resting')
    expect([await world.entry.resting(NEVER), (await world.statement()).openOrders]).toEqual([['cb-t1-c1'], ['cb-t1-c1']])
    expect(await world.entry.find(canary, NEVER)).toEqual({ kind: 'unknown', cause: 'timeout' })
    world.clock.advance(5_000) // past its not-after: it rests
    expect(await world.entry.find(canary, NEVER)).toEqual({ kind: 'unknown', cause: 'timeout' })
    expect(await world.process().cancelEverything(NEVER)).toEqual([])
    expect(await world.entry.find(canary, NEVER)).toEqual(filled('0'))
  })

  it('does not come to rest after a kill that found it on its way', async () => {
    const world = await new PaperWorld(ledger()).opened()
    const order = world.order(1, '1', '0.01')
    await world.books.take({ order, purse: 'kalshi', sentMs: world.clock.nowMs(), restsUntilMs: untilMs(world) }, NEVER)
    expect(await world.process().cancelEverything(NEVER)).toEqual([])
    expect(await world.books.rest(order, world.clock.nowMs(), NEVER)).toMatchObject({ kind: 'done', fills: [] })
    expect(await world.entry.resting(NEVER)).toEqual([])
  })

  it('is cancelled without the streaming process too', async () => {
    const world = await new PaperWorld(ledger()).opened()
    world.clock.advance(Date.now() - world.clock.nowMs()) // the command lives by the machine's clock
    expect(await world.entry.placeResting(world.order(1, '1', '0.01'), untilMs(world), MAY, NEVER)).toBe('resting')
    const config = { endpoints: { databaseUrl: ledger().url } } as Config
    expect(await cancelOnPaper(config, 'kalshi', world.log, NEVER)).toEqual({
      ...{ venue: 'kalshi', cancelled: 1, resting: [], others: 0, unread: null },
    })
    expect(await world.entry.resting(NEVER)).toEqual([])
  })

  it('ends by itself', async () => {
    const world = await new PaperWorld(ledger()).opened()
    const canary = world.order(1, '1', '0.01')
    expect(await world.entry.placeResting(canary, untilMs(world), MAY, NEVER)).toBe('resting')
    world.clock.advance(600_001)
    expect(await world.entry.resting(NEVER)).toEqual([])
    expect(await world.entry.find(canary, NEVER)).toEqual(filled('0'))
  })

  it('is refused where it would meet an offer', async () => {
    const world = await new PaperWorld(ledger()).opened()
    world.quote([], [level('0.40', '30')])
    const crossing = world.order(1, '1', '0.40')
    expect(await world.entry.placeResting(crossing, untilMs(world), MAY, NEVER)).toMatchObject({ kind: 'rejected', reason: 'price' })
  })
})
