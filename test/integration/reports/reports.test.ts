import { marketId, subjectId } from '../../../src/core/ids'
import { interest } from '../../../src/core/ledger/postings'
import { csvOf } from '../../../src/operator/reports/render/csv'
import { createRecordReader } from '../../../src/operator/reports/record'
import { makeReport, type Wish } from '../../../src/operator/reports/reports'
import { jsonOf } from '../../../src/operator/reports/render/json'
import { readResults } from '../../../src/operator/results'
import { bookCoupon } from '../../../src/stores/postgres/evidence/coupons'
import { changeHalt } from '../../../src/stores/postgres/halts'
import { post } from '../../../src/stores/postgres/post'
import { transact } from '../../../src/stores/postgres/pool'
import { savePair } from '../../../src/stores/postgres/pairs/certificates'
import { readPairEnds } from '../../../src/stores/postgres/reports/ends'
import { inSnapshot } from '../../../src/stores/postgres/reports/snapshot'
import { amendSettlement, settleMarket } from '../../../src/stores/postgres/settlement'
import type { Report } from '../../../src/core/report/document'
import { GROUPINGS } from '../../../src/core/report/pnl'
import { ASSUMED_WAYS } from '../../../src/core/trade/fill-model'
import { millis, money } from '../../../src/core/units'
import { freshLedger, NEVER, NOW } from '../ledger/support/ledger'
import { book, boxPlan, close, cureOf, lockedBox, open, resultOf } from '../ledger/support/trades'
import { randomTrade } from './random-trade'

const TRADES = 20
const DAY_MS = 86_400_000
const ledger = freshLedger('sound', '100000')
const LATER = millis(NOW + 60 * DAY_MS)
const report = (kind: Wish['kind'], by: Wish['by'] = 'trade', from = 0): Promise<Report> =>
  makeReport(
    {
      ...{ database: ledger().database, record: createRecordReader(null), claims: () => Promise.resolve({ unknown: 'not asked' }) },
      assumed: { preset: 'pessimistic', way: ASSUMED_WAYS },
    },
    { kind, by, calibratedBy: 'profile', comparedBy: 'venue', span: { fromMs: millis(from), toMs: LATER } },
    LATER,
  )
const figuresOf = ({ figures }: Report): Readonly<Record<string, unknown>> =>
  Object.fromEntries(figures.map(({ key, value }) => [key, value]))
const settle = (venue: 'kalshi' | 'forecastex', market: string, yesPays: string): ReturnType<typeof settleMarket> =>
  settleMarket(ledger().database, venue, marketId(market), money(yesPays), millis(NOW + DAY_MS), NEVER)
const coupon = (amount: string, days: number): Promise<boolean> => {
  const atMs = millis(NOW + days * DAY_MS)
  return bookCoupon(ledger().database, 'forecastex', 'account-forecastex', { atMs, amount: money(amount) }, atMs, NEVER)
}

describe(`reports over a ledger of ${TRADES} random trades (seeds 1 to ${TRADES})`, () => {
  it('tie out to it to the micro-dollar, by whatever they are grouped', async () => {
    for (let seed = 1; seed <= TRADES; seed += 1) await randomTrade(ledger(), seed)
    await coupon('0.50', 30)
    const { groups } = await readResults(ledger().database, NOW)
    const all = groups.find(({ group }) => group === 'all')
    for (const by of GROUPINGS) {
      const made = await report('pnl', by)
      expect(made.violations).toEqual([])
      const total = (made.tables[0]?.rows ?? []).reduce((sum, row) => sum + (row.at(-1) as number), 0)
      expect(total).toBe(all?.totalMicros)
    }
    for (const kind of ['session', 'execution', 'tax', 'capital'] as const) expect((await report(kind)).violations).toEqual([])
    const tax = figuresOf(await report('tax'))
    const [income] = await ledger().column(
      `select -sum(amount_micros)::bigint from balance where account ~ '^income:(trading|settlement):'`,
    )
    expect((tax['proceeds'] as number) - (tax['basis'] as number)).toBe(income)
    expect(tax['coupons']).toBe(money('0.50'))
  })
})

describe('interest on cash', () => {
  it('is in the reports of profit and of tax once each, and in no trade’s result', async () => {
    await lockedBox(ledger())
    const before = figuresOf(await report('pnl'))
    const booked = interest({ id: 'interest:1', tradeId: null, atMs: millis(NOW + DAY_MS), purse: 'kalshi', amount: money('3.205201') })
    await transact(ledger().database, NEVER, (transaction) => post(transaction, booked))
    for (const by of GROUPINGS) {
      const made = await report('pnl', by)
      expect(made.violations).toEqual([])
      expect(made.tables[0]?.rows.at(-1)).toEqual(['interest', 0, 0, 0, 3_205_201, 0, 0, 0, 3_205_201])
      expect((made.tables[0]?.rows ?? []).reduce((sum, row) => sum + (row.at(-1) as number), 0)).toBe(figuresOf(made)['total'])
    }
    const after = figuresOf(await report('pnl'))
    expect(after).toEqual({ ...before, carry: 3_205_201, interest: 3_205_201, total: (before['total'] as number) + 3_205_201 })
    expect(figuresOf(await report('pnl', 'trade', NOW + DAY_MS + 1))).toMatchObject({ trades: 0, interest: 0, total: 0 })
    const tax = await report('tax')
    expect(tax.violations).toEqual([])
    expect(
      csvOf(tax)
        .split('\r\n')
        .filter((line) => line.startsWith('interest')),
    ).toEqual(['interest,,kalshi,,,,,2026-11-22T17:00:00.000Z,3.205201,0.00,0.00,0.00,3.205201'])
    expect(figuresOf(tax)).toMatchObject({ interest: 3_205_201, coupons: 0 })
    const { groups, interestMicros } = await readResults(ledger().database, NOW)
    expect([groups.find(({ group }) => group === 'all')?.totalMicros, interestMicros]).toEqual([before['total'], 3_205_201])
  })
})

describe('the report of lots', () => {
  it('of a box that was paid is a row a leg, and a coupon apart, as CSV', async () => {
    await lockedBox(ledger())
    await settle('kalshi', 'KXU3-T4', '1')
    await settle('forecastex', '751', '1')
    await coupon('0.15', 30)
    const lines = csvOf(await report('tax')).split('\r\n')
    expect(lines).toEqual([
      'how,trade,venue,market,outcome,contracts,opened,closed,proceeds,basis,feesIn,feesOut,gain',
      'settled,t1,kalshi,KXU3-T4,yes,100.00,2026-11-21T17:00:00.000Z,2026-11-22T17:00:00.000Z,100.00,42.00,1.7052,0.00,56.2948',
      'settled,t1,forecastex,751,no,100.00,2026-11-21T17:00:00.000Z,2026-11-22T17:00:00.000Z,0.00,54.00,1.00,0.00,-55.00',
      'coupon,,forecastex,,,,,2026-12-21T17:00:00.000Z,0.15,0.00,0.00,0.00,0.15',
      '',
    ])
  })

  it('has a result that was changed once, as it stands', async () => {
    await lockedBox(ledger())
    await settle('kalshi', 'KXU3-T4', '0')
    await amendSettlement(ledger().database, 'kalshi', marketId('KXU3-T4'), money('1'), millis(NOW + 2 * DAY_MS), NEVER)
    const made = await report('tax')
    expect(made.violations).toEqual([])
    expect(figuresOf(made)).toMatchObject({ closed: 1, proceeds: 100_000_000, basis: 42_000_000, open: 1, openBasis: 54_000_000 })
  })

  it('has what was netted at its own venue: the answer at cost, the gain with what was held', async () => {
    const plan = boxPlan({ cure: '20' })
    const [a] = plan.legs
    await open(ledger(), plan, [a.order, { fee: '1.7052' }])
    const answer = cureOf(plan, { action: 'buy', venue: 'kalshi', outcome: 'no', contracts: '100', limit: '0.55' })
    await book(ledger(), answer, { fee: '1' })
    await close(ledger(), resultOf(plan, 'unwound', { flat: '100' }))
    const made = await report('tax')
    expect(made.violations).toEqual([])
    const rows = (made.tables[0]?.rows ?? []).map(([how, , , , outcome, , , , proceeds, basis, feesIn, , gain]) => [
      how,
      outcome,
      proceeds,
      basis,
      feesIn,
      gain,
    ])
    expect(rows).toEqual([
      ['netted', 'yes', 45_000_000, 42_000_000, 1_705_200, 1_294_800],
      ['netted', 'no', 55_000_000, 55_000_000, 1_000_000, -1_000_000],
    ])
    expect(figuresOf(await report('pnl'))['total']).toBe(294_800)
  })
})

describe('the report of a session', () => {
  it('has trades, refused plans, halts, capital and results, and says what no record tells', async () => {
    await lockedBox(ledger())
    ledger().limits = { ...ledger().limits, version: 'narrow', minCashPerVenue: money('1000000') }
    await ledger().ledger.reserve(boxPlan({ id: 't2', subject: 'u9', kalshi: 'KX9', forecastex: '759' }), 'run', NEVER)
    await changeHalt(ledger().database, 'all', true, { name: 'me', role: 'operator' }, 'lunch', millis(NOW + 5), NEVER)
    const made = await report('session', 'trade', NOW - 1)
    expect(figuresOf(made)).toMatchObject({
      ...{ trades: 1, running: 0, refusedPlans: 1, total: 1_294_800, realised: -2_705_200, unrealised: 4_000_000, fees: -2_705_200 },
      ...{ changed: 1_294_800, capitalAtEnd: 96_000_000, opportunities: null, halts: 1, breaks: 0 },
    })
    expect(made.notes[0]).toBe('Opportunities and refusals are not known: this stack has no QuestDB.')
    expect(jsonOf(made)).toMatchObject({
      outcomes: [{ outcome: 'locked', trades: 1, resultMicros: 1_294_800 }],
      halts: [{ scope: 'all', reason: 'lunch' }],
    })
  })

  it('counts a trade in the span in which it was opened, and what it changed when that was', async () => {
    await lockedBox(ledger())
    const after = await report('session', 'trade', NOW + 1_000)
    expect(figuresOf(after)).toMatchObject({ trades: 0, total: 0, capitalAtEnd: 96_000_000 })
  })
})

describe('the report of capital', () => {
  it('has the unpaired premium of a leg that nothing answers, and of a whole box at most until the end of ForecastEx’s second', async () => {
    await lockedBox(ledger())
    const plan = boxPlan({ id: 't2', subject: 'u9', kalshi: 'KX9', forecastex: '759' })
    await open(ledger(), plan, [plan.legs[0].order, { contracts: '10', fee: '0.18' }])
    await close(ledger(), resultOf(plan, 'held', { held: '10' }))
    const made = await report('capital')
    const rows = made.tables[1]?.rows.map((row) => [row[0], row.at(-3), row.at(-2)])
    expect(rows).toEqual([
      ['t1', 42_000_000, 999],
      ['t2', 4_200_000, LATER - NOW],
    ])
    expect(figuresOf(made)).toMatchObject({ atEnd: 100_200_000, done: 0, yearly: null })
  })
})

describe('the report of what was missed', () => {
  const end = async (venue: string, market: string, pays: string | null): Promise<void> => {
    const body = JSON.stringify({ yesPays: pays === null ? null : money(pays) })
    await ledger().database.query(
      `insert into listing (venue, market, event, series, status, body, fetched_ms) values ($1, $2, 'e', 's', 'closed', $3, 1)`,
      [venue, market, body],
    )
  }
  const ends = (): ReturnType<typeof readPairEnds> => inSnapshot(ledger().database, readPairEnds)
  const pairOf = async (polarity: 'same' | 'opposite'): Promise<void> => {
    const markets = { kalshiMarket: marketId('KXU3-T4'), forecastexMarket: marketId('751') }
    const judged = { polarity, class: 'S0', approvedFor: 'sim', question: 'Above 4 %?', state: 'active' } as const
    await savePair(
      ledger().database,
      { id: subjectId('u3'), base: 'u3', ...markets, ...judged },
      { name: 'me', role: 'operator' },
      NOW,
      NEVER,
    )
  }

  it('knows how a pair ended by the listings of its markets, or by what its own contracts were paid', async () => {
    await pairOf('opposite')
    await end('kalshi', 'KXU3-T4', '1')
    await end('forecastex', '751', null)
    expect(await ends()).toEqual([{ pair: 'u3', isOpposite: true, kalshiYes: 1_000_000, forecastexYes: null }])
    await lockedBox(ledger())
    await settle('forecastex', '751', '0')
    expect(await ends()).toEqual([{ pair: 'u3', isOpposite: true, kalshiYes: 1_000_000, forecastexYes: 0 }])
  })

  it('does not know what is on no record', async () => {
    await pairOf('same')
    expect(await ends()).toEqual([{ pair: 'u3', isOpposite: false, kalshiYes: null, forecastexYes: null }])
  })
})
