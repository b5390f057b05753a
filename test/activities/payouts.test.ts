import { isOverdue, paidBy } from '../../src/activities/rule-603'
import type { Outcome } from '../../src/core/ids'
import { millis, money, quantity } from '../../src/core/units'
import type { Position, StrangeExecution } from '../../src/ports/account'
import { DECIDED_MS, FORECASTEX_MARKET, KALSHI_MARKET } from '../saga/plan'
import { BackOffice, DOLLAR, listing, NOTHING, OTHER, PAIR } from './back-office'

const HELD: Position = { market: FORECASTEX_MARKET, outcome: 'no', quantity: quantity('10') }
const execution = (change: Partial<StrangeExecution> = {}): StrangeExecution => ({
  executionId: 'e1',
  order: '',
  market: FORECASTEX_MARKET,
  outcome: 'yes',
  quantity: quantity('10'),
  isNetting: false,
  fee: money('0.10'),
  atMs: DECIDED_MS,
  ...change,
})
/** 2026-11-20 09:00 US/Central, when the first look is made. */
const GONE = '(gone since 2026-11-20 09:01 US/Central)'

describe('§8 settlement at ForecastEx: supposed, then proven by cash', () => {
  it('posts what the cash proves, to the micro-dollar', async () => {
    const office = new BackOffice()
    expect((await office.run()).waiting).toEqual([])
    expect(office.posted).toEqual(['kalshi KXU3-25MAR-T4.1 0', 'forecastex 751 0'])
  })

  it.each(['999.999999', '1000.000001', '989'])('posts nothing when its cash of %s proves something else', async (cash) => {
    const office = new BackOffice()
    office.cash = money(cash)
    const { settled, waiting } = await office.run()
    expect(settled.map(({ venue }) => venue)).toEqual(['kalshi'])
    expect(waiting).toEqual([
      expect.stringMatching(/^cash at ForecastEx is \$.* than in the ledger, which is not explained by \$10\.00 for 751$/),
    ])
    expect(office.log.messages('warn')).toEqual(['ForecastEx cash does not prove the supposed settlement'])
  })

  it('supposes the opposite result where the certificate says opposite', async () => {
    const office = new BackOffice()
    office.pairs = [{ ...PAIR, polarity: 'opposite' }]
    office.lots = office.lots.slice(1).map((each) => ({ ...each, outcome: 'yes' as Outcome }))
    await office.run()
    expect(office.posted).toContain('forecastex 751 1000000')
  })

  it('counts a market that two pairs share once', async () => {
    const office = new BackOffice()
    office.pairs = [PAIR, { ...PAIR, id: 'u3-again' }]
    expect((await office.run()).waiting).toEqual([])
    expect(office.posted.filter((what) => what.startsWith('forecastex'))).toEqual(['forecastex 751 0'])
  })

  it('waits while the position is still there', async () => {
    const office = new BackOffice()
    office.positions = [HELD]
    office.cash = money('990')
    expect(await office.run()).toMatchObject({ settled: [{ venue: 'kalshi' }], waiting: ['ForecastEx still holds 751'] })
  })

  it('waits while a trade moves the cash', async () => {
    const office = new BackOffice()
    office.openTrades = 1
    expect((await office.run()).waiting).toEqual(['a trade is running: the cash of ForecastEx is not at rest'])
  })

  it('never counts the payout of one leg as cash for the other', async () => {
    const office = new BackOffice()
    office.listings.set(KALSHI_MARKET, listing('settled', DOLLAR))
    const { settled, waiting } = await office.run()
    expect(settled.map(({ venue }) => venue)).toEqual(['kalshi'])
    expect(waiting).toEqual(['cash at ForecastEx is $1000.00, $10.00 more than in the ledger, which is not explained by $0.00 for 751'])
  })

  it('posts a loser when the cash has nothing left to explain, and its position was gone twice: no cash proves it (E12)', async () => {
    const office = new BackOffice()
    office.listings.set(KALSHI_MARKET, listing('settled', DOLLAR))
    office.cash = money('990')
    const once = 'ForecastEx no longer holds 751, which pays nothing: posted as lost when another look shows the same'
    expect((await office.run()).waiting).toEqual([once])
    office.positions = [HELD]
    expect((await office.run()).waiting).toEqual(['ForecastEx still holds 751'])
    office.positions = []
    expect((await office.run()).waiting).toEqual([once])
    expect(office.posted).toEqual(['kalshi KXU3-25MAR-T4.1 1000000'])
    expect((await office.run()).waiting).toEqual([])
    expect(office.posted).toContain('forecastex 751 1000000')
  })
})

describe('Rule 603: what is gone is paid at 1:00 pm Central', () => {
  it.each([
    ['2026-11-20T17:59:00Z', '2026-11-20 13:00'],
    ['2026-11-20T18:00:00Z', '2026-11-21 13:00'],
    ['2026-11-21T05:59:00Z', '2026-11-21 13:00'],
    ['2026-11-21T06:01:00Z', '2026-11-21 13:00'],
    ['2026-10-31T18:30:00Z', '2026-11-01 13:00'],
    ['2027-03-14T05:30:00Z', '2027-03-14 13:00'],
  ])('gone at %s: by %s', (gone, due) => expect(paidBy(millis(Date.parse(gone)))).toBe(due))

  it('waits for the cash, says until when, and when that is over', async () => {
    const office = new BackOffice()
    office.cash = money('990')
    const told = `ForecastEx no longer holds 751 ${GONE} and has not paid $10.00: it pays by 2026-11-20 13:00 US/Central (Rule 603)`
    expect((await office.run()).waiting).toEqual([told])
    office.clock.advance(4 * 3_600_000)
    expect((await office.run()).waiting).toEqual([`${told}, which is overdue`])
    expect(isOverdue(DECIDED_MS, DECIDED_MS)).toBe(false)
    office.cash = money('1000')
    expect((await office.run()).settled).toMatchObject([{ venue: 'forecastex', paid: 10_000_000 }])
  })
})

describe('several questions at once', () => {
  it('both outcomes of different questions are posted together', async () => {
    const office = new BackOffice()
    office.hold(OTHER, 'yes', '30', DOLLAR)
    office.cash = money('1030')
    expect((await office.run()).waiting).toEqual([])
    expect(office.posted).toContain('forecastex 751 0')
    expect(office.posted).toContain('forecastex 761 1000000')
  })

  it('only what is paid is posted; the rest waits', async () => {
    const office = new BackOffice()
    office.hold(OTHER, 'yes', '30', DOLLAR)
    office.cash = money('1020')
    const { settled, waiting } = await office.run()
    expect(settled.map(({ market }) => market)).toEqual([KALSHI_MARKET, '761'])
    expect(waiting).toEqual([expect.stringContaining('no longer holds 751')])
    office.cash = money('1030')
    expect((await office.run()).settled.map(({ market }) => market)).toEqual(['751'])
  })

  it('two that pay the same wait until the cash tells which', async () => {
    const office = new BackOffice()
    office.hold(OTHER, 'yes', '10', DOLLAR)
    const { settled, waiting } = await office.run()
    expect(settled.map(({ venue }) => venue)).toEqual(['kalshi'])
    expect(waiting).toEqual([expect.stringMatching(/it may be \$10\.00 for 7[56]1, or \$10\.00 for 7[56]1, and nothing is posted/)])
    office.cash = money('1010')
    expect((await office.run()).settled).toHaveLength(2)
  })

  it('one that Kalshi has not decided may have paid what another one would: neither is posted until the cash tells which', async () => {
    const office = new BackOffice()
    office.hold(OTHER, 'yes', '10', null)
    expect((await office.run()).waiting).toEqual([
      expect.stringContaining('no longer holds 761'),
      expect.stringMatching(/it may be \$10\.00 for 7[56]1.*, or \$10\.00 for 7[56]1.*, and nothing is posted/),
    ])
    expect(office.posted).toEqual(['kalshi KXU3-25MAR-T4.1 0'])
    office.cash = money('1010')
    await office.run()
    expect(office.posted).toEqual(['kalshi KXU3-25MAR-T4.1 0'])
    office.listings.set(OTHER.kalshiMarket, listing('settled', DOLLAR, OTHER.kalshiMarket))
    expect((await office.run()).settled.map(({ market }) => market)).toEqual(['751', '761'])
  })

  it('one that Kalshi has not decided is said to be gone, and holds the others back only while its cash is among theirs', async () => {
    const office = new BackOffice()
    office.hold(OTHER, 'yes', '30', null)
    expect((await office.run()).waiting).toEqual([
      `ForecastEx no longer holds 761 ${GONE}, but Kalshi has not settled the question: nothing is supposed until it has`,
    ])
    expect(office.posted).toContain('forecastex 751 0')
    office.cash = money('1030')
    await office.run()
    expect(office.posted).not.toContain('forecastex 761 1000000')
    office.listings.set(OTHER.kalshiMarket, listing('settled', DOLLAR, OTHER.kalshiMarket))
    expect((await office.run()).settled).toMatchObject([{ market: '761', paid: 30_000_000 }])
  })
})

describe('what is no settlement', () => {
  it('a position that somebody bought away is left to a person', async () => {
    const office = new BackOffice()
    office.strange = [execution()]
    const { waiting } = await office.run()
    expect(office.log.messages('error')).toEqual([])
    expect(waiting).toEqual([
      `ForecastEx no longer holds 751 ${GONE} by execution e1, which is no order of ours: no settlement, a person must clear it`,
    ])
    expect(office.posted).toEqual(['kalshi KXU3-25MAR-T4.1 0'])
  })

  it('a netting is charged nothing; if it is, that is an alarm and in suspense, once', async () => {
    const office = new BackOffice()
    office.positions = [HELD]
    office.cash = money('990')
    office.strange = [execution({ isNetting: true, order: 'cb-t1-b2' }), execution({ executionId: 'e2', isNetting: true, fee: NOTHING })]
    await office.run()
    await office.run()
    expect(office.log.lines.filter(({ level }) => level === 'error')).toEqual([
      {
        level: 'error',
        message: 'fee differs from the model',
        fields: { clientOrderId: 'cb-t1-b2', execution: 'e1', expected: 0, told: 100_000, netting: true },
      },
    ])
  })

  it('with nothing decided the account is read once a minute, and what waits goes on being told', async () => {
    const office = new BackOffice()
    office.listings.clear()
    office.cash = office.ledgerCash
    const told = []
    for (let i = 0; i < 3; i += 1) {
      told.push((await office.run()).waiting)
      office.clock.advance(-50_000)
    }
    expect([office.reads, told[1], told[2]]).toEqual([1, told[0], told[0]])
    expect(told[0]).toEqual([expect.stringContaining('Kalshi has not settled the question')])
  })

  it('nor is it read more often because trades run', async () => {
    const office = new BackOffice()
    office.listings.clear()
    office.openTrades = 1
    for (let i = 0; i < 3; i += 1) {
      await office.run()
      office.clock.advance(-50_000)
    }
    expect(office.reads).toBe(1)
  })
})

describe('amended results', () => {
  /** ForecastEx has paid ten NO by Kalshi's first word, which was NO. */
  const paid = (): BackOffice => {
    const office = new BackOffice()
    office.lots = []
    office.pairs = []
    office.ledgerCash = office.cash
    const lots = [{ outcome: 'no' as const, quantity: quantity('10'), paid: money('10') }]
    office.paidBefore = [{ market: FORECASTEX_MARKET, kalshiMarket: KALSHI_MARKET, polarity: 'same', lots }]
    return office
  }

  it('stand while both venues agree', async () => expect(await paid().run()).toEqual({ settled: [], waiting: [] }))

  it('are reversed and posted anew when Kalshi has changed and the cash shows it', async () => {
    const office = paid()
    office.listings.set(KALSHI_MARKET, listing('settled', DOLLAR))
    expect((await office.run()).waiting).toEqual([
      'Kalshi has changed a result: ForecastEx has paid 751 by the old one, and its cash has not changed',
    ])
    office.cash -= 10_000_000
    await office.run()
    expect(office.posted).toEqual(['amended forecastex 751 1000000'])
    expect(office.log.messages('error')).toEqual(['ForecastEx has changed a result: reversed and posted anew'])
  })

  it('are turned round for a pair of opposite polarity', async () => {
    const office = paid()
    office.paidBefore = office.paidBefore.map((each) => ({ ...each, polarity: 'opposite' }))
    office.listings.set(KALSHI_MARKET, listing('settled', DOLLAR))
    expect(await office.run()).toEqual({ settled: [], waiting: [] })
  })

  it('wait while Kalshi has reopened the question', async () => {
    const office = paid()
    office.listings.set(KALSHI_MARKET, listing('determined', DOLLAR))
    office.cash -= 10_000_000
    expect((await office.run()).settled).toEqual([])
  })

  it('are a matter for a person when ForecastEx alone seems to have changed one', async () => {
    const office = paid()
    office.cash -= 10_000_000
    expect(await office.run()).toEqual({
      settled: [],
      waiting: [
        'cash at ForecastEx is $990.00, $10.00 less than in the ledger: as if ForecastEx had changed the result of 751, which Kalshi has not: a person must look',
      ],
    })
  })
})
