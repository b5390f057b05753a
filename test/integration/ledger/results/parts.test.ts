import { mulberry32 } from '../../../../src/core/random'
import { marketId, tradeId } from '../../../../src/core/ids'
import { formatQuantity, millis, money, quantity } from '../../../../src/core/units'
import { readResults } from '../../../../src/operator/results'
import { settleByHand } from '../../../../src/operator/ledger'
import { showTrade } from '../../../../src/operator/trades'
import { bookCoupon } from '../../../../src/stores/postgres/evidence/coupons'
import { readParts } from '../../../../src/stores/postgres/results/parts'
import { amendSettlement, settleMarket } from '../../../../src/stores/postgres/settlement'
import { readTrade } from '../../../../src/stores/postgres/trades'
import { freshLedger, NEVER, NOW } from '../support/ledger'
import { book, bookModelled, boxPlan, close, cureOf, lockedBox, open, resultOf } from '../support/trades'

const ledger = freshLedger('sound', '100000')
const TRADES = 15
const DAY_MS = 86_400_000
const settle = (venue: 'kalshi' | 'forecastex', market: string, yesPays: string, at = NOW + 1): ReturnType<typeof settleMarket> =>
  settleMarket(ledger().database, venue, marketId(market), money(yesPays), millis(at), NEVER)

/** A trade that goes as its seed has it: in parts, cured some way or none, settled by whatever result, changed, filled late. */
async function randomTrade(seed: number): Promise<void> {
  const next = mulberry32(seed)
  const one = (of: number): number => next() % of
  const contracts = (of: number): string => formatQuantity(quantity(of))
  const [kalshi, forecastex] = [`KX-${seed}`, String(1_000 + seed)]
  const plan = boxPlan({ ...{ id: `r${seed}`, subject: `s${seed}`, kalshi, forecastex }, cure: '20', seenAtMs: NOW + seed })
  const [a, b] = plan.legs
  const entered = 1 + one(10_000)
  const answered = entered - (entered % 100) - 100 * one(2) * one(1 + Math.floor(entered / 100))
  await open(ledger(), plan, [a.order, { contracts: contracts(entered), at: '0.4101', fee: `0.00${1 + one(9)}` }])
  const model = { fees: ['0.50'], grid: '0' }
  if (answered > 0) await bookModelled(ledger(), b.order, model, { contracts: contracts(answered), at: '0.53', fee: `0.${40 + one(20)}` })
  const left = entered - answered
  const cured = left - (left % 100)
  const way = one(3)
  if (cured > 0 && way === 0)
    await book(ledger(), cureOf(plan, { action: 'sell', venue: 'kalshi', outcome: 'yes', contracts: contracts(cured), limit: '0.38' }), {
      fee: '0.02',
    })
  if (cured > 0 && way === 1)
    await book(ledger(), cureOf(plan, { action: 'buy', venue: 'forecastex', outcome: 'no', contracts: contracts(cured), limit: '0.57' }), {
      fee: '0.03',
    })
  const locked = answered + (way === 1 ? cured : 0)
  const rest = left - (way === 2 ? 0 : cured)
  await close(
    ledger(),
    resultOf(plan, 'held', { locked: contracts(locked), held: contracts(rest), flat: contracts(way === 0 ? cured : 0) }),
  )
  const result = (): string => ['0', '1', '0.3333'][one(3)] ?? '0'
  if (one(3) > 0) await settle('kalshi', kalshi, result())
  if (one(3) > 0) await settle('forecastex', forecastex, result())
  if (one(3) === 0) await amendSettlement(ledger().database, 'kalshi', marketId(kalshi), money(result()), millis(NOW + 2), NEVER)
  if (entered < 10_000 && one(3) === 0)
    await book(ledger(), a.order, { id: 'late', contracts: contracts(Math.min(100, 10_000 - entered)), at: '0.42', fee: '0.01' })
}

describe('the parts of results', () => {
  it(`make up what the ledger says of each of ${TRADES} random trades, to the micro-dollar`, async () => {
    for (let seed = 1; seed <= TRADES; seed += 1) await randomTrade(seed)
    const { groups, violations } = await readResults(ledger().database, NOW)
    expect(violations).toEqual([])
    const all = groups.find(({ group }) => group === 'all')
    const [told] = await ledger().column('select sum(pnl_micros) from trade')
    expect(all).toMatchObject({ trades: TRADES, totalMicros: told })
    const byKind = groups.filter(({ group }) => ['realised', 'guaranteed', 'open'].includes(group))
    expect(byKind.reduce((sum, { totalMicros }) => sum + totalMicros, 0)).toBe(told)
  })

  it('of a running trade are what it has done so far, its contracts at cost', async () => {
    const plan = boxPlan()
    await open(ledger(), plan, [plan.legs[0].order, { fee: '1.7052' }])
    const shown = await showTrade(ledger().database, 't1')
    expect(shown?.pnl).toMatchObject({ feesMicros: -1_705_200, totalMicros: -1_705_200 })
  })

  it('of a box at its plan are price, fees and what it filled better', async () => {
    await lockedBox(ledger())
    expect((await showTrade(ledger().database, 't1'))?.pnl).toEqual({
      ...{ priceMicros: 3_000_000, feesMicros: -2_705_200, carryMicros: 0, slippageMicros: 1_000_000 },
      ...{ cureMicros: 0, settlementMicros: 0, totalMicros: 1_294_800 },
    })
  })

  it('of a refused trade are none', async () => {
    await ledger().deposit('kalshi', '0')
    const plan = boxPlan({ kalshiCost: '1000000' })
    await ledger().ledger.reserve(plan, 'run', NEVER)
    expect((await showTrade(ledger().database, 't1'))?.pnl).toBeNull()
  })
})

describe('coupons, in the trades whose contracts earned them', () => {
  const coupon = (amount: string, days: number): Promise<boolean> => {
    const atMs = millis(NOW + days * DAY_MS)
    return bookCoupon(ledger().database, 'forecastex', 'account-forecastex', { atMs, amount: money(amount) }, atMs, NEVER)
  }
  const carry = async (): Promise<unknown> => {
    const { trades, carryOfNobody } = await readParts(ledger().database, null)
    return [Object.fromEntries(trades.map(({ tradeId: id, parts }) => [id, parts.carry])), carryOfNobody]
  }

  it('go by quantity and time, leave the ledger alone, and end with the payout', async () => {
    await lockedBox(ledger())
    await lockedBox(ledger(), { id: 't2', contracts: '50', seenAtMs: NOW + 1, kalshi: 'KX2', forecastex: '752', subject: 'u2' })
    await settle('forecastex', '752', '1', NOW + 15 * DAY_MS)
    const before = await ledger().column('select pnl_micros from trade order by trade_id')
    await coupon('0.50', 30)
    expect(await carry()).toEqual([{ t1: 400_000, t2: 100_000 }, 0])
    expect(await ledger().column('select pnl_micros from trade order by trade_id')).toEqual(before)
    expect((await readResults(ledger().database, NOW)).violations).toEqual([])
  })

  it('several on one day are shared alike; what nobody held for is nobody’s', async () => {
    await lockedBox(ledger())
    await settle('forecastex', '751', '1', NOW + 10 * DAY_MS)
    await coupon('0.10', 20)
    await coupon('0.20', 20.25)
    await coupon('0.30', 60)
    expect(await carry()).toEqual([{ t1: 300_000 }, 300_000])
  })
})

describe('a trade of which one leg is void', () => {
  it('is guaranteed no longer: its other leg counts as what it cost until it is paid', async () => {
    await lockedBox(ledger())
    await settle('kalshi', 'KXU3-T4', '0.37')
    const half = await readTrade(ledger().database, tradeId('t1'))
    expect([half?.pnlKind, half?.pnlMicros, half?.result?.maxRemainingLoss]).toEqual(['open', -7_705_200, 54_000_000])
    await settle('forecastex', '751', '1')
    const paid = await readTrade(ledger().database, tradeId('t1'))
    expect([paid?.pnlKind, paid?.pnlMicros, paid?.result?.maxRemainingLoss]).toEqual(['realised', -61_705_200, 0])
    expect((await showTrade(ledger().database, 't1'))?.pnl?.settlementMicros).toBe(-63_000_000)
  })

  it('that both venues void alike has lost nothing', async () => {
    await lockedBox(ledger())
    await settle('kalshi', 'KXU3-T4', '0.37')
    await settle('forecastex', '751', '0.37')
    expect((await showTrade(ledger().database, 't1'))?.pnl).toMatchObject({ settlementMicros: 0, totalMicros: 1_294_800 })
  })
})

describe('a payout that an operator posts', () => {
  const BY = { name: 'me', role: 'operator' } as const
  const byHand = (market: string, pays: string): ReturnType<typeof settleByHand> => {
    const wish = { venue: 'forecastex', market: marketId(market), yesPays: money(pays), reason: 'its page says so' } as const
    return settleByHand(ledger().database, wish, BY, millis(NOW + 1), NEVER)
  }

  it('settles the lots of its market, and is in the audit', async () => {
    await lockedBox(ledger())
    expect(await byHand('751', '1')).toEqual({ lots: 1, paid: 0 })
    expect(await ledger().column(`select detail ->> 'reason' from audit where action = 'settle'`)).toEqual(['its page says so'])
    await expect(byHand('751', '1')).rejects.toThrow('no lot of 751 at forecastex is open')
  })

  it('waits for trades that run in its market', async () => {
    const plan = boxPlan()
    await open(ledger(), plan, [plan.legs[1].order, {}])
    await expect(byHand('751', '0')).rejects.toThrow('a trade runs in 751')
  })
})
