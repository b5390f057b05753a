import type { Config } from '../../../src/config/load'
import { orderId, tradeId, type MarketId, type Outcome } from '../../../src/core/ids'
import type { Level } from '../../../src/core/market/event'
import type { Mode } from '../../../src/core/trade/plan'
import { millis, money } from '../../../src/core/units'
import { openedAccounts } from '../../../src/stores/postgres/ledger'
import { refuseOtherLedger } from '../../../src/wiring/paper/accounts'
import { Chances, seedOf } from '../../chances'
import { freshLedger, NEVER } from '../ledger/support/ledger'
import { level, MARKETS, MAY, PaperWorld } from './world'

const ledger = freshLedger()
const SEED = seedOf()
const ORDERS = 120

const accounts = (kalshi: string): Config['endpoints'] =>
  ({ kalshi: { account: kalshi }, forecastex: { account: 'account-forecastex' } }) as Config['endpoints']

/** Cash is what has moved, contracts are what was filled and not paid: both by plain sums over the rows. */
async function expectSums(): Promise<void> {
  const apart = await ledger().column(
    `select p.purse from paper_purse p where cash_micros <> (select coalesce(sum(amount_micros), 0) from paper_move m where m.purse = p.purse)
     union all select o.client_order_id from paper_order o where filled <> (select coalesce(sum(quantity), 0) from paper_fill f where f.client_order_id = o.client_order_id)
     union all select p.market from paper_position p where net <> coalesce((select sum(case when (o.outcome = 'yes') = (o.action = 'buy') then f.quantity else -f.quantity end)
       from paper_fill f join paper_order o using (client_order_id) where o.venue = p.venue and o.market = p.market), 0)
       - coalesce((select net from paper_payout y where y.venue = p.venue and y.market = p.market), 0)`,
  )
  expect(apart).toEqual([])
}

describe('the account of a paper venue', () => {
  afterEach(expectSums)

  it('begins once with what is configured', async () => {
    const world = new PaperWorld(ledger())
    await Promise.all([world.statement(), world.statement(), world.statement()])
    expect(await world.statement()).toMatchObject({ cash: 100_000_000, purses: [{ purse: 'kalshi', cash: 100_000_000 }], positions: [] })
    expect(await ledger().column('select id from paper_move')).toEqual(['opening:kalshi'])
  })

  it('is of a ledger of its own: one that holds a venue’s account is refused', async () => {
    const { database } = ledger()
    const of = (mode: Mode, kalshi: string) => refuseOtherLedger({ mode, endpoints: accounts(kalshi) }, database)
    await expect(of('sim', 'account-kalshi')).resolves.toBeUndefined()
    for (const mode of ['paper', 'observe'] as const)
      await expect(of(mode, 'account-kalshi')).rejects.toThrow(
        new RegExp(
          `^mode ${mode} cannot use this ledger, which has the account .+ at (kalshi|forecastex): start with a data folder of its own`,
        ),
      )
    await expect(of('demo', 'another')).rejects.toThrow(
      'mode demo cannot use this ledger, which has the account account-kalshi at kalshi: start with a data folder of its own (CROSSBOOK_DATA=.crossbook/demo)',
    )
    expect(await openedAccounts(database)).toEqual([
      { venue: 'forecastex', account: 'account-forecastex' },
      { venue: 'kalshi', account: 'account-kalshi' },
    ])
  })

  it('adds up what several orders have bought in one market', async () => {
    const world = await new PaperWorld(ledger()).opened()
    world.quote([], [level('0.40', '30'), level('0.50', '30')])
    await world.entry.place(world.order(1, '30', '0.40'), MAY, NEVER)
    await world.entry.place(
      world.order(2, '10', '0.50', { tradeId: tradeId('t2'), clientOrderId: orderId(tradeId('t2'), 'a', 1) }),
      MAY,
      NEVER,
    )
    const { positions, cash, fills } = await world.statement()
    expect(positions).toEqual([{ market: MARKETS.kalshi, outcome: 'yes', quantity: 4_000 }])
    const fees = fills.reduce((sum, { fee }) => sum + (fee ?? 0), 0)
    expect(fees).toBeGreaterThan(0)
    expect(cash).toBe(100_000_000 - 12_000_000 - 5_000_000 - fees)
  })

  it('pays a dollar at once for both outcomes, and for a sale its price', async () => {
    const world = await new PaperWorld(ledger()).opened()
    world.quote([level('0.38', '40')], [level('0.40', '40')])
    await world.entry.place(world.order(1, '30', '0.40'), MAY, NEVER)
    await world.entry.place(world.order(2, '10', '0.62', { outcome: 'no' }), MAY, NEVER)
    await world.entry.place(world.order(3, '5', '0.38', { action: 'sell' }), MAY, NEVER)
    const { positions, cash, fills } = await world.statement()
    expect(positions).toEqual([{ market: MARKETS.kalshi, outcome: 'yes', quantity: 1_500 }])
    const fees = fills.reduce((sum, { fee }) => sum + (fee ?? 0), 0)
    expect(cash).toBe(100_000_000 - 12_000_000 - 6_200_000 + 10_000_000 + 1_900_000 - fees)
  })

  it('pays a market once, when it is decided, and takes no fill there afterwards', async () => {
    const world = await new PaperWorld(ledger()).opened()
    world.quote([], [level('0.40', '40')])
    await world.entry.place(world.order(1, '30', '0.40'), MAY, NEVER)
    const before = await world.statement()
    let pays: number | null = null
    const account = world.account((market: MarketId) => Promise.resolve(market === MARKETS.kalshi && pays !== null ? money(pays) : null))
    expect((await account.statement(millis(0), NEVER)).payouts).toEqual([])
    pays = 1_000_000
    const [after] = await Promise.all([1, 2, 3].map(() => account.statement(millis(0), NEVER)))
    expect(after).toMatchObject({ cash: before.cash + 30_000_000, positions: [], payouts: [{ market: MARKETS.kalshi, paid: 30_000_000 }] })
    pays = 0 // a result that turns is not followed: docs/paper.md
    expect((await account.statement(millis(0), NEVER)).cash).toBe(before.cash + 30_000_000)
    expect(await world.entry.place(world.order(2, '5', '0.40'), MAY, NEVER)).toMatchObject({ kind: 'rejected', reason: 'closed' })
  })

  it('is told although a market cannot be asked, which hides no other one and is paid later', async () => {
    const world = await new PaperWorld(ledger()).opened()
    world.quote([], [level('0.40', '40')])
    await world.entry.place(world.order(1, '30', '0.40'), MAY, NEVER)
    let isRead = false
    const account = world.account(() => (isRead ? Promise.resolve(money('1')) : Promise.reject(new Error('no such field'))))
    expect((await account.statement(millis(0), NEVER)).positions).toHaveLength(1)
    expect(world.unread).toEqual(['no such field'])
    isRead = true
    expect(await account.statement(millis(0), NEVER)).toMatchObject({ positions: [], payouts: [{ paid: 30_000_000 }] })
  })

  it('pays whole cents at Kalshi, as Kalshi does', async () => {
    const world = await new PaperWorld(ledger()).opened()
    world.quote([level('0.60', '40')], [level('0.62', '40')])
    await world.entry.place(world.order(1, '3', '0.40', { outcome: 'no' }), MAY, NEVER)
    expect(await world.books.pay('kalshi', MARKETS.kalshi, money('0.333'), world.clock.nowMs(), NEVER)).toMatchObject({
      ...{ net: -300, paid: 2_000_000 },
    })
    expect(await world.books.payouts('kalshi', millis(0), NEVER)).toHaveLength(1)
  })

  it(`keeps its sums whatever is sent, side by side and again (seed ${SEED})`, async () => {
    const chances = new Chances(SEED)
    const world = await new PaperWorld(ledger()).opened()
    const processes = [world.entry, world.process()]
    const sent: Promise<unknown>[] = []
    for (let n = 0; n < ORDERS; n++) {
      const cents = 10 + chances.below(80)
      const some = (at: number): Level => level(String(at / 100), String(chances.upTo(30)))
      world.quote([some(cents - 1)], [some(cents), some(cents + 1)])
      const order = world.order(chances.upTo(ORDERS), String(chances.upTo(40)), String(chances.upTo(99) / 100), {
        outcome: chances.of<Outcome>(['yes', 'no']),
        action: chances.of(['buy', 'buy', 'sell'] as const),
      })
      sent.push(chances.of(processes).place(order, MAY, NEVER))
      // somebody whose clock is ahead ends it, or what has not come yet
      if (chances.below(3) === 0) sent.push(world.entry.find({ ...order, notAfterMs: millis(world.clock.nowMs() - 1) }, NEVER))
      if (chances.below(4) === 0) await Promise.all(sent)
    }
    await Promise.all(sent)
    const { purses, fills } = await world.statement()
    expect(purses.every(({ cash }) => cash >= 0)).toBe(true)
    expect(fills.length).toBeGreaterThan(0)
    expect(await ledger().column(`select client_order_id from paper_order where state = 'accepted'`)).toEqual([])
  })
})
