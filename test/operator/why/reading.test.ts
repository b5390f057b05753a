import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { createCaptureWriter } from '../../../src/stores/files/capture-writer'
import { readTradeCapture } from '../../../src/operator/why/reading/capture'
import { readTradeJournal } from '../../../src/operator/why/reading/journal'
import { LogBook, SettableClock, temporaryDirectory } from '../../stores/doubles'
import { CAPTURE, FIRST, ID, MARKS, SECOND, SEEN_MS } from './fixture'

const root = temporaryDirectory()
let run = 0
const freshDir = (): string => path.join(root, String((run += 1)))
const WINDOW = { fromMs: SEEN_MS, toMs: SEEN_MS + 130 }
const NEVER = new AbortController().signal

/** A process that decides T1, sends both orders and hears of them, twice of the second. */
async function captured(dir: string): Promise<void> {
  const clock = new SettableClock(SEEN_MS - 100)
  const writer = createCaptureWriter({ dir, process: 'streaming-main-7', clock, log: new LogBook() })
  const kalshi = (dir: 'in' | 'out', body: object): void =>
    void writer.stamp({ venue: 'kalshi', conn: 1, dir, payload: Buffer.from(JSON.stringify(body)) })
  const gateway = (dir: 'in' | 'out', ...payload: unknown[]): void => void writer.stamp({ venue: 'forecastex', conn: 2, dir, payload })
  const decided = CAPTURE.decided?.decided
  gateway('in', 'tickPrice', 1, 2, 0.5)
  kalshi('in', { type: 'orderbook_delta', msg: { market_ticker: 'K' } })
  clock.advance(100)
  const books = decided?.books.map((book, at) => ({ ...book, n: 2 - at }))
  writer.stamp({ venue: 'house', conn: 0, dir: 'in', payload: ['decided', { ...decided, books, epoch: 3 }] })
  kalshi('out', { method: 'GET', path: `/orders?client_order_id=${FIRST}` })
  kalshi('out', { method: 'POST', body: { client_order_id: FIRST } })
  kalshi('in', { type: 'orderbook_delta', msg: { client_order_id: FIRST } })
  kalshi('in', { type: 'fill', msg: { trade_id: 'x', client_order_id: FIRST } })
  gateway('out', 'placeOrder', 6, {}, { orderRef: SECOND })
  gateway('in', 'orderStatus', 6, 'Filled', 10)
  for (const request of [-1, 9]) gateway('in', 'execDetails', request, {}, { execId: 'y', orderRef: SECOND })
  gateway('in', 'commissionReport', { execId: 'y', commission: 0.1 })
  gateway('in', 'orderStatus', 5, 'Filled', 10)
  await writer.close()
}

describe('the capture of a trade', () => {
  it('has what it was decided upon, the bytes and the answers, and nothing of other orders', async () => {
    const dir = freshDir()
    await captured(dir)
    const told = await readTradeCapture(dir, ID, WINDOW, NEVER)
    if (told.kind === 'missing') throw new Error(told.reason)
    const { decided, led, sent, answers, warnings } = told.found
    expect([decided?.frame.n, decided?.epoch, led.map(({ n }) => n)]).toEqual([3, 3, [2, 1]])
    expect(sent.map(({ clientOrderId, epoch, process }) => [clientOrderId, epoch, process])).toEqual([
      [FIRST, 3, 'streaming-main-7'],
      [SECOND, 3, 'streaming-main-7'],
    ])
    expect(answers.map(({ clientOrderId, what, repeats }) => [clientOrderId, what, repeats])).toEqual([
      [FIRST, 'fill', 0],
      [SECOND, 'orderStatus', 0],
      [SECOND, 'execDetails', 1],
      [SECOND, 'commissionReport', 0],
    ])
    expect(warnings).toEqual([])
  })

  it('is missing with the reason: no capture, none of that time, none that names it', async () => {
    const dir = freshDir()
    const reasonOf = async (id: string, window = WINDOW): Promise<unknown> => readTradeCapture(dir, id, window, NEVER)
    expect(await reasonOf(ID)).toMatchObject({ kind: 'missing', reason: expect.stringContaining('there is no capture here') })
    await captured(dir)
    const before = { fromMs: SEEN_MS - 900_000, toMs: SEEN_MS - 800_000 }
    expect(await reasonOf(ID, before)).toMatchObject({ reason: expect.stringContaining('the ring begins at 2026-11-22T11:59:59.900Z') })
    expect(await reasonOf('T2')).toMatchObject({ reason: expect.stringMatching(/no frame of .* names it/) })
  })

  it('tells of damage, and everything before it', async () => {
    const dir = freshDir()
    await captured(dir)
    const folder = path.join(dir, 'capture', '2026-11-22')
    const lines = gunzipSync(readFileSync(path.join(folder, readdirSync(folder)[0] ?? '')))
    writeFileSync(path.join(folder, readdirSync(folder)[0] ?? ''), Buffer.concat([lines, Buffer.from('these bytes are no frame\n')]))
    const told = await readTradeCapture(dir, ID, WINDOW, NEVER)
    expect(told).toMatchObject({
      kind: 'read',
      found: { sent: [{}, {}], warnings: [expect.stringContaining('what follows in this file is not told')] },
    })
  })
})

describe('the journal of a trade', () => {
  it('has its marks once, also those that were carried into the next day, from every shard', async () => {
    const dir = freshDir()
    const [first, ...rest] = MARKS.map((mark) => JSON.stringify(mark))
    for (const folder of ['journal', 'shards/second/journal']) mkdirSync(path.join(dir, folder), { recursive: true })
    writeFileSync(path.join(dir, 'journal', '2026-11-22.ndjson'), `${first}\n${first}\n`)
    writeFileSync(path.join(dir, 'shards/second/journal', '2026-11-22.ndjson'), `${rest.join('\n')}\n`)
    expect(await readTradeJournal(dir, ID, WINDOW)).toEqual({ kind: 'read', found: MARKS.toSorted((a, b) => a.atMs - b.atMs) })
  })

  it('is missing with the reason: none of that day, none with a mark of it, or a damaged one', async () => {
    const dir = freshDir()
    expect(await readTradeJournal(dir, ID, WINDOW)).toMatchObject({ reason: expect.stringContaining('no journal of 2026-11-22') })
    mkdirSync(path.join(dir, 'journal'), { recursive: true })
    const file = path.join(dir, 'journal', '2026-11-22.ndjson')
    writeFileSync(file, '')
    expect(await readTradeJournal(dir, ID, WINDOW)).toMatchObject({ reason: expect.stringContaining('has no mark of it') })
    writeFileSync(file, `{"clientOrderId":"${FIRST}","mark":"scribble"}\n`)
    expect(await readTradeJournal(dir, ID, WINDOW)).toMatchObject({ reason: expect.stringContaining('is not a journal mark') })
  })
})
