import { mulberry32 } from '../../../src/core/random'
import { marketId } from '../../../src/core/ids'
import { money } from '../../../src/core/units'
import { changeHalt } from '../../../src/stores/postgres/halts'
import { settleMarket } from '../../../src/stores/postgres/settlement'
import { verifyLedger } from '../../../src/stores/postgres/proof/verify'
import { freshLedger, NEVER, NOW, TestLedger, WIDE } from '../ledger/support/ledger'
import { apart, edgePlan, holding, losing, settle } from '../ledger/risk/support'
import { book, boxPlan, close, lockedBox, resultOf } from '../ledger/support/trades'
import { migrateAt } from './support/migrating'
import { UsedDatabase } from './support/used'

/** The schema before it was judged as one piece (17), before sums were kept (18) and before there were roles (19). */
const BEFORE = '20261122000000016_volume'
const HOUR_MS = 3_600_000
const SUMS = {
  opening_hour: 'hour_ms, openings, contracts',
  result_hour: 'hour_ms, strategy, change_micros',
  open_stake: 'strategy, amount_micros',
  market_exposure: 'venue, market, quantity, dust',
} as const

const newest = freshLedger('sound', '100000')
let used: UsedDatabase
beforeEach(async () => {
  used = new UsedDatabase(BEFORE)
  await used.create()
})
afterEach(() => used.drop())

const migrated = async (): Promise<void> => expect(await migrateAt(used.url)).toBe(used.later.length)
/** Every sum that is kept, nothing where it is zero: a trigger leaves a row, a migration none. */
const sumsOf = async (column: (query: string) => Promise<unknown[]>): Promise<unknown> =>
  Promise.all(
    Object.entries(SUMS).map(async ([table, columns]) => {
      const last = columns.split(', ').at(-1)
      const amount = table === 'market_exposure' ? 'quantity' : last
      return [
        table,
        await column(`select row_to_json(s)::text from (select ${columns} from ${table} where ${String(amount)} <> 0 order by 1, 2) s`),
      ]
    }),
  )

/** Days of boxes and edges that were locked, held, lost, refused, released, settled or run still. */
async function live(seed: number): Promise<void> {
  const world = newest()
  world.limits = { ...WIDE, version: 'patient', maxUnpairedAgeMs: 1_000 * HOUR_MS }
  const random = mulberry32(seed)
  const below = (limit: number): number => random() % limit
  for (let n = 0; n < 24; n += 1) {
    world.clock.advance(below(3) === 0 ? 7 * HOUR_MS : 60_000)
    const terms = { ...apart(n), seenAtMs: world.nowMs }
    const steps = [
      () => lockedBox(world, terms),
      () => holding(world, terms),
      () => losing(world, terms),
      async () => {
        await holding(world, terms)
        await settle(world, terms.kalshi ?? '', String(below(2)))
      },
      async () => {
        await world.ledger.reserve(boxPlan({ ...terms, kalshiCost: '1000000' }), 'run', NEVER) // refused: nobody has so much
        await world.ledger.reserve(boxPlan({ ...terms, id: `r${n}` }), 'run', NEVER)
        await book(world, boxPlan({ ...terms, id: `r${n}` }).legs[0].order, { contracts: '0.37', fee: '0.02' })
      },
      async () => {
        const edge = edgePlan({ ...terms, subject: terms.kalshi ?? '' }, 'nfl')
        await world.ledger.reserve(edge, 'run', NEVER)
        await book(world, edge.legs[0].order, { fee: '1.7052' })
        if (below(2)) await close(world, { ...resultOf(boxPlan(terms), 'held', { held: '100' }), tradeId: edge.tradeId })
      },
    ]
    await (steps[n < steps.length ? n : below(steps.length)] as () => Promise<unknown>)()
  }
  const by = { name: 'o', role: 'operator' } as const
  await changeHalt(world.database, 'all', true, by, 'lunch', world.nowMs, NEVER)
  await changeHalt(world.database, 'all', false, by, 'eaten', world.nowMs, NEVER)
}

/** What the trading of a test does not write, as the product wrote it before. */
const OTHER_ROWS = `
  insert into listing (venue, market, event, series, status, body, fetched_ms) values ('kalshi', 'K1', 'E1', 'S', 'open', '{}', 1),
    ('kalshi', 'K2', 'E1', 'S', 'determined', '{}', 1), ('forecastex', '801', 'F1', 'UNR', 'settled', '{}', 1);
  insert into lease (name, holder, epoch, expires_at) values ('trading-a', 'host:1', 3, now());
  insert into limits_proposal (request, version, body, changes, state, by_name, role, at_ms, decided_by, decided_role, decided_ms, reason) values
    ('r1', 'v2', '{}', '{}', 'applied', 'o', 'operator', 1, 'a', 'approver', 2, ''), ('r2', 'v3', '{}', '{}', 'open', 'npm start', 'system', 3, null, null, null, '');
  insert into venue_position (venue, account, market, outcome, quantity, seen_ms) values ('forecastex', 'U1', '801', 'no', 0, 5);
  insert into accrual (venue, account, accrued_micros, at_ms) values ('forecastex', 'U1', -20000, 5);
  insert into accrual_fall (venue, account, at_ms, amount_micros) values ('forecastex', 'U1', 6, 20000);
  insert into fact_proof (fact, value, environment, evidence, by_name, role, at_ms, expires_ms) values ('kalshi.idempotence', 'yes', 'demo', 'seen', 'a', 'approver', 1, 2);
  insert into drill (id, run, mode, shards, by_name, role, started_ms) values ('d1', 'r', 'sim', '{a}', 'npm start', 'system', 1);`

describe('a ledger that was used before', () => {
  it.each([1, 2])('has every sum as if it had been kept from the beginning, and is sound (history %i)', async (seed) => {
    await live(seed)
    await used.copyFrom(newest().database)
    await used.database.query(OTHER_ROWS)
    await migrated()
    const kept = await sumsOf((query) => used.column(query))
    expect(kept).toEqual(await sumsOf((query) => newest().column(query)))
    for (const [, rows] of kept as readonly (readonly [string, readonly unknown[]])[]) expect(rows.length).toBeGreaterThan(0)
    const report = await verifyLedger(used.database)
    expect(report).toEqual(await verifyLedger(newest().database))
    expect([report.violations, report.sumMicros]).toEqual([[], 0])
    expect(await used.column('select conname from pg_constraint where not convalidated')).toEqual([])
  })

  it('goes on: what ran is closed, what is held pays, new trades open, and the sums follow', async () => {
    const running = boxPlan({ ...apart(1), seenAtMs: NOW })
    await newest().ledger.reserve(running, 'run', NEVER)
    await holding(newest(), apart(2))
    await used.copyFrom(newest().database)
    await migrated()
    const world = new TestLedger(used.url)
    try {
      await book(world, running.legs[0].order, { fee: '1.7052' })
      await close(world, resultOf(running, 'held', { held: '100' }))
      expect(await world.column('select amount_micros from open_stake')).toEqual([84_000_000])
      await settleMarket(world.database, 'kalshi', marketId('K2'), money('1'), world.nowMs, NEVER)
      await settleMarket(world.database, 'kalshi', marketId('K1'), money('0'), world.nowMs, NEVER)
      expect(await world.column('select quantity from market_exposure')).toEqual([0, 0])
      expect(await world.column('select amount_micros from open_stake')).toEqual([0])
      await lockedBox(world, apart(3))
      expect(await world.column('select openings from opening_hour')).toEqual([3])
      await world.expectSound()
    } finally {
      await world.database.end()
    }
  })

  it('is closed to changes of what is append-only by the role that trades, and read by the one that looks', async () => {
    await lockedBox(newest())
    await used.copyFrom(newest().database)
    await migrated()
    const may = (role: string, right: string): Promise<unknown[]> =>
      used.column(
        `select relname from pg_class where relname in ('trade', 'transfer', 'posting', 'lot', 'opening_hour', 'schema_migration')
           and has_table_privilege('${role}', oid, '${right}') order by 1`,
      )
    expect(await may('crossbook_app', 'insert')).toEqual(['lot', 'opening_hour', 'posting', 'trade', 'transfer'])
    expect(await may('crossbook_app', 'update')).toEqual(['lot', 'opening_hour', 'trade'])
    expect([(await may('crossbook_reader', 'select')).length, await may('crossbook_reader', 'insert')]).toEqual([6, []])
  })
})

describe('plain rows of before', () => {
  /** $100 at each venue; t1: 10 contracts at $0.42 that wait for their result, of which 0.50 were bought by a correction; t2: refused; t3: runs, with a reserve. */
  const ROWS = `
    select ledger_post('d:k', 'deposit', null, 1, '{}', array['cash:kalshi', 'equity:capital'], array[100000000, -100000000]);
    insert into limits_version (version, body, by_name, at_ms, active, origin) values ('v1', '{"firstCleanTrades": 0, "nextCleanTrades": 0, "moreFirstLegsCleanTrades": 0}', 'npm start', 1, true, 'v1');
    insert into ledger_mode (mode) values ('sim');
    insert into trade (trade_id, run_id, strategy, subject, mode, plan, reservation, verdicts, halt_epoch, started_ms, edge_micros, contracts, state, outcome, result, pnl_micros, pnl_kind, ended_ms) values
      ('t1', 'r', 'edge', 's1', 'sim', '{"sport": "nfl", "legs": [{"order": {"venue": "kalshi"}, "costBound": 4370000}]}', 'granted', '[]', 0, 7200001, 1, 1050, 'ended', 'held', '{"maxRemainingLoss": 4410000, "cures": [], "dust": 0}', -20000, 'open', 7300000),
      ('t2', 'r', 'box', 's2', 'sim', '{"legs": []}', 'refused', '[]', 0, 7200002, 1, 700, 'ended', 'refused', null, 0, 'realised', 7200002),
      ('t3', 'r', 'edge', 's3', 'sim', '{"sport": "nfl", "legs": [{"order": {"venue": "kalshi"}, "costBound": 2000000}]}', 'granted', '[]', 0, 10800000, 1, 300, 'running', null, null, 0, 'open', null);
    insert into trade_result (trade_id, strategy, at_ms, change_micros, clean) values ('t1', 'edge', 7300000, -20000, false), ('t1', 'edge', 7300001, 0, false);
    insert into order_intent (client_order_id, trade_id, venue, market, action, outcome, limit_price, quantity, time_in_force, purpose, not_after_ms, state, filled) values
      ('cb-t1-a1', 't1', 'kalshi', 'K1', 'buy', 'yes', 4200, 1050, 'ioc', 'opening', 1, 'final', 1050),
      ('cb-t3-a1', 't3', 'kalshi', 'K3', 'buy', 'yes', 4200, 300, 'ioc', 'opening', 1, 'intended', 0);
    insert into fill (key, client_order_id, trade_id, venue, account, venue_order_id, execution_id, market, outcome, action, price, quantity, fee_micros, at_ms)
      values ('kalshi|A|v1|x1', 'cb-t1-a1', 't1', 'kalshi', 'A', 'v1', 'x1', 'K1', 'yes', 'buy', 4200, 1050, 20000, 7250000);
    insert into lot (trade_id, venue, market, outcome, quantity, cost_micros) values ('t1', 'kalshi', 'K1', 'yes', 1050, 4410000);
    insert into claim (venue, market, subject, outcome, state, holder) values ('kalshi', 'K1', 's1', 'yes', 'settling', 't1'), ('kalshi', 'K3', 's3', 'yes', 'exclusive', 't3');
    select ledger_post('r:t1', 'reserve', 't1', 2, '{}', array['cash:kalshi', 'reserved:kalshi'], array[-4430000, 4430000]);
    select ledger_post('fill:kalshi|A|v1|x1', 'fillBuy', 't1', 3, '{}', array['reserved:kalshi', 'position:kalshi:K1:yes', 'expense:fee:kalshi'], array[-4430000, 4410000, 20000]);
    select ledger_post('r:t3', 'reserve', 't3', 4, '{}', array['cash:kalshi', 'reserved:kalshi'], array[-2000000, 2000000]);
    insert into halt (scope, active, epoch, by_name, role, reason, at_ms) values ('venue:kalshi', true, 1, 'o', 'operator', 'why', 5);
    update epoch set value = 1 where name = 'halt';`

  it('are summed: openings and results by their hour, what is at stake, what is held and what of it is no whole contract', async () => {
    await used.database.query(ROWS)
    await used.database.query(OTHER_ROWS)
    await migrated()
    const rows = async (query: string): Promise<unknown[]> => used.column(`select row_to_json(s)::text from (${query}) s`)
    expect(await rows('select * from opening_hour order by 1')).toEqual([
      '{"hour_ms":7200000,"openings":1,"contracts":1050}', // a refused one is none
      '{"hour_ms":10800000,"openings":1,"contracts":300}',
    ])
    expect(await rows('select * from result_hour')).toEqual(['{"hour_ms":7200000,"strategy":"edge","change_micros":-20000}'])
    expect(await rows('select * from open_stake')).toEqual(['{"strategy":"edge","amount_micros":4410000}'])
    expect(await rows('select * from market_exposure')).toEqual(['{"venue":"kalshi","market":"K1","quantity":1050,"dust":50}'])
    expect(await rows('select * from position')).toEqual([
      '{"venue":"kalshi","market":"K1","outcome":"yes","quantity":1050,"cost_micros":4410000,"trades":1}',
    ])
    expect(await verifyLedger(used.database)).toMatchObject({ sumMicros: 0, violations: [] })
  })

  it.each([
    [
      'a transfer of a trade that is not there',
      `select ledger_post('x', 'deposit', 'nobody', 1, '{}', array['cash:kalshi', 'equity:capital'], array[1, -1])`,
      'transfer_of_a_trade',
    ],
    ['an end without its time', `update trade set ended_ms = null where trade_id = 't1'`, 'trade_end_has_its_time'],
    ['a halt of no role that there is', `update halt set role = 'boss'`, 'halt_role'],
    ['a market in a state that there is not', `insert into listing values ('kalshi', 'K9', 'E', 'S', 'odd', '{}', 1)`, 'listing_status'],
  ])('that nobody can have written stop it with their constraint, and nothing is changed: %s', async (_what, statement, constraint) => {
    await used.database.query(ROWS)
    await used.database.query(statement)
    await expect(migrateAt(used.url)).rejects.toThrow(constraint)
    expect(await used.column('select name from schema_migration order by id desc limit 1')).toEqual([BEFORE])
    expect(await used.column(`select to_regclass('opening_hour')::text`)).toEqual([null])
  })
})
