import { Client, Connection } from '@temporalio/client'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { GATES } from '../../../src/core/risk/gates'
import type { EdgePlan, TradeResult } from '../../../src/core/trade/plan'
import { millis } from '../../../src/core/units'
import { arm, disarm, renew } from '../../../src/stores/postgres/arming/arming'
import { openDatabase, type Database } from '../../../src/stores/postgres/pool'
import { LogBook } from '../../stores/doubles'
import { expectBalanced, Stack, temporaryData, venueOrders, type TradeJson } from '../stack'
import { quietScenario } from '../faults/scenario'

const ROOT = path.join(__dirname, '..', '..', '..')
const UP_MS = 120_000
const SOON_MS = 30_000
const HOUR_MS = 3_600_000
const ME = { name: 'test', role: 'operator' } as const
const NEVER = new AbortController().signal
/** A start that is near: odds are fetched with every round. */
const START_MS = Date.now() + 5 * HOUR_MS
const BOOKS = ['pinnacle', 'draftkings', 'fanduel', 'betmgm', 'betrivers']

/** "26NOV22", in New York. */
function dayOf(atMs: number): string {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: 'America/New_York',
    year: '2-digit',
    month: 'short',
    day: '2-digit',
  }).formatToParts(atMs)
  const told = (type: string): string => parts.find((part) => part.type === type)?.value ?? ''
  return `${told('year')}${told('month').toUpperCase()}${told('day')}`
}
const EVENT = `KXNFLGAME-${dayOf(START_MS)}LACBUF`
const BUF = `${EVENT}-BUF`

const market = (ticker: string, name: string): object => ({
  ...{ ticker, title: 'Los Angeles C at Buffalo Winner?', yes_sub_title: name, no_sub_title: name, status: 'active' },
  ...{ open_time: '-1d', close_time: '+2d', expected_expiration_time: '+9h', settlement_timer_seconds: 1 },
  rules_primary: `If ${name} wins the Los Angeles C at Buffalo professional football game, then the market resolves to Yes.`,
  rules_secondary: 'If the game ends in a tie, the market will resolve to $0.50 for each team.',
  trades: [{ yes_price: '0.50', count: '6000', taker_book_side: 'bid', created_time: '-2h' }],
})
/** BUF at about 0.57 by five books. */
const odds = {
  settings: { monthly_credits: 10_000_000 },
  events: [
    {
      ...{ id: 'e1', sport_key: 'americanfootball_nfl', commence_time: new Date(START_MS).toISOString().replace(/\.\d+/, '') },
      ...{ home_team: 'Buffalo Bills', away_team: 'Los Angeles Chargers' },
      bookmakers: BOOKS.map((key) => ({
        key,
        last_update: '-1s',
        markets: [
          {
            ...{ key: 'h2h', last_update: '-1s' },
            outcomes: [
              { name: 'Buffalo Bills', price: -143 },
              { name: 'Los Angeles Chargers', price: 119 },
            ],
          },
        ],
      })),
    },
  ],
}

/** The quiet scenario with one game more, which Kalshi lists and the books tell of. */
function scenarioWithGame(): string {
  const folder = quietScenario(['p1'])
  const file = path.join(folder, 'scenario.json')
  const scenario = JSON.parse(fs.readFileSync(file, 'utf8')) as { kalshi: { series: object[]; events: object[] } }
  scenario.kalshi.series.push({ ticker: 'KXNFLGAME', title: 'Professional football game', category: 'Sports', frequency: 'custom' })
  scenario.kalshi.events.push({
    ...{ event_ticker: EVENT, series_ticker: 'KXNFLGAME', title: 'Los Angeles C at Buffalo', mutually_exclusive: true },
    markets: [market(BUF, 'Buffalo'), market(`${EVENT}-LAC`, 'Los Angeles C')],
  })
  fs.writeFileSync(file, JSON.stringify({ ...scenario, odds }))
  return folder
}

/** The shipped configuration with edges on, and a source of odds that is asked with every round. */
function configWithEdges(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'crossbook-config-'))
  fs.cpSync(path.join(ROOT, 'config'), folder, { recursive: true })
  const change = (name: string, ...replaced: readonly (readonly [RegExp, string])[]): void => {
    const file = path.join(folder, name)
    const before = fs.readFileSync(file, 'utf8')
    fs.writeFileSync(
      file,
      replaced.reduce((text, [from, to]) => {
        expect(text).toMatch(from)
        return text.replace(from, to)
      }, before),
    )
  }
  change('venues.yaml', [/series: \[KXU3\]/, 'series: [KXU3, KXNFLGAME]'], [/$/, '\nedges: { enabled: true }\n'])
  change(
    'odds.yaml',
    [/monthly_credits: \d+/, 'monthly_credits: 10000000'],
    [/near_interval_s: \d+/, 'near_interval_s: 1'],
    [/look_interval_s: \d+/, 'look_interval_s: 120'],
  )
  return folder
}

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
      await disarmed()
      await stack.post({ venue: 'kalshi', type: 'settle', ticker: BUF, result: 'yes' })
      await until('the payout', async () => (await trades())[0]?.pnlKind === 'realised', UP_MS)
      expect((await trades())[0]?.pnlMicros).toBeGreaterThan(0)
      await expectBalanced(stack)
    },
    UP_MS,
  )
})

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
