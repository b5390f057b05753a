import { subjectId } from '../../../src/core/ids'
import { GATES } from '../../../src/core/risk/gates'
import { formatPrice, type Price } from '../../../src/core/units'
import { later, MARKET, NOW, TICKER } from '../../core/edge/fixture'
import { until } from '../../stores/doubles'
import { MISSED } from '../opportunities/trading-desk'
import { Desk, gameAt } from './desk'

describe('B7 from odds to a trade', () => {
  it('an edge that the newest odds bear becomes one trade, in the turn in which they come', () => {
    const desk = new Desk()
    desk.edge()
    expect(desk.started).toHaveLength(1)
    const [plan] = desk.started
    expect(plan).toMatchObject({
      ...{ strategy: 'edge', sport: 'americanfootball_nfl', mode: 'sim', rules: { certificate: null, limits: 'l1', config: 'c1' } },
      legs: [{ order: { venue: 'kalshi', market: TICKER, action: 'buy', outcome: 'yes', timeInForce: 'ioc', purpose: 'opening' } }],
    })
    expect(plan?.opportunity.verdicts.every(({ passed }) => passed)).toBe(true)
    expect(desk.decisions()).toMatchObject([
      { verdict: 'taken', opportunity: { strategy: 'edge', subject: TICKER }, tradeId: plan?.tradeId },
    ])
  })

  it('E1 one at a time, however often it is seen, and again when it is over', async () => {
    const desk = new Desk()
    desk.edge()
    for (let n = 0; n < 5; n++) {
      desk.pass(6_000)
      desk.odds()
    }
    expect([desk.started.length, desk.shard.edges?.opportunities.refusals.get(GATES.inFlight)]).toEqual([1, 5])
    desk.end?.(MISSED)
    await until('the trade to be over', () => desk.shard.launcher.inFlight === 0)
    desk.quote('0.49', '0.50', '700')
    desk.pass(6_000)
    desk.odds()
    expect(desk.started).toHaveLength(2)
  })

  it('B15 after a miss nothing is sent again until the best prices are other ones, and then nothing dearer than the limit', async () => {
    const desk = new Desk()
    desk.edge()
    const limitOf = (n: number): number | undefined => desk.started[n]?.legs[0]?.order.limit
    desk.end?.(MISSED)
    await until('the trade to be over', () => desk.shard.launcher.inFlight === 0)
    desk.pass(6_000)
    desk.odds() // the same best prices
    expect([desk.started.length, desk.decisions().at(-1)?.reason]).toEqual([1, GATES.unchanged])
    const limit = limitOf(0) ?? 0
    desk.quote('0.49', formatPrice((limit + 100) as Price))
    desk.pass(6_000)
    desk.odds()
    expect(desk.started).toHaveLength(1)
    desk.quote('0.49', formatPrice(limit as Price))
    desk.pass(6_000)
    desk.odds()
    expect([desk.started.length, limitOf(1)]).toEqual([2, limit])
  })

  it('an edge that goes is told with how it ended', () => {
    const desk = new Desk()
    desk.edge()
    desk.quote('0.58', '0.59')
    expect(desk.opportunities()).toMatchObject([{ subject: TICKER, direction: 'yes', outcome: 'taken', tradeId: desk.started[0]?.tradeId }])
  })
})

describe('is seen and not traded', () => {
  it.each<[string, (desk: Desk) => void, string]>([
    [
      'while nobody has armed the strategy',
      (desk) =>
        (desk.armed = {
          gate: GATES.armed,
          passesInMs: null,
          verdict: () => ({ check: GATES.armed, passed: false, actual: 'not armed', limit: 'armed' }),
        }),
      GATES.armed,
    ],
    ['E26 under a halt of the strategy', (desk) => desk.halts.push('strategy:edge'), GATES.halts],
    ['E26 under a halt of the venue', (desk) => desk.halts.push('venue:kalshi'), GATES.halts],
  ])('%s', (_why, happens, gate) => {
    const desk = new Desk()
    happens(desk)
    desk.edge()
    expect([desk.started, desk.decisions()[0]?.reason]).toEqual([[], gate])
  })

  it('E7 where a box holds the market', () => {
    const desk = new Desk()
    const claim = {
      venue: 'kalshi',
      market: MARKET.kalshi,
      subject: subjectId('box'),
      outcome: 'yes',
      state: 'settling',
      holder: 't1',
    } as never
    desk.shard.launcher.claims.tell([claim], desk.clock.nowMs())
    desk.edge()
    expect([desk.started, desk.decisions()[0]?.reason]).toEqual([[], GATES.claims])
  })

  it('ruling 13: when Kalshi has moved after the odds were fetched, until newer ones confirm it', () => {
    const desk = new Desk()
    desk.watch()
    desk.odds()
    desk.pass(6_000)
    desk.quote('0.49', '0.50')
    expect([desk.started.length, desk.decisions()[0]?.reason]).toEqual([0, 'odds later than the kalshi move'])
    desk.pass(6_000)
    desk.odds()
    expect(desk.started).toHaveLength(1)
  })
})

describe('cannot be judged', () => {
  it.each<[string, (desk: Desk) => void, string]>([
    ['a match that a person has to review', (desk) => desk.watch({ status: 'review' }), 'mapping confirmed'],
    ['B6 lines that are ten minutes old', (desk) => desk.odds(gameAt(later(-600_000))), 'odds fetched lately'],
    ['a game that has begun by the books', (desk) => desk.odds(gameAt(NOW, 1.7, { commenceMs: later(-1_000) })), 'game not started'],
    ['B5 a game without a book', (desk) => desk.odds(gameAt(NOW, 1.7, { lines: [] })), 'consensus of the books: no lines'],
  ])('%s: counted by name, and no opportunity', (_what, happens, reason) => {
    const desk = new Desk()
    desk.watch()
    happens(desk)
    desk.quote('0.49', '0.50')
    expect([desk.started, desk.opportunities(), Object.keys(desk.unjudged())]).toEqual([[], [], expect.arrayContaining([reason])])
  })

  it('an older telling of a game changes nothing', () => {
    const desk = new Desk()
    desk.edge()
    const looks = desk.shard.edges?.counters.looks
    desk.odds(gameAt(later(-5_000), 3))
    expect(desk.shard.edges?.counters.looks).toBe(looks)
  })
})

it('a book whose best prices stand is not looked at, and another market not at all', () => {
  const desk = new Desk()
  desk.edge()
  const looks = desk.shard.edges?.counters.looks
  desk.quote('0.49', '0.50', '900')
  expect(desk.shard.edges?.counters.looks).toBe(looks)
  desk.shard.edges?.watch([], desk.clock.nowMs())
  desk.quote('0.48', '0.49')
  expect([desk.shard.edges?.watched, desk.shard.edges?.counters.looks]).toEqual([0, looks])
})
