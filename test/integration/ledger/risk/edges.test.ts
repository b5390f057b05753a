import { millis, money, price, quantity } from '../../../../src/core/units'
import type { EdgePlan } from '../../../../src/core/trade/plan'
import { marketId, orderId, type MarketId } from '../../../../src/core/ids'
import { CLOSED } from '../../../../src/core/risk/breaker'
import { readBreakers } from '../../../../src/stores/postgres/breaker'
import { freshLedger, NEVER, WIDE } from '../support/ledger'
import { book, close, open, resultOf } from '../support/trades'
import { apart, edgePlan, failed, settle } from './support'

const ledger = freshLedger('sound', '100000')
beforeEach(() => {
  ledger().limits = { ...WIDE, maxConsecutiveLosses: 2 }
})

const planOf = (n: number, market: string, siblings: readonly MarketId[] = []): EdgePlan => ({
  ...edgePlan({ ...apart(n), subject: market, kalshi: market, seenAtMs: millis(ledger().nowMs + 1) }),
  siblings,
})
/** Bought whole, and held. */
async function held(n: number, market: string, siblings: readonly MarketId[] = []): Promise<void> {
  const plan = planOf(n, market, siblings)
  await open(ledger(), plan, [plan.legs[0].order, { fee: '1.7052' }])
  await close(ledger(), resultOf(plan, 'held', { held: '100' }))
}
const edgeBreaker = async (): Promise<unknown> =>
  (await readBreakers(ledger().database, ledger().nowMs)).find(({ strategy }) => strategy === 'edge')?.breaker
const cleanTrades = async (): Promise<number> => {
  const { rows } = await ledger().database.query<{ clean: string }>("select clean_trades('edge', 'sim', 100) as clean")
  return Number(rows[0]?.clean)
}

it('E29 an edge that is held has lost nothing yet, whatever its fee was; a market that pays nothing has', async () => {
  for (const n of [1, 2, 3]) await held(n, `K${n}`)
  expect([await edgeBreaker(), await cleanTrades()]).toEqual([CLOSED, 3])
  await settle(ledger(), 'K1', '0')
  await settle(ledger(), 'K2', '0')
  expect(await edgeBreaker()).toMatchObject({ state: 'open', reason: '2 losses in a row, limit 2' })
})

it('E29 a win ends the streak', async () => {
  for (const n of [1, 2, 3]) await held(n, `K${n}`)
  await settle(ledger(), 'K1', '0')
  await settle(ledger(), 'K2', '1')
  await settle(ledger(), 'K3', '0')
  expect(await edgeBreaker()).toEqual({ state: 'closed', streak: 1 })
})

describe('ruling 13: an edge that is sold', () => {
  /** So many of its hundred, at 0.60 each, as its successor ends it. */
  async function sold(n: number, market: string, of: string, label: 'held' | 'unwound', rest: string): Promise<Worth> {
    const plan = planOf(n, market)
    const [{ order: opening }] = plan.legs
    const order = {
      ...opening,
      clientOrderId: orderId(plan.tradeId, 'c', 2),
      action: 'sell',
      limit: price('0.58'),
      quantity: quantity(of),
      purpose: 'reducing',
    } as const
    await book(ledger(), order, { at: '0.60', fee: '1.68' })
    return close(ledger(), { ...resultOf(plan, label, { flat: of, held: rest }), takenOver: 'sale' }, 'cure')
  }
  type Worth = Awaited<ReturnType<typeof close>>
  const claims = (): Promise<unknown[]> => ledger().column('select market from claim order by market')

  it('has earned what it brought, is clean, and leaves its market to others', async () => {
    await held(1, 'K1')
    // bought at 0.42 for 1.7052 in fees
    expect(await sold(1, 'K1', '100', 'unwound', '0')).toEqual({ realisedPnl: money('14.6148'), maxRemainingLoss: 0 })
    expect(await ledger().column('select pnl_kind from trade')).toEqual(['realised'])
    expect([await claims(), await edgeBreaker(), await cleanTrades()]).toEqual([[], CLOSED, 1])
  })

  it('in part holds the rest at what that cost, and its market', async () => {
    await held(1, 'K1')
    const { maxRemainingLoss } = await sold(1, 'K1', '40', 'held', '60')
    expect(maxRemainingLoss).toBe(money('25.2'))
    expect([await claims(), await cleanTrades(), await ledger().column('select pnl_kind from trade')]).toEqual([['K1'], 1, ['open']])
    await settle(ledger(), 'K1', '1')
    expect(await ledger().column('select pnl_kind from trade')).toEqual(['realised'])
  })

  it('E29 for less than it cost has lost, as by its settlement', async () => {
    for (const n of [1, 2]) await held(n, `K${n}`)
    await settle(ledger(), 'K1', '0')
    const [{ order }] = planOf(2, 'K2').legs
    const sale = {
      ...order,
      clientOrderId: orderId(order.tradeId, 'c', 2),
      action: 'sell',
      limit: price('0.30'),
      purpose: 'reducing',
    } as const
    await book(ledger(), sale, { at: '0.30', fee: '1.47' })
    await close(ledger(), { ...resultOf(planOf(2, 'K2'), 'unwound', { flat: '100' }), takenOver: 'sale' }, 'cure')
    expect(await edgeBreaker()).toMatchObject({ state: 'open', reason: '2 losses in a row, limit 2' })
  })
})

describe('E7 the other market of a game', () => {
  const [BUF, LAC] = [marketId('KGAME-BUF'), marketId('KGAME-LAC')]

  it('is the same bet: refused while one is held, and free when it is settled', async () => {
    await held(1, BUF, [LAC])
    const twin = (n: number): Promise<string[]> =>
      ledger()
        .ledger.reserve(planOf(n, LAC, [BUF]), 'run', NEVER)
        .then(failed)
    expect(await twin(2)).toEqual([`claim on kalshi ${BUF}`])
    await settle(ledger(), BUF, '1')
    expect(await twin(3)).toEqual([])
  })

  it('of another game is nobody’s concern', async () => {
    await held(1, BUF, [LAC])
    expect(failed(await ledger().ledger.reserve(planOf(2, 'KOTHER-A', [marketId('KOTHER-B')]), 'run', NEVER))).toEqual([])
  })
})
