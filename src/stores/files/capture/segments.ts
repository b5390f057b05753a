import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'

/** One file of a capture, by its name: `<start>-<process>.ndjson.gz`. */
export interface CaptureSegment {
  readonly file: string
  readonly process: string
  readonly startedMs: number
  /** No frame is later: where the next file of its process starts, or when the last one was written to. */
  readonly beforeMs: number
  /** Its process has no later one: it may still be written. */
  readonly isLast: boolean
  readonly bytes: number
  readonly writtenMs: number
  /** Names what is on disk: a link to it has the same. */
  readonly inode: number
}

/** The writer drains four times a second. */
const DRAINED_WITHIN_MS = 1_000
const NAME = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(\d{3})Z-(.+)\.ndjson\.gz$/

/** The files below a folder (`<data>/capture`, or one trade's below `<data>/pinned`), oldest first. None where there is no folder. */
export async function segmentsIn(folder: string): Promise<readonly CaptureSegment[]> {
  const names = await readdir(folder, { recursive: true }).catch(unlessAbsent([]))
  const found: Omit<CaptureSegment, 'beforeMs' | 'isLast'>[] = []
  for (const name of names) {
    const match = NAME.exec(path.basename(name))
    if (!match) continue
    const [, year, month, day, hour, minute, second, milli, process = ''] = match
    const file = path.join(folder, name)
    const on = await stat(file).catch(unlessAbsent(null))
    if (on === null) continue // removed since it was listed
    found.push({
      file,
      process,
      startedMs: Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${milli}Z`),
      bytes: on.size,
      writtenMs: on.mtimeMs,
      inode: on.ino,
    })
  }
  found.sort((a, b) => a.startedMs - b.startedMs)
  const next = new Map<string, number>()
  const segments = found.toReversed().map((segment): CaptureSegment => {
    const { process, startedMs, writtenMs } = segment
    const beforeMs = next.get(process)
    next.set(process, startedMs)
    // a clock that was moved (docs/decisions/simulated-clock.md) is not that of the file system
    return {
      ...segment,
      isLast: beforeMs === undefined,
      beforeMs: beforeMs ?? (writtenMs < startedMs ? Infinity : writtenMs + DRAINED_WITHIN_MS),
    }
  })
  return segments.toReversed()
}

/** Those that may have frames of a time. */
export const covering = (segments: readonly CaptureSegment[], fromMs: number, toMs: number): readonly CaptureSegment[] =>
  segments.filter(({ startedMs, beforeMs }) => startedMs <= toMs && beforeMs >= fromMs)

/** What stands in for a file or folder that does not exist. */
export const unlessAbsent =
  <T>(instead: T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT') return instead
    throw error
  }
