import { detectEdge, type EdgeInput } from '../../../src/core/edge/detect'
import { planEdge, type EdgePlanInput } from '../../../src/core/edge/plan'
import { tradeId } from '../../../src/core/ids'
import { reserveOf } from '../../../src/core/risk/checks'
import type { EdgePlan } from '../../../src/core/trade/plan'
import { money } from '../../../src/core/units'
import { edgeInput, found, HOUR_MS, later, mapped, NOW, rules, TICKER } from './fixture'

const plan = (change: Partial<EdgeInput> = {}, of: Partial<EdgePlanInput> = {}): EdgePlan =>
  planEdge({
    finding: found(detectEdge(edgeInput(change))),
    kalshiShard: 2,
    tradeId: tradeId('t1'),
    n: 42,
    nowMs: NOW,
    mode: 'sim',
    lossBudget: money('10'),
    entryLifeMs: 1_500,
    rules: { limits: 'l7', config: 'c3' },
    ...of,
  })

describe('the plan of an edge', () => {
  it('E2 E4 E11 E15 B15: opens with one leg, immediate-or-cancel, at the limit that still earns the least edge', () =>
    expect(plan().legs).toEqual([
      {
        order: {
          ...{ clientOrderId: 'cb-t1-a1', tradeId: 't1', venue: 'kalshi', market: TICKER, action: 'buy', outcome: 'yes' },
          ...{ limit: 5_100, quantity: 10_000, timeInForce: 'ioc', purpose: 'opening', notAfterMs: NOW + 1_500 },
        },
        costBound: 52_759_300,
        purse: 'kalshi/0.2',
      },
    ]))

  it('E8 reserves the leg at its bound and no cure: what it buys is held to settlement', () => {
    expect(plan().dearestCure).toBe(0)
    expect(reserveOf(plan())).toEqual([{ purse: 'kalshi/0.2', amount: 52_759_300 }])
  })

  it('records what was seen: the edge on the lower bound, all of the premium as what may be lost', () => {
    expect(plan()).toMatchObject({ strategy: 'edge', sport: 'americanfootball_nfl', mode: 'sim', lossBudget: 10_000_000 })
    expect(plan().rules).toEqual({ certificate: null, limits: 'l7', config: 'c3' })
    expect(plan().opportunity).toMatchObject({
      ...{ strategy: 'edge', subject: TICKER, n: 42, seenAtMs: NOW, netEdge: 4_490_000, expectedValue: 5_271_200 },
      ...{ unwindLoss: 6_516_500, maximumLoss: 52_759_300, limitLoss: 52_759_300 },
    })
    expect(JSON.parse(JSON.stringify(plan()))).toEqual(plan())
  })

  it('E11 leaves no later than the game begins, by whoever says it is sooner', () => {
    const soon = (ticker: number, odds: number): Partial<EdgeInput> => ({
      ...mapped({ startMs: later(ticker) }),
      odds: { eventId: 'e1', commenceMs: later(odds), fetchedMs: later(-5_000) },
      ...rules({ minToStartMs: 0 }),
    })
    expect(plan(soon(900, 60_000)).legs[0].order.notAfterMs).toBe(NOW + 900)
    expect(plan(soon(60_000, 700)).legs[0].order.notAfterMs).toBe(NOW + 700)
    expect(plan(soon(HOUR_MS, HOUR_MS)).legs[0].order.notAfterMs).toBe(NOW + 1_500)
  })
})
