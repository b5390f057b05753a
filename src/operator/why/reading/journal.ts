import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import type { JournalMark, TradeMark } from '../../../ports/journal'
import { unlessAbsent } from '../../../stores/files/capture/segments'
import { dayOf, linesWith } from '../../../stores/files/day-file'
import { parseMark } from '../../../stores/files/marks'
import type { Source } from '../record'
import type { Window } from './capture'

const DAY_MS = 86_400_000

/** A trade's marks in the journals of every shard of this machine, oldest first. What was carried into another day stands twice and is told once. */
export async function readTradeJournal(
  dataDir: string,
  tradeId: string,
  { fromMs, toMs }: Window,
): Promise<Source<readonly (JournalMark | TradeMark)[]>> {
  const shards = await readdir(path.join(dataDir, 'shards')).catch(unlessAbsent<string[]>([]))
  const folders = [dataDir, ...shards.map((shard) => path.join(dataDir, 'shards', shard))].map((folder) => path.join(folder, 'journal'))
  const days: string[] = []
  for (let atMs = fromMs; dayOf(atMs) <= dayOf(toMs); atMs += DAY_MS) days.push(dayOf(atMs))
  const files = folders.flatMap((folder) => days.map((day) => path.join(folder, `${day}.ndjson`))).filter((file) => existsSync(file))
  if (files.length === 0)
    return { kind: 'missing', reason: `there is no journal of ${days.join(', ')} in ${path.join(dataDir, 'journal')}` }
  try {
    const lines = new Set(files.flatMap((file) => linesWith(file, tradeId, null)))
    const marks = [...lines].map((line) => parseMark(line, files.join(', ')))
    if (marks.length === 0)
      return {
        kind: 'missing',
        reason: `${files.map((file) => path.relative(dataDir, file)).join(', ')} has no mark of it: no order of it was granted on this machine`,
      }
    return { kind: 'read', found: marks.toSorted((a, b) => a.atMs - b.atMs) }
  } catch (error) {
    return { kind: 'missing', reason: (error as Error).message }
  }
}
