import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { orderId, tradeId } from '../../../src/core/ids'
import { millis, money, price, quantity } from '../../../src/core/units'
import type { ToldMark } from '../../../src/ports/journal'
import { openExecutionLog, type DurableExecutionLog } from '../../../src/stores/files/execution-log'
import { LogBook, temporaryDirectory } from '../doubles'

const DAY_MS = 86_400_000
const NOON = Date.UTC(2026, 10, 22, 12)
const root = temporaryDirectory()
let run = 0
const freshDir = (): string => path.join(root, `executions-${(run += 1)}`)
const id = orderId(tradeId('t1'), 'b', 2)

const executed = (execId: string, atMs = NOON): ToldMark => ({
  mark: 'execution',
  atMs: millis(atMs),
  clientOrderId: id,
  execution: {
    ...{ execId, orderId: 5, clientId: 7, permId: 3_000_000_000, orderRef: id, account: 'DU1', conId: 800001, side: 'BOT', time: '' },
    ...{ quantity: quantity('4'), cumulative: quantity('4'), price: price('0.57') },
  },
})
const fee = (execId: string, atMs = NOON): ToldMark => ({ mark: 'fee', atMs: millis(atMs), execId, fee: money('0.04') })
const numbers = (upTo: number, atMs = NOON): ToldMark => ({ mark: 'numbers', atMs: millis(atMs), upTo })
const ended: ToldMark = { mark: 'ended', atMs: millis(NOON), clientOrderId: id, permId: 3_000_000_000, hinted: quantity('4') }

async function withLog<T>(dir: string, work: (log: DurableExecutionLog) => Promise<T> | T): Promise<T> {
  const log = await openExecutionLog({ dir, log: new LogBook() })
  try {
    return await work(log)
  } finally {
    await log.close()
  }
}
const append = (dir: string, marks: readonly ToldMark[]): Promise<void> =>
  withLog(dir, async (log) => {
    for (const mark of marks) await log.append(mark)
  })
const told = (dir: string): Promise<readonly ToldMark[]> => withLog(dir, (log) => log.told)
const fileOf = (dir: string, day = '2026-11-22'): string => path.join(dir, 'executions', `${day}.ndjson`)

describe('trap 9: the log of executions', () => {
  it('keeps what was told over a restart, oldest first', async () => {
    const dir = freshDir()
    const marks = [numbers(1_000), executed('a.01'), fee('a.01'), ended]
    await append(dir, marks)
    expect(await told(dir)).toEqual(marks)
  })

  it('tells again what the files have of one order, with its fees', async () => {
    const dir = freshDir()
    const other = { ...executed('z.01'), clientOrderId: orderId(tradeId('t2'), 'b', 2) }
    const [first, second] = [executed('a.01', NOON - DAY_MS), executed('b.01')]
    await append(dir, [first, fee('a.01', NOON - DAY_MS), other as ToldMark, fee('z.01'), second, fee('b.01'), ended])
    await withLog(dir, (log) => expect(log.of(id)).toEqual([first, second, ended, fee('a.01', NOON - DAY_MS), fee('b.01')]))
  })

  it('is on disk when an append resolves', async () => {
    const dir = freshDir()
    await withLog(dir, async (log) => {
      await log.append(executed('a.01'))
      expect(readFileSync(fileOf(dir), 'utf8')).toBe(`${JSON.stringify(executed('a.01'))}\n`)
    })
  })

  it('survives a line that a crash cut off, and goes on behind it', async () => {
    const dir = freshDir()
    await append(dir, [executed('a.01')])
    appendFileSync(fileOf(dir), '{"mark":"execution","atM')
    expect(await told(dir)).toEqual([executed('a.01')])
    await append(dir, [executed('b.01')])
    await withLog(dir, (log) => {
      expect(log.told).toEqual([executed('a.01'), executed('b.01')])
      expect(log.torn).toBe(1)
    })
  })

  it.each([
    ['no JSON', 'nonsense'],
    ['no mark', '{"mark":"other","atMs":1}'],
    ['an execution without a count', JSON.stringify(executed('a.01')).replace('"cumulative":400,', '')],
    ['a fee that is no whole number', JSON.stringify(fee('a.01')).replace('40000', '0.04')],
    ['an order id that is not ours', JSON.stringify(ended).replaceAll(id, 'somebody')],
  ])('stops the start at a complete line that is damaged: %s', async (_what, line) => {
    const dir = freshDir()
    mkdirSync(path.dirname(fileOf(dir)), { recursive: true })
    writeFileSync(fileOf(dir), `${JSON.stringify(executed('a.01'))}\n${line}\n`)
    await expect(told(dir)).rejects.toThrow(`${fileOf(dir)}:2 is not a mark of an execution: the file was damaged`)
  })
})

describe('its files', () => {
  it('are one a UTC day; the newest eight are kept, and the numbers for ever', async () => {
    const dir = freshDir()
    await append(dir, [numbers(5_000), ...Array.from({ length: 12 }, (_, day) => executed(`d${day}.01`, NOON + day * DAY_MS))])
    expect(readdirSync(path.dirname(fileOf(dir)))).toHaveLength(8)
    const marks = await told(dir)
    expect(marks.flatMap((mark) => (mark.mark === 'execution' ? [mark.execution.execId] : []))).toEqual(
      Array.from({ length: 8 }, (_, n) => `d${n + 4}.01`),
    )
    expect(marks.flatMap((mark) => (mark.mark === 'numbers' ? [mark.upTo] : []))).toContain(5_000)
  })

  it('say so when they cannot be written, and the process goes on', async () => {
    const dir = freshDir()
    const book = new LogBook()
    const log = await openExecutionLog({ dir, log: book })
    mkdirSync(fileOf(dir)) // a folder where the file should be
    await expect(log.append(executed('a.01'))).rejects.toThrow('EISDIR')
    expect(book.messages('error')).toEqual(['the log of executions cannot be written'])
    await log.close()
  })
})
