import { mkdir, open, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { constants, createGzip, type Gzip } from 'node:zlib'
import type { Frame } from '../../core/market/event'
import type { Clock } from '../../ports/clock'
import type { FrameLog } from '../../ports/frame-log'
import type { Log } from '../../ports/log'
import { encodeFrame, headerLine } from './frame-line'
import { dayOf } from './day-file'

/** How often buffered frames go to disk. Four times a second keeps "at least each second" true when the loop is late. */
const DRAIN_EVERY_MS = 250
/** Frames serialised in one turn of the event loop: about half a millisecond, so that quotes never wait long behind the recorder. */
const SLICE_FRAMES = 128
/** The recordings' busiest second has 2,837 frames; a disk that is silent for 20 s is a disk that is gone. */
const BUFFERED_FRAMES_MAX = 65_536
/** The same limit for large frames: a reconnect storm is a storm of snapshots. */
const BUFFERED_BYTES_MAX = 64 * 1024 * 1024
/** What the arguments of a library's callback are counted as; they are small and have no byte length. */
const ARGUMENTS_BYTES = 256
/** A file that still opens quickly in an editor once unpacked, and bounds what one damaged file can cost. */
const FILE_BYTES_MAX = 64 * 1024 * 1024
const FILE_AGE_MS_MAX = 3_600_000

export interface CaptureOptions {
  /** The data directory: files go to `<dir>/capture/<date>/`. */
  readonly dir: string
  /** Name of the process in the file name. */
  readonly process: string
  readonly clock: Clock
  readonly log: Log
  /** Compressed bytes after which the next file starts. Default 64 MiB. */
  readonly maxFileBytes?: number
  /** Age after which the next file starts. Default one hour. */
  readonly maxFileAgeMs?: number
}

export interface CaptureWriter extends FrameLog {
  /** Writes what is buffered and ends the file. Frames stamped later are numbered and lost. */
  close(): Promise<void>
  /** How many files were begun: what is stamped from then on is in the newest, or in a later one. */
  readonly files: number
  /** Frames that were numbered but are not in a file: overflow or disk failure. The numbers then have a gap in the file. */
  readonly lost: number
}

/**
 * The recorder of everything that arrives and leaves (design §7). `stamp` only numbers and buffers; the disk follows within a
 * second and is readable up to the last complete line after a `kill -9`. It never waits and never throws: what cannot be
 * written is counted and said. A payload must not change after it was stamped.
 */
export function createCaptureWriter(options: CaptureOptions): CaptureWriter {
  return new Recorder(options)
}

class Recorder implements CaptureWriter {
  readonly #options: CaptureOptions
  readonly #timer: NodeJS.Timeout
  #pending: Frame[] = []
  #pendingBytes = 0
  #n = 0
  #lost = 0
  #lostSaid = 0
  #files = 0
  #draining: Promise<void> | null = null
  #segment: Segment | null = null
  #closed = false

  constructor(options: CaptureOptions) {
    this.#options = options
    this.#timer = setInterval(() => this.#startDrain(), DRAIN_EVERY_MS).unref()
  }

  get files(): number {
    return this.#files
  }
  get lost(): number {
    return this.#lost
  }

  stamp(frame: Pick<Frame, 'venue' | 'conn' | 'dir' | 'payload'>): Frame {
    this.#n += 1
    const { clock } = this.#options
    const { venue, conn, dir, payload } = frame
    const stamped: Frame = { n: this.#n, recvMs: clock.nowMs(), monoNs: clock.monoNs(), venue, conn, dir, payload }
    const bytes = sizeOf(payload)
    if (this.#closed || this.#pending.length >= BUFFERED_FRAMES_MAX || this.#pendingBytes + bytes > BUFFERED_BYTES_MAX) this.#lost += 1
    else {
      this.#pending.push(stamped)
      this.#pendingBytes += bytes
    }
    return stamped
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    clearInterval(this.#timer)
    await this.#draining
    await this.#drain()
    const segment = this.#segment
    this.#segment = null
    await segment?.end().catch((error: unknown) => this.#lose(segment, 0, error))
  }

  #startDrain(): void {
    this.#draining ??= this.#drain().finally(() => {
      this.#draining = null
    })
  }

  async #drain(): Promise<void> {
    const batch = this.#pending
    this.#pending = []
    this.#pendingBytes = 0
    for (let start = 0; start < batch.length; start += SLICE_FRAMES) await this.#write(batch.slice(start, start + SLICE_FRAMES))
    const segment = this.#segment
    if (batch.length > 0 && segment) await segment.flush().catch((error: unknown) => this.#lose(segment, 0, error))
    this.#sayLost()
  }

  async #write(frames: readonly Frame[]): Promise<void> {
    const lines = frames.map((frame) => this.#line(frame)).join('')
    const segment = this.#segment
    try {
      const current = await this.#currentSegment(frames[0]?.recvMs ?? 0)
      await current.write(lines, frames.length)
    } catch (error) {
      this.#lose(this.#segment ?? segment, frames.length, error)
    }
  }

  #line(frame: Frame): string {
    try {
      return `${encodeFrame(frame)}\n`
    } catch (error) {
      this.#lost += 1
      this.#options.log.error({ n: frame.n, venue: frame.venue, error: String(error) }, 'a frame cannot be written as JSON')
      return ''
    }
  }

  async #currentSegment(atMs: number): Promise<Segment> {
    const { maxFileBytes = FILE_BYTES_MAX, maxFileAgeMs = FILE_AGE_MS_MAX } = this.#options
    const segment = this.#segment
    if (segment && segment.bytes < maxFileBytes && atMs - segment.openedAtMs < maxFileAgeMs && dayOf(atMs) === dayOf(segment.openedAtMs)) {
      return segment
    }
    this.#segment = null
    await segment?.end()
    this.#segment = await openSegment(this.#options.dir, this.#options.process, atMs)
    this.#files++
    return this.#segment
  }

  /** Gives the file up: what was not flushed is lost with it, and the next frames start a new file. */
  #lose(segment: Segment | null, frames: number, error: unknown): void {
    this.#lost += frames + (segment?.abandon() ?? 0)
    if (this.#segment === segment) this.#segment = null
    this.#options.log.error({ error: String(error) }, 'the capture file cannot be written; a new one is tried')
  }

  #sayLost(): void {
    if (this.#lost === this.#lostSaid) return
    this.#options.log.error({ lost: this.#lost - this.#lostSaid, total: this.#lost }, 'frames are missing in the capture')
    this.#lostSaid = this.#lost
  }
}

/** One open file: a gzip stream whose output is written by us, so that every failure is a rejected promise. */
class Segment {
  readonly #gzip: Gzip = createGzip()
  readonly #chunks: Buffer[] = []
  #unflushed = 0
  #bytes = 0

  constructor(
    readonly openedAtMs: number,
    readonly file: FileHandle,
  ) {
    this.#gzip.on('data', (chunk: Buffer) => this.#chunks.push(chunk))
    this.#gzip.on('error', () => undefined) // told by the callbacks of write and by end
  }

  get bytes(): number {
    return this.#bytes
  }

  async write(lines: string, frames: number): Promise<void> {
    await new Promise<void>((resolve, reject) => this.#gzip.write(lines, (error) => (error ? reject(error) : resolve())))
    await this.#toDisk()
    this.#unflushed += frames
  }

  /** Z_SYNC_FLUSH: everything so far can be unpacked from what is on disk. */
  async flush(): Promise<void> {
    await new Promise<void>((resolve) => this.#gzip.flush(constants.Z_SYNC_FLUSH, resolve))
    await this.#toDisk()
    this.#unflushed = 0
  }

  async end(): Promise<void> {
    const ended = new Promise<void>((resolve, reject) => this.#gzip.once('end', resolve).once('error', reject))
    this.#gzip.end()
    await ended
    await this.#toDisk()
    await this.file.close()
    this.#unflushed = 0
  }

  /** @returns the frames that never reached the disk. */
  abandon(): number {
    this.#gzip.destroy()
    this.file.close().catch(() => undefined) // the failure that led here has been logged
    return this.#unflushed
  }

  async #toDisk(): Promise<void> {
    const chunk = Buffer.concat(this.#chunks.splice(0))
    if (chunk.length === 0) return
    await this.file.appendFile(chunk)
    this.#bytes += chunk.length
  }
}

async function openSegment(dir: string, process: string, atMs: number): Promise<Segment> {
  const folder = path.join(dir, 'capture', dayOf(atMs))
  await mkdir(folder, { recursive: true })
  return openUnused(folder, process, atMs, atMs)
}

/** Two files may start in the same millisecond when they are rotated by size: the next one takes the next free millisecond. */
async function openUnused(folder: string, process: string, atMs: number, nameMs: number): Promise<Segment> {
  const startedAt = new Date(nameMs).toISOString().replaceAll(/[-:.]/g, '')
  try {
    const segment = new Segment(atMs, await open(path.join(folder, `${startedAt}-${process}.ndjson.gz`), 'ax'))
    await segment.write(`${headerLine(process, atMs)}\n`, 0)
    return segment
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return openUnused(folder, process, atMs, nameMs + 1)
  }
}

const sizeOf = (payload: Frame['payload']): number => (payload instanceof Uint8Array ? payload.byteLength : ARGUMENTS_BYTES)
