import { mkdir, open, readdir, readFile, rename, rm, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { FAILURES } from '../../core/failures'
import type { Clock } from '../../ports/clock'
import type { Log } from '../../ports/log'
import type { RecordRow } from '../../ports/record'

/** Some five thousand rows: read back in one go without holding up the process, and all that is sent twice after a crash. */
const SEGMENT_BYTES_MAX = 1_048_576
const NAME = /^(\d{4}-\d{2}-\d{2})_([A-Za-z0-9-]+)_(\d+)_(\d{6})\.ndjson$/

export interface SpillOptions {
  /** The folder, shared by all processes of a data directory. */
  readonly dir: string
  /** Of the process, in the files' names. */
  readonly name: string
  /** Of all files of this process together. */
  readonly bytesMax: number
  readonly clock: Clock
  readonly log: Log
}

interface OpenSegment {
  readonly segment: Segment
  readonly day: string
  readonly handle: FileHandle
}
interface Segment {
  readonly file: string
  rows: number
  bytes: number
}
/** The oldest rows on disk. */
export interface Spilled {
  /** One row a line; a line that cannot be read is null, and its file is kept aside when all is done. */
  rows(from: number, count: number): readonly (RecordRow | null)[]
  readonly length: number
  /** All of them are stored elsewhere. */
  done(): Promise<void>
}

/**
 * Rows of the record that wait on disk, first in, first out: `<day>_<name>_<pid>_<number>.ndjson`, a row a line. A file is read back when it is complete
 * and goes when all its rows are stored, so a crash sends some rows twice and loses none. Files of processes that have died are taken over. Not synced to
 * the disk one by one: a loss of power may take the newest rows, the captures have what they were made of.
 */
export class Spill {
  readonly #options: SpillOptions
  #segments: Segment[] = []
  #open: OpenSegment | null = null
  #number = 0
  #isReady = false

  constructor(options: SpillOptions) {
    this.#options = options
  }

  get rows(): number {
    return this.#segments.reduce((sum, { rows }) => sum + rows, 0)
  }

  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /**
   * Writes rows behind those that are there. @returns false: there is no room for them within the limit, and nothing was written.
   * @throws the file system's error, a full disk's too; what was begun is taken back.
   */
  async append(rows: readonly RecordRow[]): Promise<boolean> {
    await this.#takeOver()
    const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
    if (this.bytes + bytes.length > this.#options.bytesMax) return false
    const { segment, handle } = await this.#current()
    try {
      await handle.appendFile(bytes)
    } catch (error) {
      await handle.truncate(segment.bytes).catch(() => undefined) // a line that is cut off is known by its missing end
      await this.#seal()
      throw error
    }
    segment.bytes += bytes.length
    segment.rows += rows.length
    return true
  }

  /** null: nothing waits. */
  async oldest(): Promise<Spilled | null> {
    await this.#takeOver()
    const [segment] = this.#segments
    if (!segment) return null
    if (this.#open?.segment === segment) await this.#seal()
    const { log } = this.#options
    const text = await readFile(segment.file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
      log.error({ file: segment.file, rows: segment.rows }, `${FAILURES.recordLost}: somebody has removed a spilled file`)
      return ''
    })
    const lines = text.split('\n')
    if (lines.pop() !== '') log.warn({ file: segment.file }, 'the last row of a spilled file was cut off when its process died: it is lost')
    let damaged = 0
    const parse = (line: string, index: number): RecordRow | null => {
      const row = parsed(line)
      if (row !== null) return row
      damaged++
      log.error({ file: segment.file, line: index + 1 }, 'a spilled row cannot be read: its file is kept in the folder damaged')
      return null
    }
    return {
      length: lines.length,
      rows: (from, count) => lines.slice(from, from + count).map((line, place) => parse(line, from + place)),
      done: async () => {
        if (damaged > 0) await this.#keepAside(segment.file)
        else await rm(segment.file, { force: true })
        this.#segments = this.#segments.filter((each) => each !== segment)
      },
    }
  }

  async close(): Promise<void> {
    await this.#seal()
  }

  async #current(): Promise<OpenSegment> {
    const day = new Date(this.#options.clock.nowMs()).toISOString().slice(0, 10)
    if (this.#open && (this.#open.day !== day || this.#open.segment.bytes >= SEGMENT_BYTES_MAX)) await this.#seal()
    if (this.#open) return this.#open
    const file = this.#nextFile(day)
    const segment = { file, rows: 0, bytes: 0 }
    this.#open = { segment, day, handle: await open(file, 'ax') }
    this.#segments.push(segment)
    return this.#open
  }

  async #seal(): Promise<void> {
    const sealed = this.#open
    this.#open = null
    await sealed?.handle.close()
  }

  #nextFile(day: string): string {
    const { dir, name } = this.#options
    this.#number += 1
    return path.join(dir, `${day}_${name}_${process.pid}_${String(this.#number).padStart(6, '0')}.ndjson`)
  }

  /** What processes left that are gone, this one's earlier life too where its number is the same. Renamed: of two that find a file one gets it. */
  async #takeOver(): Promise<void> {
    if (this.#isReady) return
    const { dir, log } = this.#options
    await mkdir(dir, { recursive: true })
    const left = (await readdir(dir)).filter((name) => this.#isLeft(name)).toSorted()
    const taken: Segment[] = []
    for (const name of left) {
      const file = this.#nextFile(name.slice(0, 'YYYY-MM-DD'.length))
      const isOurs = await rename(path.join(dir, name), file).then(
        () => true,
        () => false, // another process was faster
      )
      if (isOurs) taken.push(await measured(file))
    }
    this.#segments = [...taken, ...this.#segments]
    this.#isReady = true
    if (taken.length > 0)
      log.info({ files: taken.length, rows: this.rows }, 'rows of the record that an earlier process left on disk are sent now')
  }

  #isLeft(file: string): boolean {
    const [, , name, pid] = NAME.exec(file) ?? []
    if (name === undefined) return false
    return Number(pid) === process.pid ? name === this.#options.name : !isAlive(Number(pid))
  }

  async #keepAside(file: string): Promise<void> {
    const folder = path.join(this.#options.dir, 'damaged')
    await mkdir(folder, { recursive: true })
    await rename(file, path.join(folder, path.basename(file)))
  }
}

function parsed(line: string): RecordRow | null {
  try {
    const row = JSON.parse(line) as unknown
    return typeof row === 'object' && row !== null && 'kind' in row ? (row as RecordRow) : null
  } catch {
    return null
  }
}

async function measured(file: string): Promise<Segment> {
  const text = await readFile(file)
  let rows = 0
  for (let at = text.indexOf(10); at >= 0; at = text.indexOf(10, at + 1)) rows += 1
  return { file, rows, bytes: text.length }
}

/** A process of another user is alive too. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
