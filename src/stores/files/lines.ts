import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createGunzip, type Gunzip } from 'node:zlib'

const GZIP_MAGIC = 0x1f8b
const NEWLINE = 0x0a
/** Compressed bytes unpacked at a time: bounds memory to a few megabytes even at JSON's best compression ratios. */
const READ_BYTES = 64 * 1024
/** A damaged chunk is fed by the byte: what zlib unpacks in the step in which it fails is lost, and sixteen bytes may be a line. Seconds, once. */
const DAMAGED_STEP_BYTES = 1
/** One message of a venue, or one row; a longer line is not what is read here. */
const LINE_BYTES_MAX = 64 * 1024 * 1024

/** What follows cannot be read: every line before it was handed on. */
export class DamagedFile extends Error {}

/**
 * The lines of a plain or gzipped file, split at newlines only: U+2028 is an ordinary character inside JSON. `tail.torn` is set when a gzip file has no end;
 * every complete line before it was told.
 * @throws DamagedFile after every line before the damage; for a line of more than 64 MB; the file system's error.
 */
export async function* linesOf(file: string, tail: { torn: boolean }): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of bytesOf(file, tail)) {
    let data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (let end = data.indexOf(NEWLINE); end >= 0; end = data.indexOf(NEWLINE)) {
      yield data.toString('utf8', 0, end)
      data = data.subarray(end + 1)
    }
    if (data.length > LINE_BYTES_MAX) throw new DamagedFile(`${file} has a line of more than ${LINE_BYTES_MAX} bytes: it is no recording`)
    rest = data
  }
  if (rest.length > 0 && !tail.torn) yield rest.toString('utf8')
}

async function* bytesOf(file: string, tail: { torn: boolean }): AsyncGenerator<Buffer> {
  const compressed = await isGzip(file, tail)
  const source: AsyncIterable<Buffer> = createReadStream(file, { highWaterMark: READ_BYTES })
  if (!compressed) yield* source
  else yield* inflate(file, source, tail)
}

async function isGzip(file: string, tail: { torn: boolean }): Promise<boolean> {
  const handle = await open(file, 'r')
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0)
    if (bytesRead < 2) tail.torn = file.endsWith('.gz')
    return bytesRead === 2 && buffer.readUInt16BE(0) === GZIP_MAGIC
  } finally {
    await handle.close()
  }
}

/** Unpacks chunk by chunk, so that everything before a missing end, or before damage, has been handed on when that turns out. */
async function* inflate(file: string, source: AsyncIterable<Buffer>, tail: { torn: boolean }): AsyncGenerator<Buffer> {
  const unpacking = new Unpacking()
  let handed = 0
  let packed = 0
  try {
    for await (const chunk of source) {
      await unpacking.feed(chunk)
      for (const piece of unpacking.take()) {
        handed += piece.length
        yield piece
      }
      if (unpacking.failure) break
      packed += chunk.length
    }
    const failure = await unpacking.end()
    for (const piece of unpacking.take()) {
      handed += piece.length
      yield piece
    }
    if (failure?.code === 'Z_BUF_ERROR') tail.torn = true
    else if (failure) {
      yield* beforeDamage(file, packed, handed)
      throw new DamagedFile(`${file} is not a readable gzip file: ${failure.message}`, { cause: failure })
    }
  } finally {
    unpacking.stop()
  }
}

/** What zlib had unpacked of the chunk in which it failed, and did not tell: the chunk is fed again, byte by byte. */
async function* beforeDamage(file: string, packed: number, handed: number): AsyncGenerator<Buffer> {
  const unpacking = new Unpacking()
  const source: AsyncIterable<Buffer> = createReadStream(file, { highWaterMark: READ_BYTES })
  let [skip, fed] = [handed, 0]
  try {
    for await (const chunk of source) {
      const step = fed < packed ? chunk.length : DAMAGED_STEP_BYTES
      for (let from = 0; from < chunk.length && !unpacking.failure; from += step) {
        await unpacking.feed(chunk.subarray(from, from + step))
        for (const piece of unpacking.take()) {
          const news = piece.subarray(Math.min(skip, piece.length))
          skip -= piece.length - news.length
          if (news.length > 0) yield news
        }
      }
      if (unpacking.failure) return
      fed += chunk.length
    }
  } finally {
    unpacking.stop()
  }
}

/** A gzip stream whose failure is a value. */
class Unpacking {
  readonly #gunzip = createGunzip()
  readonly #unpacked: Buffer[] = []
  readonly #ended: Promise<NodeJS.ErrnoException | null>
  failure: NodeJS.ErrnoException | null = null

  constructor() {
    this.#ended = endOf(this.#gunzip)
    this.#gunzip.on('data', (chunk: Buffer) => this.#unpacked.push(chunk))
    this.#gunzip.on('error', (error: NodeJS.ErrnoException) => (this.failure = error))
  }

  /** Resolves when it is unpacked, or has failed. */
  async feed(chunk: Buffer): Promise<void> {
    await Promise.race([new Promise((resolve) => this.#gunzip.write(chunk, resolve)), this.#ended])
  }
  take(): readonly Buffer[] {
    return this.#unpacked.splice(0)
  }
  async end(): Promise<NodeJS.ErrnoException | null> {
    if (!this.failure) this.#gunzip.end()
    return this.#ended
  }
  stop(): void {
    this.#gunzip.destroy()
  }
}

/** Resolves with the failure, or null at a proper end; never rejects. */
function endOf(gunzip: Gunzip): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    gunzip.on('end', () => resolve(null))
    gunzip.on('error', (error: NodeJS.ErrnoException) => resolve(error))
  })
}
