import { otherOutcome } from '../../../src/core/ids'
import { quantity } from '../../../src/core/units'
import { freshLedger, NEVER } from './support/ledger'
import { book, boxPlan, cureOf, fillOf, open } from './support/trades'

const ledger = freshLedger()
const plan = boxPlan()
const [{ order: first }, { order: second }] = plan.legs
const sale = cureOf(plan, { action: 'sell', venue: 'kalshi', outcome: 'yes', contracts: '100', limit: '0.40' })
const lots = async (): Promise<unknown[]> =>
  (await ledger().database.query('select venue, outcome, quantity, cost_micros from lot order by venue, outcome')).rows.map(Object.values)
const orders = async (): Promise<unknown[]> =>
  (await ledger().database.query('select client_order_id, state, filled from order_intent order by 1')).rows.map(Object.values)

beforeEach(() => open(ledger(), plan))
describe('a fill', () => {
  it('E8 is paid from the reserve: the first rows of the worked example', async () => {
    await book(ledger(), first, { fee: '1.7052' })
    await book(ledger(), second, { at: '0.54', fee: '1' })
    expect(await ledger().balances()).toEqual({
      'cash:kalshi': 956.28,
      'cash:forecastex': 945,
      'reserved:kalshi': 0.0148,
      'position:kalshi:KXU3-T4:yes': 42,
      'position:forecastex:751:no': 54,
      'expense:fee:kalshi': 1.7052,
      'expense:fee:forecastex': 1,
      'equity:capital': -2000,
    })
    expect(await orders()).toEqual([
      ['cb-t1-a1', 'final', 10_000],
      ['cb-t1-b2', 'final', 10_000],
      ['cb-t1-c3', 'intended', 0],
    ])
  })

  it('I13 is posted once, however often and in whatever company it is told', async () => {
    await book(ledger(), first, { id: '1', contracts: '40' })
    await book(ledger(), first, { id: '1', contracts: '40' }, { id: '2', contracts: '20.5' })
    await book(ledger(), first, { id: '2', contracts: '20.5' }, { id: '1', contracts: '40' })
    expect(await lots()).toEqual([['kalshi', 'yes', 6_050, 25_410_000]])
    expect(await orders()).toContainEqual(['cb-t1-a1', 'final', 6_050])
  })

  it('I13 is posted once when it is told many times at once', async () => {
    const terms = [
      { id: '1', contracts: '40' },
      { id: '2', contracts: '60' },
    ] as const
    await Promise.all(Array.from({ length: 10 }, (_, i) => book(ledger(), first, ...(i % 2 ? terms : terms.toReversed()))))
    expect(await lots()).toEqual([['kalshi', 'yes', 10_000, 42_000_000]])
    expect(await ledger().deadlocks()).toBe(0)
  })

  it('of nothing makes the order final', async () => {
    await book(ledger(), first)
    expect(await orders()).toContainEqual(['cb-t1-a1', 'final', 0])
  })

  it('of a quantity below the ceiling of the second leg is a fill of it', async () => {
    await book(ledger(), { ...second, quantity: quantity('60') }, { at: '0.54' })
    expect(await lots()).toEqual([['forecastex', 'no', 6_000, 32_400_000]])
  })
})

describe('a fill that is refused', () => {
  const none = async (): Promise<void> => {
    expect(await lots()).toEqual([])
    expect(await ledger().column('select count(*) from fill')).toEqual([0])
  }

  it('has no fee yet', async () => {
    await expect(book(ledger(), first, { fee: null })).rejects.toThrow('fee of kalshi|account-kalshi|v-cb-t1-a1|x1 is not told yet')
    await none()
  })

  it.each([
    ['outcome', { outcome: otherOutcome(first.outcome) }],
    ['action', { action: 'sell' }],
    ['market', { market: second.market }],
    ['venue', { venue: 'forecastex' }],
  ] as const)('names another %s than its order', async (_what, change) => {
    const fill = { ...fillOf(first), ...change }
    await expect(ledger().ledger.book(plan.tradeId, first, [fill], null, NEVER)).rejects.toThrow('is not of order cb-t1-a1')
    await none()
  })

  it('takes its order beyond what was ordered', async () => {
    await expect(book(ledger(), first, { id: '1' }, { id: '2', contracts: '0.01' })).rejects.toThrow(
      'cb-t1-a1 would be filled 100.01 of 100.00',
    )
    await none()
    await book(ledger(), first, {})
    await expect(book(ledger(), first, { id: '2', contracts: '0.01' })).rejects.toThrow('cb-t1-a1 would be filled')
  })

  it('is told again with other figures and is no correction', async () => {
    await book(ledger(), first, { fee: '1.7052' })
    await expect(book(ledger(), first, { fee: '1.71' })).rejects.toThrow('is booked with other figures')
    await expect(book(ledger(), first, { at: '0.41', fee: '1.7052' })).rejects.toThrow('is booked with other figures')
  })

  it('takes one bad fill of several, and books none of them', async () => {
    await expect(book(ledger(), first, { id: '1', contracts: '10' }, { id: '2', contracts: '10', fee: null })).rejects.toThrow(
      'not told yet',
    )
    await none()
  })

  it('is of another trade than the one it is booked for', async () => {
    await expect(ledger().ledger.book(boxPlan({ id: 't9' }).tradeId, first, [fillOf(first)], null, NEVER)).rejects.toThrow(
      'is not an order of t9',
    )
    await none()
  })

  it.each([
    ['limit', { ...first, limit: second.limit }],
    ['quantity', { ...first, quantity: quantity('101') }],
    ['outcome', { ...first, outcome: second.outcome }],
    ['purpose', { ...first, purpose: 'reducing' }],
    ['time in force', { ...first, timeInForce: 'fok' }],
  ] as const)('E2 is of an id that stands for another %s', async (_what, order) => {
    await expect(book(ledger(), order, {})).rejects.toThrow('order id cb-t1-a1 already stands for another intention')
    await none()
  })
})

describe('a sale', () => {
  beforeEach(() => book(ledger(), first, { fee: '1.7052' }))

  it('takes its share of the cost', async () => {
    await book(ledger(), sale, { contracts: '70', fee: '1.176' })
    expect(await lots()).toEqual([['kalshi', 'yes', 3_000, 12_600_000]])
    expect(await ledger().balances()).toMatchObject({
      'cash:kalshi': 983.104,
      'position:kalshi:KXU3-T4:yes': 12.6,
      'income:trading:kalshi': 1.4,
      'expense:fee:kalshi': 2.8812,
    })
  })

  it('of more than is held is refused: positions are never sold short', async () => {
    await book(ledger(), sale, { id: '1', contracts: '70' })
    const again = cureOf(plan, { action: 'sell', venue: 'kalshi', outcome: 'yes', contracts: '31', limit: '0.40', n: 5 })
    await expect(book(ledger(), again, { contracts: '30.01' })).rejects.toThrow('sells 3001 of 3000 held')
    expect(await lots()).toEqual([['kalshi', 'yes', 3_000, 12_600_000]])
  })
})

describe('average cost', () => {
  it('is rounded down in every part, and the last contract takes the rest', async () => {
    const odd = [
      { id: '1', contracts: '0.01', at: '0.3333' },
      { id: '2', contracts: '0.02', at: '0.3334' },
    ] as const
    await book(ledger(), first, ...odd)
    expect(await lots()).toEqual([['kalshi', 'yes', 3, 10_001]])
    for (const [n, left] of [
      [4, 6_668],
      [5, 3_334],
      [6, 0],
    ] as const) {
      const part = cureOf(plan, { action: 'sell', venue: 'kalshi', outcome: 'yes', contracts: '0.01', limit: '0.30', n })
      await book(ledger(), part, {})
      expect(await ledger().column(`select cost_micros from lot`)).toEqual([left])
      await ledger().expectSound()
    }
  })
})

describe('the opposite outcome of a market that is held', () => {
  const net = (contracts: string, n = 4): ReturnType<typeof cureOf> =>
    cureOf(plan, { action: 'buy', venue: 'forecastex', outcome: 'yes', contracts, limit: '0.50', n })

  it('is a dollar a pair at once', async () => {
    await book(ledger(), second, { at: '0.54', fee: '1' })
    await book(ledger(), net('40'), { at: '0.48', fee: '0.40' })
    expect(await lots()).toEqual([
      ['forecastex', 'no', 6_000, 32_400_000],
      ['forecastex', 'yes', 0, 0],
    ])
    expect(await ledger().balances()).toMatchObject({
      'cash:forecastex': 945 + 40 - 19.6,
      'position:forecastex:751:no': 32.4,
      'income:trading:forecastex': 0.8,
    })
  })

  it('is netted to the hundredth of a contract, without a detour through fractions', async () => {
    await book(ledger(), first, { contracts: '2.01' })
    const opposite = cureOf(plan, { action: 'buy', venue: 'kalshi', outcome: 'no', contracts: '3', limit: '0.58' })
    await book(ledger(), opposite, {})
    expect(await lots()).toEqual([
      ['kalshi', 'no', 99, 574_200],
      ['kalshi', 'yes', 0, 0],
    ])
  })

  it('is netted once, however often it is told', async () => {
    await book(ledger(), second, { at: '0.54' })
    for (let i = 0; i < 3; i += 1) await book(ledger(), net('40'), { at: '0.48' })
    expect(await lots()).toEqual([
      ['forecastex', 'no', 6_000, 32_400_000],
      ['forecastex', 'yes', 0, 0],
    ])
  })
})
