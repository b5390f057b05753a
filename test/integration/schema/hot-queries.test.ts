import type { MarketId } from '../../../src/core/ids'
import { millis, money, type Millis } from '../../../src/core/units'
import type { Reservation } from '../../../src/core/trade/plan'
import { readBreakers } from '../../../src/stores/postgres/breaker'
import { readKnown } from '../../../src/stores/postgres/breaks/known'
import { changeHalt, readHalts } from '../../../src/stores/postgres/halts'
import { acquireLease } from '../../../src/stores/postgres/lease'
import { createLedger } from '../../../src/stores/postgres/ledger'
import { importLimits } from '../../../src/stores/postgres/limits'
import { changedEnds, openTrades, ownerViolations } from '../../../src/stores/postgres/owners'
import type { Database } from '../../../src/stores/postgres/pool'
import { isDue, postedSince } from '../../../src/stores/postgres/results/payouts'
import { settleMarket } from '../../../src/stores/postgres/settlement'
import { readOrders, readTrades } from '../../../src/stores/postgres/trades'
import { freshLedger, NEVER, WIDE } from '../ledger/support/ledger'
import { boxPlan, fillOf, resultOf } from '../ledger/support/trades'
import { failed } from '../ledger/risk/support'
import { WatchedDatabase, type Scan } from './support/plans'
import { fillWithVolume, OPEN_LOTS } from './support/volume'

const ledger = freshLedger('damaged', '100000')
let watched: WatchedDatabase
beforeEach(async () => {
  await fillWithVolume(ledger())
  await importLimits(ledger().database, WIDE, { name: 'o', role: 'system' }, now(), NEVER)
  watched = new WatchedDatabase(ledger().url)
})
afterEach(() => watched.database.end())

const plan = boxPlan({ id: 'hot', subject: 's5007', kalshi: 'K5007', forecastex: '105007' })
const [{ order: first }] = plan.legs
const now = (): Millis => ledger().nowMs
const hourAgo = (): Millis => millis(now() - 3_600_000)
const writer = (database: Database): ReturnType<typeof createLedger> =>
  createLedger(database, () => ({ kalshi: now(), forecastex: now() }), ledger().clock)
const reserve = (database: Database): Promise<Reservation> => writer(database).reserve(plan, 'run', NEVER)
/** Small tables are read whole, like the hours of a month with a result: cheaper than by an index. Every one that grows with trades has more rows. */
const LONG_SCAN = 1_000
const HISTORY = /^(fill|posting|transfer|settlement|audit|trade_result)/
/** A comparison asks a few things of each open lot: its market, its listing, its payout, its pair. */
const LOTS_SEEN = 8

/** What is asked all day, with how many rows it may look at: none of it by how many trades, results, lots or audited acts there are. */
const HOT: readonly (readonly [string, number, (database: Database) => Promise<unknown>])[] = [
  ['a reserve', 900, async (database) => expect(failed(await reserve(database))).toEqual([])],
  ['the booking of a fill', 100, (database) => writer(database).book(first.tradeId, first, [fillOf(first)], null, NEVER)],
  ['the end of a trade', 900, (database) => writer(database).close(resultOf(plan, 'held', { held: '100' }), 'run', NEVER)],
  ['the halts in force, every second', 10, readHalts],
  ['the renewal of a lease', 10, (database) => acquireLease(database, 'trading-a', 'host:1:1', 10_000)],
  ['the breakers', 1_600, (database) => readBreakers(database, now())],
  ['the running trades', 10, openTrades],
  ['ends that have changed', 2_500, (database) => changedEnds(database, hourAgo())],
  [
    'the newest trades and their orders',
    600,
    async (database) =>
      readOrders(
        database,
        (await readTrades(database, 50)).map(({ tradeId }) => tradeId),
      ),
  ],
  ['whether a market is due', 40, (database) => isDue(database, 'kalshi', 'K5007' as MarketId, money(1))],
  ['what was paid lately', 60, (database) => postedSince(database, 'kalshi', now())],
  ['the payout of a market', 600, (database) => settleMarket(database, 'kalshi', 'K5007' as MarketId, money(1), now(), NEVER)],
  ['a halt', 20, (database) => changeHalt(database, 'all', true, { name: 'o', role: 'operator' }, 'why', now(), NEVER)],
]
/** What compares all that is open: with every open lot a few times, and with nothing that is closed. */
const LOOKS: readonly (readonly [string, (database: Database) => Promise<unknown>])[] = [
  ['a comparison with a venue', (database) => readKnown(database, window())],
  ['the search for what has no owner', ownerViolations],
]
const window = (): Parameters<typeof readKnown>[1] => ({
  ...{ venue: 'kalshi', account: 'account-kalshi', sinceMs: now(), keys: [], executions: [], movedSinceMs: now(), nowMs: now() },
})

/** What a kind of work read too much of, in words; nothing when it stayed within its bound. */
async function excess(
  what: string,
  atMost: number,
  ask: (database: Database) => Promise<unknown>,
  isWrong: (scan: Scan) => boolean,
): Promise<unknown[]> {
  const scans = await watched.scansOf(ask)
  const rows = scans.reduce((sum, each) => sum + each.rows, 0)
  if (process.env['CROSSBOOK_PLANS']) process.stderr.write(`${what}: ${rows} of ${atMost}; ${JSON.stringify(scans.slice(0, 3), null, 1)}\n`)
  return [...(rows > atMost ? [{ what, rows, atMost, largest: scans[0] }] : []), ...scans.filter(isWrong).map((scan) => ({ what, scan }))]
}

it('what is asked all day reads a bounded number of rows, by indexes, of a full ledger', async () => {
  const found: unknown[] = []
  for (const [what, atMost, ask] of HOT)
    found.push(...(await excess(what, atMost, ask, ({ node, rows }) => node === 'Seq Scan' && rows > LONG_SCAN)))
  for (const [what, look] of LOOKS)
    found.push(...(await excess(what, LOTS_SEEN * OPEN_LOTS, look, ({ on, rows }) => HISTORY.test(on) && rows > OPEN_LOTS)))
  expect(found).toEqual([])
})
