import { verifyLedger } from '../../../src/stores/postgres/proof/verify'
import { freshLedger, NOW } from './support/ledger'
import { book, boxPlan, cureOf, lockedBox, open } from './support/trades'

const ledger = freshLedger('damaged')
const found = async (): Promise<readonly string[]> => (await verifyLedger(ledger().database)).violations
/** What the tables themselves refuse. */
const CONSTRAINTS = {
  balance: ['balance_not_negative'],
  lot: ['lot_cost_of_contracts'],
  fill: ['fill_key_of_execution'],
  settlement: ['settlement_pays_a_dollar_at_most'],
} as const
/** Changes what nobody can change while the triggers and the constraints stand. */
async function corrupt(statement: string): Promise<void> {
  for (const [table, names] of Object.entries(CONSTRAINTS))
    for (const name of names) await ledger().database.query(`alter table ${table} drop constraint if exists ${name}`)
  await ledger().database.query(`begin; set local session_replication_role = replica; ${statement}; commit`)
}

/** A locked box, a running trade of which one order filled and netted, and a market that settled. */
beforeEach(async () => {
  await lockedBox(ledger())
  const plan = boxPlan({ id: 't2', subject: 'u4', kalshi: 'KXU4', forecastex: '761', cure: '60' })
  const net = cureOf(plan, { action: 'buy', venue: 'forecastex', outcome: 'yes', contracts: '40', limit: '0.50' })
  await open(ledger(), plan, [plan.legs[0].order, { fee: '1.7052' }], [plan.legs[1].order, { at: '0.54' }])
  await book(ledger(), net, {})
})

describe('a sound ledger', () => {
  it('has no violation, and says how much it looked at', async () => {
    expect(await verifyLedger(ledger().database)).toEqual({
      transfers: 13,
      sumMicros: 0,
      violations: [],
      suspenseMicros: {},
      couponMicros: {},
      interestMicros: {},
      estimatedFees: 0,
      purses: [
        { purse: 'forecastex', freeMicros: 870_000_000, reservedMicros: 41_000_000 },
        { purse: 'kalshi', freeMicros: 912_574_800, reservedMicros: 14_800 },
      ],
      naked: [{ tradeId: 't2', venue: 'kalshi', quantity: 4_000, sinceMs: NOW }],
    })
  })
})

describe('a corrupted ledger', () => {
  it.each<readonly [string, string, readonly string[]]>([
    [
      'a posting that was changed',
      `update posting set amount_micros = amount_micros + 1 where account = 'expense:fee:forecastex'`,
      [
        'transfer fill:forecastex|account-forecastex|v-cb-t1-b2|x1 sums to 1',
        'balance of expense:fee:forecastex says 1000000, its postings 1000001',
        'fill forecastex|account-forecastex|v-cb-t1-b2|x1 costs 1000000 in fees, its transfers 1000001',
      ],
    ],
    [
      'a balance that was changed',
      `update balance set amount_micros = amount_micros - 5000000 where account = 'cash:kalshi'`,
      ['balance of cash:kalshi says 907574800, its postings 912574800'],
    ],
    ['a balance that was lost', `delete from balance where account = 'equity:capital'`, ['balance of equity:capital says 0']],
    [
      'an overdrawn account',
      `update balance set amount_micros = -1 where account = 'reserved:kalshi'`,
      ['reserved:kalshi is negative: -1'],
    ],
    [
      'a lot that was changed',
      `update lot set quantity = quantity + 100 where trade_id = 't1' and venue = 'kalshi'`,
      ['lot of t1 at kalshi KXU3-T4 yes: 10100 held, 10000 by its fills'],
    ],
    [
      'a lot of a trade that netted',
      `update lot set quantity = quantity - 100 where trade_id = 't2' and venue = 'forecastex' and quantity > 0`,
      ['lot of t2 at forecastex 761 no: 5900 held, 6000 by its fills'],
    ],
    [
      'the cost of a lot',
      `update lot set cost_micros = cost_micros - 1 where trade_id = 't1' and venue = 'kalshi'`,
      ['position kalshi KXU3-T4 yes costs 42000000, its lots 41999999'],
    ],
    [
      'a lot from nowhere',
      `insert into lot values ('t1', 'kalshi', 'KXNEW', 'yes', 100, 1000000)`,
      ['position kalshi KXNEW yes costs 0, its lots 1000000', 'lot of t1 at kalshi KXNEW yes: 100 held, 0 by its fills', 'has no claim'],
    ],
    [
      'a lot that cost more than it can pay',
      `update lot set cost_micros = 100000001 where trade_id = 't1' and venue = 'kalshi'`,
      ['lot of t1 at kalshi KXU3-T4 yes costs 100000001 for 10000'],
    ],
    [
      'a fill without its transfer',
      `insert into fill select 'again', client_order_id, trade_id, venue, account, venue_order_id, 'again', market, outcome, action, price, 1, 0, 1 from fill where trade_id = 't1' and venue = 'kalshi'`,
      ['fill again has no transfer', 'order cb-t1-a1 filled 10001 of 10000', 'order cb-t1-a1 says filled 10000, its fills 10001'],
    ],
    [
      'a transfer without its fill',
      `with gone as (delete from fill where trade_id = 't1' and venue = 'kalshi') select 1`,
      ['transfer fill:kalshi|account-kalshi|v-cb-t1-a1|x1 has no fill', 'lot of t1 at kalshi KXU3-T4 yes: 10000 held, 0 by its fills'],
    ],
    [
      'a fill at another price',
      `update fill set price = 4100 where trade_id = 't1' and venue = 'kalshi'`,
      ['fill kalshi|account-kalshi|v-cb-t1-a1|x1 moves -42705200 of cash, its transfers -43705200'],
    ],
    [
      'a reserve that outlived its trade',
      `update trade set ended_ms = 1, state = 'ended' where trade_id = 't2'`,
      [
        'trade t2 has ended and still reserves 14800 at kalshi',
        'claim on kalshi KXU4 is held by t2, which does not run',
        'claim on forecastex 761 is held by t2, which does not run',
      ],
    ],
    [
      'a trade that spends what others reserved',
      `select ledger_post('theft', 'fillBuy', 't1', 1, '{}', array['position:kalshi:KXU3-T4:yes', 'reserved:kalshi'], array[14800, -14800])`,
      ['trade t1 has spent 14800 more than it reserved at kalshi'],
    ],
    [
      'a claim without an owner',
      `update claim set holder = 'nobody' where venue = 'kalshi' and state = 'exclusive'`,
      ['is held by nobody'],
    ],
    ['a claim that nothing needs', `update lot set quantity = 0, cost_micros = 0 where trade_id = 't1'`, ['nothing is left to settle']],
    ['an open lot without a claim', `delete from claim where market = 'KXU3-T4'`, ['lot of t1 at kalshi KXU3-T4 yes has no claim']],
    ['a running trade that was released', `insert into tombstone values ('t2', 1)`, ['trade t2 runs although it was released']],
    [
      'a reserve of nobody',
      `select ledger_post('nobody', 'reserve', null, 1, '{}', array['reserved:kalshi', 'cash:kalshi'], array[1, -1])`,
      ['transfer nobody reserves for no trade'],
    ],
    [
      'a reserve below what its orders may cost',
      `update trade set plan = jsonb_set(plan, '{legs,0,costBound}', '43720001') where trade_id = 't2'`,
      ['trade t2 reserved 43720000 at kalshi for orders of 43720001'],
    ],
    [
      'a purse that its plan does not trade with',
      `update trade set plan = jsonb_set(plan, '{legs,0,purse}', '"kalshi/0.2"') where trade_id = 't2'`,
      ['trade t2 moves money of kalshi, which its plan does not trade with', 'trade t2 reserved 0 at kalshi/0.2 for orders of 43720000'],
    ],
    [
      'money that went from venue to venue',
      `select ledger_post('across', 'deposit', null, 1, '{}', array['cash:kalshi', 'cash:forecastex'], array[1, -1])`,
      ['transfer across moves money between venues without transit'],
    ],
    [
      'a fee that left suspense',
      `update fill set modelled_fee_micros = 1705100, fee_grid_micros = 0 where trade_id = 't1' and venue = 'kalshi'`,
      ['fill kalshi|account-kalshi|v-cb-t1-a1|x1 leaves 100 of its fee in suspense, its transfers 0'],
    ],
    [
      'a payout that its transfers do not know',
      `insert into settlement values ('kalshi', 'KXU3-T4', 't1', 'yes', 10000, 100000000, 1)`,
      [
        'settlement of t1 at kalshi KXU3-T4 yes says 100000000, its transfers 0',
        'lot of t1 at kalshi KXU3-T4 yes: 10000 held, 0 by its fills',
      ],
    ],
    [
      'a naked leg that is not told',
      `update box_pairing set naked = 0, naked_venue = null, naked_since_ms = null where trade_id = 't2'`,
      ['box t2 has 6000 matched and 0 naked on record, its lots 6000 and 4000'],
    ],
    [
      'a box that is more naked than it was planned',
      `update trade set contracts = 3999 where trade_id = 't2'`,
      ['box t2 is naked by 4000'],
    ],
    [
      'a coupon beyond its rate',
      `select ledger_post('coupon', 'couponAccrue', null, 1, '{}', array['receivable:coupon:forecastex', 'income:coupon:forecastex'], array[20000000, -20000000])`,
      ['coupons of 20000000 at forecastex, more than the positions can have earned'],
    ],
    [
      'a trade of another mode',
      `update trade set mode = 'live' where trade_id = 't1'`,
      ['trade t1 is of mode live in a ledger of mode sim'],
    ],
    [
      'two directions in one market',
      `update lot set quantity = 1, cost_micros = 1 where trade_id = 't2' and outcome = 'yes' and venue = 'forecastex'`,
      ['forecastex 761 is held in both directions'],
    ],
  ])('%s is found', async (_what, statement, expected) => {
    await corrupt(statement)
    const text = (await found()).join('\n')
    for (const sentence of expected) expect(text).toContain(sentence)
  })

  it('is summed up: all postings together are zero, or it says by how much they are not', async () => {
    await corrupt(`delete from posting where account = 'expense:fee:kalshi' and amount_micros = 1705200 and transfer_id like '%t1%'`)
    expect(await verifyLedger(ledger().database)).toMatchObject({ sumMicros: -1_705_200 })
  })
})
