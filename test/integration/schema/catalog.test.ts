import { readFileSync } from 'node:fs'
import path from 'node:path'
import { freshLedger } from '../ledger/support/ledger'
import { lockedBox } from '../ledger/support/trades'

const ledger = freshLedger()
const DOCS = readFileSync(path.join(__dirname, '..', '..', '..', 'docs', 'schema.md'), 'utf8')

/** Columns that name a row of no table, and why. */
const NO_ROW_OF_OURS: Readonly<Record<string, string>> = {
  'fill.venue_order_id': "the venue's name of the order",
  'fill.execution_id': "the venue's name of the execution",
  'forecastex_products.under_con_id': "the venue's number of the underlying",
  'forecastex_questions.no_con_id': "the venue's number of the contract; the row is named by its YES contract",
  'alert.trade_id': 'what somebody is told of goes on record also when the ledger has not heard of the trade',
  'tombstone.trade_id': 'written also when the ledger has not heard of the trade: a reserve that comes late is refused by it (E6)',
  'trade.run_id': "Temporal's name of the run",
}
/** Columns of a state that may hold any word, and why. */
const ANY_WORD: Readonly<Record<string, string>> = {
  'audit.role': 'the audit takes what it is told, or a trade with a verdict could not end',
  'forecastex_questions.trading_class': "the venue's word",
  'transfer.kind': 'the name of an entry; what it may move is judged by its accounts (posting_account_of_chart)',
}
/** Numbers without a sign of their own, and why. */
const ANY_NUMBER: Readonly<Record<string, string>> = {
  'account_break.contracts': 'a difference: the venue may have more or less than the ledger',
}

const STATE =
  '(^|_)(state|status|mode|outcome|reservation|strategy|venue|kind|resolution|environment|purpose|polarity|class|role|approved_for|time_in_force)$'
const AMOUNT = '(^|_)(quantity|price|contracts|filled|paid_micros|cost_micros|epoch)$'

/** Columns of tables, as table.column, that have no constraint of a kind. */
const without = (kinds: string, columns: string): Promise<unknown[]> =>
  ledger().column(
    `select r.relname || '.' || a.attname from pg_class r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
     where r.relkind = 'r' and r.relnamespace = 'public'::regnamespace and a.attname ~ $1
       and not exists (select 1 from pg_constraint k where k.conrelid = r.oid and k.contype = any($2) and a.attnum = any(k.conkey)) order by 1`,
    [columns, kinds.split('')],
  )
const named = (relkind: string): Promise<unknown[]> =>
  ledger().column(`select relname from pg_class where relkind = $1 and relnamespace = 'public'::regnamespace order by 1`, [relkind])

describe('the catalog', () => {
  it('every table has a primary key', async () => {
    const keyless = `select relname from pg_class r where relkind = 'r' and relnamespace = 'public'::regnamespace
      and not exists (select 1 from pg_constraint k where k.conrelid = r.oid and k.contype = 'p')`
    expect(await ledger().column(keyless)).toEqual([])
  })

  it('a column that names a row of another table has a foreign key, or a reason', async () => {
    const own = ['forecastex_questions.yes_con_id', 'order_intent.client_order_id', 'paper_order.client_order_id', 'trade.trade_id'] // the row's own name
    expect(await without('f', '_id$')).toEqual([...Object.keys(NO_ROW_OF_OURS), ...own].sort())
  })

  it('a state has a check, or is a foreign key, or has a reason', async () => {
    expect(await without('cf', STATE)).toEqual(Object.keys(ANY_WORD).sort())
  })

  it('contracts, prices, what was paid and epochs have a check of their sign', async () => {
    expect(await without('c', AMOUNT)).toEqual(Object.keys(ANY_NUMBER).sort())
  })

  it('every constraint holds for every row: none was added without looking', async () => {
    expect(await ledger().column('select conname from pg_constraint where not convalidated')).toEqual([])
  })

  it('docs/schema.md has every table, view and index', async () => {
    const missing = async (relkind: string): Promise<unknown[]> =>
      (await named(relkind)).filter((name) => !DOCS.includes(`\`${String(name)}\``) && !/_(pkey|key)$/.test(String(name)))
    expect([await missing('r'), await missing('v'), await missing('i')]).toEqual([[], [], []])
  })
})

describe('what the schema refuses', () => {
  beforeEach(() => lockedBox(ledger()))
  it.each([
    [
      'a transfer of no trade',
      `select ledger_post('x', 'fillBuy', 'ghost', 1, '{}', array['cash:kalshi', 'suspense:kalshi'], array[-1::bigint, 1])`,
      'transfer_of_a_trade',
    ],
    ['an end without its time', `update trade set ended_ms = null`, 'trade_end_has_its_time'],
    ['a state that is none', `update trade set state = 'waiting', ended_ms = null, outcome = null`, 'trade_state'],
    ['an outcome that is none', `update trade set outcome = 'won'`, 'trade_outcome'],
    ['contracts of no venue', `insert into lot values ('t1', 'polymarket', 'M', 'yes', 100, 1)`, 'lot_venue'],
    ['a holding that is less than none', `insert into venue_position values ('kalshi', 'a', 'M', 'yes', -1)`, 'venue_position_quantity'],
    ['a market in a state of its own', `insert into listing values ('kalshi', 'M', 'E', 'S', 'sleeping', '{}', 1)`, 'listing_status'],
    ['an order that was filled backwards', `update order_intent set filled = -1`, 'order_filled'],
    ['a halt by nobody that there is', `insert into halt values ('all', true, 1, 'me', 'king', 'why', 1)`, 'halt_role'],
  ])('%s', async (_what, statement, constraint) => {
    await expect(ledger().database.query(statement)).rejects.toThrow(constraint)
  })
})

it('the view `position` is what the lots sum to', async () => {
  await lockedBox(ledger())
  await lockedBox(ledger(), { id: 't2', contracts: '50', kalshiCost: '22', forecastexCost: '28', seenAtMs: ledger().nowMs + 1 })
  const read = await ledger().database.query('select * from position order by venue')
  expect(read.rows).toEqual([
    { venue: 'forecastex', market: '751', outcome: 'no', quantity: 15_000, cost_micros: 81_000_000, trades: 2 },
    { venue: 'kalshi', market: 'KXU3-T4', outcome: 'yes', quantity: 15_000, cost_micros: 63_000_000, trades: 2 },
  ])
})
