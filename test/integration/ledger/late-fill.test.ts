import { readTrade } from '../../../src/stores/postgres/trades'
import { freshLedger } from './support/ledger'
import { book, boxPlan, close, cureOf, open, resultOf } from './support/trades'

const ledger = freshLedger()
const plan = boxPlan()
const [{ order: first }] = plan.legs
const lots = (): Promise<unknown[]> => ledger().column('select quantity from lot order by venue, outcome')
const claims = (): Promise<unknown[]> => ledger().column(`select market || ' ' || state || ' ' || holder from claim order by 1`)
const pnl = async (): Promise<unknown[]> => {
  const row = await readTrade(ledger().database, plan.tradeId)
  return [row?.pnlKind, row?.pnlMicros]
}
const sale = cureOf(plan, { action: 'sell', venue: 'kalshi', outcome: 'yes', contracts: '100', limit: '0.40' })

describe('a fill that costs more than its trade has reserved', () => {
  it('is paid from cash, never from what another trade reserved', async () => {
    await open(ledger(), plan)
    await open(ledger(), boxPlan({ id: 't2', subject: 'u4', kalshi: 'KXU4', forecastex: '761' }))
    await book(ledger(), first, { fee: '3' })
    expect(await ledger().balances()).toMatchObject({ 'reserved:kalshi': 43.72, 'cash:kalshi': 1000 - 43.72 - 45 })
  })
})

describe('E14: a fill that arrives after its trade has ended', () => {
  beforeEach(async () => {
    await open(ledger(), plan)
    await close(ledger(), resultOf(plan, 'missed'))
  })

  it('is paid from cash, although another trade holds a reserve', async () => {
    await open(ledger(), boxPlan({ id: 't2', subject: 'u4', kalshi: 'KXU4', forecastex: '761' }))
    await book(ledger(), first, { fee: '1.7052' })
    expect(await ledger().balances()).toMatchObject({ 'reserved:kalshi': 43.72, 'cash:kalshi': 1000 - 43.72 - 43.7052 })
  })

  it('E7 takes the claim again, for the successor who cures it', async () => {
    await book(ledger(), first, { fee: '1.7052' })
    expect(await claims()).toEqual(['KXU3-T4 settling t1'])
    expect(await pnl()).toEqual(['open', -1_705_200])
  })

  it('and is sold again frees the claim, and the loss is booked', async () => {
    await book(ledger(), first, { fee: '1.7052' })
    await book(ledger(), sale, { fee: '1.68' })
    expect(await claims()).toEqual([])
    expect(await pnl()).toEqual(['realised', -5_385_200])
  })
})

describe('a correction', () => {
  it('reverses what was booked and posts what is right, once', async () => {
    await open(ledger(), plan, [first, { fee: '1.7052' }])
    for (let i = 0; i < 3; i += 1) await book(ledger(), first, { contracts: '90', at: '0.41', fee: '1.5', corrects: 'x1' })
    expect(await lots()).toEqual([9_000])
    expect(await ledger().balances()).toMatchObject({
      'position:kalshi:KXU3-T4:yes': 36.9,
      'expense:fee:kalshi': 1.5,
      'reserved:kalshi': 43.72 - 38.4,
    })
    await book(ledger(), first, { contracts: '91', at: '0.41', fee: '1.5', corrects: 'x1' })
    expect(await lots()).toEqual([9_100])
    expect(await ledger().column(`select filled from order_intent where client_order_id = 'cb-t1-a1'`)).toEqual([9_100])
  })

  it('that is the first news of its execution is a fill like any other', async () => {
    await open(ledger(), plan, [first, { corrects: 'x1' }])
    expect(await lots()).toEqual([10_000])
  })

  it('after the end gives back to cash what it makes cheaper', async () => {
    await open(ledger(), plan, [first, { fee: '1.7052' }])
    await close(ledger(), resultOf(plan, 'held', { held: '100' }))
    await book(ledger(), first, { at: '0.40', fee: '1.7052', corrects: 'x1' })
    expect(await ledger().balances()).toMatchObject({ 'cash:kalshi': 1000 - 41.7052, 'position:kalshi:KXU3-T4:yes': 40 })
    expect(await ledger().balances()).not.toHaveProperty('reserved:kalshi')
  })

  it('of contracts that are gone is refused: a person must look', async () => {
    await open(ledger(), plan, [first, {}], [sale, { contracts: '70' }])
    await expect(book(ledger(), first, { at: '0.41', corrects: 'x1' })).rejects.toThrow(
      'corrects contracts that are sold, netted or settled already',
    )
    expect(await lots()).toEqual([3_000])
  })

  it('of a sale is refused too', async () => {
    await open(ledger(), plan, [first, {}], [sale, { contracts: '70' }])
    await expect(book(ledger(), sale, { contracts: '60', corrects: 'x1' })).rejects.toThrow('corrects a sale')
    expect(await lots()).toEqual([3_000])
  })
})
