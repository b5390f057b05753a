import type { Venue } from '../../../src/core/ids'
import { marketId } from '../../../src/core/ids'
import { millis, money, quantity } from '../../../src/core/units'
import type { Position, Statement, VenueAccount } from '../../../src/ports/account'
import { reconcileVenues } from '../../../src/operator/reconcile'
import { noteStatement } from '../../../src/stores/postgres/evidence/statements'
import { freshLedger, NEVER, NOW } from '../ledger/support/ledger'
import { boxPlan, fillOf, lockedBox } from '../ledger/support/trades'

const ledger = freshLedger()
const [{ order: first }, { order: second }] = boxPlan().legs
const asked: number[] = []

const held = (market: string, outcome: Position['outcome'], contracts: string): Position => ({
  market: marketId(market),
  outcome,
  quantity: quantity(contracts),
})
/** What the venues would say after the locked box of the worked example, but for what a test changes. */
const STATEMENTS: Readonly<Record<Venue, Statement>> = {
  kalshi: {
    asOfMs: NOW,
    cash: money('956.2948'),
    purses: [{ purse: 'kalshi', cash: money('956.2948') }],
    fills: [fillOf(first, { fee: '1.7052' })],
    openOrders: [],
    positions: [held('KXU3-T4', 'yes', '100')],
    payouts: [],
  },
  forecastex: {
    asOfMs: NOW,
    cash: money('945'),
    purses: [{ purse: 'forecastex', cash: money('945') }],
    fills: [fillOf(second, { at: '0.54', fee: '1' })],
    openOrders: [],
    positions: [held('751', 'no', '100')],
    payouts: [],
  },
}
/** All of it at Kalshi's default place. */
const cash = (dollars: string): Pick<Statement, 'cash' | 'purses'> => ({
  cash: money(dollars),
  purses: [{ purse: 'kalshi', cash: money(dollars) }],
})
const account = (venue: Venue, statement: Statement): VenueAccount => ({
  venue,
  account: `account-${venue}`,
  statement: (sinceMs) => {
    asked.push(sinceMs)
    return Promise.resolve(statement)
  },
})
const breaksOf = async (venue: Venue, change: Partial<Statement>): Promise<readonly string[]> => {
  const report = await reconcileVenues(ledger().database, [account(venue, { ...STATEMENTS[venue], ...change })], NEVER)
  return report.venues[0]?.breaks ?? ['no report']
}

describe('crossbook reconcile', () => {
  beforeEach(() => lockedBox(ledger()))

  it('finds nothing when ledger and venues agree', async () => {
    const accounts = (['kalshi', 'forecastex'] as const).map((venue) => account(venue, STATEMENTS[venue]))
    const counted = { ordersChecked: 1, fillsChecked: 1, unseen: null, breaks: [], waiting: [] }
    expect(await reconcileVenues(ledger().database, accounts, NEVER)).toEqual({
      venues: [
        { venue: 'kalshi', ...counted },
        { venue: 'forecastex', ...counted },
      ],
    })
    expect(asked.slice(-2)).toEqual([NOW, NOW])
  })

  it('finds cash that differs by a micro-dollar', async () => {
    expect(await breaksOf('kalshi', cash('956.294799'))).toEqual(['cash at kalshi: ledger $956.2948, venue $956.294799'])
  })

  it('finds orders that rest', async () => {
    expect(await breaksOf('kalshi', { openOrders: ['o1', 'o2'] })).toEqual(['order o1 rests', 'order o2 rests'])
  })

  it('finds a position of another size', async () => {
    expect(await breaksOf('kalshi', { positions: [held('KXU3-T4', 'yes', '99.99')] })).toEqual(['KXU3-T4: lots 100.00, venue 99.99 (YES)'])
  })

  it('finds a position in the other direction', async () => {
    expect(await breaksOf('forecastex', { positions: [held('751', 'yes', '100')] })).toEqual(['751: lots -100.00, venue 100.00 (YES)'])
  })

  it('finds a position that only one of them knows', async () => {
    expect(await breaksOf('kalshi', { positions: [] })).toEqual(['KXU3-T4: lots 100.00, venue 0.00 (YES)'])
    const positions = [...STATEMENTS.kalshi.positions, held('KXU9', 'no', '3')]
    expect(await breaksOf('kalshi', { positions })).toEqual(['KXU9: lots 0.00, venue -3.00 (YES)'])
  })

  it('finds a fill that the ledger has never heard of', async () => {
    const fills = [...STATEMENTS.kalshi.fills, fillOf(first, { id: '2', contracts: '1' })]
    expect(await breaksOf('kalshi', { fills })).toEqual([
      'fill kalshi|account-kalshi|v-cb-t1-a1|x2 of 1.00 in KXU3-T4 is not in the ledger',
    ])
  })

  it('finds a fill of another size or fee', async () => {
    expect(await breaksOf('kalshi', { fills: [fillOf(first, { contracts: '99', fee: '1.7052' })] })).toEqual([
      'fill kalshi|account-kalshi|v-cb-t1-a1|x1: ledger 100.00, venue 99.00',
    ])
    expect(await breaksOf('kalshi', { fills: [fillOf(first, { fee: '1.71' })] })).toEqual([
      'fill kalshi|account-kalshi|v-cb-t1-a1|x1: ledger fee $1.7052, venue fee $1.71',
    ])
  })

  it('does not mind how the venue words a fill, nor a fee that is not told yet', async () => {
    const told = { ...fillOf(first, { fee: null }), outcome: 'no', action: 'sell', price: second.limit } as const
    expect(await breaksOf('kalshi', { fills: [told] })).toEqual([])
  })

  it('names every difference', async () => {
    expect(await breaksOf('forecastex', { cash: money(0), purses: [], openOrders: ['o1'], positions: [] })).toHaveLength(3)
  })
})

describe('crossbook reconcile at ForecastEx', () => {
  const OWNER = { venue: 'forecastex', account: 'account-forecastex' } as const
  const note = (afterMs: number, positions: readonly Position[], accrued: string): ReturnType<typeof noteStatement> =>
    noteStatement(ledger().database, { ...OWNER, asOfMs: millis(NOW + afterMs), positions, accrued: money(accrued) }, NEVER)
  const fell = 'interest owed fell by $0.52 at 2026-11-21T17:00:00.001Z, and no coupon is booked for it'
  const strange = { executionId: 'e1', order: '', market: marketId('751'), outcome: 'yes', quantity: quantity('10'), atMs: NOW } as const
  beforeEach(() => lockedBox(ledger()))

  it('says since when a position is gone', async () => {
    await note(0, STATEMENTS.forecastex.positions, '0')
    await note(1, [], '0')
    expect(await breaksOf('forecastex', { positions: [] })).toEqual([
      '751: lots -100.00, venue 0.00 (YES), gone since 2026-11-21T17:00:00.001Z',
    ])
  })

  it('tells of interest that may explain a difference, and of none where there is no difference', async () => {
    await note(0, [], '0.52')
    await note(1, [], '0')
    const asOfMs = millis(NOW + 2)
    const more = { cash: money('945.5'), purses: [{ purse: 'forecastex', cash: money('945.5') }] } as const
    expect(await breaksOf('forecastex', { ...more, asOfMs })).toEqual([`cash at forecastex: ledger $945.00, venue $945.50; ${fell}`])
    expect(await breaksOf('forecastex', { asOfMs })).toEqual([])
  })

  it('tells of what others bought, of nettings that were charged, and of other cash', async () => {
    const netting = { ...strange, executionId: 'e2', isNetting: true, fee: money('0.10') }
    const free = { ...netting, executionId: 'e3', fee: money(0) }
    const told = { strange: [{ ...strange, isNetting: false, fee: money('0.10') }, netting, free], otherCash: ['12.30 EUR'] }
    expect(await breaksOf('forecastex', told)).toEqual([
      'cash at forecastex of 12.30 EUR is not counted: the ledger holds dollars',
      'netting e2 in 751 was charged $0.10: nettings are free',
      'execution e1 bought 10.00 YES of 751 at 2026-11-21T17:00:00.000Z: no order of ours',
    ])
  })

  it('names fees that were never told', async () => {
    await ledger().database.query(`update fill set fee_estimated = true where venue = 'forecastex'`)
    expect(await breaksOf('forecastex', {})).toEqual([
      'fill forecastex|account-forecastex|v-cb-t1-b2|x1: its fee of $1.00 is told, the ledger still has the estimate of $1.00',
    ])
    const fills = STATEMENTS.forecastex.fills.map((fill) => ({ ...fill, fee: null }))
    expect(await breaksOf('forecastex', { fills })).toEqual([
      'fill forecastex|account-forecastex|v-cb-t1-b2|x1 of 2026-11-21T17:00:00.000Z: its fee is not told yet, $1.00 are booked for it',
    ])
  })
})

describe('crossbook reconcile before the first trade', () => {
  it('asks for everything, and compares the opening balances', async () => {
    expect(await breaksOf('kalshi', { ...cash('1000'), fills: [], positions: [] })).toEqual([])
    expect(asked.at(-1)).toBe(0)
  })
})
