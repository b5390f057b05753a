import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { unlessAbsent } from './capture/segments'

/** A year: some kilobytes a day. */
const KEPT = 400
const REPORT = /^\d{4}-\d{2}-\d{2}\.json$/

const folderOf = (dataDir: string): string => path.join(dataDir, 'replays')
const namesIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder).catch(unlessAbsent<string[]>([]))).filter((name) => REPORT.test(name)).toSorted()

/** Keeps the report of a day, in the place of an earlier one of that day. @throws the file system's errors */
export async function saveReplay(dataDir: string, report: { readonly day: string }): Promise<void> {
  const folder = folderOf(dataDir)
  await mkdir(folder, { recursive: true })
  const file = path.join(folder, `${report.day}.json`)
  await writeFile(`${file}.part`, `${JSON.stringify(report)}\n`)
  await rename(`${file}.part`, file)
  for (const name of (await namesIn(folder)).slice(0, -KEPT)) await rm(path.join(folder, name), { force: true })
}

/** The newest reports, newest first, as they were saved. @throws the file system's errors; SyntaxError for a file that somebody wrote into */
export async function readReplays<T>(dataDir: string, limit: number): Promise<readonly T[]> {
  const folder = folderOf(dataDir)
  const newest = (await namesIn(folder)).slice(-limit).toReversed()
  return Promise.all(newest.map(async (name) => JSON.parse(await readFile(path.join(folder, name), 'utf8')) as T))
}
