import fs from 'node:fs'

/** The simulated venues write exactly so many bytes, over the old ones: one read sees one version. */
const BYTES = 64

/**
 * The time of a simulation whose clock can be moved (docs/decisions/simulated-clock.md): how many milliseconds it is ahead of the machine's, as the
 * simulated venues keep it in a file. It is read at each question, so that all processes move in the same moment: a read of 64 bytes of a file in
 * memory costs two microseconds, and only a simulation that asks for it pays them. The file stays open as long as the process.
 * @throws Error with one sentence when there is no such file, or it is of something else.
 */
export function openClockFile(file: string): () => number {
  const handle = fs.openSync(file, 'r')
  const bytes = Buffer.alloc(BYTES)
  const known = Buffer.alloc(BYTES)
  let offsetMs: number | null = null
  const read = (): number => {
    fs.readSync(handle, bytes, 0, BYTES, 0)
    if (offsetMs === null || !bytes.equals(known)) {
      offsetMs = offsetOf(bytes.toString('utf8')) ?? offsetMs
      if (offsetMs === null) throw new Error(`${file} is no clock of a simulation: remove it, and start the stack again`)
      bytes.copy(known)
    }
    return offsetMs
  }
  read()
  return read
}

/** null: not one whole version of it. */
function offsetOf(text: string): number | null {
  const found = /^\{"offsetMs":(-?\d{1,15})\} *\n$/.exec(text)?.[1]
  return found === undefined ? null : Number(found)
}
