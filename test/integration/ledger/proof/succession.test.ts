import type { OrderVerdict } from '../../../../src/core/trade/outcome'
import { VERDICT_ACCOUNT } from '../../../../src/core/trade/order'
import { quantity } from '../../../../src/core/units'
import { readTrade } from '../../../../src/stores/postgres/trades'
import { freshLedger, NEVER } from '../support/ledger'
import { book, boxPlan, close, cureOf, fillOf, open, resultOf } from '../support/trades'

const ledger = freshLedger()
const plan = boxPlan()
const [{ order: first }] = plan.legs
const trade = () => readTrade(ledger().database, plan.tradeId)
const WHOLE = { locked: '0', held: '100' }

/** The first leg filled, by the operator's word alone. */
const VERDICT: OrderVerdict = {
  order: first.clientOrderId,
  outcome: { kind: 'done', filled: quantity('100') },
  by: 'ana',
  role: 'operator',
  evidence: 'the statement of that day',
  secondBy: null,
}
const claim = async (): Promise<void> =>
  void (await ledger().ledger.book(plan.tradeId, first, [{ ...fillOf(first), account: VERDICT_ACCOUNT }], null, NEVER))

describe('E12 a trade that ends surrendered', () => {
  it('has its cash as it is proven, and what the verdict claims in suspense', async () => {
    await open(ledger(), plan)
    await claim()
    await close(ledger(), { ...resultOf(plan, 'surrendered', WHOLE), verdicts: [VERDICT] })
    expect(await ledger().balances()).toMatchObject({
      'cash:kalshi': 1000,
      'suspense:kalshi': -42,
      'position:kalshi:KXU3-T4:yes': 42,
      'cash:forecastex': 1000,
    })
    expect(await ledger().column(`select count(*)::int from transfer where kind = 'suspend'`)).toEqual([1])
  })

  it('once, however often it is closed', async () => {
    await open(ledger(), plan)
    await claim()
    const result = { ...resultOf(plan, 'surrendered', WHOLE), verdicts: [VERDICT] }
    await close(ledger(), result)
    await close(ledger(), { ...result, takenOver: 'again' }, 'successor')
    expect(await ledger().balances()).toMatchObject({ 'cash:kalshi': 1000, 'suspense:kalshi': -42 })
    expect(await ledger().column(`select action || ' by ' || by_name from audit`)).toEqual(['verdict by ana'])
  })
})

describe('E25 a successor', () => {
  it('ends a trade whose own run cannot, and gives back what it reserved', async () => {
    await open(ledger(), plan, [first, { fee: '1.7052' }])
    await close(ledger(), { ...resultOf(plan, 'held', WHOLE), takenOver: 'terminated' }, 'successor')
    expect(await trade()).toMatchObject({ state: 'ended', outcome: 'held' })
    expect(await ledger().balances()).not.toHaveProperty('reserved:kalshi')
  })

  it('E14 changes the end of a trade that had one, and not when it was', async () => {
    await open(ledger(), plan)
    await close(ledger(), resultOf(plan, 'missed'))
    const before = await trade()
    ledger().clock.advance(60_000)
    await book(ledger(), first, { fee: '1.7052' })
    const sale = cureOf(plan, { action: 'sell', venue: 'kalshi', outcome: 'yes', contracts: '100', limit: '0.40' })
    await book(ledger(), sale, { fee: '1.68' })
    await close(ledger(), { ...resultOf(plan, 'unwound', { flat: '100' }), takenOver: 'late fill' }, 'successor')
    expect(await trade()).toMatchObject({ outcome: 'unwound', pnlKind: 'realised', pnlMicros: -5_385_200, endedMs: before?.endedMs })
  })
})

describe('E6 a run that did not reserve the trade', () => {
  it('and was refused for it, ends nothing: the trade has an owner', async () => {
    await open(ledger(), plan)
    await close(ledger(), resultOf(plan, 'refused'), 'a reset run')
    expect(await trade()).toMatchObject({ state: 'running', outcome: null })
    expect(await ledger().balances()).toMatchObject({ 'reserved:kalshi': 43.72, 'reserved:forecastex': 55 })
    expect(await ledger().column('select count(*)::int from tombstone')).toEqual([0])
    await close(ledger(), resultOf(plan, 'missed'))
  })
})
