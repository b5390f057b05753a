import { marketId, orderId, subjectId, tradeId, type Outcome } from '../../../src/core/ids'
import type { EdgePlan } from '../../../src/core/trade/plan'
import { millis, money, price, quantity } from '../../../src/core/units'
import { settleMarket } from '../../../src/stores/postgres/settlement'
import { freshLedger, NEVER, NOW } from './support/ledger'
import { boxPlan, close, lockedBox, open, resultOf } from './support/trades'

const ledger = freshLedger()

/** Ten contracts of one outcome at Kalshi, on the market that the boxes of these tests trade. */
function edgePlan(id: string, outcome: Outcome = 'yes', market = 'KXU3-T4'): EdgePlan {
  const trade = tradeId(id)
  return {
    strategy: 'edge',
    tradeId: trade,
    mode: 'sim',
    sport: 'none',
    opportunity: {
      strategy: 'edge',
      subject: subjectId(market),
      n: 1,
      seenAtMs: millis(NOW + 1),
      netEdge: money('0.30'),
      expectedValue: money('0.30'),
      unwindLoss: money('0.50'),
      maximumLoss: money('4.37'),
      verdicts: [],
    },
    lossBudget: money('5'),
    dearestCure: money('0'),
    rules: { certificate: null, limits: 'wide', config: 'test' },
    legs: [
      {
        order: {
          clientOrderId: orderId(trade, 'a', 1),
          tradeId: trade,
          venue: 'kalshi',
          market: marketId(market),
          action: 'buy',
          outcome,
          limit: price('0.42'),
          quantity: quantity('10'),
          timeInForce: 'ioc',
          purpose: 'opening',
          notAfterMs: millis(NOW + 1_000),
        },
        costBound: money('4.37'),
      },
    ],
  }
}
const refusals = async (plan: EdgePlan): Promise<readonly string[]> => {
  const { verdicts } = await ledger().ledger.reserve(plan, 'run', NEVER)
  return verdicts.filter(({ passed }) => !passed).map(({ check, actual }) => `${check}: ${actual}`)
}
const HELD_BY_THE_BOX = ['claim on kalshi KXU3-T4: held by u3']

describe('E7: an edge trade against a market that a box holds', () => {
  it.each(['yes', 'no'] as const)('is refused while the box runs, buying %s', async (outcome) => {
    await open(ledger(), boxPlan())
    expect(await refusals(edgePlan('e1', outcome))).toEqual(HELD_BY_THE_BOX)
  })

  it('is refused while the box waits for its result, and reserves nothing', async () => {
    await lockedBox(ledger())
    const before = await ledger().balances()
    expect(await refusals(edgePlan('e1'))).toEqual(HELD_BY_THE_BOX)
    expect(await ledger().balances()).toEqual(before)
  })

  it('is granted when the box has been settled', async () => {
    await lockedBox(ledger())
    await settleMarket(ledger().database, 'kalshi', marketId('KXU3-T4'), money('1'), millis(NOW), NEVER)
    expect(await refusals(edgePlan('e1'))).toEqual([])
  })

  it('keeps the box out as long as it holds the market itself', async () => {
    const edge = edgePlan('e1', 'no')
    expect(await refusals(edge)).toEqual([])
    const box = await ledger().ledger.reserve(boxPlan({ id: 't2', seenAtMs: NOW + 1 }), 'run', NEVER)
    expect(box.verdicts.filter(({ passed }) => !passed).map(({ actual }) => actual)).toEqual(['held by KXU3-T4'])
    await close(ledger(), { ...resultOf(boxPlan(), 'missed'), tradeId: edge.tradeId })
    await open(ledger(), boxPlan({ id: 't3', seenAtMs: NOW + 1 }))
  })
})
