import { existsSync, readdirSync, readFileSync, writeFileSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Frame } from '../../../src/core/market/event'
import { readCapture } from '../../../src/stores/files/capture-reader'
import { createCaptureWriter, type CaptureWriter } from '../../../src/stores/files/capture-writer'
import { LogBook, SettableClock, temporaryDirectory, until } from '../doubles'

const START_MS = Date.UTC(2026, 10, 22, 12)
const root = temporaryDirectory()
let run = 0
const freshDir = (): string => path.join(root, String((run += 1)))

async function framesOf(file: string, log = new LogBook()): Promise<Frame[]> {
  const frames: Frame[] = []
  for await (const frame of readCapture(file, log)) frames.push(frame)
  return frames
}
const filesIn = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.gz'))
    .toSorted()
    .map((name) => path.join(dir, name))
const message = (i: number): Buffer => Buffer.from(JSON.stringify({ type: 'orderbook_delta', seq: i, noise: Math.sin(i) }))
const stampMany = (writer: CaptureWriter, count: number): Frame[] =>
  Array.from({ length: count }, (_, i) => writer.stamp({ venue: 'kalshi', conn: 1, dir: 'in', payload: message(i) }))

describe('the capture', () => {
  it('gives back what was stamped, numbered without gaps over all venues', async () => {
    const dir = freshDir()
    const writer = createCaptureWriter({ dir, process: 'streaming-main', clock: new SettableClock(START_MS), log: new LogBook() })
    const stamped = [
      writer.stamp({ venue: 'kalshi', conn: 1, dir: 'in', payload: message(1) }),
      writer.stamp({ venue: 'forecastex', conn: 2, dir: 'out', payload: ['placeOrder', 4, undefined] }),
      writer.stamp({ venue: 'house', conn: 0, dir: 'in', payload: Buffer.from('{"halt":"all"}') }),
    ]
    await writer.close()
    const [file = ''] = filesIn(dir)
    expect(path.relative(dir, file)).toBe('capture/2026-11-22/20261122T120000000Z-streaming-main.ndjson.gz')
    expect(await framesOf(file)).toEqual(stamped)
    expect(stamped.map(({ n }) => n)).toEqual([1, 2, 3])
    expect(writer.lost).toBe(0)
  })

  it('can be read while it is written', async () => {
    const dir = freshDir()
    const writer = createCaptureWriter({ dir, process: 'p', clock: new SettableClock(START_MS), log: new LogBook() })
    stampMany(writer, 1000)
    const log = new LogBook()
    await until(
      'all frames on disk',
      async () => existsSync(dir) && filesIn(dir).length > 0 && (await framesOf(filesIn(dir)[0] ?? '', log)).length === 1000,
    )
    expect(log.messages('warn')[0]).toMatch(/no end/)
    await writer.close()
  })

  it('starts a new file by size, by age and at midnight', async () => {
    const dir = freshDir()
    const clock = new SettableClock(Date.UTC(2026, 10, 22, 23, 59, 50))
    const writer = createCaptureWriter({ dir, process: 'p', clock, log: new LogBook(), maxFileBytes: 10_000, maxFileAgeMs: 5000 })
    for (const stepMs of [0, 6000, 5000]) {
      clock.advance(stepMs)
      stampMany(writer, 2000)
    }
    await writer.close()
    const files = filesIn(dir)
    expect(new Set(files.map((file) => path.basename(path.dirname(file))))).toEqual(new Set(['2026-11-22', '2026-11-23']))
    expect(files.length).toBeGreaterThan(3)
    expect(writer.files).toBe(files.length)
    const numbers = (await Promise.all(files.map((file) => framesOf(file)))).flat().map(({ n }) => n)
    expect(numbers).toEqual(Array.from({ length: 6000 }, (_, i) => i + 1))
  })
})

describe('the recorder under stress', () => {
  it('counts what does not fit and never waits', async () => {
    const dir = freshDir()
    const log = new LogBook()
    const writer = createCaptureWriter({ dir, process: 'p', clock: new SettableClock(START_MS), log })
    stampMany(writer, 70_000)
    expect(writer.lost).toBe(70_000 - 65_536)
    await writer.close()
    expect(log.messages('error')).toEqual(['frames are missing in the capture'])
    expect(await framesOf(filesIn(dir)[0] ?? '')).toHaveLength(65_536)
  })

  it('counts the frames of a disk that fails and goes on when it is back', async () => {
    const dir = freshDir()
    mkdirSync(dir)
    writeFileSync(path.join(dir, 'capture'), 'a file where the folder should be')
    const log = new LogBook()
    const writer = createCaptureWriter({ dir, process: 'p', clock: new SettableClock(START_MS), log })
    stampMany(writer, 10)
    await until('the failure', () => writer.lost === 10)
    await writer.close()
    expect(log.messages('error')).toContain('the capture file cannot be written; a new one is tried')
  })

  it('loses one frame that has no JSON, not its neighbours', async () => {
    const dir = freshDir()
    const circular: unknown[] = []
    circular.push(circular)
    const log = new LogBook()
    const writer = createCaptureWriter({ dir, process: 'p', clock: new SettableClock(START_MS), log })
    stampMany(writer, 1)
    writer.stamp({ venue: 'forecastex', conn: 1, dir: 'in', payload: circular })
    stampMany(writer, 1)
    await writer.close()
    const reading = new LogBook()
    expect((await framesOf(filesIn(dir)[0] ?? '', reading)).map(({ n }) => n)).toEqual([1, 3])
    expect(reading.messages('warn')).toEqual(['frames are missing in the capture'])
    expect(writer.lost).toBe(1)
  })
})

describe('the reader', () => {
  const lines = Array.from({ length: 200 }, (_, i) => `{"recv_ms":${START_MS + i},"event":${message(i).toString()}}\n`)
  const packed = gzipSync(lines.join(''))

  it('takes a recording, plain or packed, with or without its last newline, and files put one after the other', async () => {
    const dir = freshDir()
    mkdirSync(dir)
    const variants = [lines.join(''), lines.join('').trimEnd(), packed, Buffer.concat([packed, packed])]
    const counts: number[] = []
    for (const [i, content] of variants.entries()) {
      const file = path.join(dir, `recording-${i}`)
      writeFileSync(file, content)
      const log = new LogBook()
      counts.push((await framesOf(file, log)).length)
      expect(log.lines).toEqual([])
    }
    expect(counts).toEqual([200, 200, 200, 400])
  })

  it('reads every truncation up to the last complete line and says so', async () => {
    const file = path.join(freshDir(), 'cut.ndjson.gz')
    mkdirSync(path.dirname(file))
    for (let size = 0; size < packed.length; size += 97) {
      writeFileSync(file, packed.subarray(0, size))
      const log = new LogBook()
      const frames = await framesOf(file, log)
      expect(frames.map(({ n }) => n)).toEqual(frames.map((_, i) => i + 1))
      expect(log.messages('warn')).toHaveLength(1)
    }
  })

  it('names file and line of a malformed line', async () => {
    const file = path.join(freshDir(), 'bad.ndjson')
    mkdirSync(path.dirname(file))
    writeFileSync(file, `${lines[0]}${lines[1]}nonsense\n`)
    await expect(framesOf(file)).rejects.toThrow(`${file}:3 is not JSON`)
  })

  it('refuses a damaged gzip file', async () => {
    const file = path.join(freshDir(), 'damaged.ndjson.gz')
    mkdirSync(path.dirname(file))
    const damaged = Buffer.from(packed)
    damaged.fill(0xff, 40, 400)
    writeFileSync(file, damaged)
    await expect(framesOf(file)).rejects.toThrow(/is not a readable gzip file|is not JSON/)
    expect(readFileSync(file)).toHaveLength(packed.length)
  })
})
