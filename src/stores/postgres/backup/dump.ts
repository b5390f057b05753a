import { createReadStream, createWriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import type { Client } from 'pg'
import type { Millis } from '../../../core/units'
import { linesOf, onOwnConnection, schemaOf, tablesOf, Tally, type Counted } from './tables'

/** Rises when a backup is written in another way. */
const FORMAT = 1
/** Every line that is no row begins with this; a row is a JSON object. */
const MARK = '#'
/** Of a line that nobody understands: enough to recognise it. */
const TOLD_CHARACTERS = 80

/** The first line: what this is, and of which schema. */
export interface Head {
  readonly crossbook: 'ledger-backup'
  readonly format: number
  readonly atMs: number
  /** The migrations that made the schema. */
  readonly schema: readonly string[]
}
/** The last line: what there must be. */
export interface End {
  readonly end: readonly Counted[]
}
/** Before the rows of a table. */
interface Begin {
  readonly table: string
}

export interface Dumped {
  readonly head: Head
  readonly tables: readonly Counted[]
}

/**
 * Writes every row of the ledger, as of one moment, into a compressed file of lines; nothing waits for it. The file has its name once it is whole and on disk.
 * @throws Error when the database has no ledger, or the disk is full; nothing is left then.
 */
export async function dumpLedger(url: string, file: string, atMs: Millis, signal: AbortSignal): Promise<Dumped> {
  const making = `${file}.making`
  try {
    return await onOwnConnection(url, async (client) => {
      await client.query('begin isolation level repeatable read read only')
      const head: Head = { crossbook: 'ledger-backup', format: FORMAT, atMs, schema: await schemaOf(client) }
      if (head.schema.length === 0) throw new Error('there is no ledger in this database: nothing to back up')
      const tables: Counted[] = []
      await pipeline(Readable.from(written(client, head, tables, signal)), createGzip(), createWriteStream(making, { mode: 0o600 }), {
        signal,
      })
      await onDisk(making)
      await rename(making, file)
      return { head, tables }
    })
  } catch (error) {
    await rm(making, { force: true })
    throw error
  }
}

async function* written(client: Client, head: Head, tables: Counted[], signal: AbortSignal): AsyncGenerator<string> {
  yield `${MARK}${JSON.stringify(head)}\n`
  for (const table of await tablesOf(client)) {
    yield `${MARK}${JSON.stringify({ table: table.name } satisfies Begin)}\n`
    const tally = new Tally(table.name)
    for await (const line of linesOf(client, table, signal)) {
      tally.add(line)
      yield `${line}\n`
    }
    tables.push(tally.result())
  }
  yield `${MARK}${JSON.stringify({ end: tables } satisfies End)}\n`
}

async function onDisk(file: string): Promise<void> {
  const handle = await open(file)
  await handle.sync().finally(() => handle.close())
}

export type Part =
  | { readonly kind: 'head'; readonly head: Head }
  | { readonly kind: 'row'; readonly table: string; readonly line: string }
  | { readonly kind: 'end'; readonly end: readonly Counted[] }

/** What a backup says, in its order. @throws Error with one sentence when the file is none, is cut off, or was written by a newer version. */
export async function* readBackup(file: string): AsyncGenerator<Part> {
  let table: string | null = null
  let ended = false
  for await (const line of linesIn(file)) {
    if (ended) throw new Error(`${file} goes on after its end: it is no backup that crossbook has written`)
    if (!line.startsWith(MARK)) {
      if (table === null) throw new Error(`${file} is no backup of a ledger: it begins with something else`)
      yield { kind: 'row', table, line }
      continue
    }
    const told = control(line, file)
    if ('table' in told) table = told.table
    else if ('end' in told) {
      ended = true
      yield { kind: 'end', end: told.end }
    } else yield { kind: 'head', head: told }
  }
  if (!ended) throw new Error(`${file} is cut off: it does not say what it holds`)
}

async function* linesIn(file: string): AsyncGenerator<string> {
  const unzipped = createGunzip()
  const done = pipeline(createReadStream(file), unzipped).catch(() => undefined) // told by the loop
  unzipped.setEncoding('utf8')
  let rest = ''
  try {
    for await (const chunk of unzipped as AsyncIterable<string>) {
      const lines = `${rest}${chunk}`.split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as Error).message}`)
  } finally {
    await done
  }
  if (rest !== '') yield rest
}

function control(line: string, file: string): Head | Begin | End {
  const told = parsed(line.slice(MARK.length))
  if (told !== null && (!('crossbook' in told) || told.format === FORMAT)) return told
  throw new Error(`${file} is no backup that this version can read: ${line.slice(0, TOLD_CHARACTERS)}`)
}

function parsed(text: string): Head | Begin | End | null {
  try {
    return JSON.parse(text) as Head | Begin | End
  } catch {
    return null
  }
}
