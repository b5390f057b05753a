import { rm, rmdir } from 'node:fs/promises'
import path from 'node:path'
import { segmentsIn, type CaptureSegment } from './segments'

/** A file is written for an hour at the most; one that nobody has written to for longer has lost its writer, unless that is still there and has nothing to say. */
const WRITTEN_WITHIN_MS = 3_600_000 * 2
/** `streaming-a-4711`: files are named by the process that writes them. */
const PID = /-(\d{1,10})$/

export interface RingBound {
  readonly bytes: number
  /** Files that ended before this go, whatever their size. */
  readonly beforeMs: number
}
export interface RingState {
  readonly files: number
  readonly bytes: number
  /** Where what is kept begins; null: nothing is. */
  readonly fromMs: number | null
  readonly removed: readonly CaptureSegment[]
}

/**
 * Removes the oldest files of a capture beyond an age or a size, never the one that a process is writing: what it wrote from then on would be in no file.
 * What is pinned has a link of its own and stays.
 * @param isAlive whether a process of this machine runs; another one may have got the number of one that does not, and keeps its last file a while longer
 * @throws the file system's errors
 */
export async function pruneRing(folder: string, bound: RingBound, nowMs: number, isAlive = processIsAlive): Promise<RingState> {
  const segments = await segmentsIn(folder)
  const isWritten = ({ isLast, writtenMs, process: writer }: CaptureSegment): boolean => {
    const pid = PID.exec(writer)?.[1]
    return isLast && (writtenMs > nowMs - WRITTEN_WITHIN_MS || (pid !== undefined && isAlive(Number.parseInt(pid, 10))))
  }
  let bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0)
  const kept: CaptureSegment[] = []
  const removed: CaptureSegment[] = []
  for (const segment of segments) {
    if ((bytes <= bound.bytes && segment.beforeMs >= bound.beforeMs) || isWritten(segment)) {
      kept.push(segment)
      continue
    }
    await rm(segment.file, { force: true })
    await rmdir(path.dirname(segment.file)).catch(() => undefined) // the day's folder, when this was its last
    bytes -= segment.bytes
    removed.push(segment)
  }
  return { files: kept.length, bytes, fromMs: kept[0]?.startedMs ?? null, removed }
}

/** A process of another user is alive too. */
function processIsAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
