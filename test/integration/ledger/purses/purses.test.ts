import { marketId } from '../../../../src/core/ids'
import { purseOf, type PurseBalance } from '../../../../src/core/purse'
import { VERDICT_ACCOUNT } from '../../../../src/core/trade/order'
import type { OrderVerdict } from '../../../../src/core/trade/outcome'
import { money, millis } from '../../../../src/core/units'
import { suspendCash, verifyLedger } from '../../../../src/operator/ledger'
import { reconcileVenues } from '../../../../src/operator/reconcile'
import type { VenueAccount } from '../../../../src/ports/account'
import { areOpened, openAccount } from '../../../../src/stores/postgres/ledger'
import { settleMarket } from '../../../../src/stores/postgres/settlement'
import { freshLedger, NEVER, NOW } from '../support/ledger'
import { book, boxPlan, close, cureOf, fillOf, open, resultOf } from '../support/trades'

const ledger = freshLedger()
const SECOND = purseOf('kalshi', 2)
const BY = { name: 'me', role: 'operator' } as const
/** The worked example on shard 2. */
const plan = boxPlan({ shard: 2 })
const [{ order: first }, { order: second }] = plan.legs

const at = (purse: PurseBalance['purse'], dollars: string): PurseBalance => ({ purse, cash: money(dollars) })
/** What Kalshi says where its cash is. */
const kalshi = (...purses: readonly PurseBalance[]): VenueAccount => ({
  venue: 'kalshi',
  account: 'account-kalshi',
  statement: () =>
    Promise.resolve({
      asOfMs: NOW,
      cash: money(purses.reduce((sum, { cash }) => sum + cash, 0)),
      purses,
      ...{ fills: [], openOrders: [], positions: [], payouts: [] },
    }),
})
const breaks = async (...purses: readonly PurseBalance[]): Promise<readonly string[]> =>
  (await reconcileVenues(ledger().database, [kalshi(...purses)], NEVER)).venues.flatMap((venue) => venue.breaks)
let times = 0
/** The venue has moved money to the second shard, and the operator has the ledger say so. */
const moved = (dollars: string): ReturnType<typeof suspendCash> => {
  const left = money(money('1000') - money(dollars))
  const told = kalshi({ purse: 'kalshi', cash: left }, at(SECOND, dollars))
  return suspendCash(ledger().database, told, BY, 'moved to shard 2', millis(NOW + times++), NEVER)
}
const purses = async (): Promise<unknown> =>
  Object.fromEntries((await verifyLedger(ledger().database)).purses.map(({ purse, ...cash }) => [purse, cash]))

describe('E8 a trade on a market of another shard', () => {
  it('is refused while its money stands elsewhere, with the purse and both figures', async () => {
    const { kind, verdicts } = await ledger().ledger.reserve(plan, 'run', NEVER)
    expect([kind, verdicts.filter(({ passed }) => !passed)]).toEqual([
      'refused',
      [{ check: 'cash at kalshi/0.2', passed: false, actual: '$0.00', limit: '≥ $43.72' }],
    ])
    expect(await ledger().balances()).toMatchObject({ 'cash:kalshi': 1000, 'cash:forecastex': 1000 })
  })

  it('I7 I9 is granted once it is moved, booked from it and settled into it, and nothing of another purse moves', async () => {
    expect(await moved('60')).toBe(0)
    await open(ledger(), plan)
    expect(await purses()).toEqual({
      forecastex: { freeMicros: 945_000_000, reservedMicros: 55_000_000 },
      kalshi: { freeMicros: 940_000_000, reservedMicros: 0 },
      'kalshi/0.2': { freeMicros: 16_280_000, reservedMicros: 43_720_000 },
    })
    await book(ledger(), first, { fee: '1.7052' })
    await book(ledger(), second, { at: '0.54', fee: '1' })
    await close(ledger(), resultOf(plan, 'locked', { locked: '100' }))
    expect(await ledger().balances()).toMatchObject({ 'cash:kalshi': 940, 'cash:kalshi/0.2': 16.2948, 'position:kalshi:KXU3-T4:yes': 42 })
    await settleMarket(ledger().database, 'kalshi', marketId('KXU3-T4'), money('1'), NOW, NEVER)
    expect(await ledger().balances()).toMatchObject({ 'cash:kalshi': 940, 'cash:kalshi/0.2': 116.2948 })
    expect(await verifyLedger(ledger().database)).toMatchObject({ sumMicros: 0, violations: [], suspenseMicros: {} })
  })
})

describe('a purse pays for its own trades only', () => {
  beforeEach(() => moved('60'))

  it('sales, late fills and corrections move the money of the shard they happened on', async () => {
    const sale = cureOf(plan, { action: 'sell', venue: 'kalshi', outcome: 'yes', contracts: '50', limit: '0.40' })
    await open(ledger(), plan, [first, { contracts: '60' }], [first, { contracts: '50', corrects: 'x1' }], [sale, {}])
    await close(ledger(), resultOf(plan, 'unwound', { flat: '50' }))
    expect(await ledger().balances()).toMatchObject({ 'cash:kalshi': 940, 'cash:kalshi/0.2': 59 })
    await book(ledger(), first, { id: '2', contracts: '10' })
    expect(await ledger().balances()).toMatchObject({ 'cash:kalshi': 940, 'cash:kalshi/0.2': 54.8 })
  })

  it('both outcomes netted are paid there, too', async () => {
    const net = cureOf(plan, { action: 'buy', venue: 'kalshi', outcome: 'no', contracts: '50', limit: '0.20' })
    await open(ledger(), plan, [first, { contracts: '50' }], [net, {}])
    await close(ledger(), resultOf(plan, 'unwound', { flat: '50' }))
    expect(await ledger().balances()).toMatchObject({ 'cash:kalshi': 940, 'cash:kalshi/0.2': 79 })
  })

  it('E12 what a verdict claims is put back there, and stands in suspense', async () => {
    await open(ledger(), plan)
    await ledger().ledger.book(plan.tradeId, first, [{ ...fillOf(first), account: VERDICT_ACCOUNT }], null, NEVER)
    const verdict: OrderVerdict = {
      ...{ order: first.clientOrderId, outcome: { kind: 'done', filled: first.quantity } },
      ...{ by: 'ana', role: 'operator', evidence: 'the statement of that day', secondBy: null },
    }
    await close(ledger(), { ...resultOf(plan, 'surrendered', { held: '100' }), verdicts: [verdict] })
    expect(await ledger().balances()).toMatchObject({ 'cash:kalshi': 940, 'cash:kalshi/0.2': 60, 'suspense:kalshi': -42 })
  })

  it('two trades on two shards never share a dollar', async () => {
    const other = boxPlan({ id: 't2', subject: 'u4', kalshi: 'KXU4', forecastex: '761', shard: 2 })
    await open(ledger(), plan)
    expect((await ledger().ledger.reserve(other, 'run', NEVER)).kind).toBe('refused') // $16.28 are left on the shard, $940 elsewhere
    await open(ledger(), boxPlan({ id: 't3', subject: 'u5', kalshi: 'KXU5', forecastex: '771' }))
    expect(await purses()).toMatchObject({ kalshi: { reservedMicros: 43_720_000 }, 'kalshi/0.2': { reservedMicros: 43_720_000 } })
  })
})

describe('crossbook reconcile, purse by purse', () => {
  it('finds money on another shard although the account has as much as it should', async () => {
    expect(await breaks(at('kalshi', '1000'))).toEqual([])
    expect(await breaks(at('kalshi', '1000'), at(SECOND, '0'))).toEqual([])
    expect(await breaks(at('kalshi', '940'), at(SECOND, '60'))).toEqual([
      'cash at kalshi: ledger $1000.00, venue $940.00',
      'cash at kalshi/0.2: ledger $0.00, venue $60.00',
    ])
  })

  it('books it as moved, audited, and only what nothing explains into suspense', async () => {
    const told = kalshi(at('kalshi', '940'), at(SECOND, '61'))
    expect(await suspendCash(ledger().database, told, BY, 'rebalanced', millis(NOW + times++), NEVER)).toBe(1_000_000)
    expect(await ledger().balances()).toMatchObject({ 'cash:kalshi': 940, 'cash:kalshi/0.2': 61, 'suspense:kalshi': -1 })
    expect(await ledger().column(`select detail ->> 'purses' from audit where action = 'suspend'`)).toEqual([
      '{"kalshi": "-60.00", "kalshi/0.2": "61.00"}',
    ])
    expect(await breaks(at('kalshi', '940'), at(SECOND, '61'))).toEqual([])
  })
})

describe('an account', () => {
  const opening = (account: string, ...held: readonly PurseBalance[]): Promise<boolean> =>
    openAccount(ledger().database, 'kalshi', account, held, NOW, NEVER)

  it('is one per venue: a second one is refused', async () => {
    await expect(opening('other', at('kalshi', '5'))).rejects.toThrow(
      'this ledger has the account account-kalshi at kalshi, and holds one per venue: give other a database of its own',
    )
    expect(await opening('account-kalshi', at('kalshi', '5'))).toBe(false)
    const { database } = ledger()
    expect(await areOpened(database, [{ venue: 'kalshi', account: 'account-kalshi' }])).toBe(true)
    expect(await areOpened(database, [{ venue: 'kalshi', account: 'other' }])).toBe(false)
  })

  it('opens with what each of its purses holds, and not before it holds anything', async () => {
    const { database } = ledger()
    await database.query(`begin; set local session_replication_role = replica; delete from posting; delete from balance; delete from transfer;
      delete from audit_chain; update audit_head set seq = 0, hash = decode(repeat('00', 32), 'hex'); commit`)
    expect(await opening('new', at('kalshi', '0'))).toBe(false)
    expect(await opening('new', at('kalshi', '0'), at(SECOND, '7'))).toBe(true)
    expect(await ledger().balances()).toEqual({ 'cash:kalshi/0.2': 7, 'equity:capital': -7 })
  })
})

describe('the chart of accounts', () => {
  it('has each purse under one name', async () => {
    const post = (account: string): Promise<unknown> =>
      ledger().database.query(`select ledger_post($1, 'test', null, 1, '{}', array[$2, 'suspense:kalshi'], array[1::bigint, -1])`, [
        `into ${account}`,
        account,
      ])
    for (const account of ['cash:kalshi/0.0', 'cash:kalshi/0.02', 'cash:kalshi/2', 'cash:forecastex/0.1', 'receivable:coupon:kalshi/0.2'])
      await expect(post(account)).rejects.toThrow('posting_account_of_chart')
    for (const account of ['cash:kalshi/0.2', 'cash:kalshi/63.0']) await expect(post(account)).resolves.toBeDefined()
  })
  it('refuses to overdraw one, whatever the others hold', async () => {
    await expect(
      ledger().database.query(
        `select ledger_post('over', 'test', null, 1, '{}', array['cash:kalshi/0.2', 'cash:kalshi'], array[-1::bigint, 1])`,
      ),
    ).rejects.toThrow('balance_not_negative')
  })
})
