import type { Difference } from '../../../src/core/ledger/breaks'
import type { Venue } from '../../../src/core/ids'
import type { Statement } from '../../../src/ports/account'
import type { Fill } from '../../../src/core/trade/order'
import { millis, NO_MONEY, money, price, quantity, type Money } from '../../../src/core/units'
import { adopt, type AdoptionRequest } from '../../../src/operator/breaks/adopt'
import { orderAdopted } from '../../../src/operator/breaks/order'
import { adoptedTrade } from '../../../src/stores/postgres/adoption/adopt'
import { parsePurse } from '../../../src/core/purse'
import { lookAt } from '../../../src/stores/postgres/breaks/look'
import { bookMovedCash } from '../../../src/stores/postgres/breaks/tie-outs'
import { noteBreakIn, readBreak } from '../../../src/stores/postgres/breaks/breaks'
import { openLots } from '../../../src/stores/postgres/proof/verify'
import { ownerViolations } from '../../../src/stores/postgres/owners'
import { transact } from '../../../src/stores/postgres/pool'
import { createLedger } from '../../../src/stores/postgres/ledger'
import { cashOf, held, STATEMENTS } from '../breaks/world'
import { freshLedger, NEVER, NOW } from '../ledger/support/ledger'
import { boxPlan, open } from '../ledger/support/trades'
import { ID, QUESTION, stepsOn, TICKER } from '../pairs/fixture'

const ledger = freshLedger()
const { tell, propose, approve } = stepsOn(ledger)
const ANA = { name: 'ana', role: 'operator' } as const
const PLACE = { mode: 'sim', accounts: { kalshi: 'alpha', forecastex: 'DU1' }, config: 'test', nowMs: NOW, random32: 7 } as const
const FILL = 'kalshi|alpha|order-9|fill-9'

async function broken(change: Partial<Difference> = {}): Promise<number> {
  const difference: Difference = {
    ...{ venue: 'kalshi', kind: 'unknown-fill', subject: FILL, market: TICKER, purse: 'kalshi', contracts: 1_000, amount: money('-4.168') },
    ...{ detail: 'ten YES that nobody knows' },
    ...change,
  }
  await transact(ledger().database, NEVER, (transaction) => noteBreakIn(transaction, difference, ANA, NOW))
  return (await ledger().column('select max(id) from account_break'))[0] as number
}
const adopted = (breakId: number, change: Partial<AdoptionRequest> = {}) =>
  adopt(ledger().database, { breakId, price: null, reason: 'bought by hand', by: ANA, secondBy: null, ...change }, PLACE)
const lots = async () =>
  (await openLots(ledger().database)).map(({ venue, market, outcome, quantity: of, costMicros }) => [
    venue,
    market,
    outcome,
    of,
    costMicros,
  ])

beforeEach(async () => {
  await tell()
  await propose()
  await approve()
})
/** What a verified ledger does not say by itself: each claim, lot and reservation has its owner (I11). */
const expectOwned = async () => expect(await ownerViolations(ledger().database)).toEqual([])

describe('crossbook breaks adopt', () => {
  it('makes the contracts the lots of a trade of their own, at what its cash says, and cash agrees with the venue', async () => {
    const id = await broken()
    const { tradeId, suspended } = await adopted(id, { price: price('0.40') })
    expect(suspended).toBe(0)
    expect(await lots()).toEqual([['kalshi', TICKER, 'yes', 1_000, 4_000_000]])
    expect(await ledger().balances()).toMatchObject({ 'cash:kalshi': 1_000 - 4.168, 'expense:fee:kalshi': 0.168 })
    expect(await ledger().column('select key from fill')).toEqual([FILL])
    expect(await ledger().column('select outcome || pnl_kind from trade')).toEqual(['heldopen'])
    expect(await ledger().column(`select subject || ' ' || state || ' ' || holder from claim`)).toEqual([`${ID} settling ${tradeId}`])
    await expectOwned()
    expect(await readBreak(ledger().database, id)).toMatchObject({ state: 'resolved', resolution: 'adopted', by: 'ana' })
    expect(await adoptedTrade(ledger().database, id)).toMatchObject({ tradeId, unanswered: 1_000, hasEnded: true })
  })

  it('without a price takes all of the cash for one', async () => {
    await adopted(await broken())
    expect(await lots()).toEqual([['kalshi', TICKER, 'yes', 1_000, 4_168_000]])
    expect(await ledger().balances()).toMatchObject({ 'cash:kalshi': 1_000 - 4.168 })
  })

  it('of fewer YES than the ledger has holds NO, at ForecastEx too', async () => {
    await adopted(
      await broken({
        venue: 'forecastex',
        kind: 'position',
        subject: QUESTION,
        market: QUESTION,
        purse: 'forecastex',
        contracts: -500,
        amount: money('-2.55'),
      }),
    )
    expect(await lots()).toEqual([['forecastex', QUESTION, 'no', 500, 2_550_000]])
  })

  it('takes the price from the break of cash beside it, and ends both', async () => {
    const beside = await broken({ kind: 'cash', subject: 'kalshi', market: null, contracts: 0, amount: money('-4.168') })
    const { suspended } = await adopted(await broken({ amount: NO_MONEY }), { price: price('0.40') })
    expect(suspended).toBe(0)
    expect(await ledger().balances()).toMatchObject({ 'cash:kalshi': 1_000 - 4.168, 'expense:fee:kalshi': 0.168 })
    expect(await readBreak(ledger().database, beside)).toMatchObject({ state: 'resolved', resolution: 'adopted' })
  })

  it('pays from the purse whose cash has moved', async () => {
    const purse = parsePurse('kalshi/0.2')
    const moved = [
      { purse: 'kalshi', amount: money('-100') },
      { purse, amount: money('100') },
    ] as const
    await bookMovedCash(ledger().database, moved, ANA, NOW, NEVER)
    await broken({ kind: 'cash', subject: purse, market: null, purse, contracts: 0, amount: money('-4') })
    const id = await broken({ kind: 'position', subject: TICKER, purse: null, amount: NO_MONEY })
    expect((await adopted(id, { price: price('0.40') })).found.purse).toBe(purse)
    expect(await ledger().balances()).toMatchObject({ 'cash:kalshi': 900, 'cash:kalshi/0.2': 96 })
  })

  it.each<readonly [string, Money, string, number]>([
    ['cash does not show the purchase at all', NO_MONEY, '0.40', 1_000],
    ['cash shows less than the price', money('-3'), '0.40', 997],
    ['cash shows far more than the price', money('-9'), '0.40', 991],
  ])('puts into suspense what does not fit: %s', async (_what, amount, at, left) => {
    const { suspended } = await adopted(await broken({ amount }), { price: price(at) })
    expect(suspended).toBe(4_000_000 + amount)
    expect((await ledger().balances())['cash:kalshi']).toBe(left)
  })

  it.each<readonly [string, Partial<Difference>, Partial<AdoptionRequest>, RegExp]>([
    ['of cash', { kind: 'cash', market: null, contracts: 0 }, {}, /has no contracts to adopt/],
    ['of a market without a pair', { market: 'KXOTHER' as typeof TICKER }, {}, /^KXOTHER at kalshi is of no active pair/],
    ['whose price nobody knows', { amount: NO_MONEY }, {}, /does not tell what its contracts cost: say --price/],
    ['without a reason', {}, { reason: ' ' }, /--reason is empty/],
    ['for somebody who may only look', {}, { by: { name: 'eva', role: 'viewer' } }, /^eva is a viewer/],
  ])('refuses a break %s, and changes nothing', async (_what, change, request, why) => {
    await expect(adopted(await broken(change), request)).rejects.toThrow(why)
    expect(await ledger().column('select count(*) from trade')).toEqual([0])
    expect(await ledger().column(`select count(*) from account_break where state = 'open'`)).toEqual([1])
  })

  it('in mode live takes two persons, and the audit has both', async () => {
    const id = await broken()
    const live = (secondBy: string | null) =>
      adopt(ledger().database, { breakId: id, price: null, reason: 'by hand', by: ANA, secondBy }, { ...PLACE, mode: 'live' })
    for (const nobody of [null, ' '])
      await expect(live(nobody)).rejects.toThrow('in mode live this needs a second person: name him with --second')
    await expect(live('Ana ')).rejects.toThrow('ana is the first person: --second names another one')
    expect(await ledger().column('select count(*) from trade')).toEqual([0])
    const { tradeId } = await live('ben')
    expect(await ledger().column(`select detail from audit where action = 'break-adopt'`)).toEqual([
      { id, tradeId, reason: 'by hand', secondBy: 'ben' },
    ])
    expect(await ledger().column('select mode from trade')).toEqual(['live'])
    await expectOwned()
  })

  it('adopts a break once', async () => {
    const id = await broken()
    await adopted(id)
    await expect(adopted(id)).rejects.toThrow(`break ${id} was resolved by ana (adopted)`)
  })
})

describe('E7: adopted contracts and the claims of trades', () => {
  const running = boxPlan({
    id: 'b1',
    subject: ID,
    kalshi: TICKER,
    forecastex: QUESTION,
    contracts: '10',
    kalshiCost: '4.372',
    forecastexCost: '5.5',
  })

  it('are refused while a trade runs on the market, or holds it in the other direction', async () => {
    await open(ledger(), { ...running, rules: { certificate: `${ID}@2`, limits: 'wide', config: 'test' } })
    await expect(adopted(await broken())).rejects.toThrow(`${TICKER} at kalshi: trade b1 is running; nothing was adopted`)
    const other = broken({ kind: 'position', subject: 'x', contracts: -1_000 })
    await expect(adopted(await other)).rejects.toThrow('held in the opposite direction (yes)')
  })
})

describe('an order about adopted contracts', () => {
  const order = (breakId: number, change = {}, who: { readonly secondBy?: string } = {}) =>
    orderAdopted(
      { breakId, way: 'exit', maxLoss: money('1'), by: ANA, secondBy: null, ...who },
      {
        database: ledger().database,
        temporal: () => Promise.reject(new Error('not asked')),
        mode: 'sim',
        firstShard: 'main',
        nowMs: NOW,
        ...change,
      },
    )

  it('needs contracts that were adopted and are not answered', async () => {
    const id = await broken()
    await expect(order(id)).rejects.toThrow(`break ${id} was not adopted: crossbook breaks adopt ${id} first`)
    await adopted(id)
    await expect(order(id, { mode: 'live' })).rejects.toThrow('in mode live this needs a second person')
    await expect(order(id, { mode: 'live' }, { secondBy: 'ANA' })).rejects.toThrow('ana is the first person')
    expect(await ledger().column(`select count(*) from audit where action = 'break-order'`)).toEqual([0])
    await expect(order(id)).rejects.toThrow('not asked')
    await expect(order(id, { mode: 'live' }, { secondBy: 'ben' })).rejects.toThrow('not asked')
    expect(
      await ledger().column(
        `select concat_ws(' ', detail ->> 'way', detail ->> 'secondBy') from audit where action = 'break-order' order by seq`,
      ),
    ).toEqual(['exit', 'exit ben'])
  })

  it('books what it sold into the adopted trade, and nothing is left', async () => {
    const id = await broken()
    const { tradeId } = await adopted(id, { price: price('0.40') })
    const trade = await adoptedTrade(ledger().database, id)
    const opening = trade?.plan.legs[0].order
    if (!opening) throw new Error('no opening order')
    const sale = {
      ...opening,
      clientOrderId: opening.clientOrderId.replace('-a1', '-c4') as typeof opening.clientOrderId,
      action: 'sell',
      purpose: 'reducing',
    } as const
    const book = createLedger(ledger().database, () => ({ kalshi: NOW, forecastex: NOW }), ledger().clock)
    const fill: Fill = {
      ...{ venue: 'kalshi', account: 'alpha', venueOrderId: 'o2', executionId: 'f2', corrects: null, market: TICKER, outcome: 'yes' },
      action: 'sell',
      price: price('0.38'),
      quantity: quantity('10'),
      fee: money('0.1'),
      atMs: NOW,
    } as const
    await book.book(tradeId, { ...sale, limit: price('0.38') }, [fill], null, NEVER)
    const result = {
      tradeId,
      label: 'unwound',
      locked: quantity('0'),
      flat: quantity('10'),
      held: quantity('0'),
      dust: quantity('0'),
      realisedPnl: NO_MONEY,
      maxRemainingLoss: NO_MONEY,
      reason: '',
      cures: [],
      takenOver: 'close',
    } as const
    expect(await book.close(result, 'run', NEVER)).toMatchObject({ realisedPnl: money('-0.468'), maxRemainingLoss: 0 })
    expect(await lots()).toEqual([])
    await expect(order(id)).rejects.toThrow('holds nothing that is unanswered')
    expect(await ledger().column('select count(*) from claim')).toEqual([0])
    await expectOwned()
  })
})

describe('what was adopted', () => {
  const accounts = { kalshi: 'account-kalshi', forecastex: 'account-forecastex' } as const
  const adoptAt = async (change: Partial<Difference>): Promise<void> => {
    const request = { breakId: await broken(change), price: null, reason: 'bought by hand', by: ANA, secondBy: null }
    await adopt(ledger().database, request, { ...PLACE, accounts })
  }
  /** What the next look at a venue shows that nothing explains. */
  const differencesAt = async (venue: Venue, change: Partial<Statement>): Promise<readonly unknown[]> => {
    const nowMs = millis(NOW + 60_000)
    const statement = { ...STATEMENTS[venue], fills: [], asOfMs: nowMs, ...change }
    const account = { venue, account: accounts[venue], statement: () => Promise.resolve(statement) }
    return (await lookAt(ledger().database, account, millis(NOW - 10_000), () => nowMs, NEVER)).differences
  }

  it('is no break again at Kalshi, whose complete list of fills does not name it', async () => {
    await adoptAt({ kind: 'position', subject: TICKER, amount: money('-4') })
    expect(await differencesAt('kalshi', { positions: [held(TICKER, 'yes', '10')], ...cashOf('kalshi', '996') })).toEqual([])
  })

  it('is no break again at ForecastEx, which tells the execution all day', async () => {
    const execution = { executionId: 'e77.01', order: '', market: QUESTION, outcome: 'no', quantity: quantity('5') } as const
    const strange = [{ ...execution, isNetting: false, fee: NO_MONEY, price: price('0.50'), atMs: NOW }]
    const told = { positions: [held(QUESTION, 'no', '5')], ...cashOf('forecastex', '997.50'), strange }
    expect(await differencesAt('forecastex', told)).toMatchObject([{ kind: 'strange-execution', subject: 'e77.01' }])
    const of = { venue: 'forecastex', kind: 'strange-execution', subject: 'e77.01', market: QUESTION, purse: 'forecastex' } as const
    await adoptAt({ ...of, contracts: -500, amount: money('-2.5') })
    expect(await differencesAt('forecastex', told)).toEqual([])
  })
})
