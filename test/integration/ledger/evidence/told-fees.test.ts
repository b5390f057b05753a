import { verifyLedger } from '../../../../src/operator/ledger'
import { settleMarket } from '../../../../src/stores/postgres/settlement'
import { readTrade } from '../../../../src/stores/postgres/trades'
import { marketId } from '../../../../src/core/ids'
import { millis, money } from '../../../../src/core/units'
import { freshLedger, NEVER, NOW } from '../support/ledger'
import { book, bookModelled, boxPlan, close, cureOf, open, resultOf } from '../support/trades'

const ledger = freshLedger()
const plan = boxPlan()
const [{ order: first }, { order: second }] = plan.legs
/** A hundred contracts at 0.54, at a cent each. */
const MODEL = { fees: ['1'], grid: '0' } as const
const untold = (): ReturnType<typeof bookModelled> => bookModelled(ledger(), second, MODEL, { at: '0.54', fee: null })
const told = (fee: string): ReturnType<typeof bookModelled> => bookModelled(ledger(), second, MODEL, { at: '0.54', fee })
const estimates = (): Promise<unknown[]> => ledger().column('select fee_estimated from fill where venue = $1', ['forecastex'])
const lock = async (): Promise<void> => {
  await untold()
  await close(ledger(), resultOf(plan, 'locked', { locked: '100' }))
}

beforeEach(() => open(ledger(), plan, [first, { fee: '1.7052' }]))

describe('a fee that is not told', () => {
  it('is booked as the model says, and marked as an estimate', async () => {
    expect(await untold()).toEqual([])
    expect(await ledger().balances()).toMatchObject({ 'expense:fee:forecastex': 1, 'position:forecastex:751:no': 54 })
    expect([await estimates(), (await verifyLedger(ledger().database)).estimatedFees]).toEqual([[true], 1])
  })
  it('told as untold again is no news', async () => {
    await untold()
    expect(await untold()).toEqual([])
    expect(await ledger().balances()).toMatchObject({ 'expense:fee:forecastex': 1 })
  })
  it('without a model cannot be booked', async () => {
    await expect(book(ledger(), second, { fee: null })).rejects.toThrow('is not told yet')
  })
  it('does not take the place of a told one', async () => {
    await told('1.2')
    await untold()
    expect(await ledger().column(`select fee_micros from fill where venue = 'forecastex'`)).toEqual([1_200_000])
    expect(await estimates()).toEqual([false])
  })
})

describe('a fee that is told after its estimate', () => {
  it('as estimated is the fee', async () => {
    await untold()
    expect(await told('1')).toEqual([])
    expect(await estimates()).toEqual([false])
    expect(await ledger().column(`select count(*) from transfer where kind = 'correction'`)).toEqual([0])
  })

  it.each([
    ['more', '1.25', 0.25, 944.75],
    ['less', '0', -1, 946],
  ])('and is %s moves the difference: what no rule explains is in suspense, with an alarm', async (_what, fee, suspense, cash) => {
    await lock()
    expect(await told(fee)).toMatchObject([{ charged: Number(money(fee)), modelled: 1_000_000 }])
    expect(await ledger().balances()).toMatchObject({
      'expense:fee:forecastex': 1,
      'suspense:forecastex': suspense,
      'cash:forecastex': cash,
    })
    expect(await told(fee)).toHaveLength(1)
    expect(await ledger().balances()).toMatchObject({ 'cash:forecastex': cash })
  })

  it('leaves a locked trade locked, and worth what its cash says', async () => {
    await lock()
    const realised = (): Promise<unknown[]> => ledger().column(`select (result ->> 'realisedPnl')::bigint from trade`)
    const [before] = await realised()
    await told('1.25')
    expect(await readTrade(ledger().database, plan.tradeId)).toMatchObject({ pnlKind: 'guaranteed', pnlMicros: 1_294_800 - 250_000 })
    expect(await realised()).toEqual([Number(before) - 250_000])
  })

  it('while the trade runs takes nothing of its reserve', async () => {
    await untold()
    const { 'reserved:kalshi': kalshi } = await ledger().balances()
    await told('1.25')
    expect(await ledger().balances()).toMatchObject({ 'reserved:kalshi': kalshi, 'cash:forecastex': 944.75 })
    await close(ledger(), resultOf(plan, 'locked', { locked: '100' }))
  })

  it('of contracts that are netted or settled long ago is booked all the same', async () => {
    await lock()
    await settleMarket(ledger().database, 'forecastex', marketId('751'), money(0), millis(NOW + 1), NEVER)
    await told('1.25')
    await settleMarket(ledger().database, 'kalshi', marketId('KXU3-T4'), money(0), millis(NOW + 1), NEVER)
    expect(await readTrade(ledger().database, plan.tradeId)).toMatchObject({ pnlKind: 'realised', pnlMicros: 1_294_800 - 250_000 })
  })

  it('is taken back with the fill when a correction follows', async () => {
    await untold()
    await told('1.25')
    await bookModelled(ledger(), second, MODEL, { at: '0.53', fee: '1', corrects: 'x1' })
    expect(await ledger().balances()).toMatchObject({ 'expense:fee:forecastex': 1, 'position:forecastex:751:no': 53 })
    expect(await ledger().balances()).not.toHaveProperty('suspense:forecastex')
    await bookModelled(ledger(), second, MODEL, { at: '0.52', fee: '1', corrects: 'x1' })
    expect(await ledger().balances()).toMatchObject({ 'position:forecastex:751:no': 52 })
  })
})

describe('a pair that is netted', () => {
  it('is a dollar at once; both purchases have paid their cent (ibkr-forecastex §5, C)', async () => {
    await bookModelled(ledger(), second, MODEL, { at: '0.54', fee: '1' })
    const net = cureOf(plan, { action: 'buy', venue: 'forecastex', outcome: 'yes', contracts: '100', limit: '0.43' })
    await bookModelled(ledger(), net, MODEL, { at: '0.43', fee: '1' })
    expect(await ledger().balances()).toMatchObject({
      'cash:forecastex': 1000 + 100 - 54 - 43 - 2,
      'expense:fee:forecastex': 2,
      'income:trading:forecastex': -3,
    })
    expect(await ledger().balances()).not.toHaveProperty('position:forecastex:751:no')
  })
})
