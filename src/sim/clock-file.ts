import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import type { ClockKeeper } from './clock'

/** Always so many bytes, written over the old ones at once: whoever reads as many sees one version. */
const BYTES = 64

/** Keeps a moved clock in a file, as {"offsetMs":…}, for the processes that live by it and for the next simulator. @throws Error for a file of something else. */
export function clockFile(file: string): ClockKeeper {
  return {
    read() {
      const text = existing(file)
      if (text === null) return null
      const found = /^\{"offsetMs":(-?\d{1,15})\} *\n$/.exec(text)?.[1]
      if (found === undefined) throw new Error(`${file} holds no clock of a simulator: name another file with --clock`)
      return Number(found)
    },
    write(aheadMs) {
      // neither truncated nor renamed: its readers keep it open
      const handle = openSync(file, existing(file) === null ? 'w' : 'r+')
      try {
        writeSync(handle, `${JSON.stringify({ offsetMs: aheadMs }).padEnd(BYTES - 1)}\n`, 0)
      } finally {
        closeSync(handle)
      }
    },
  }
}

function existing(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** A clock that nobody else lives by. */
export function ownClock(): ClockKeeper {
  return { read: () => null, write: () => undefined }
}
