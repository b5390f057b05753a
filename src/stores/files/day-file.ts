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

interface Append {
  readonly day: string
  readonly line: string
  readonly resolve: () => void
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
  #file: { readonly day: string; readonly handle: FileHandle } | null = null
  #closed = false

  constructor(options: DayFilesOptions) {
    this.#options = options
  }

  /** @param line without its line feed. */
  append(day: string, line: string): Promise<void> {
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
      await this.#writeGroup(group)
      for (const append of group) append.resolve()
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

  async #writeGroup(group: readonly Append[]): Promise<void> {
    const handle = await this.#fileOf(group[0]?.day ?? '')
    await handle.appendFile(group.map(({ line }) => line).join(''))
    await handle.datasync()
  }

  async #fileOf(day: string): Promise<FileHandle> {
    if (this.#file?.day === day) return this.#file.handle
    await this.#closeFile()
    const { folder, carry, opened } = this.#options
    const handle = await open(path.join(folder, `${day}.ndjson`), 'a+')
    this.#file = { day, handle }
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
    return handle
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

/** Tells every complete line of the newest days with its place, oldest first. @returns how many lines a crash has cut off: the log tells of them. */
export async function readNewest(
  { folder, what, log }: Pick<DayFilesOptions, 'folder' | 'what' | 'log'>,
  days: number,
  take: (line: string, place: string) => void,
): Promise<number> {
  let torn = 0
  for (const name of (await daysIn(folder)).slice(-days)) torn += await readDay(path.join(folder, name), take)
  if (torn > 0) log.warn({ folder, torn }, `the ${what} has lines that a crash cut off; they are ignored`)
  return torn
}

/** The append of a line that was cut off was never acknowledged. */
async function readDay(file: string, take: (line: string, place: string) => void): Promise<number> {
  const lines = (await readFile(file, 'utf8')).split('\n')
  let torn = lines.pop() === '' ? 0 : 1
  for (const [index, line] of lines.entries()) {
    if (line.endsWith(TORN_SEAL)) torn += 1
    else take(line, `${file}:${index + 1}`)
  }
  return torn
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
