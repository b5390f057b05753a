import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { marketId, orderId, tradeId, type ClientOrderId } from '../../../src/core/ids'
import type { OrderIntent } from '../../../src/core/trade/order'
import { millis, price, quantity } from '../../../src/core/units'
import type { JournalMark, TradeMark } from '../../../src/ports/journal'
import { openJournal, type DurableJournal } from '../../../src/stores/files/journal'
import { boxPlan } from '../../saga/plan'
import { LogBook, temporaryDirectory } from '../doubles'

const DAY_MS = 86_400_000
const NOON = Date.UTC(2026, 10, 22, 12)
const root = temporaryDirectory()
let run = 0
const freshDir = (): string => path.join(root, String((run += 1)))

const order = (n: number): ClientOrderId => orderId(tradeId('t1'), 'a', n)
const sending = (n: number, atMs = NOON): JournalMark => ({
  clientOrderId: order(n),
  atMs: millis(atMs),
  mark: 'sending',
  venue: 'kalshi',
  market: 'KXU3',
  quantity: 100,
  limit: 4200,
  purpose: 'opening',
})
const intent = (n: number): OrderIntent => ({
  clientOrderId: order(n),
  tradeId: tradeId('t1'),
  venue: 'kalshi',
  market: marketId('KXU3'),
  action: 'buy',
  outcome: 'yes',
  limit: price(4200),
  quantity: quantity(100),
  timeInForce: 'ioc',
  purpose: 'opening',
  notAfterMs: millis(NOON),
})
const final = (n: number, atMs = NOON): JournalMark => ({
  clientOrderId: order(n),
  atMs: millis(atMs),
  mark: 'final',
  order: intent(n),
  fills: [],
})
const booked = (n: number, atMs = NOON): JournalMark => ({ clientOrderId: order(n), atMs: millis(atMs), mark: 'booked' })

async function withJournal<T>(dir: string, work: (journal: DurableJournal) => Promise<T> | T): Promise<T> {
  const journal = await openJournal({ dir, log: new LogBook() })
  try {
    return await work(journal)
  } finally {
    await journal.close()
  }
}
const fileOf = (dir: string, day = '2026-11-22'): string => path.join(dir, 'journal', `${day}.ndjson`)

describe('E3 the journal', () => {
  it('keeps the marks of an order over a restart, oldest first', async () => {
    const dir = freshDir()
    const refused: JournalMark = { clientOrderId: order(1), atMs: millis(NOON + 1), mark: 'refused', reason: 'halted' }
    await withJournal(dir, async (journal) => {
      await journal.append(sending(1))
      await journal.append(sending(2))
      await journal.append(refused)
      expect(journal.marks(order(1))).toEqual([sending(1), refused])
    })
    await withJournal(dir, (journal) => {
      expect(journal.marks(order(1))).toEqual([sending(1), refused])
      expect(journal.marks(order(3))).toEqual([])
    })
  })

  it('shows a mark at once and writes it before it acknowledges', async () => {
    const dir = freshDir()
    await withJournal(dir, async (journal) => {
      const appended = journal.append(sending(1))
      expect(journal.marks(order(1))).toHaveLength(1)
      await appended
      expect(readFileSync(fileOf(dir), 'utf8')).toBe(`${JSON.stringify(sending(1))}\n`)
    })
  })

  it('acknowledges a thousand concurrent appends with few syncs', async () => {
    const dir = freshDir()
    await withJournal(dir, async (journal) => {
      await Promise.all(Array.from({ length: 1000 }, (_, i) => journal.append(sending(i + 1))))
    })
    expect(readFileSync(fileOf(dir), 'utf8').split('\n')).toHaveLength(1001)
  })

  it('writes each mark into the file of its day and loads the newest two', async () => {
    const dir = freshDir()
    await withJournal(dir, async (journal) => {
      await Promise.all([0, 1, 2].map((days) => journal.append(sending(days + 1, NOON + days * DAY_MS))))
      expect(journal.marks(order(1))).toEqual([])
    })
    expect(readdirSync(path.join(dir, 'journal'))).toEqual(['2026-11-22.ndjson', '2026-11-23.ndjson', '2026-11-24.ndjson'])
    await withJournal(dir, (journal) => expect([1, 2, 3].map((n) => journal.marks(order(n)).length)).toEqual([0, 1, 1]))
  })
})

describe('orders that are final and not booked', () => {
  it('are listed until they are booked', async () => {
    const dir = freshDir()
    await withJournal(dir, async (journal) => {
      for (const mark of [sending(1), sending(2), final(1), final(2), booked(1)]) await journal.append(mark)
      expect(journal.unbooked()).toEqual([final(2)])
    })
    await withJournal(dir, (journal) => expect(journal.unbooked()).toEqual([final(2)]))
  })

  it('are carried from day to day, so that any outage of the ledger leaves them listed', async () => {
    const dir = freshDir()
    for (const days of [0, 1, 2, 3, 4]) {
      await withJournal(dir, async (journal) => {
        if (days === 0) for (const mark of [sending(1), final(1)]) await journal.append(mark)
        await journal.append(sending(days + 2, NOON + days * DAY_MS))
        expect(journal.unbooked()).toEqual([final(1)])
        expect(journal.marks(order(1))).toEqual([sending(1), final(1)])
      })
    }
  })
})

describe('E20 the journal by trade', () => {
  const trade = tradeId('t1')
  const granted = (atMs = NOON): TradeMark => ({ mark: 'granted', tradeId: trade, atMs: millis(atMs), plan: boxPlan('t1'), haltEpoch: 3 })
  const closed = (atMs = NOON): TradeMark => ({ mark: 'closed', tradeId: trade, atMs: millis(atMs) })
  const refused = (n: number): JournalMark => ({ clientOrderId: order(n), atMs: millis(NOON), mark: 'refused', reason: 'too-late' })

  it('lists grants until they are closed, and the orders of a trade, over a restart', async () => {
    const dir = freshDir()
    await withJournal(dir, async (journal) => {
      await journal.append(granted())
      for (const mark of [sending(1), sending(2), final(1)]) await journal.append(mark)
    })
    await withJournal(dir, async (journal) => {
      expect([journal.open(), journal.ordersOf(trade), journal.ordersOf(tradeId('t2'))]).toEqual([[granted()], [order(1), order(2)], []])
      expect(journal.marks(order(1))).toEqual([sending(1), final(1)])
      await journal.append(closed())
      expect(journal.open()).toEqual([])
    })
    await withJournal(dir, (journal) => expect([journal.open(), journal.ordersOf(trade)]).toEqual([[], [order(1), order(2)]]))
  })

  it('E24 an open trade and its orders are carried from day to day, for as long as a venue is closed', async () => {
    const dir = freshDir()
    for (const days of [0, 1, 2, 3, 4]) {
      await withJournal(dir, async (journal) => {
        if (days === 0)
          await Promise.all([journal.append(granted()), journal.append(sending(1)), journal.append(final(1)), journal.append(booked(1))])
        await journal.append({ ...sending(1, NOON + days * DAY_MS), clientOrderId: orderId(tradeId('t2'), 'a', days + 1) })
        expect(journal.open()).toEqual([granted()])
        expect(journal.marks(order(1))).toEqual([sending(1), final(1), booked(1)])
      })
    }
  })

  it('forgets a closed trade with its day', async () => {
    const dir = freshDir()
    await withJournal(dir, async (journal) => {
      await journal.append(granted())
      await journal.append(sending(1))
      await journal.append(closed())
      await journal.append({ ...sending(1, NOON + 2 * DAY_MS), clientOrderId: orderId(tradeId('t2'), 'a', 1) })
      expect([journal.marks(order(1)), journal.ordersOf(trade)]).toEqual([[], []])
    })
  })

  it('knows what may have been sent since a moment: not what the gate refused', async () => {
    await withJournal(freshDir(), async (journal) => {
      for (const mark of [sending(3, NOON + 2), sending(1), sending(2, NOON + 1), refused(2), sending(4, NOON - 1)])
        await journal.append(mark)
      expect(journal.sentSince(NOON)).toEqual([sending(1), sending(3, NOON + 2)])
    })
  })
})

describe('a journal that was cut off or damaged', () => {
  it('ignores and counts a torn last line, and goes on after it', async () => {
    const dir = freshDir()
    await withJournal(dir, (journal) => journal.append(sending(1)))
    appendFileSync(fileOf(dir), '{"clientOrderId":"cb-t1-')
    const log = new LogBook()
    const journal = await openJournal({ dir, log })
    expect(journal.torn).toBe(1)
    expect(log.messages('warn')).toHaveLength(1)
    await journal.append(sending(2))
    await journal.close()
    await withJournal(dir, (again) => {
      expect([again.torn, again.marks(order(1)).length, again.marks(order(2)).length]).toEqual([1, 1, 1])
    })
  })

  it.each([
    'nonsense',
    '{"clientOrderId":"cb-t1-a1","atMs":1,"mark":"guessed"}',
    '{"clientOrderId":"x","atMs":1,"mark":"booked"}',
    '{"tradeId":"t1","atMs":1,"mark":"booked"}',
    'null',
  ])('refuses to open over %s', async (line) => {
    const dir = freshDir()
    mkdirSync(path.dirname(fileOf(dir)), { recursive: true })
    writeFileSync(fileOf(dir), `${JSON.stringify(sending(1))}\n${line}\n`)
    await expect(openJournal({ dir, log: new LogBook() })).rejects.toThrow(`${fileOf(dir)}:2 is not a journal mark`)
  })

  it('rejects an append it cannot write, keeps its mark, and recovers', async () => {
    const dir = freshDir()
    await withJournal(dir, async (journal) => {
      rmSync(path.join(dir, 'journal'), { recursive: true })
      await expect(journal.append(sending(1))).rejects.toThrow(/ENOENT/)
      expect(journal.marks(order(1))).toHaveLength(1)
      mkdirSync(path.join(dir, 'journal'))
      await journal.append(sending(2))
      expect(existsSync(fileOf(dir))).toBe(true)
    })
  })

  it('takes nothing after it was closed', async () => {
    const journal = await openJournal({ dir: freshDir(), log: new LogBook() })
    await journal.close()
    await expect(journal.append(sending(1))).rejects.toThrow('the journal is closed')
  })
})
