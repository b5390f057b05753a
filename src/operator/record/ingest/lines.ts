import { DamagedFile, linesOf as linesOfFile } from '../../../stores/files/lines'

export interface Line {
  /** From 1. */
  readonly number: number
  readonly text: string
}

/**
 * The lines of a plain or gzipped file. `cut` is told when it is damaged, or a gzip file without its end: every complete line before was told.
 * @throws the file system's error.
 */
export async function* linesOf(file: string, cut: (reason: string) => void): AsyncGenerator<Line> {
  const tail = { torn: false }
  let number = 0
  try {
    for await (const text of linesOfFile(file, tail)) yield { number: (number += 1), text }
  } catch (error) {
    if (!(error instanceof DamagedFile)) throw error
    return cut(`it is damaged after line ${number} (${error.message})`)
  }
  if (tail.torn) cut(`it has no end after line ${number}`)
}
