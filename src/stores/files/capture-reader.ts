import type { Frame } from '../../core/market/event'
import type { Log } from '../../ports/log'
import { decodeFrame, isHeader, MalformedLine } from './frame-line'
import { DamagedFile, linesOf } from './lines'

/** Two clocks of one process drift apart by less than this between two frames; more, and somebody has set the one that tells the time. */
const CLOCK_JUMP_MS = 1_000
const NS_PER_MS = 1_000_000n
/** Something that stands in a capture and cannot be read: every frame before it was handed on. */
export class DamagedCapture extends Error {}

/**
 * The frames of one capture file, in order. Takes plain and gzipped NDJSON, our own captures and recordings that have only
 * `recv_ms` and `event`. A gzip file without its end (the writer was killed, or still writes) gives every complete line and a
 * warning in `log`; so does a gap in our own numbers, and a clock that was set while it was written.
 * @throws DamagedCapture naming file and line, after every frame before it; the file system's error when it cannot be read.
 */
export async function* readCapture(file: string, log: Log): AsyncGenerator<Frame, void, undefined> {
  const tail = { torn: false }
  let lineNumber = 0
  let previous: Frame | null = null
  try {
    for await (const line of linesOf(file, tail)) {
      lineNumber += 1
      if (line.trim() === '') continue
      const frame = decodeLine(file, line, lineNumber)
      if (frame === null) continue
      if (previous !== null && !isRecording(line))
        compare(previous, frame, (fields, message) => log.warn({ file, line: lineNumber, ...fields }, message))
      previous = frame
      yield frame
    }
  } catch (error) {
    throw error instanceof DamagedFile ? new DamagedCapture(error.message, { cause: error }) : error
  }
  if (tail.torn)
    log.warn(
      { file, lines: lineNumber },
      'the capture has no end (its writer was killed or still writes): read up to the last complete line',
    )
}

/** What two frames of a process that follow each other say of what lies between them. */
function compare(before: Frame, frame: Frame, warn: Log['warn']): void {
  if (frame.n !== before.n + 1) warn({ missing: frame.n - before.n - 1 }, 'frames are missing in the capture')
  const passedMs = Number((frame.monoNs - before.monoNs) / NS_PER_MS)
  const jumpMs = frame.recvMs - before.recvMs - passedMs
  if (passedMs >= 0 && Math.abs(jumpMs) > CLOCK_JUMP_MS)
    warn({ n: frame.n, jumpMs }, 'the clock was set while this was captured: times before and after it do not compare')
}

const isRecording = (line: string): boolean => !line.startsWith('{"n":')

/** null: the file's header. */
function decodeLine(file: string, line: string, lineNumber: number): Frame | null {
  try {
    return isHeader(line) ? null : decodeFrame(line, lineNumber)
  } catch (error) {
    if (error instanceof MalformedLine) throw new DamagedCapture(`${file}:${lineNumber} ${error.message}`, { cause: error })
    throw error
  }
}
