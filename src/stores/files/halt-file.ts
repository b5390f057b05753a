import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import path from 'node:path'

/** How old the answer of the last look at the disk may be: a look costs microseconds, so this only bounds a burst of orders. */
const CHECKED_FOR_MS = 5

export interface HaltEntry {
  /** all, venue:V, strategy:S, pair:P or trade:T. */
  readonly scope: string
  /** Rises with each write to this file; it is not the ledger's halt epoch. */
  readonly epoch: number
  readonly by: string
  readonly reason: string
  readonly atMs: number
}

export interface HaltState {
  readonly halted: boolean
  readonly scopes: readonly string[]
  readonly entries: readonly HaltEntry[]
}

/**
 * The halt that works with everything else down (E26): `<dir>/halt.json`, a list of entries. All calls are synchronous.
 * No file: nothing is halted. A file that cannot be read or understood halts everything.
 */
export interface HaltFile {
  readonly path: string
  /** Asked before each opening write; looks at the disk at most every 5 ms. Never throws. */
  read(): HaltState
  /** Adds the scopes, or replaces their entries; durable when it returns. @throws the file system's error. */
  write(scopes: readonly string[], by: string, reason: string): void
  /** Removes these scopes, or all of them; the file goes with the last entry. @throws the file system's error. */
  clear(scopes?: readonly string[]): void
}

/** @param nowMs when the entries are dated and how long an answer is kept; the system clock unless told otherwise. */
export function createHaltFile(dir: string, nowMs: () => number = Date.now): HaltFile {
  return new JsonHaltFile(path.join(dir, 'halt.json'), nowMs)
}

class JsonHaltFile implements HaltFile {
  #state: HaltState = stateOf([])
  #checkedAtMs = Number.NEGATIVE_INFINITY
  #version = 'unread'

  constructor(
    readonly path: string,
    readonly nowMs: () => number,
  ) {}

  read(): HaltState {
    const now = this.nowMs()
    const age = now - this.#checkedAtMs
    if (age >= 0 && age < CHECKED_FOR_MS) return this.#state // a clock that was set back is no reason to trust an old answer
    this.#checkedAtMs = now
    return this.#look()
  }

  write(scopes: readonly string[], by: string, reason: string): void {
    const kept = this.#look().entries.filter((entry) => !scopes.includes(entry.scope))
    const epoch = 1 + Math.max(0, ...this.#state.entries.map((entry) => entry.epoch))
    const atMs = this.nowMs()
    this.#replace([...kept, ...scopes.map((scope) => ({ scope, epoch, by, reason, atMs }))])
  }

  clear(scopes?: readonly string[]): void {
    const kept = scopes ? this.#look().entries.filter((entry) => !scopes.includes(entry.scope)) : []
    if (kept.length > 0) this.#replace(kept)
    else {
      rmSync(this.path, { force: true })
      this.#look()
    }
  }

  #look(): HaltState {
    try {
      const stat = statSync(this.path, { throwIfNoEntry: false, bigint: true })
      const version = stat ? `${stat.ino} ${stat.size} ${stat.mtimeNs}` : 'none'
      if (version !== this.#version) {
        this.#state = stat ? stateOf(parseEntries(readFileSync(this.path, 'utf8'))) : stateOf([])
        this.#version = version
      }
    } catch (error) {
      this.#version = 'unread'
      this.#state = stateOf([unreadable(this.path, error, this.nowMs())])
    }
    return this.#state
  }

  /** A new file under another name, renamed: a reader sees the old list or the new one, never half of it. */
  #replace(entries: readonly HaltEntry[]): void {
    mkdirSync(path.dirname(this.path), { recursive: true })
    const next = `${this.path}.${process.pid}`
    const file = openSync(next, 'w')
    try {
      writeSync(file, `${JSON.stringify(entries, null, 2)}\n`)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(next, this.path)
    this.#look()
  }
}

const stateOf = (entries: readonly HaltEntry[]): HaltState => ({
  halted: entries.length > 0,
  scopes: entries.map((entry) => entry.scope),
  entries,
})

function parseEntries(text: string): HaltEntry[] {
  const list: unknown = JSON.parse(text)
  if (!Array.isArray(list) || !list.every(isEntry)) throw new Error('not a list of {scope, epoch, by, reason, atMs}')
  return list
}

function isEntry(value: unknown): value is HaltEntry {
  const entry = value as Partial<HaltEntry> | null
  return typeof entry?.scope === 'string' && Number.isSafeInteger(entry.epoch) && typeof entry.reason === 'string'
}

const unreadable = (file: string, error: unknown, atMs: number): HaltEntry => ({
  scope: 'all',
  epoch: 0,
  by: 'halt file',
  reason: `${file} cannot be read (${error instanceof Error ? error.message : String(error)}): correct or remove it`,
  atMs,
})
