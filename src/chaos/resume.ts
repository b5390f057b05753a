import fs from 'node:fs'
import type { Entry } from './report'

/** What a long run has done so far: a line of JSON for every finished block. A block that was cut short is run again. */
export class StateFile {
  constructor(private readonly file: string | null) {}

  /** @throws RangeError naming the line that is not a finished block. */
  entries(): readonly Entry[] {
    if (this.file === null || !fs.existsSync(this.file)) return []
    const text = fs.readFileSync(this.file, 'utf8')
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    if (whole !== text) fs.writeFileSync(this.file, whole) // a stop cut the last line short: its block is run again
    const lines = whole === '' ? [] : whole.trimEnd().split('\n')
    return lines.flatMap((line, i) => parsed(line, `${this.file} line ${i + 1}`))
  }

  add(entries: readonly Entry[]): void {
    if (this.file !== null && entries.length > 0) fs.appendFileSync(this.file, `${JSON.stringify(entries)}\n`)
  }
}

function parsed(line: string, where: string): readonly Entry[] {
  try {
    const entries: unknown = JSON.parse(line)
    if (Array.isArray(entries)) return entries as readonly Entry[]
  } catch {
    // told below
  }
  throw new RangeError(`${where} is not a finished block of chaos: name another file with --resume`)
}
