import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'

const NEWLINE = 0x0a
const GZIP_MAGIC = 0x1f8b
/** One message of a venue, or one row; a longer line is not what this reads. */
const LINE_BYTES_MAX = 64 * 1_048_576

export interface Line {
  /** From 1. */
  readonly number: number
  readonly text: string
}

/**
 * The lines of a plain or gzipped file, split at newlines only (U+2028 is an ordinary character inside JSON). `cut` is told when a gzip file has no end:
 * every complete line before it was told.
 * @throws RangeError for a line of more than 64 MB; the file system's error.
 */
export async function* linesOf(file: string, cut: (reason: string) => void): AsyncGenerator<Line> {
  let rest: Buffer = Buffer.alloc(0)
  let number = 0
  try {
    for await (const chunk of await bytesOf(file)) {
      let data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      for (let end = data.indexOf(NEWLINE); end >= 0; end = data.indexOf(NEWLINE)) {
        yield { number: (number += 1), text: data.toString('utf8', 0, end) }
        data = data.subarray(end + 1)
      }
      if (data.length > LINE_BYTES_MAX)
        throw new RangeError(`${file}:${number + 1} has more than ${LINE_BYTES_MAX} bytes: it is no recording`)
      rest = data
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (!code?.startsWith('Z_')) throw error
    return cut(`it is damaged or has no end after line ${number} (${message})`)
  }
  if (rest.length > 0) yield { number: number + 1, text: rest.toString('utf8') }
}

async function bytesOf(file: string): Promise<AsyncIterable<Buffer>> {
  const handle = await open(file, 'r')
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0).finally(() => handle.close())
  const source = createReadStream(file)
  if (bytesRead < 2 || buffer.readUInt16BE(0) !== GZIP_MAGIC) return source
  const unpacked = createGunzip()
  source.on('error', (error) => unpacked.destroy(error))
  return source.pipe(unpacked)
}
