import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { mkdir, open, readdir, readFile, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import type { Log } from '../../ports/log'

const DAY_FILE = /^\d{4}-\d{2}-\d{2}\.ndjson$/
/** Ends a line that was cut off by a crash or a full disk, so that it can be told from damage. */
const TORN_SEAL = ' #torn'

export interface DayFilesOptions {
  readonly folder: string
  /** How the log names it. */
  readonly what: string
  readonly log: Log
  /** Lines with which a new day's file begins. */
  readonly carry: (day: string) => readonly string[]
  /** A day's file was opened for writing. */
  readonly opened: (day: string) => void | Promise<void>
}

/** Bytes of a day's file that hold a line, and the lines that were written with it. */
export interface Extent {
  readonly day: string
  readonly from: number
  readonly to: number
}

interface OpenFile {
  readonly day: string
  readonly handle: FileHandle
  size: number
}

interface Append {
  readonly day: string
  readonly line: string
  readonly resolve: (extent: Extent) => void
  readonly reject: (error: unknown) => void
}

/**
 * Lines in `<folder>/<UTC day>.ndjson`, append-only. `append` resolves after fdatasync; appends made while one is under way share the next one.
 * One process may write them.
 */
export class DayFiles {
  readonly #options: DayFilesOptions
  #queue: Append[] = []
  #writing: Promise<void> | null = null
  #file: OpenFile | null = null
  #closed = false

  constructor(options: DayFilesOptions) {
    this.#options = options
  }

  /** @param line without its line feed. @returns where it stands, unless another process has written to the file. */
  append(day: string, line: string): Promise<Extent> {
    if (this.#closed) return Promise.reject(new Error(`the ${this.#options.what} is closed`))
    return new Promise((resolve, reject) => {
      this.#queue.push({ day, line: `${line}\n`, resolve, reject })
      this.#writing ??= this.#writeQueued()
    })
  }

  /** Writes what is queued, then closes the file. Later appends are rejected. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#writing
    await this.#closeFile()
  }

  /** Never rejects: each append hears of its own fate. */
  async #writeQueued(): Promise<void> {
    while (this.#queue.length > 0) await this.#settle(this.#nextGroup())
    this.#writing = null // in the turn in which the queue was found empty: an append made right after starts anew
  }

  async #settle(group: readonly Append[]): Promise<void> {
    try {
      const extent = await this.#writeGroup(group)
      for (const append of group) append.resolve(extent)
    } catch (error) {
      await this.#closeFile() // the next group opens it again and seals what this one may have left behind
      this.#options.log.error({ error: String(error), marks: group.length }, `the ${this.#options.what} cannot be written`)
      for (const append of group) append.reject(error)
    }
  }

  /** Everything queued for one day. */
  #nextGroup(): Append[] {
    const day = this.#queue[0]?.day
    const next = this.#queue.findIndex((append) => append.day !== day)
    return this.#queue.splice(0, next < 0 ? this.#queue.length : next)
  }

  async #writeGroup(group: readonly Append[]): Promise<Extent> {
    const file = await this.#fileOf(group[0]?.day ?? '')
    const bytes = Buffer.from(group.map(({ line }) => line).join(''))
    await file.handle.appendFile(bytes)
    await file.handle.datasync()
    const from = file.size
    file.size += bytes.length
    return { day: file.day, from, to: file.size }
  }

  async #fileOf(day: string): Promise<OpenFile> {
    if (this.#file?.day === day) return this.#file
    await this.#closeFile()
    const { folder, carry, opened } = this.#options
    const handle = await open(path.join(folder, `${day}.ndjson`), 'a+')
    const file = { day, handle, size: 0 }
    this.#file = file
    const { size } = await handle.stat()
    if (size > 0) await sealTornLine(handle, size)
    else
      await handle.appendFile(
        carry(day)
          .map((line) => `${line}\n`)
          .join(''),
      )
    await syncFolder(folder)
    await opened(day)
    file.size = (await handle.stat()).size
    return file
  }

  async #closeFile(): Promise<void> {
    const file = this.#file
    this.#file = null
    const { what, log } = this.#options
    await file?.handle.close().catch((error: unknown) => log.warn({ error: String(error) }, `the ${what} file did not close`))
  }
}

/** The UTC day that a moment is filed under. */
export const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10)

/** The names of the files, oldest first. Makes the folder where there is none. */
export async function daysIn(folder: string): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true })
  return (await readdir(folder)).filter((name) => DAY_FILE.test(name)).toSorted()
}

/** The newest of the names, oldest first. */
export const newestDays = (folder: string, days: number): readonly string[] =>
  readdirSync(folder)
    .filter((name) => DAY_FILE.test(name))
    .toSorted()
    .slice(-days)

/** Tells every complete line of the newest days with its place, oldest first. @returns how many lines a crash has cut off: the log tells of them. */
export async function readNewest(
  { folder, what, log }: Pick<DayFilesOptions, 'folder' | 'what' | 'log'>,
  days: number,
  take: (line: string, place: string, extent: Extent) => void,
): Promise<number> {
  let torn = 0
  for (const name of (await daysIn(folder)).slice(-days)) torn += await readDay(folder, name, take)
  if (torn > 0) log.warn({ folder, torn }, `the ${what} has lines that a crash cut off; they are ignored`)
  return torn
}

/** The append of a line that was cut off was never acknowledged. */
async function readDay(folder: string, name: string, take: (line: string, place: string, extent: Extent) => void): Promise<number> {
  const file = path.join(folder, name)
  const day = path.basename(name, '.ndjson')
  const lines = (await readFile(file, 'utf8')).split('\n')
  let torn = lines.pop() === '' ? 0 : 1
  let to = 0
  for (const [index, line] of lines.entries()) {
    const from = to
    to += Buffer.byteLength(line) + 1
    if (isTorn(line)) torn += 1
    else take(line, `${file}:${index + 1}`, { day, from, to })
  }
  return torn
}

/** A line that a crash has cut off, sealed. */
export const isTorn = (line: string): boolean => line.endsWith(TORN_SEAL)

/**
 * The complete lines of a file, or of a part of it, that have a text. Read in this turn of the event loop: tens of milliseconds for a whole day, so for
 * questions that are seldom asked. @throws the file system's errors
 */
export function linesWith(file: string, text: string, part: Pick<Extent, 'from' | 'to'> | null): readonly string[] {
  const bytes = bytesOf(file, part)
  const found: string[] = []
  for (let at = bytes.indexOf(text); at >= 0;) {
    const end = bytes.indexOf('\n', at)
    if (end < 0) break // not acknowledged yet, or cut off
    const line = bytes.toString('utf8', bytes.lastIndexOf('\n', at) + 1, end)
    if (!isTorn(line)) found.push(line)
    at = bytes.indexOf(text, end)
  }
  return found
}

function bytesOf(file: string, part: Pick<Extent, 'from' | 'to'> | null): Buffer {
  const handle = openSync(file, 'r')
  try {
    const { from, to } = part ?? { from: 0, to: fstatSync(handle).size }
    const bytes = Buffer.alloc(to - from)
    return bytes.subarray(0, readSync(handle, bytes, 0, bytes.length, from))
  } finally {
    closeSync(handle)
  }
}

async function sealTornLine(handle: FileHandle, size: number): Promise<void> {
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1)
  if (buffer.toString() !== '\n') await handle.appendFile(`${TORN_SEAL}\n`)
}

/** Without this a new file may be gone after a power cut although its content was synced. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
