import type { Dirent } from 'node:fs'
import { copyFile, link, mkdir, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { covering, segmentsIn, unlessAbsent, type CaptureSegment } from './segments'

/** Codes of file systems that know no hard links, or not across their border. */
const NO_LINKS = new Set(['EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK'])

export const pinnedFolder = (dataDir: string): string => path.join(dataDir, 'pinned')

/** From some seconds before a trade was decided until its end; of one that runs, until now. */
export interface TradeWindow {
  readonly tradeId: string
  readonly fromMs: number
  readonly toMs: number
}

/**
 * Keeps the captures of a trade's time in `<data>/pinned/<tradeId>/` beyond the ring: as hard links, which take no space while the ring has the files too,
 * and go on with a file that is still written. Repeated, it adds what has come since.
 * @param ring as it is now
 * @returns how many files are pinned now and were not before. @throws the file system's errors
 */
export async function pinTrade(dataDir: string, { tradeId, fromMs, toMs }: TradeWindow, ring: readonly CaptureSegment[]): Promise<number> {
  const segments = covering(ring, fromMs, toMs)
  if (segments.length === 0) return 0
  const folder = path.join(pinnedFolder(dataDir), tradeId)
  await mkdir(folder, { recursive: true })
  let added = 0
  for (const { file } of segments) if (await keep(file, path.join(folder, path.basename(file)))) added++
  return added
}

/** @returns whether it was not there before. */
async function keep(file: string, as: string): Promise<boolean> {
  try {
    await link(file, as)
    return true
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' || code === 'ENOENT') return false // pinned before; or gone from the ring since it was listed
    if (!NO_LINKS.has(code)) throw error
    await copyFile(file, as) // of a file that is still written the next look copies it again
    return true
  }
}

export interface Pins {
  readonly trades: number
  /** Each file once, however many trades it is pinned for. */
  readonly bytes: number
  readonly removed: readonly string[]
}

/**
 * Lets go of the oldest trades beyond an age or a size. A trade's id begins with its time. What lies beside the trades' folders is none of ours and stays.
 * @throws the file system's errors
 */
export async function prunePins(dataDir: string, bound: { readonly bytes: number; readonly beforeMs: number }): Promise<Pins> {
  const folder = pinnedFolder(dataDir)
  const entries = await readdir(folder, { withFileTypes: true }).catch(unlessAbsent<Dirent[]>([]))
  const names = entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).toSorted()
  const pinned = await Promise.all(names.map(async (tradeId) => ({ tradeId, segments: await segmentsIn(path.join(folder, tradeId)) })))
  const links = new Map<number, { readonly bytes: number; left: number }>()
  for (const { inode, bytes } of pinned.flatMap(({ segments }) => segments))
    links.set(inode, { bytes, left: (links.get(inode)?.left ?? 0) + 1 })
  let bytes = [...links.values()].reduce((sum, each) => sum + each.bytes, 0)
  const removed: string[] = []
  for (const { tradeId, segments } of pinned) {
    const newestMs = Math.max(-Infinity, ...segments.map(({ startedMs }) => startedMs))
    if (bytes <= bound.bytes && newestMs >= bound.beforeMs) break
    await rm(path.join(folder, tradeId), { recursive: true, force: true })
    removed.push(tradeId)
    for (const { inode } of segments) {
      const of = links.get(inode)
      if (of && --of.left === 0) bytes -= of.bytes
    }
  }
  return { trades: pinned.length - removed.length, bytes, removed }
}
