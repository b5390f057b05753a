import { tradingDayStart } from '../../../src/core/risk/trading-day'
import { millis, money } from '../../../src/core/units'
import { readEdgeMoney, type EdgeMoneyRead } from '../../../src/stores/postgres/edges/money'
import { openDatabase } from '../../../src/stores/postgres/pool'
import { LogBook } from '../../stores/doubles'
import { edgePlan, settle } from '../ledger/risk/support'
import { freshLedger, NEVER, NOW } from '../ledger/support/ledger'
import { book, boxPlan, close, lockedBox, resultOf, type PlanTerms } from '../ledger/support/trades'
import { WatchedDatabase } from '../schema/support/plans'

const BUF = 'KXNFLGAME-26NOV22LACBUF-BUF'
const LAC = 'KXNFLGAME-26NOV22LACBUF-LAC'
const terms = (n: number, kalshi: string): PlanTerms => ({ id: `t${n}`, subject: kalshi, kalshi, seenAtMs: NOW + n })

describe('our money at Kalshi', () => {
  const ledger = freshLedger()
  const read = (): Promise<EdgeMoneyRead> => readEdgeMoney(ledger().database, tradingDayStart(NOW))
  const reserve = async (n: number, kalshi: string): Promise<ReturnType<typeof edgePlan>> => {
    const plan = edgePlan(terms(n, kalshi))
    expect((await ledger().ledger.reserve(plan, 'run', NEVER)).kind).toBe('granted')
    return plan
  }
  const end = (plan: ReturnType<typeof edgePlan>, label: 'missed' | 'held', held?: string): Promise<unknown> =>
    close(ledger(), { ...resultOf(boxPlan(), label, held === undefined ? {} : { held }), tradeId: plan.tradeId })

  it('is what the account has, before anything is traded', async () => {
    expect(await read()).toEqual({ equity: money('1000'), cash: new Map([['kalshi', money('1000')]]), atRisk: [], settledToday: money(0) })
  })

  it('is worth the same while an edge runs: what it reserves is not free, and at risk at its bound', async () => {
    const { tradeId } = await reserve(1, BUF)
    expect(await read()).toEqual({
      equity: money('1000'),
      cash: new Map([['kalshi', money('956.28')]]),
      atRisk: [{ tradeId, market: BUF, startedMs: NOW, held: money('43.72'), paid: money('43.72'), outcome: 'yes', contracts: null }],
      settledToday: money(0),
    })
  })

  it('loses fees alone when it buys, and what is held is at risk at cost until it is settled', async () => {
    const plan = await reserve(1, BUF)
    await book(ledger(), plan.legs[0].order, { fee: '1.70' })
    await end(plan, 'held', '100')
    const held = await read()
    expect([held.equity, held.cash.get('kalshi'), held.atRisk.map(({ held: at, paid, contracts }) => [at, paid, contracts])]).toEqual([
      money('998.30'),
      money('956.30'),
      [[money('42'), money('43.70'), 10_000]],
    ])
    await settle(ledger(), BUF, '1')
    expect(await read()).toMatchObject({ equity: money('1056.30'), atRisk: [], settledToday: money('43.70') })
    expect(await readEdgeMoney(ledger().database, millis(NOW + 1))).toMatchObject({ settledToday: money(0) }) // of the day before
  })

  it('has nothing at risk in what missed or was refused', async () => {
    await end(await reserve(1, BUF), 'missed')
    await ledger().ledger.reserve(
      { ...edgePlan(terms(2, LAC)), legs: [{ ...edgePlan(terms(2, LAC)).legs[0], costBound: money('5000') }] },
      'run',
      NEVER,
    )
    expect(await read()).toMatchObject({ equity: money('1000'), atRisk: [] })
  })

  it('has nothing to sell of what rests on an operator’s word alone', async () => {
    const plan = await reserve(1, BUF)
    await book(ledger(), plan.legs[0].order, { fee: '1.70' })
    await close(ledger(), { ...resultOf(boxPlan(), 'surrendered', { held: '100' }), tradeId: plan.tradeId })
    expect((await read()).atRisk).toMatchObject([{ held: money('42'), contracts: 0 }])
  })

  it('counts the positions of boxes, and no premium of theirs', async () => {
    await lockedBox(ledger())
    await reserve(2, BUF)
    const { equity, atRisk } = await read()
    // 42.00 of 1,000 are in a position, 1.7052 went in fees
    expect([equity, atRisk.map(({ market }) => market)]).toEqual([money('998.2948'), [BUF]])
  })

  it('in several purses is one account, each purse by itself', async () => {
    await ledger().database
      .query(`insert into balance (account, amount_micros) values ('cash:kalshi/0.1', 7000000), ('equity:capital', -7000000)
      on conflict (account) do update set amount_micros = balance.amount_micros + excluded.amount_micros`)
    const { equity, cash } = await read()
    expect([equity, Object.fromEntries(cash)]).toEqual([money('1007'), { kalshi: money('1000'), 'kalshi/0.1': money('7') }])
    await ledger().database.query(`delete from balance where account = 'cash:kalshi/0.1'`)
    await ledger().database.query(`update balance set amount_micros = amount_micros + 7000000 where account = 'equity:capital'`)
  })
})

describe('a ledger that is not as others are', () => {
  const ledger = freshLedger('damaged')
  const read = (): Promise<EdgeMoneyRead> => readEdgeMoney(ledger().database, tradingDayStart(NOW))
  const SETTLED = 5_000

  it('is not known where no account was opened, and where the ledger cannot be asked', async () => {
    await ledger().database.query(`delete from balance`)
    expect(await read()).toEqual({ equity: null, cash: new Map(), atRisk: [], settledToday: money(0) })
    const nobody = openDatabase('postgresql://127.0.0.1:1/nothing', new LogBook())
    await expect(readEdgeMoney(nobody, NOW)).rejects.toThrow(/ECONNREFUSED/)
    await nobody.end()
  })

  it('with years of trades behind it: looks at what is open alone', async () => {
    const plan = edgePlan(terms(1, BUF))
    await ledger().ledger.reserve(plan, 'run', NEVER)
    await ledger().database.query(
      `insert into trade select (jsonb_populate_record(t, jsonb_build_object('trade_id', 's' || n, 'subject', 'G' || n, 'outcome', 'held', 'state', 'ended',
         'pnl_kind', 'realised', 'ended_ms', t.started_ms + 1, 'started_ms', t.started_ms - n))).* from trade t, generate_series(1, $1) n`,
      [SETTLED],
    )
    await ledger().database.query(
      `insert into balance (account, amount_micros) select 'position:kalshi:G' || n || ':yes', 0 from generate_series(1, $1) n`,
      [SETTLED],
    )
    await ledger().database.query('analyze')
    const watched = new WatchedDatabase(ledger().url)
    const scans = await watched.scansOf((database) => readEdgeMoney(database, NOW))
    await watched.database.end()
    expect(scans.length).toBeGreaterThan(0)
    expect(scans.filter(({ rows }) => rows > 20)).toEqual([])
  })
})
