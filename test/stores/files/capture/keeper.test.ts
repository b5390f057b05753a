import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pruneRing } from '../../../../src/stores/files/capture/bounds'
import { CaptureKeeper, type Keeping } from '../../../../src/stores/files/capture/keeper'
import { prunePins } from '../../../../src/stores/files/capture/pins'
import { segmentsIn } from '../../../../src/stores/files/capture/segments'
import { LogBook, SetClock, SettableClock, temporaryDirectory } from '../../doubles'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const NOW = Date.UTC(2026, 10, 22, 12)
const BYTES = 100
const root = temporaryDirectory()
let run = 0
const freshDir = (): string => path.join(root, String((run += 1)))

/** Files of a process, one an hour, the last one `agoHours` ago; each was written to for an hour. */
function captured(dir: string, process: string, hours: number, agoHours = 0): void {
  for (let at = agoHours + hours - 1; at >= agoHours; at--) {
    const started = new Date(NOW - at * HOUR)
    const folder = path.join(dir, 'capture', started.toISOString().slice(0, 10))
    mkdirSync(folder, { recursive: true })
    const file = path.join(folder, `${started.toISOString().replaceAll(/[-:.]/g, '')}-${process}.ndjson.gz`)
    writeFileSync(file, 'x'.repeat(BYTES))
    const written = (started.getTime() + (at === agoHours ? 0 : HOUR)) / 1_000
    utimesSync(file, written, written)
  }
}
const ring = (dir: string): string => path.join(dir, 'capture')
const count = async (folder: string): Promise<number> => (await segmentsIn(folder)).length

describe('the ring of captures', () => {
  it('keeps what its age and its size allow, the newest, and removes empty days', async () => {
    const dir = freshDir()
    captured(dir, 'p', 48)
    const byAge = await pruneRing(ring(dir), { bytes: Infinity, beforeMs: NOW - 30 * HOUR }, NOW)
    expect([byAge.removed.length, byAge.files, byAge.fromMs]).toEqual([16, 32, NOW - 31 * HOUR])
    const bySize = await pruneRing(ring(dir), { bytes: 10 * BYTES, beforeMs: 0 }, NOW)
    expect([bySize.files, bySize.bytes, await count(ring(dir))]).toEqual([10, 10 * BYTES, 10])
    expect(readdirSync(ring(dir))).toEqual(['2026-11-22'])
  })

  it('never removes a file that is still written, and does one whose writer has gone', async () => {
    const dir = freshDir()
    captured(dir, 'alive', 1)
    captured(dir, 'dead', 1, 5)
    const { removed } = await pruneRing(ring(dir), { bytes: 0, beforeMs: NOW + DAY }, NOW)
    expect(removed.map(({ process }) => process)).toEqual(['dead'])
  })

  it('never removes the file of a process that runs, however long that had nothing to say: the pid is in its name', async () => {
    const dir = freshDir()
    const gone = 'streaming-a-4194305' // no pid is as large
    captured(dir, `streaming-a-${process.pid}`, 3, 30)
    captured(dir, gone, 2, 40)
    const all = { bytes: 0, beforeMs: NOW + DAY }
    const left = async (): Promise<unknown[]> =>
      (await segmentsIn(ring(dir))).map(({ process: writer, startedMs }) => [writer, (NOW - startedMs) / HOUR])
    expect((await pruneRing(ring(dir), all, NOW)).removed).toHaveLength(4)
    expect(await left()).toEqual([[`streaming-a-${process.pid}`, 30]])
    captured(dir, gone, 2, 40)
    expect((await pruneRing(ring(dir), all, NOW, (pid) => pid === 4_194_305)).removed).toHaveLength(2)
    expect(await left()).toEqual([[gone, 40]])
  })

  it('is none where there is no folder', async () => {
    const dir = freshDir()
    expect(await pruneRing(path.join(dir, 'none'), { bytes: 0, beforeMs: 0 }, NOW)).toMatchObject({ files: 0, fromMs: null })
  })
})

const keeperOf = (dir: string, change: Partial<Keeping> = {}, log = new LogBook()): CaptureKeeper =>
  new CaptureKeeper({
    dataDir: dir,
    ring: { bytes: 2 * BYTES, ageMs: 7 * DAY },
    pinned: { bytes: 100 * BYTES, ageMs: 90 * DAY, beforeMs: 30_000 },
    trades: () => Promise.resolve([]),
    clock: new SettableClock(NOW),
    log,
    ...change,
  })

describe('captures of a trade', () => {
  it('are pinned from before its decision until its end, and outlive the ring without taking space twice', async () => {
    const dir = freshDir()
    captured(dir, 'p', 10)
    captured(dir, 'q', 1, 9)
    const trade = { tradeId: 'T1', fromMs: NOW - 5 * HOUR + 10_000, toMs: NOW - 5 * HOUR + 11_000 } // thirty seconds before are in the file before
    const keeper = keeperOf(dir, { trades: () => Promise.resolve([trade]) })
    await keeper.pin()
    await keeper.pin()
    const pinned = await segmentsIn(path.join(dir, 'pinned', 'T1'))
    expect(pinned.map(({ startedMs, process }) => [(NOW - startedMs) / HOUR, process])).toEqual([
      [6, 'p'],
      [5, 'p'],
    ])
    const inodes = new Set((await segmentsIn(ring(dir))).map(({ inode }) => inode))
    expect(pinned.every(({ inode }) => inodes.has(inode))).toBe(true)
    await keeper.prune()
    expect(await count(ring(dir))).toBe(2)
    expect(pinned.map(({ file }) => readFileSync(file, 'utf8'))).toEqual(['x'.repeat(BYTES), 'x'.repeat(BYTES)])
  })

  it('of one that runs are pinned at once, and grow with it', async () => {
    const dir = freshDir()
    captured(dir, 'p', 1, 1)
    const clock = new SettableClock(NOW - HOUR)
    const keeper = keeperOf(dir, { clock, trades: () => Promise.resolve([{ tradeId: 'T1', fromMs: NOW - HOUR, toMs: Infinity }]) })
    await keeper.pin()
    expect(await count(path.join(dir, 'pinned', 'T1'))).toBe(1)
    captured(dir, 'p', 1)
    clock.advance(HOUR)
    await keeper.pin()
    expect(await count(path.join(dir, 'pinned', 'T1'))).toBe(2)
  })

  it('are let go of by their own bound, the oldest first, each file counted once', async () => {
    const dir = freshDir()
    captured(dir, 'p', 6)
    const at = (tradeId: string, agoHours: number): { tradeId: string; fromMs: number; toMs: number } => ({
      ...{ tradeId, fromMs: NOW - agoHours * HOUR + 60_000, toMs: NOW - agoHours * HOUR + 61_000 },
    })
    const trades = [at('a1', 5), at('b1', 5), at('c1', 4), at('d1', 3)]
    await keeperOf(dir, { trades: () => Promise.resolve(trades) }).pin()
    const bounded = await prunePins(dir, { bytes: 2 * BYTES, beforeMs: 0 })
    expect(bounded).toEqual({ trades: 2, bytes: 2 * BYTES, removed: ['a1', 'b1'] })
    expect(await prunePins(dir, { bytes: Infinity, beforeMs: NOW - 3 * HOUR })).toMatchObject({ removed: ['c1'] })
    expect(readdirSync(path.join(dir, 'pinned'))).toEqual(['d1'])
  })

  it('are bounded beside a file that somebody has left among them, which stays', async () => {
    const dir = freshDir()
    captured(dir, 'p', 2)
    await keeperOf(dir, {
      trades: () => Promise.resolve([{ tradeId: 'a1', fromMs: NOW - HOUR + 60_000, toMs: NOW - HOUR + 61_000 }]),
    }).pin()
    writeFileSync(path.join(dir, 'pinned', '.DS_Store'), 'x')
    expect(await prunePins(dir, { bytes: 0, beforeMs: 0 })).toMatchObject({ trades: 0, removed: ['a1'] })
    expect(readdirSync(path.join(dir, 'pinned'))).toEqual(['.DS_Store'])
  })

  it('are tried again when the ledger does not answer, and the ring is bounded all the same', async () => {
    const dir = freshDir()
    captured(dir, 'p', 4)
    const log = new LogBook()
    const ended = new AbortController()
    const clock = Object.assign(new SettableClock(NOW), { sleep: () => Promise.resolve(ended.abort()) })
    await keeperOf(dir, { clock, trades: () => Promise.reject(new Error('away')) }, log).run(ended.signal)
    expect(log.messages('warn')).toEqual([
      'captures of trades could not be pinned; again in some seconds',
      'the captures hold less than a day: the nightly replay will be short of frames; raise capture.keep_gib',
    ])
    expect(await count(ring(dir))).toBe(2)
  })
})

describe('a clock that jumps', () => {
  const WEEK_MS = 7 * DAY
  const wanted = { ring: { bytes: 20 * BYTES, ageMs: WEEK_MS }, pinned: { bytes: 100 * BYTES, ageMs: 90 * DAY, beforeMs: 30_000 } }
  const pinnedOne = { tradeId: 'a1', fromMs: NOW - HOUR + 60_000, toMs: NOW - HOUR + 61_000 }
  const next = 600_000
  const left = async (dir: string): Promise<readonly number[]> => [await count(ring(dir)), await count(path.join(dir, 'pinned'))]

  it('forward removes nothing for its age, neither of the ring nor pinned, says so once, and the bound of size holds', async () => {
    const dir = freshDir()
    captured(dir, 'p', 20)
    const clock = new SetClock(NOW)
    const log = new LogBook()
    const keeper = keeperOf(dir, { ...wanted, clock, trades: () => Promise.resolve([pinnedOne]) }, log)
    await keeper.pin()
    await keeper.prune()
    clock.advance(100 * DAY)
    for (let look = 0; look < 3; look++) {
      clock.pass(next)
      await keeper.prune()
      expect(await left(dir)).toEqual([20, 1])
    }
    expect(log.messages('error')).toEqual([expect.stringContaining('no capture is removed for its age')])
    captured(dir, 'q', 5)
    clock.pass(next)
    await keeper.prune()
    expect(await left(dir)).toEqual([20, 1])
  })

  it('that comes back is believed again', async () => {
    const dir = freshDir()
    captured(dir, 'p', 20)
    const clock = new SetClock(NOW)
    const log = new LogBook()
    const keeper = keeperOf(dir, { ...wanted, ring: { bytes: Infinity, ageMs: 10 * HOUR }, clock }, log)
    clock.advance(8 * DAY)
    await keeper.prune()
    expect(await left(dir)).toEqual([20, 0])
    clock.advance(-8 * DAY)
    clock.pass(next)
    await keeper.prune()
    expect(await left(dir)).toEqual([11, 0])
    expect(log.messages('info')).toEqual([
      'the clock is back: captures are removed by their age again',
      'captures beyond their bound were removed',
    ])
  })

  it('backward does not put the bound of size off', async () => {
    const dir = freshDir()
    captured(dir, 'p', 20)
    const clock = new SetClock(NOW)
    const keeper = keeperOf(dir, { ...wanted, clock })
    await keeper.prune()
    captured(dir, 'q', 5)
    clock.advance(-8 * DAY)
    clock.pass(next)
    await keeper.prune()
    expect(await left(dir)).toEqual([20, 0])
  })
})
