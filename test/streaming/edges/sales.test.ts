import { tradeId } from '../../../src/core/ids'
import { GATES, type Gated } from '../../../src/core/risk/gates'
import type { Scope } from '../../../src/core/risk/scope'
import { quantity } from '../../../src/core/units'
import type { HeldPosition } from '../../../src/core/edge/leaving/sale'
import type { Succession } from '../../../src/ports/trader'
import { Sales } from '../../../src/streaming/edges/sales'
import { later, MARKET, NOW, TICKER } from '../../core/edge/fixture'
import { LogBook, until } from '../../stores/doubles'
import { Desk, gameAt } from './desk'

const held = (id: string, of = '50', outcome: HeldPosition['outcome'] = 'yes'): HeldPosition => ({
  ...{ tradeId: tradeId(id), market: MARKET.kalshi, outcome, quantity: quantity(of), startedMs: NOW },
})

/** A desk whose ended edges hold what is told, and what it was asked to sell. */
class SellingDesk extends Desk {
  readonly sold: { readonly tradeId: string; readonly reason: string }[] = []
  readonly log = new LogBook()
  position: readonly HeldPosition[] = [held('T1')]
  mayTrade: Gated = null
  isOurs = true
  succession: Succession | Error = { kind: 'started' }
  readonly sales: Sales

  constructor() {
    const sales = new Sales({
      sellers: { sell: (id, reason) => this.#sell(id, reason) },
      lease: { valid: () => this.isOurs },
      halts: { active: () => this.halts },
      armed: () => this.mayTrade,
      heldOf: (market) => this.position.filter((each) => each.market === market),
      clock: { nowMs: () => this.clock.nowMs() } as never,
      log: { info: () => undefined, warn: (...told: unknown[]) => this.log.warn(...(told as [object, string])) } as never,
    })
    super({ sales })
    this.sales = sales
  }
  #sell(id: string, reason: string): Promise<Succession> {
    this.sold.push({ tradeId: id, reason })
    return this.succession instanceof Error ? Promise.reject(this.succession) : Promise.resolve(this.succession)
  }
  /** 0.60 is bid for what is thought worth some 0.58 at the most, and odds a second later say so again. */
  bid(at = '0.61', asked = '0.62'): this {
    this.watch()
    this.quote(at, asked)
    this.pass(6_000)
    this.odds()
    return this
  }
}
const NOT_ARMED: Gated = {
  gate: GATES.armed,
  passesInMs: null,
  verdict: () => ({ check: GATES.armed, passed: false, actual: 'not armed', limit: 'armed' }),
}
const HALTS: readonly Scope[] = ['all', 'strategy:edge', 'venue:kalshi', `pair:${TICKER}` as Scope]

describe('ruling 13: what an edge holds', () => {
  it('is sold in the turn of the odds by which more is bid than it is worth', () => {
    const desk = new SellingDesk().bid()
    expect(desk.sold).toEqual([
      { tradeId: 'T1', reason: expect.stringMatching(/^sale of 50\.00 YES ≥ 0\.\d+, \$0\.\d+ net is bid for one$/) },
    ])
    expect(desk.started).toEqual([])
  })

  it('is held where its own side has the edge, or nobody bids enough', () => {
    const desk = new SellingDesk()
    desk.edge()
    desk.bid('0.57', '0.58')
    expect(desk.sold).toEqual([])
  })

  it('is sold of each outcome by what that is worth', () => {
    const desk = new SellingDesk()
    desk.position = [held('T2', '50', 'no')]
    expect(desk.bid().sold).toEqual([])
    desk.pass(20_000)
    expect(desk.bid('0.50', '0.51').sold).toMatchObject([{ tradeId: 'T2', reason: expect.stringContaining('50.00 NO') }])
  })

  it('I2 is sold one trade of a market at a time, ever more rarely while it sells nothing', () => {
    const desk = new SellingDesk()
    desk.position = [held('T1'), held('T2')]
    desk.bid()
    const begunAfter = (ms: number): readonly string[] => {
      desk.pass(ms)
      desk.odds()
      return desk.sold.map(({ tradeId: id }) => id)
    }
    expect(begunAfter(9_999)).toEqual(['T1'])
    expect(begunAfter(1)).toEqual(['T1', 'T1'])
    expect(begunAfter(10_000)).toEqual(['T1', 'T1', 'T2'])
    expect(begunAfter(10_000)).toEqual(['T1', 'T1', 'T2', 'T1'])
    // something of it was sold: the rest is asked for soon
    desk.position = [held('T1', '30')]
    expect(begunAfter(10_000)).toEqual(['T1', 'T1', 'T2', 'T1', 'T1'])
    expect(begunAfter(10_000)).toHaveLength(6)
    expect(begunAfter(10_000)).toHaveLength(6)
  })

  it('is held to settlement once it was bought a day ago', () => {
    const desk = new SellingDesk()
    desk.position = [{ ...held('T1'), startedMs: later(-86_400_001) }]
    expect(desk.bid().sold).toEqual([])
  })

  it.each(HALTS)('E26 is not sold under a halt of %s, for it is nobody’s duty', (scope) => {
    const desk = new SellingDesk()
    desk.halts.push(scope)
    expect(desk.bid().sold).toEqual([])
    desk.halts.pop()
    desk.shard.edges?.sweep(desk.clock.nowMs())
    expect(desk.sold).toHaveLength(1)
  })

  it.each<[string, (desk: SellingDesk) => void]>([
    ['while nobody has armed the strategy', (desk) => (desk.mayTrade = NOT_ARMED)],
    ['E19 without the lease', (desk) => (desk.isOurs = false)],
    ['where the ledger has nothing, or was not read', (desk) => (desk.position = [])],
  ])('is not sold %s', (_why, happens) => {
    const desk = new SellingDesk()
    happens(desk)
    expect(desk.bid().sold).toEqual([])
  })

  it.each<[string, Succession | Error, object]>([
    ['has begun', { kind: 'started' }, { begun: 1, notBegun: 0 }],
    ['is under way', { kind: 'already-running' }, { begun: 0, notBegun: 1 }],
    ['could not be asked for', { kind: 'unreachable', detail: 'refused' }, { begun: 0, notBegun: 1 }],
    ['was not answered', new Error('time is up'), { begun: 0, notBegun: 1 }],
  ])('is counted when its sale %s', async (_what, succession, counted) => {
    const desk = new SellingDesk()
    desk.succession = succession
    desk.bid()
    await until('the answer', () => desk.sales.counters.begun + desk.sales.counters.notBegun === 1)
    expect(desk.sales.counters).toEqual(counted)
  })
})

describe('a sale that asks what to do', () => {
  const asked = { ...held('T1'), venue: 'kalshi', n: 1 } as const
  const choose = (desk: SellingDesk) =>
    desk.sales.choose(asked, (market, position) => desk.shard.edges?.saleOf(market, position, desk.clock.nowMs()) as never)

  it('gets its order, by the books and odds of that moment', () => {
    const desk = new SellingDesk().bid()
    expect(choose(desk)).toMatchObject({
      kind: 'sell',
      order: { clientOrderId: 'cb-T1-c2', action: 'sell', outcome: 'yes', quantity: 5_000, purpose: 'reducing' },
    })
  })
  it.each<[string, (desk: SellingDesk) => void, string]>([
    ['the bid has gone', (desk) => desk.quote('0.57', '0.58'), 'worth more than is bid'],
    ['the odds have aged', (desk) => desk.pass(600_000), 'no consensus'],
    ['the books have gone with it', (desk) => desk.odds(gameAt(desk.clock.nowMs(), 1.55)), 'worth more than is bid'],
    ['it was halted', (desk) => desk.halts.push('strategy:edge'), `${GATES.halts}: strategy:edge`],
    ['it was disarmed', (desk) => (desk.mayTrade = NOT_ARMED), `${GATES.armed}: not armed`],
    ['its market is watched no more', (desk) => desk.shard.edges?.watch([], desk.clock.nowMs()), 'market not watched'],
  ])('holds when %s', (_what, happens, reason) => {
    const desk = new SellingDesk().bid()
    happens(desk)
    expect(choose(desk)).toEqual({ kind: 'hold', reason })
  })
})
