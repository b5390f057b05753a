import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { Frame } from '../../../../src/core/market/event'
import { DamagedCapture, readCapture } from '../../../../src/stores/files/capture-reader'
import { createCaptureWriter, type CaptureWriter } from '../../../../src/stores/files/capture-writer'
import { LogBook, SetClock, SettableClock, temporaryDirectory, until } from '../../doubles'

const START_MS = Date.UTC(2026, 10, 22, 12)
const DAY = '2026-11-22'
const FRAMES = 1_000
const root = temporaryDirectory()
let run = 0
const freshDir = (): string => path.join(root, String((run += 1)))
const stampMany = (writer: CaptureWriter, count: number): void => {
  for (let i = 0; i < count; i++) writer.stamp({ venue: 'kalshi', conn: 1, dir: 'in', payload: Buffer.from(`{"noise":${Math.sin(i)}}`) })
}

/** A capture of some thousand frames. @returns its file */
async function captured(dir: string, clock = new SettableClock(START_MS)): Promise<string> {
  const writer = createCaptureWriter({ dir, process: 'p', clock, log: new LogBook() })
  stampMany(writer, FRAMES)
  await writer.close()
  const folder = path.join(dir, 'capture', DAY)
  return path.join(folder, readdirSync(folder)[0] ?? '')
}

interface ReadBack {
  readonly frames: readonly Frame[]
  readonly damage: string | null
  readonly warnings: readonly string[]
}
async function readBack(file: string): Promise<ReadBack> {
  const frames: Frame[] = []
  const log = new LogBook()
  try {
    for await (const frame of readCapture(file, log)) frames.push(frame)
    return { frames, damage: null, warnings: log.messages('warn') }
  } catch (error) {
    if (!(error instanceof DamagedCapture)) throw error
    return { frames, damage: error.message, warnings: log.messages('warn') }
  }
}
const gapless = (frames: readonly Frame[]): boolean => frames.every(({ n }, at) => n === at + 1)

describe('a capture that is damaged', () => {
  it('a corrupt file: every frame before the damage is told, and where it begins', async () => {
    const file = await captured(freshDir())
    const packed = readFileSync(file)
    const whole = gunzipSync(packed).toString().split('\n')
    const at = Math.floor(packed.length / 2)
    packed.fill(0xff, at, at + 64)
    writeFileSync(file, packed)
    const { frames, damage } = await readBack(file)
    expect(damage).toMatch(/not a readable gzip file|is not JSON/)
    expect(damage).toContain(file)
    // half of the file: what zlib holds back of a block, and a line, are the only things that may be short
    expect(frames.length).toBeGreaterThan(FRAMES / 2 - FRAMES / 10)
    expect(gapless(frames)).toBe(true)
    expect(whole.length).toBe(FRAMES + 2)
  })

  it('a corrupt end: not one frame before it is lost', async () => {
    const file = await captured(freshDir())
    const text = gunzipSync(readFileSync(file)).toString()
    writeFileSync(file, Buffer.concat([gzipSync(text), Buffer.from('these bytes are no gzip')]))
    const { frames, damage } = await readBack(file)
    expect([frames.length, gapless(frames)]).toEqual([FRAMES, true])
    expect(damage).toContain('is not a readable gzip file')
  })

  it('a half-written line: everything before it, and a line that says so', async () => {
    const file = await captured(freshDir())
    const text = gunzipSync(readFileSync(file)).toString()
    writeFileSync(file, gzipSync(text.slice(0, -40)).subarray(0, -20))
    const torn = await readBack(file)
    expect([torn.damage, gapless(torn.frames)]).toEqual([null, true])
    expect(torn.warnings).toEqual([expect.stringContaining('read up to the last complete line')])
    writeFileSync(file, gzipSync(`${text.slice(0, -40)}\n${text.slice(0, 10)}\n`)) // a line that was cut off and written after
    const cut = await readBack(file)
    expect([cut.frames.length, gapless(cut.frames)]).toEqual([FRAMES - 1, true])
    expect(cut.damage).toBe(`${file}:${FRAMES + 1} is not JSON`)
  })

  it('another version: it is refused by its first line, and an older one without that line is read', async () => {
    const file = await captured(freshDir())
    const [header = '', ...lines] = gunzipSync(readFileSync(file)).toString().split('\n')
    expect(JSON.parse(header)).toEqual({ capture: 1, recv_ms: START_MS, venue: 'house', process: 'p' })
    writeFileSync(file, gzipSync([header.replace('"capture":1', '"capture":2'), ...lines].join('\n')))
    expect(await readBack(file)).toEqual({
      ...{ frames: [], warnings: [] },
      damage: `${file}:1 begins a capture of version 2, and version 1 is read here: use the release that wrote it`,
    })
    writeFileSync(file, gzipSync(lines.join('\n')))
    expect((await readBack(file)).frames).toHaveLength(FRAMES)
  })
})

describe('a capture that is written in trouble', () => {
  it('a clock that jumps: every frame is kept, with a line at each jump', async () => {
    const clock = new SetClock(START_MS)
    const dir = freshDir()
    const writer = createCaptureWriter({ dir, process: 'p', clock, log: new LogBook() })
    for (const jumpMs of [0, 3_000, -7_200_000, 40]) {
      stampMany(writer, 2)
      clock.pass(100)
      clock.advance(jumpMs)
    }
    await writer.close()
    const folder = path.join(dir, 'capture', DAY)
    const { frames, warnings } = await readBack(path.join(folder, readdirSync(folder)[0] ?? ''))
    expect(frames.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(warnings).toEqual(Array.from({ length: 2 }, () => expect.stringContaining('the clock was set while this was captured')))
  })

  it('a full disk: what is lost is counted and said, what was written before is read, and it goes on when there is room', async () => {
    const dir = freshDir()
    const log = new LogBook()
    const writer = createCaptureWriter({ dir, process: 'p', clock: new SettableClock(START_MS), log })
    stampMany(writer, 10)
    const folder = path.join(dir, 'capture', DAY)
    const files = (): readonly string[] =>
      existsSync(folder)
        ? readdirSync(folder)
            .toSorted()
            .map((name) => path.join(folder, name))
        : []
    await until('its frames', async () => files().length === 1 && (await readBack(files()[0] ?? '')).frames.length === 10)
    const room = await withoutRoom()
    stampMany(writer, 5)
    await until('what is lost', () => writer.lost > 0)
    room.mockRestore()
    expect([writer.lost, log.messages('error')[0]]).toEqual([5, 'the capture file cannot be written; a new one is tried'])
    expect(JSON.stringify(log.lines)).toContain('ENOSPC')
    stampMany(writer, 5)
    await writer.close()
    const numbers = await Promise.all(files().map(async (file) => (await readBack(file)).frames.map(({ n }) => n)))
    expect(numbers.flat()).toEqual([...Array.from({ length: 10 }, (_, at) => at + 1), 16, 17, 18, 19, 20])
  })
})

/** From now on no byte fits on the disk. */
async function withoutRoom(): Promise<jest.SpyInstance> {
  const handle = await open(__filename)
  const prototype = Object.getPrototypeOf(handle) as FileHandle
  await handle.close()
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  return jest.spyOn(prototype, 'appendFile').mockRejectedValue(full)
}
