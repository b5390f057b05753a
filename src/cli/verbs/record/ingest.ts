import { appendFileSync, existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { dataDirOf, environment } from '../../../config/environment'
import { endpointsFile, loadConfig } from '../../../config/load'
import { readRecordFile } from '../../../config/record'
import { askRecord } from '../../../operator/record/query'
import {
  fetchedAtOf,
  goneAtOnce,
  ingestFile,
  type BadLine,
  type Ingested,
  type IngestOptions,
  type Sink,
} from '../../../operator/record/ingest/ingest'
import type { Clock } from '../../../ports/clock'
import { withLimit } from '../../../ports/limit'
import type { RecordTap } from '../../../stores/questdb/writer'
import { systemClock } from '../../../wiring/clock'
import { openRecord } from '../../../wiring/record/record'
import { createLog } from '../../../telemetry/log'
import { print, printJson, table } from '../../render'
import { recordHere } from './where'

/** QuestDB stores 10,000 rows in a second; a minute without room is a server that is away. */
const ROOM_LIMIT_MS = 60_000
const LOOK_EVERY_MS = 20
const BOUNDS = { rows: 100, seconds: 30 }

/**
 * Counts what the file holds, and, unless that is all, writes it. Counting does without a record: then nothing tells whether a row would go at once.
 * @param fetchedAt when an answer of The Odds API came that does not tell it itself, RFC 3339.
 * @returns 1 when a line could not be read, something is missing, or a row was refused.
 */
export async function ingest(file: string, dryRun: boolean, json: boolean, fetchedAt?: string): Promise<number> {
  const here = dryRun && !isRecordHere() ? null : recordHere()
  const fetchedMs = fetchedAt === undefined ? null : fetchedAtOf(fetchedAt, systemClock().nowMs())
  const onProgress = (lines: number, rows: number): void => void process.stderr.write(`${lines} lines, ${rows} rows\n`)
  const counted = await ingestFile(file, { sink: null, fetchedMs, ...(dryRun ? tellers(file) : SILENT), onProgress })
  if (here === null) {
    process.stderr.write('no record runs here: whether rows are older than their table is kept was not looked at\n')
    return told(file, counted, 0, dryRun, json)
  }
  const { config, httpUrl } = here
  const tooOld = goneAtOnce(counted, await newestOf(httpUrl, Object.keys(counted.tables)), readRecordFile(config.configDir).keep_days)
  if (tooOld !== null) throw new RangeError(tooOld)
  if (dryRun) return told(file, counted, 0, dryRun, json)
  const writer = openRecord(config, httpUrl, 'ingest', createLog({ process: 'cli', level: 'error' }))
  const aside = path.join(config.dataDir, 'record', 'refused', `${path.basename(file)}.ndjson`)
  try {
    const { onBad: sayBad, onWarning } = tellers(file)
    const onBad = (bad: BadLine): void => {
      sayBad(bad)
      mkdirSync(path.dirname(aside), { recursive: true })
      appendFileSync(aside, `${JSON.stringify(bad)}\n`)
    }
    const sink = sinkOf(writer, systemClock())
    const done = await ingestFile(file, { sink, fetchedMs, onBad, onWarning, onProgress })
    if (done.bad > 0) process.stderr.write(`lines that could not be read are kept in ${aside}\n`)
    return told(file, done, writer.dropped, dryRun, json)
  } finally {
    await writer.close(ROOM_LIMIT_MS)
  }
}

/** Whether a stack with a record runs; loading into one that does not is refused with a sentence. */
const isRecordHere = (): boolean =>
  existsSync(endpointsFile(dataDirOf(environment()))) && loadConfig(environment()).endpoints.questdb !== null

type Tellers = Pick<IngestOptions, 'onBad' | 'onWarning'>
const tellers = (file: string): Tellers => ({
  onBad: ({ number, reason }) => void process.stderr.write(`${file}:${number} ${reason}\n`),
  onWarning: (sentence) => void process.stderr.write(`${file}: ${sentence}\n`),
})
/** Of the first reading of a file that is then written: it is told then. */
const SILENT: Tellers = { onBad: () => undefined, onWarning: () => undefined }

function sinkOf(writer: RecordTap, clock: Clock): Sink {
  return {
    offer: (row) => writer.offer(row),
    room: (queuedMax) =>
      withLimit([], ROOM_LIMIT_MS, async (limit) => {
        while (writer.queued > queuedMax) await clock.sleep(LOOK_EVERY_MS, limit)
      }).catch(() => {
        throw new Error(`QuestDB does not take rows: ${writer.queued} wait on disk, and are sent by the next process that reaches it`)
      }),
  }
}

async function newestOf(httpUrl: string, tables: readonly string[]): Promise<Readonly<Record<string, number | null>>> {
  const newest: Record<string, number | null> = {}
  for (const name of tables) {
    const { rows } = await askRecord(httpUrl, `SELECT max(ts) FROM ${name}`, BOUNDS).catch((error: Error) => {
      if (error.message.includes('does not exist')) return { rows: [[null]] } // a server that is new
      throw error
    })
    const at = rows[0]?.[0]
    newest[name] = typeof at === 'string' ? Date.parse(at) : null
  }
  return newest
}

function told(file: string, ingested: Ingested, refused: number, dryRun: boolean, json: boolean): number {
  const { form, lines, bad, warnings, cut, tables } = ingested
  if (json) printJson({ file, dryRun, form, lines, bad, warnings, refused, cut, tables })
  else {
    const rows = Object.entries(tables).map(([name, { rows: count, firstMs, lastMs }]) => [
      name,
      String(count),
      moment(firstMs),
      moment(lastMs),
    ])
    print(table(['table', dryRun ? 'would write' : 'rows', 'first', 'last'], rows, [1]))
    const pieces = form === 'capture' ? 'frames' : 'lines'
    const end = cut === null ? '' : `; ${cut}`
    print(`${lines} ${pieces} of a ${form}, ${bad} not readable, ${warnings} warnings, ${refused} rows refused${end}`)
  }
  return bad > 0 || warnings > 0 || refused > 0 || cut !== null ? 1 : 0
}
const moment = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ')
