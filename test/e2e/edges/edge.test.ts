import { Client, Connection } from '@temporalio/client'
import fs from 'node:fs'
import { GATES } from '../../../src/core/risk/gates'
import type { EdgePlan, TradeResult } from '../../../src/core/trade/plan'
import { millis } from '../../../src/core/units'
import { arm, disarm, renew } from '../../../src/stores/postgres/arming/arming'
import { openDatabase, type Database } from '../../../src/stores/postgres/pool'
import { query } from '../../../src/stores/questdb/query'
import { LogBook } from '../../stores/doubles'
import { expectBalanced, Stack, temporaryData, venueOrders, type TradeJson } from '../stack'
import { BUF, configWithEdges, scenarioWithGame } from './game'

const UP_MS = 120_000
const SOON_MS = 30_000
const ME = { name: 'test', role: 'operator' } as const
const NEVER = new AbortController().signal

interface EdgeHealth {
  readonly watched: number
  readonly confirmed: number
  readonly armed: string | null
  readonly odds: number
  readonly showing: number
  readonly equityMicros: number | null
  readonly refusals: Readonly<Record<string, number>>
}
interface Trade extends TradeJson {
  readonly pair: string
}

describe('an edge on the running stack', () => {
  const dataDir = temporaryData()
  const scenario = scenarioWithGame()
  const config = configWithEdges()
  let stack: Stack
  let database: Database
  let renewing: NodeJS.Timeout | null = null

  const edges = async (): Promise<EdgeHealth | null> => (await stack.streaming<{ edges: EdgeHealth | null }>())?.edges ?? null
  /** As the stack's own, and what the desk says where it fails. */
  const until = (what: string, holds: () => Promise<boolean>, limitMs = SOON_MS): Promise<void> =>
    stack.until(what, limitMs, holds).catch(async (error: Error) => {
      throw new Error(`${error.message}\n${JSON.stringify(await edges())}`)
    })
  const refused = async (gate: string): Promise<number> => (await edges())?.refusals[gate] ?? 0
  const trades = async (): Promise<readonly Trade[]> =>
    (await stack.ask<Trade[]>('trades', '--limit', '50')).filter(({ pair }) => pair === BUF)
  const trigger = (schedule: string): Promise<unknown> => stack.cli('schedules', 'trigger', schedule)
  const push = async (): Promise<void> => {
    const before = (await edges())?.odds ?? 0
    await trigger('ingestOdds')
    await until('odds to be told', async () => ((await edges())?.odds ?? 0) > before)
  }
  const armed = async (maxTrades: number): Promise<void> => {
    const wish = { mode: 'sim', profile: 'STANDARD', maxTrades, by: ME } as const
    const result = await arm(database, { ...wish, atMs: millis(Date.now()), untilMs: millis(Date.now() + 15_000) }, NEVER)
    const { epoch } = result.arming
    clearInterval(renewing ?? undefined)
    renewing = setInterval(
      () => void renew(database, epoch, millis(Date.now()), millis(Date.now() + 15_000), NEVER).catch(() => null),
      4_000,
    )
    await until('the desk to be armed', async () => (await edges())?.armed === null)
  }
  const disarmed = async (): Promise<void> => {
    clearInterval(renewing ?? undefined)
    await disarm(database, null, ME, millis(Date.now()), NEVER)
  }

  beforeAll(async () => {
    stack = new Stack(dataDir, scenario, [], { CROSSBOOK_CONFIG: config })
    await stack.says('Where to look', UP_MS)
    database = openDatabase(stack.endpoints().databaseUrl, new LogBook())
  }, UP_MS)
  afterAll(async () => {
    clearInterval(renewing ?? undefined)
    await database?.end()
    await stack.interrupt()
    for (const folder of [dataDir, scenario, config]) fs.rmSync(folder, { recursive: true, force: true })
  }, UP_MS)

  it(
    'is found by scheduled odds, and is no trade while nobody has armed it',
    async () => {
      await trigger('ingestMarkets')
      await until('the first odds', async () => {
        await trigger('ingestOdds')
        return ((await edges())?.odds ?? 0) > 0
      })
      await stack.until(
        'the market to be watched',
        SOON_MS,
        async () => ((await edges())?.watched ?? 0) === 2 && ((await edges())?.equityMicros ?? 0) > 0,
      )
      await stack.post([
        { venue: 'kalshi', type: 'external_order', ticker: BUF, side: 'bid', price: '0.49', count: '500' },
        { venue: 'kalshi', type: 'external_order', ticker: BUF, side: 'ask', price: '0.50', count: '500' },
      ])
      await until('a find that nobody armed', async () => {
        await push()
        return (await refused(GATES.armed)) > 0
      })
      expect(await trades()).toEqual([])
    },
    UP_MS,
  )

  it(
    'E26 is no trade under a halt of the strategy, armed or not',
    async () => {
      await stack.ask('halt', '--scope', 'strategy:edge', '--reason', 'test')
      await armed(1)
      await push()
      await until('a find that is halted', async () => (await refused(GATES.halts)) > 0)
      expect(await trades()).toEqual([])
      await disarmed()
      await stack.ask('resume', '--scope', 'strategy:edge', '--reason', 'test')
    },
    UP_MS,
  )

  it(
    'becomes one trade when it is armed for one, however often odds come; what it bought is paid',
    async () => {
      await armed(1)
      await push()
      await until('a trade to end', async () => (await trades()).some(({ outcome }) => outcome === 'held'))
      await push()
      const connection = await Connection.connect({ address: stack.endpoints().temporal.address })
      try {
        const handle = new Client({ connection }).workflow.getHandle<(plan: EdgePlan) => Promise<TradeResult>>(`edge-${BUF}`)
        expect((await handle.describe()).type).toBe('edge')
        expect(await handle.result()).toMatchObject({ label: 'held' })
      } finally {
        await connection.close()
      }
      expect(await trades()).toHaveLength(1)
      const [trade] = await trades()
      const plan = await planOf(database, trade?.tradeId ?? '')
      const fills = await database.query<{ price: number; quantity: number }>('select price, quantity from fill where trade_id = $1', [
        trade?.tradeId,
      ])
      expect(fills.rows.length).toBeGreaterThan(0)
      expect(fills.rows.every(({ price }) => price <= plan.legs[0].order.limit)).toBe(true)
      expect(await venueOrders(stack)).toEqual([plan.legs[0].order.clientOrderId])
    },
    UP_MS,
  )

  it(
    'has a twin on paper, which met the book as it was before the order took from it',
    async () => {
      const [trade] = await trades()
      const [{ order }] = (await planOf(database, trade?.tradeId ?? '')).legs
      await until('the twin', async () => (await twins(stack)).length === 1)
      const [twin] = await twins(stack)
      // of 500 that were asked at 0.50 a tenth is gone, in whole contracts
      const filled = Math.min(order.quantity, 45_000)
      expect(twin).toMatchObject({
        ...{ client_order_id: order.clientOrderId, venue: 'kalshi', market: BUF, strategy: 'edge', mode: 'sim', action: 'buy' },
        ...{ price_limit: order.limit, quantity: order.quantity, wait_micros: 42_000, displayed: 50_000, filled, cost: filled * 5_000 },
      })
      expect(twin?.['fee']).toBeGreaterThan(0)
      expect(twin?.['answered_micros']).toBeGreaterThan(0)
    },
    UP_MS,
  )

  it(
    'ruling 13: what it holds is sold when more is bid than the books think it worth, and the rest is settled',
    async () => {
      const [trade] = await trades()
      const tradeId = trade?.tradeId ?? ''
      const held = await contractsOf(database, tradeId)
      await stack.post([
        {
          venue: 'kalshi',
          type: 'external_order',
          ticker: BUF,
          side: 'bid',
          price: '0.50',
          count: '500',
          time_in_force: 'immediate_or_cancel',
        },
        { venue: 'kalshi', type: 'external_order', ticker: BUF, side: 'bid', price: '0.62', count: '3' },
        { venue: 'kalshi', type: 'external_order', ticker: BUF, side: 'ask', price: '0.64', count: '500' },
      ])
      await until('three contracts to be sold', async () => {
        await push()
        return (await contractsOf(database, tradeId)) === held - 300
      })
      const connection = await Connection.connect({ address: stack.endpoints().temporal.address })
      try {
        const handle = new Client({ connection }).workflow.getHandle<() => Promise<TradeResult>>(`cure-${tradeId}`)
        expect(await handle.result()).toMatchObject({ label: 'held', flat: 300, held: held - 300 })
      } finally {
        await connection.close()
      }
      const plan = await planOf(database, tradeId)
      const [opening] = plan.legs
      expect(await venueOrders(stack)).toEqual([opening.order.clientOrderId, `cb-${tradeId}-c2`])
      const sold = await database.query<{ price: number }>(`select price from fill where trade_id = $1 and action = 'sell'`, [tradeId])
      expect(sold.rows.map(({ price }) => price)).toEqual([6_200])
      await until('the twin of the sale', async () => (await twins(stack)).length === 2)
      // three were bid, of which a tenth is gone
      expect((await twins(stack))[1]).toMatchObject({
        client_order_id: `cb-${tradeId}-c2`,
        action: 'sell',
        displayed: 300,
        filled: 200,
        why: 'depth',
      })
      const { stdout } = await stack.cli('report', 'paper-live', '--format', 'json')
      expect(JSON.parse(stdout)).toMatchObject({
        figures: { orders: 2, onlyReal: 0, onlyPaper: 0, undecided: 0, kalshiAnswers: 2, dearerMicros: 0 },
        violations: [],
      })
      await disarmed()
      await stack.post({ venue: 'kalshi', type: 'settle', ticker: BUF, result: 'yes' })
      await until('the payout', async () => (await trades())[0]?.pnlKind === 'realised', UP_MS)
      expect((await trades())[0]?.pnlMicros).toBeGreaterThan(0)
      await expectBalanced(stack)
    },
    UP_MS,
  )
})

/** Rows of the record, as they were sent. */
async function twins(stack: Stack): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { httpUrl } = stack.endpoints().questdb ?? { httpUrl: '' }
  const { columns, rows } = await query(httpUrl, 'SELECT * FROM paper_shadow ORDER BY ts', AbortSignal.timeout(SOON_MS))
  return rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]])))
}

async function planOf(database: Database, tradeId: string): Promise<EdgePlan> {
  const { rows } = await database.query<{ plan: EdgePlan }>('select plan from trade where trade_id = $1', [tradeId])
  return rows[0]?.plan as EdgePlan
}

async function contractsOf(database: Database, tradeId: string): Promise<number> {
  const { rows } = await database.query<{ held: number }>(
    'select coalesce(sum(quantity), 0)::bigint as held from lot where trade_id = $1',
    [tradeId],
  )
  return rows[0]?.held ?? 0
}
