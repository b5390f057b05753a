import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createGunzip, type Gunzip } from 'node:zlib'
import type { Frame } from '../../core/market/event'
import type { Log } from '../../ports/log'
import { decodeFrame, MalformedLine } from './frame-line'

const GZIP_MAGIC = 0x1f8b
const NEWLINE = 0x0a
/** Compressed bytes unpacked at a time: bounds memory to a few megabytes even at JSON's best compression ratios. */
const READ_BYTES = 64 * 1024
/** A capture line is one venue message; beyond this the file is not a capture. */
const LINE_BYTES_MAX = 64 * 1024 * 1024

/**
 * The frames of one capture file, in order. Takes plain and gzipped NDJSON, our own captures and recordings that have only
 * `recv_ms` and `event`. A gzip file without its end (the writer was killed, or still writes) gives every complete line and a
 * warning in `log`; so does a gap in our own numbers.
 * @throws Error naming file and line for a malformed line; the file system's error when it cannot be read.
 */
export async function* readCapture(file: string, log: Log): AsyncGenerator<Frame, void, undefined> {
  const tail = { torn: false }
  let lineNumber = 0
  let previousN: number | null = null
  for await (const line of linesOf(file, tail)) {
    lineNumber += 1
    if (line.trim() === '') continue
    const frame = decodeLine(file, line, lineNumber)
    if (previousN !== null && frame.n !== previousN + 1 && !isRecording(line)) {
      log.warn({ file, line: lineNumber, missing: frame.n - previousN - 1 }, 'frames are missing in the capture')
    }
    previousN = frame.n
    yield frame
  }
  if (tail.torn)
    log.warn(
      { file, lines: lineNumber },
      'the capture has no end (its writer was killed or still writes): read up to the last complete line',
    )
}

const isRecording = (line: string): boolean => !line.startsWith('{"n":')

function decodeLine(file: string, line: string, lineNumber: number): Frame {
  try {
    return decodeFrame(line, lineNumber)
  } catch (error) {
    if (error instanceof MalformedLine) throw new Error(`${file}:${lineNumber} ${error.message}`, { cause: error })
    throw error
  }
}

/** Splits at newlines only: U+2028 is an ordinary character inside JSON. */
async function* linesOf(file: string, tail: { torn: boolean }): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of bytesOf(file, tail)) {
    let data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (let end = data.indexOf(NEWLINE); end >= 0; end = data.indexOf(NEWLINE)) {
      yield data.toString('utf8', 0, end)
      data = data.subarray(end + 1)
    }
    if (data.length > LINE_BYTES_MAX) throw new Error(`${file} has a line of more than ${LINE_BYTES_MAX} bytes: it is not a capture`)
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

/** Unpacks chunk by chunk, so that everything before a missing end has been handed on when the end turns out to be missing. */
async function* inflate(file: string, source: AsyncIterable<Buffer>, tail: { torn: boolean }): AsyncGenerator<Buffer> {
  const gunzip = createGunzip()
  const unpacked: Buffer[] = []
  const done = endOf(gunzip)
  gunzip.on('data', (chunk: Buffer) => unpacked.push(chunk))
  try {
    for await (const chunk of source) {
      await Promise.race([new Promise((resolve) => gunzip.write(chunk, resolve)), done])
      yield* unpacked.splice(0)
    }
    gunzip.end()
    const failure = await done
    yield* unpacked.splice(0)
    if (failure?.code === 'Z_BUF_ERROR') tail.torn = true
    else if (failure) throw new Error(`${file} is not a readable gzip file: ${failure.message}`, { cause: failure })
  } finally {
    gunzip.destroy()
  }
}

/** Resolves with the failure, or null at a proper end; never rejects. */
function endOf(gunzip: Gunzip): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    gunzip.on('end', () => resolve(null))
    gunzip.on('error', (error: NodeJS.ErrnoException) => resolve(error))
  })
}
