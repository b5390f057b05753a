import { randomInt } from 'node:crypto'
import type { Claim } from '../../../src/core/stats/calibration'
import { marketId, subjectId, tradeId, type MarketId } from '../../../src/core/ids'
import { millis, money, quantity, type Millis } from '../../../src/core/units'
import { readClaims } from '../../../src/operator/calibration/claims'
import { ASSUMED_WAYS } from '../../../src/core/trade/fill-model'
import { createRecordReader, recordAsker } from '../../../src/operator/reports/record'
import { makeReport } from '../../../src/operator/reports/reports'
import type { RecordRow } from '../../../src/ports/record'
import { keepAnswers, readAnswers } from '../../../src/stores/postgres/calibration/answers'
import { saveListings } from '../../../src/stores/postgres/registry'
import { createQuestdbWriter, type RecordTap } from '../../../src/stores/questdb/writer'
import { SETTINGS } from '../../core/edge/fixture'
import { systemClock } from '../../stores/clock'
import { LogBook, temporaryDirectory, until } from '../../stores/doubles'
import { freshLedger } from '../ledger/support/ledger'
import { LIMIT_MS, questdb } from '../record/support/questdb'
import { SIGNAL } from '../record/support/signal'
import { listingOf } from './support'

jest.setTimeout(2 * LIMIT_MS)
/** Other tests share the tables: an hour of our own. */
const HOUR_MS = 3_600_000
const HOUR = randomInt(700)
const AT = millis(Date.UTC(2026, 9, 1) + HOUR * HOUR_MS)
const START = millis(AT + HOUR_MS - 1)
const SPAN = { fromMs: AT, toMs: millis(AT + HOUR_MS) }
const event = `e-${HOUR}`
const [A, B] = [marketId(`KXA-${HOUR}-A`), marketId(`KXA-${HOUR}-B`)]
const ledger = freshLedger('sound', '1000')
const dir = temporaryDirectory()

let writer: RecordTap
beforeAll(async () => {
  process.stdout.write(`claims of hour ${HOUR}\n`)
  const spill = { dir, name: 'test', bytesMax: 1_000_000 }
  const options = { httpUrl: questdb.httpUrl, clock: systemClock, log: new LogBook(), spill, keep: {} }
  writer = createQuestdbWriter({ ...options, capacity: 100, flushEveryMs: 20 })
  await until('the first contact', () => writer.ready(), LIMIT_MS)
})
afterAll(() => writer.close(2_000))

const odds = (book: string, outcome: string, atMs: Millis, oddsDecimal: number): RecordRow => ({
  ...{ kind: 'odds', eventId: event, book, marketType: 'h2h', outcome, point: null, oddsDecimal, american: null, atMs },
  ...{ impliedProbability: 500_000, updatedMs: millis(atMs - 5_000) },
})
const read = async (): Promise<readonly Claim[]> => {
  const found = await readClaims(
    { database: ledger().database, ask: recordAsker(questdb.httpUrl), settings: SETTINGS, mode: 'sim', withBooks: true },
    SPAN,
  )
  if ('unknown' in found) throw new Error(found.unknown)
  return found.known
}

/** An edge on YES that was refused, and what the report of what was missed says that YES paid, by market. */
const refused = (market: MarketId): RecordRow => ({
  ...{ kind: 'opportunity', subject: subjectId(market), direction: 'yes', mode: 'sim', n: 1, outcome: 'refused', reason: 'strategy armed' },
  ...{
    tradeId: null,
    trades: 0,
    firstSeenMs: AT,
    lastSeenMs: AT,
    endedMs: AT,
    looks: 1,
    finds: 1,
    last: null,
    refusals: 'strategy armed 1',
  },
  best: {
    ...{ quantity: quantity('10'), netEdge: money('0.20'), capital: money('4.88') },
    ...{ annualReturn: null, unwindLoss: null, maximumLoss: null, lockedDays: null },
  },
})
const missed = async (): Promise<Readonly<Record<string, unknown>>> => {
  const { tables } = await makeReport(
    {
      ...{
        database: ledger().database,
        record: createRecordReader(questdb.httpUrl),
        claims: () => Promise.resolve({ unknown: 'not asked' }),
      },
      assumed: { preset: 'pessimistic', way: ASSUMED_WAYS },
    },
    { kind: 'missed', span: SPAN, by: 'trade', calibratedBy: 'profile', comparedBy: 'venue' },
    SPAN.toMs,
  )
  const table = tables.find(({ name }) => name === 'missed')
  if (table === undefined) throw new Error('no table of what was missed')
  const at = (key: string): number => table.columns.findIndex((each) => each.key === key)
  return Object.fromEntries(table.rows.map((row) => [String(row[at('pair')]), row[at('kalshiYes')]]))
}

describe('claims, from the record and the ledger', () => {
  it('have their books, the closing line and the results that are on record', async () => {
    const signal = { ...SIGNAL, oddsEvent: event, startMs: START, tiePays: null }
    const rows: RecordRow[] = [
      { ...signal, id: 'one', ticker: A, atMs: AT },
      { ...signal, id: 'two', ticker: B, side: 'yes', tradeId: tradeId('t1'), atMs: millis(AT + 1) },
      { ...signal, id: 'of paper', ticker: A, mode: 'paper', atMs: millis(AT + 2) },
      { kind: 'signal-book', ticker: A, side: 'no', book: 'pinnacle', family: 'pinnacle', probability: 560_000, weight: 3_000, atMs: AT },
      // a fetch a minute before the start, and the last one, in which the price has moved
      ...['pinnacle', 'draftkings'].flatMap((book) => [
        odds(book, 'Buffalo Bills', millis(START - 60_000), 15_000),
        odds(book, 'Los Angeles Chargers', millis(START - 60_000), 26_000),
        odds(book, 'Buffalo Bills', millis(START - 20_000), 19_000),
        odds(book, 'Los Angeles Chargers', millis(START - 20_000), 19_000),
      ]),
      odds('pinnacle', 'Buffalo Bills', millis(START + 20_000), 15_000),
    ]
    for (const row of rows) writer.offer(row)
    await until('all of it', async () => (await read()).filter(({ closing }) => closing === 500_000).length === 2, LIMIT_MS)
    await until('the opinion', async () => (await read())[0]?.books.length === 1, LIMIT_MS)
    const before = await read()
    expect(before.map(({ id, paid }) => [id, paid])).toEqual([
      ['one', null],
      ['two', null],
    ])
    expect(before[0]).toMatchObject({
      probability: 449_000,
      price: 470_000,
      cost: 487_660,
      books: [{ book: 'pinnacle', probability: 440_000 }],
    })

    await saveListings(ledger().database, [listingOf(A, 'settled', money(0)), listingOf(B, 'determined', money('1'))], AT)
    // what is only determined may still be disputed
    expect((await read()).map(({ id, paid }) => [id, paid])).toEqual([
      ['one', 1_000_000],
      ['two', null],
    ])
  })

  it('have the newer one of listing and answer, and so has the report of what was missed', async () => {
    const { database } = ledger()
    writer.offer(refused(A))
    writer.offer(refused(B))
    await until('both opportunities', async () => Object.keys(await missed()).length === 2, LIMIT_MS)
    // of A the claim is NO
    const ofYes = (market: string, value: number | null): number | null => (market === A && value !== null ? 1_000_000 - value : value)
    const paid = async (): Promise<unknown> => {
      const claims = await read()
      expect(await missed()).toEqual(Object.fromEntries(claims.map((each) => [each.market, ofYes(each.market, each.paid)])))
      return claims.map((each) => each.paid)
    }
    await saveListings(database, [listingOf(A, 'settled', money(0))], AT)
    const answer = { market: B, askedMs: millis(AT + 1), settledMs: AT }
    await keepAnswers(database, 'kalshi', [
      { market: A, askedMs: millis(AT + 1), status: null, yesPays: null, settledMs: null },
      { ...answer, status: 'settled', yesPays: money('1') },
    ])
    expect(await paid()).toEqual([1_000_000, 1_000_000]) // that it is unknown now takes nothing back
    await keepAnswers(database, 'kalshi', [{ ...answer, status: 'settled', yesPays: money('0.25') }])
    expect(await paid()).toEqual([1_000_000, 250_000])
    expect((await readAnswers(database, 'kalshi', [A, B, 'KXC'])).get(B)).toEqual({ ...answer, status: 'settled', yesPays: 250_000 })
    await keepAnswers(database, 'kalshi', [{ ...answer, status: 'determined', yesPays: money('0.25') }])
    expect(await paid()).toEqual([1_000_000, null])
    await saveListings(database, [listingOf(B, 'settled', money('1'))], millis(AT + 2))
    expect(await paid()).toEqual([1_000_000, 1_000_000])
  })

  it('say why where the record does not answer', async () => {
    const sources = { database: ledger().database, ask: recordAsker(null), settings: SETTINGS, mode: 'sim', withBooks: true } as const
    expect(await readClaims(sources, SPAN)).toEqual({ unknown: 'this stack has no QuestDB' })
  })
})
