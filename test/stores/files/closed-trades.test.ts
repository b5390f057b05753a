import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { orderId, tradeId, type ClientOrderId, type TradeId } from '../../../src/core/ids'
import { millis, quantity } from '../../../src/core/units'
import type { JournalMark, TradeMark } from '../../../src/ports/journal'
import { openJournal, type DurableJournal } from '../../../src/stores/files/journal'
import { boxPlan } from '../../saga/plan'
import { final, refused, sending } from '../../venues/memory-journal'
import { LogBook, temporaryDirectory } from '../doubles'

const DAY_MS = 86_400_000
const NOON = Date.UTC(2026, 10, 22, 12)
/** A day of the busiest shard. */
const TRADES = 10_000
const root = temporaryDirectory()
let run = 0
const freshDir = (): string => path.join(root, String((run += 1)))
const open = (dir: string): Promise<DurableJournal> => openJournal({ dir, log: new LogBook() })
const fileOf = (dir: string, day = '2026-11-22'): string => path.join(dir, 'journal', `${day}.ndjson`)
const idOf = (n: number): TradeId => tradeId(`t${String(n).padStart(8, '0')}`)
const first = (n: number): ClientOrderId => orderId(idOf(n), 'a', 1)
const executionOf = (id: ClientOrderId): string => `x-${id}`

/** All that a box that was locked leaves in the journal: two legs, one of them asked twice. */
function marksOf(n: number, atMs = NOON): (JournalMark | TradeMark)[] {
  const plan = boxPlan(idOf(n))
  const [{ order: a }, { order: b }] = plan.legs
  const late = { ...b, clientOrderId: orderId(idOf(n), 'b', 3) }
  const booked = ({ clientOrderId }: typeof a): JournalMark => ({ mark: 'booked', clientOrderId, atMs: millis(atMs + 3) })
  const answered: JournalMark = {
    ...{ mark: 'answered', clientOrderId: a.clientOrderId, atMs: millis(atMs) },
    outcome: { kind: 'done', filled: quantity('1') },
  }
  return [
    { mark: 'granted', tradeId: idOf(n), atMs: millis(atMs), plan, haltEpoch: 1 },
    ...[{ ...sending(a, atMs), order: a } as JournalMark, answered, sending(late, atMs + 1), refused(late, atMs + 1)],
    ...[sending(b, atMs + 1), final(a, quantity('1'), atMs + 2), booked(a), final(b, quantity('1'), atMs + 2), booked(b)],
    { mark: 'closed', tradeId: idOf(n), atMs: millis(atMs + 4) },
  ]
}
const isOrder = (mark: JournalMark | TradeMark): mark is JournalMark => 'clientOrderId' in mark
const ordersMarks = (n: number, id: ClientOrderId): JournalMark[] =>
  marksOf(n)
    .filter(isOrder)
    .filter(({ clientOrderId }) => clientOrderId === id)
const trade = (journal: DurableJournal, n: number, atMs = NOON): Promise<unknown> =>
  Promise.all(marksOf(n, atMs).map((mark) => journal.append(mark)))

describe('a trade that is closed and booked', () => {
  it('I1 ten thousand of them are out of memory, and each of their ids is still known, also after a restart', async () => {
    const dir = freshDir()
    const journal = await open(dir)
    for (let n = 0; n < TRADES; n += 100) await Promise.all(Array.from({ length: 100 }, (_, i) => trade(journal, n + i)))
    for (const held of [journal, await open(dir)]) {
      expect([held.inMemory, held.open(), held.unbooked(), held.unheard()]).toEqual([0, [], [], []])
      for (let n = 0; n < TRADES; n += 371) expect(held.marks(first(n))).toEqual(ordersMarks(n, first(n)))
      await held.close()
    }
  }, 60_000)

  it('E20 its orders and its marks are told as they were written, in their order', async () => {
    const journal = await open(freshDir())
    await Promise.all([trade(journal, 1), trade(journal, 2)])
    const ids = [orderId(idOf(2), 'a', 1), orderId(idOf(2), 'b', 3), orderId(idOf(2), 'b', 2)]
    expect(journal.inMemory).toBe(0)
    expect(journal.ordersOf(idOf(2))).toEqual(ids)
    for (const id of ids) expect(journal.marks(id)).toEqual(ordersMarks(2, id))
    expect(journal.marks(orderId(idOf(2), 'c', 4))).toEqual([])
    expect(journal.sentSince(NOON + 1).map(({ clientOrderId }) => clientOrderId)).toEqual([1, 2].map((n) => orderId(idOf(n), 'b', 2)))
    await journal.close()
  })

  it('E14 its fills are known from memory, and a fill that comes late has it in memory until it is booked', async () => {
    const dir = freshDir()
    const journal = await open(dir)
    await trade(journal, 1)
    const a = boxPlan(idOf(1)).legs[0].order
    expect(journal.fill(first(1), executionOf(first(1)))).toBe('without-fee')
    expect([journal.fill(first(1), 'x-late'), journal.fill(orderId(idOf(1), 'b', 3), 'x-late')]).toEqual(['news', null])
    const again = final(a, quantity('2'), NOON + 9)
    await journal.append(again)
    expect([journal.inMemory, journal.unbooked(), journal.marks(first(1)).at(-1)]).toEqual([1, [again], again])
    const booked: JournalMark = { mark: 'booked', clientOrderId: first(1), atMs: millis(NOON + 10) }
    await journal.append(booked)
    for (const held of [journal, await open(dir)]) {
      expect([held.inMemory, held.unbooked()]).toEqual([0, []])
      expect(held.marks(first(1))).toEqual([...ordersMarks(1, first(1)), again, booked])
      await held.close()
    }
  })

  it('E14 also when the fill comes on the next day', async () => {
    const dir = freshDir()
    const journal = await open(dir)
    await trade(journal, 1)
    const a = boxPlan(idOf(1)).legs[0].order
    const marks = [
      final(a, quantity('2'), NOON + DAY_MS),
      { mark: 'booked', clientOrderId: first(1), atMs: millis(NOON + DAY_MS) },
    ] as const
    for (const mark of marks) await journal.append(mark)
    expect(journal.inMemory).toBe(0)
    expect(journal.marks(first(1))).toEqual([...ordersMarks(1, first(1)), ...marks])
    await journal.close()
  })

  it('E24 one that was open over midnight is found in the file of the new day', async () => {
    const dir = freshDir()
    const journal = await open(dir)
    const marks = marksOf(1)
    for (const mark of marks.slice(0, -1)) await journal.append(mark)
    await trade(journal, 2, NOON + DAY_MS)
    await journal.append({ mark: 'closed', tradeId: idOf(1), atMs: millis(NOON + DAY_MS + 1) })
    for (const held of [journal, await open(dir)]) {
      expect([held.inMemory, held.marks(first(1))]).toEqual([0, ordersMarks(1, first(1))])
      await held.close()
    }
  })
})

describe('a closed trade that cannot be told from its place in the file', () => {
  it('E19 is found all the same when a fenced predecessor has written to the file meanwhile', async () => {
    const dir = freshDir()
    const journal = await open(dir)
    await trade(journal, 1)
    appendFileSync(fileOf(dir), `${JSON.stringify(sending(boxPlan(idOf(9)).legs[0].order, NOON))}\n`.repeat(100))
    await trade(journal, 2)
    expect([journal.inMemory, journal.marks(first(2))]).toEqual([0, ordersMarks(2, first(2))])
    await journal.close()
  })

  it('I1 is an error when its marks are gone: nothing is sent then', async () => {
    const dir = freshDir()
    const journal = await open(dir)
    await trade(journal, 1)
    writeFileSync(fileOf(dir), readFileSync(fileOf(dir), 'utf8').split('\n').slice(3).join('\n'))
    expect(() => journal.marks(first(1))).toThrow('has not all marks of trade')
    await journal.close()
  })

  it('E3 stays in memory when a mark of it could not be written', async () => {
    const dir = freshDir()
    const journal = await open(dir)
    const [granted, ...others] = marksOf(1)
    rmSync(path.join(dir, 'journal'), { recursive: true })
    for (const mark of others.slice(0, 1)) await expect(journal.append(mark)).rejects.toThrow(/ENOENT/)
    mkdirSync(path.join(dir, 'journal'))
    for (const mark of [granted, ...others.slice(1)]) if (mark) await journal.append(mark)
    expect(journal.inMemory).toBe(1)
    await journal.close()
  })

  it('E12 stays in memory while nobody has heard of one of its orders', async () => {
    const journal = await open(freshDir())
    for (const mark of [marksOf(1)[0], marksOf(1)[1], marksOf(1).at(-1)]) if (mark) await journal.append(mark)
    expect([journal.inMemory, journal.unheard()]).toEqual([1, [first(1)]])
    await journal.close()
  })
})
