import { marketId, subjectId } from '../../../src/core/ids'
import type { Session } from '../../../src/core/market/sessions'
import { millis, price } from '../../../src/core/units'
import { reportQuestions, type QuestionsReport } from '../../../src/operator/reference/questions'
import type { Discovery, Question } from '../../../src/ports/catalog'
import { savePair } from '../../../src/stores/postgres/pairs/certificates'
import { knownContracts, saveProduct, type SavedProduct } from '../../../src/stores/postgres/reference/questions'
import { freshLedger, NEVER, NOW } from '../ledger/support/ledger'

const ledger = freshLedger()
const DAY = 86_400_000
const LATER = millis(NOW + 60_000)

const hoursFrom = (fromMs: number, days: number, ...sessions: readonly Session[]) =>
  ({ kind: 'told', fromMs: millis(fromMs), untilMs: millis(fromMs + days * DAY), sessions }) as const
const open = (fromMs: number, days: number): ReturnType<typeof hoursFrom> =>
  hoursFrom(fromMs, days, { fromMs: millis(fromMs), untilMs: millis(fromMs + days * DAY) })

function question(conId: number, change: Partial<Question> = {}, listing: Partial<Question['listing']> = {}): Question {
  return {
    listing: {
      ...({
        venue: 'forecastex',
        market: marketId(String(conId)),
        event: 'FF 20261209',
        series: 'FF',
        title: 'FF',
        status: 'open',
      } as const),
      bands: [{ start: price('0.01'), end: price('0.99'), step: price('0.01') }],
      closeMs: millis(NOW + 17 * DAY),
      fees: { feeType: 'per_contract', multiplier: 10_000, fetchedAtMs: NOW },
      ...{ shard: null, contracts: { yes: conId, no: conId + 1 }, yesPays: null },
      hours: open(NOW - 1_000, 6),
      ...listing,
    },
    ...{ symbol: 'FF', tradingClass: 'FF', strike: '3.125', lastTradeDate: '20261209', realExpiration: '20261209' },
    ...{ name: 'US Fed Funds Target Rate', tick: price('0.01'), tradingHours: 'told', liquidHours: 'told', timeZone: 'US/Central' },
    ...{ rules: 'name: US Fed Funds Target Rate', reading: { kind: 'not-read', because: 'not asked here' } as const },
    ...change,
  }
}
const found = (questions: readonly Question[], change: Partial<Extract<Discovery, { kind: 'read' }>> = {}): Discovery => ({
  kind: 'read',
  product: { symbol: 'FF', name: 'US Fed Funds Target Rate', category: 'g5351', underConId: 658_663_572 },
  questions,
  problems: [],
  complete: true,
  ...change,
})
const save = (what: Discovery, atMs = NOW): Promise<SavedProduct> => saveProduct(ledger().database, what, atMs, NEVER)
const report = (symbol: string | null = null): Promise<QuestionsReport> => reportQuestions(ledger().database, symbol, NOW)
const NOTHING = { added: [], delisted: [], relisted: [], changes: [] }

describe('the questions of a product', () => {
  it('are stored once; the same again changes only when they were seen', async () => {
    expect(await save(found([question(11), question(21, { strike: '3.375' })]))).toEqual({ ...NOTHING, added: ['11', '21'] })
    expect(await save(found([question(11), question(21, { strike: '3.375' })]), LATER)).toEqual(NOTHING)
    expect((await report()).questions).toMatchObject([
      { market: '11', yesConId: 11, noConId: 12, strike: '3.125', tick: '0.0100', firstSeenMs: NOW, lastSeenMs: LATER, delistedMs: null },
      { market: '21', strike: '3.375' },
    ])
    expect(await knownContracts(ledger().database)).toEqual([
      { yes: 11, no: 12 },
      { yes: 21, no: 22 },
    ])
  })

  it('keep a strike of any length as it is, and are in the order of their numbers', async () => {
    const strikes = ['40500', '0.0001', '-1.5', '123456789.012345', '3.125']
    await save(found(strikes.map((strike, i) => question(11 + 10 * i, { strike }))))
    expect((await report()).questions.map(({ strike }) => strike)).toEqual(['-1.5', '0.0001', '3.125', '40500', '123456789.012345'])
  })

  it('by two readers at once are stored as by one', async () => {
    const saved = await Promise.all([save(found([question(11)])), save(found([question(11)])), save(found([question(11)]))])
    expect(saved.flatMap(({ added }) => added)).toEqual(['11'])
    expect((await report()).changes).toEqual([])
  })
})

describe('a question that has changed (trap 4)', () => {
  it('is kept with what it was, and when', async () => {
    await save(found([question(11)]))
    const saved = await save(found([question(11, { strike: '3.25' }, { closeMs: millis(NOW + 16 * DAY) })]), LATER)
    const last = new Date(NOW + 17 * DAY).toISOString()
    expect(saved.changes).toEqual([
      { market: '11', name: 'FF 20261209 3.25', field: 'strike', before: '3.125', after: '3.25' },
      { market: '11', name: 'FF 20261209 3.25', field: 'last trading time', before: last, after: new Date(NOW + 16 * DAY).toISOString() },
    ])
    const { changes, questions } = await report()
    expect(changes.map(({ market, atMs, field }) => [market, atMs, field])).toEqual([
      ['11', LATER, 'last trading time'],
      ['11', LATER, 'strike'],
    ])
    expect(questions).toMatchObject([{ strike: '3.25' }])
  })

  it('is not one whose hours are told from a day later on, and is one whose hours differ', async () => {
    await save(found([question(11)]))
    const next = question(11, { tradingHours: 'the next days' }, { hours: open(NOW - 1_000 + DAY, 6) })
    expect((await save(found([next]), LATER)).changes).toEqual([])
    const closed = question(11, { tradingHours: 'closed' }, { hours: hoursFrom(NOW - 1_000 + DAY, 6) })
    expect((await save(found([closed]), LATER)).changes).toMatchObject([
      { field: 'trading hours', before: 'the next days US/Central', after: 'closed US/Central' },
    ])
  })
})

describe('a question that is listed no more', () => {
  it('is marked, stays known by its contracts, and may come back', async () => {
    const soon = question(21, { lastTradeDate: '20261208' }, { closeMs: millis(NOW + DAY) })
    await save(found([question(11), soon]))
    expect(await save(found([soon]), LATER)).toMatchObject({ delisted: ['11'], changes: [] })
    expect((await report()).questions).toMatchObject([
      { market: '21', delistedMs: null },
      { market: '11', delistedMs: LATER, hours: { state: 'delisted' } },
    ])
    expect(await knownContracts(ledger().database)).toHaveLength(2)
    expect(await save(found([soon]), LATER)).toMatchObject({ delisted: [] })
    expect(await save(found([question(11), soon]), LATER)).toMatchObject({ added: [], relisted: ['11'] })
  })

  it('is not one that was only not told', async () => {
    await save(found([question(11), question(21)]))
    expect(await save(found([question(21)], { complete: false }), LATER)).toMatchObject({ delisted: [] })
    expect(await save({ kind: 'unavailable', symbol: 'FF', cause: 'unanswered', reason: 'no answer' }, millis(LATER + 1))).toEqual(NOTHING)
    const { products, questions } = await report()
    expect(questions.map(({ delistedMs }) => delistedMs)).toEqual([null, null])
    expect(products).toMatchObject([
      { symbol: 'FF', underConId: 658_663_572, trouble: 'no answer', lastSeenMs: LATER, lookedMs: millis(LATER + 1) },
    ])
  })
})

describe('crossbook questions', () => {
  it('names the active pairs that use a question, and shows one product when asked for', async () => {
    const operator = { name: 'me', role: 'approver' } as const
    const pair = { base: 'ff', kalshiMarket: marketId('KXFED-T3'), polarity: 'same', class: 'S0', approvedFor: 'sim' } as const
    const of = (id: string, market: string, state: 'active' | 'suspended') =>
      savePair(ledger().database, { ...pair, id: subjectId(id), forecastexMarket: marketId(market), state }, operator, NOW, NEVER)
    await save(found([question(11), question(21)]))
    await save({ kind: 'unavailable', symbol: 'XX', cause: 'unknown-product', reason: 'no such product' })
    await of('ff.1', '11', 'active')
    await of('ff.2', '21', 'suspended')
    expect((await report('FF')).questions.map(({ market, pairs }) => [market, pairs])).toEqual([
      ['11', ['ff.1']],
      ['21', []],
    ])
    expect((await report()).products.map(({ symbol, trouble, lastSeenMs }) => [symbol, trouble, lastSeenMs])).toEqual([
      ['FF', null, NOW],
      ['XX', 'no such product', null],
    ])
    expect(await report('XX')).toMatchObject({ questions: [], changes: [] })
  })

  it('tells whether a question trades now, and until when', async () => {
    const hours = { kind: 'unreadable', text: '?' } as const
    await save(
      found([
        question(11),
        question(21, {}, { hours }),
        question(31, {}, { closeMs: NOW }),
        question(41, {}, { hours: hoursFrom(NOW, 1) }),
      ]),
    )
    expect((await report()).questions.map(({ market, hours: { state, untilMs } }) => [market, state, untilMs])).toEqual([
      ['31', 'ended', null],
      ['11', 'open', NOW - 1_000 + 6 * DAY],
      ['21', 'unknown', null],
      ['41', 'closed', null],
    ])
  })
})
