import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { tradeId } from '../../../src/core/ids'
import { millis } from '../../../src/core/units'
import type { RecordRow } from '../../../src/ports/record'
import { Spill } from '../../../src/stores/questdb/spill'
import { LogBook, SettableClock, temporaryDirectory } from '../doubles'

const NOON = Date.UTC(2026, 10, 22, 12)
/** Beyond the highest number a process can have. */
const DEAD = 99_999_999
const row = (micros: number): RecordRow => ({ kind: 'latency', measure: 'm', tradeId: tradeId('t1'), micros, atMs: millis(NOON) })
const rows = (from: number, to: number): RecordRow[] => Array.from({ length: to - from }, (_, i) => row(from + i))

const base = temporaryDirectory()
let n = 0
let dir: string
let log: LogBook
let clock: SettableClock
let opened: Spill[] = []
const open = (bytesMax = 10_000_000, name = 'test'): Spill => {
  const spill = new Spill({ dir, name, bytesMax, clock, log })
  opened.push(spill)
  return spill
}
afterEach(async () => {
  for (const spill of opened) await spill.close()
  opened = []
})
beforeEach(() => {
  dir = path.join(base, String((n += 1)))
  log = new LogBook()
  clock = new SettableClock(NOON)
})
/** Everything that waits, oldest first. */
async function drained(spill: Spill): Promise<(number | null)[]> {
  const all: (number | null)[] = []
  for (let spilled = await spill.oldest(); spilled; spilled = await spill.oldest()) {
    for (let from = 0; from < spilled.length; from += 7)
      all.push(...spilled.rows(from, 7).map((each) => (each?.kind === 'latency' ? each.micros : null)))
    await spilled.done()
  }
  return all
}
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)

describe('rows that wait on disk', () => {
  it('come back in order, exactly, and their files go', async () => {
    const spill = open()
    await spill.append(rows(0, 20))
    const first = await spill.oldest()
    await spill.append(rows(20, 30)) // while the oldest are being sent
    expect(spill.rows).toBe(30)
    expect(first?.length).toBe(20)
    expect(first?.rows(0, 1)).toEqual([row(0)])
    await first?.done()
    expect(await drained(spill)).toEqual(numbers(20, 30))
    expect([spill.rows, spill.bytes, readdirSync(dir)]).toEqual([0, 0, []])
    expect(await spill.oldest()).toBeNull()
  })

  it('stand in files of a day, and of a size that is read at once', async () => {
    const spill = open()
    await spill.append(rows(0, 10))
    clock.advance(86_400_000)
    for (let i = 0; i < 3; i += 1) await spill.append(rows(10 + i * 10_000, 10_010 + i * 10_000))
    const days = readdirSync(dir).map((name) => name.slice(0, 10))
    expect(days.filter((day) => day === '2026-11-22')).toHaveLength(1)
    expect(days.filter((day) => day === '2026-11-23').length).toBeGreaterThan(1)
    expect(await drained(spill)).toEqual(numbers(0, 30_010))
  })

  it('are refused when their room is used up, and accepted again when some have gone', async () => {
    const spill = open(500)
    expect(await spill.append(rows(0, 3))).toBe(true)
    const { bytes } = spill
    expect(await spill.append(rows(3, 9))).toBe(false)
    expect([spill.bytes, spill.rows]).toEqual([bytes, 3])
    await drained(spill)
    expect(await spill.append(rows(3, 6))).toBe(true)
  })

  it('are not there when the disk is full, and what was there stays', async () => {
    const spill = open()
    await spill.append(rows(0, 3))
    rmSync(dir, { recursive: true })
    writeFileSync(dir, '') // no folder can be made here: as good as a disk that takes nothing
    clock.advance(86_400_000)
    await expect(spill.append(rows(3, 4))).rejects.toThrow(/ENOTDIR|ENOSPC|EEXIST/)
    expect(spill.rows).toBe(3)
  })
})

describe('rows of a process that has died', () => {
  const left = (name: string, text: string): void => {
    mkdirSync(dir, { recursive: true })
    writeFileSync(path.join(dir, name), text)
  }
  const text = (from: number, to: number): string =>
    rows(from, to)
      .map((each) => `${JSON.stringify(each)}\n`)
      .join('')

  it('are sent by the next, oldest day first, before its own', async () => {
    left(`2026-11-21_test_${DEAD}_000001.ndjson`, text(5, 10))
    left(`2026-11-20_other_${DEAD}_000001.ndjson`, text(0, 5))
    const spill = open()
    await spill.append(rows(10, 12))
    expect(spill.rows).toBe(12)
    expect(await drained(spill)).toEqual(numbers(0, 12))
    expect(log.messages('info')).toEqual(['rows of the record that an earlier process left on disk are sent now'])
  })

  it('are taken by one of two', async () => {
    left(`2026-11-21_test_${DEAD}_000001.ndjson`, text(0, 5))
    const [one, two] = [open(), open(1_000_000, 'other')]
    const both = await Promise.all([drained(one), drained(two)])
    expect(both.flat()).toEqual(numbers(0, 5))
  })

  it('are its own earlier life where the number of the process is the same, and another process is left alone', async () => {
    left(`2026-11-21_test_${process.pid}_000009.ndjson`, text(0, 2))
    left(`2026-11-21_worker_${process.pid}_000001.ndjson`, text(2, 4))
    left(`2026-11-21_test_${process.ppid}_000001.ndjson`, text(4, 6)) // it lives
    left('notes.txt', 'mine')
    expect(await drained(open())).toEqual([0, 1])
    const others = [`2026-11-21_test_${process.ppid}_000001.ndjson`, `2026-11-21_worker_${process.pid}_000001.ndjson`, 'notes.txt']
    expect(readdirSync(dir).toSorted()).toEqual(others.toSorted())
  })

  it('end with a line that was cut off: everything before it is sent, and it is said', async () => {
    const name = `2026-11-21_test_${DEAD}_000001.ndjson`
    left(name, text(0, 3))
    appendFileSync(path.join(dir, name), '{"kind":"laten')
    expect(await drained(open())).toEqual([0, 1, 2])
    expect(log.messages('warn')).toEqual(['the last row of a spilled file was cut off when its process died: it is lost'])
  })

  it('that cannot be read are kept aside with their number, and the others are sent', async () => {
    const name = `2026-11-21_test_${DEAD}_000001.ndjson`
    left(name, `${text(0, 2)}?\n7\n${text(2, 3)}`)
    expect(await drained(open())).toEqual([0, 1, null, null, 2])
    expect(log.lines.filter(({ level }) => level === 'error').map(({ fields }) => (fields as { line: number }).line)).toEqual([3, 4])
    const [kept] = readdirSync(path.join(dir, 'damaged'))
    expect(readFileSync(path.join(dir, 'damaged', kept ?? ''), 'utf8')).toContain('?\n7\n')
  })
})

it('a file that somebody has removed is said, and holds up nothing', async () => {
  const spill = open()
  await spill.append(rows(0, 3))
  for (const name of readdirSync(dir)) rmSync(path.join(dir, name))
  expect(await drained(spill)).toEqual([])
  expect(log.messages('error')).toEqual(['rows of the record are lost: somebody has removed a spilled file'])
  expect(existsSync(dir)).toBe(true)
})
