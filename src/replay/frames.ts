import type { Frame } from '../core/market/event'
import type { Log } from '../ports/log'
import { DamagedCapture, readCapture } from '../stores/files/capture-reader'

/** The number of a process's first frame, and of a recording's first line. */
const FIRST = 1

/**
 * The frames of several captures, one file after the other, as one stream. A file that neither starts a process nor continues the file before
 * it gets a warning in `log`: nothing can be decided before its process has told again what stands, which it does at the beginning of each file.
 * @param onDamage told where a file is damaged after frames that could be read: nothing comes after it. Absent: it is thrown.
 * @throws RangeError with one sentence that names the file which is missing, is no capture or has a line that cannot be read.
 */
export async function* framesOf(
  files: readonly string[],
  log: Log,
  onDamage?: (sentence: string) => void,
): AsyncGenerator<Frame, void, undefined> {
  let lastN = 0
  for (const file of files) {
    let isFirst = true
    try {
      for await (const frame of readCapture(file, log)) {
        if (isFirst && frame.n !== FIRST && frame.n !== lastN + 1)
          log.warn(
            { file, startsAt: frame.n },
            'frames before this file are missing: nothing is decided until its process has told again what stands',
          )
        isFirst = false
        lastN = frame.n
        yield frame
      }
    } catch (error) {
      if (onDamage && error instanceof DamagedCapture && lastN > 0) return onDamage(error.message)
      throw new RangeError(sentenceOf(file, error as NodeJS.ErrnoException), { cause: error })
    }
  }
}

function sentenceOf(file: string, { code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return `${file} does not exist: name a capture (*.ndjson or *.ndjson.gz)`
  if (code === 'EISDIR') return `${file} is a folder: name the captures in it, oldest first`
  return message.includes(file) ? message : `${file} cannot be read: ${message}`
}
