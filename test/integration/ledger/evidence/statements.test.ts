import { marketId, subjectId, type Outcome } from '../../../../src/core/ids'
import { millis, money, quantity } from '../../../../src/core/units'
import type { Position } from '../../../../src/ports/account'
import { gonePositions, noteStatement, paidSince } from '../../../../src/stores/postgres/evidence/statements'
import { savePair } from '../../../../src/stores/postgres/pairs/certificates'
import { settleMarket } from '../../../../src/stores/postgres/settlement'
import { freshLedger, NEVER, NOW } from '../support/ledger'
import { lockedBox } from '../support/trades'

const ledger = freshLedger()
const OWNER = { venue: 'forecastex', account: 'account-forecastex' } as const
const held = (market: string, outcome: Outcome, contracts: string): Position => ({
  market: marketId(market),
  outcome,
  quantity: quantity(contracts),
})
const ALL = held('751', 'no', '100')
/** What a statement `afterMs` leaves gone. */
const gone = async (afterMs: number, ...positions: readonly Position[]): Promise<readonly unknown[]> =>
  (await noteStatement(ledger().database, { ...OWNER, asOfMs: millis(NOW + afterMs), positions, accrued: null }, NEVER)).gone

describe('positions in statements', () => {
  beforeEach(() => lockedBox(ledger()))

  it('are noted when they vanish: when they were seen last, and since when they are gone', async () => {
    expect(await gone(0, ALL)).toEqual([])
    expect(await gone(10, ALL)).toEqual([])
    const since = [{ market: '751', outcome: 'no', seenMs: NOW + 10, goneMs: NOW + 20 }]
    expect([await gone(20), await gone(30)]).toEqual([since, since])
  })

  it('that come back were never gone', async () => {
    await gone(0, ALL)
    await gone(10)
    expect(await gone(20, ALL)).toEqual([])
    expect(await gone(30)).toMatchObject([{ seenMs: NOW + 20, goneMs: NOW + 30 }])
  })

  it('of nothing are none', async () => {
    expect(await gone(0, { ...ALL, quantity: quantity(0) })).toMatchObject([{ market: '751', seenMs: null }])
  })

  it('that no statement ever showed are gone since the first', async () => {
    expect([await gone(0), await gone(5)]).toEqual([
      [{ market: '751', outcome: 'no', seenMs: null, goneMs: NOW }],
      [{ market: '751', outcome: 'no', seenMs: null, goneMs: NOW }],
    ])
  })

  it('in markets without lots are kept, and not told', async () => {
    await gone(0, ALL, held('761', 'yes', '5'))
    expect(await gone(10, ALL)).toEqual([])
    expect(await ledger().column(`select gone_ms from venue_position where market = '761'`)).toEqual([NOW + 10])
  })

  it('are told until their lots are settled', async () => {
    await gone(0, ALL)
    await gone(10)
    await settleMarket(ledger().database, 'forecastex', marketId('751'), money(0), millis(NOW + 11), NEVER)
    expect(await gonePositions(ledger().database, OWNER)).toEqual([])
  })
})

describe('a statement that is overtaken by a newer one', () => {
  const note = (afterMs: number, accrued: string, ...positions: readonly Position[]): ReturnType<typeof noteStatement> =>
    noteStatement(ledger().database, { ...OWNER, asOfMs: millis(NOW + afterMs), positions, accrued: money(accrued) }, NEVER)
  beforeEach(() => lockedBox(ledger()))

  it('changes nothing of what is known: no position comes back, and no interest falls twice', async () => {
    await note(0, '0.50', ALL)
    const paid = await note(20, '0')
    expect(paid).toMatchObject({ gone: [{ goneMs: NOW + 20 }], falls: [{ atMs: NOW + 20, amount: 500_000 }] })
    expect(await note(10, '0.50', ALL)).toMatchObject({ gone: [{ goneMs: NOW + 20 }] })
    expect(await note(30, '0')).toEqual(paid)
  })

  it('tells a fall of its own time to the one that comes after', async () => {
    await Promise.all([note(0, '0.50', ALL), note(1, '0.50', ALL)])
    await Promise.all([note(20, '0'), note(21, '0'), note(22, '0')])
    expect((await note(30, '0')).falls).toHaveLength(1)
  })
})

describe('markets that were paid', () => {
  const pair = {
    id: subjectId('u3'),
    base: 'u3',
    kalshiMarket: marketId('KXU3-T4'),
    forecastexMarket: marketId('751'),
    polarity: 'opposite',
    class: 'S0',
    approvedFor: 'sim',
    state: 'active',
  } as const

  it('are told with their question and what each lot was paid, for as long as a result may change', async () => {
    await lockedBox(ledger())
    await lockedBox(ledger(), { id: 't2', contracts: '40', seenAtMs: NOW + 1 })
    await savePair(ledger().database, pair, { name: 'test', role: 'approver' }, NOW, NEVER)
    await settleMarket(ledger().database, 'forecastex', marketId('751'), money(0), millis(NOW + 10), NEVER)
    const lots = [
      { outcome: 'no', quantity: 10_000, paid: 100_000_000 },
      { outcome: 'no', quantity: 4_000, paid: 40_000_000 },
    ]
    expect(await paidSince(ledger().database, millis(NOW + 10))).toEqual([
      { market: '751', kalshiMarket: 'KXU3-T4', polarity: 'opposite', lots },
    ])
    expect(await paidSince(ledger().database, millis(NOW + 11))).toEqual([])
  })

  it('in parts count from the last one, and all of their lots are told', async () => {
    await savePair(ledger().database, pair, { name: 'test', role: 'approver' }, NOW, NEVER)
    const settle = (afterMs: number) =>
      settleMarket(ledger().database, 'forecastex', marketId('751'), money(0), millis(NOW + afterMs), NEVER)
    await lockedBox(ledger())
    await settle(10)
    await lockedBox(ledger(), { id: 't2', contracts: '40', seenAtMs: NOW + 11 })
    await settle(20)
    const [paid] = await paidSince(ledger().database, millis(NOW + 20))
    expect(paid?.lots.map(({ quantity: contracts }) => contracts)).toEqual([10_000, 4_000])
  })
})
