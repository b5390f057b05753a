import { marketId } from '../../../src/core/ids'
import { mulberry32 } from '../../../src/core/random'
import { formatQuantity, millis, money, quantity } from '../../../src/core/units'
import { amendSettlement, settleMarket } from '../../../src/stores/postgres/settlement'
import { NEVER, NOW, type TestLedger } from '../ledger/support/ledger'
import { book, bookModelled, boxPlan, close, cureOf, open, resultOf } from '../ledger/support/trades'

const settle = (ledger: TestLedger, venue: 'kalshi' | 'forecastex', market: string, yesPays: string): ReturnType<typeof settleMarket> =>
  settleMarket(ledger.database, venue, marketId(market), money(yesPays), millis(NOW + 1), NEVER)

/** A trade that goes as its seed has it: in parts, cured some way or none, settled by whatever result, changed, filled late. */
export async function randomTrade(ledger: TestLedger, seed: number): Promise<void> {
  const next = mulberry32(seed)
  const one = (of: number): number => next() % of
  const contracts = (of: number): string => formatQuantity(quantity(of))
  const [kalshi, forecastex] = [`KX-${seed}`, String(1_000 + seed)]
  const plan = boxPlan({ ...{ id: `r${seed}`, subject: `s${seed}`, kalshi, forecastex }, cure: '20', seenAtMs: NOW + seed })
  const [a, b] = plan.legs
  const entered = 1 + one(10_000)
  const answered = entered - (entered % 100) - 100 * one(2) * one(1 + Math.floor(entered / 100))
  await open(ledger, plan, [a.order, { contracts: contracts(entered), at: '0.4101', fee: `0.00${1 + one(9)}` }])
  const model = { fees: ['0.50'], grid: '0' }
  if (answered > 0) await bookModelled(ledger, b.order, model, { contracts: contracts(answered), at: '0.53', fee: `0.${40 + one(20)}` })
  const left = entered - answered
  const cured = left - (left % 100)
  const way = one(3)
  if (cured > 0 && way === 0)
    await book(ledger, cureOf(plan, { action: 'sell', venue: 'kalshi', outcome: 'yes', contracts: contracts(cured), limit: '0.38' }), {
      fee: '0.02',
    })
  if (cured > 0 && way === 1)
    await book(ledger, cureOf(plan, { action: 'buy', venue: 'forecastex', outcome: 'no', contracts: contracts(cured), limit: '0.57' }), {
      fee: '0.03',
    })
  const locked = answered + (way === 1 ? cured : 0)
  const rest = left - (way === 2 ? 0 : cured)
  await close(ledger, resultOf(plan, 'held', { locked: contracts(locked), held: contracts(rest), flat: contracts(way === 0 ? cured : 0) }))
  const result = (): string => ['0', '1', '0.3333'][one(3)] ?? '0'
  if (one(3) > 0) await settle(ledger, 'kalshi', kalshi, result())
  if (one(3) > 0) await settle(ledger, 'forecastex', forecastex, result())
  if (one(3) === 0) await amendSettlement(ledger.database, 'kalshi', marketId(kalshi), money(result()), millis(NOW + 2), NEVER)
  if (entered < 10_000 && one(3) === 0)
    await book(ledger, a.order, { id: 'late', contracts: contracts(Math.min(100, 10_000 - entered)), at: '0.42', fee: '0.01' })
}
