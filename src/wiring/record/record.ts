import path from 'node:path'
import type { Config } from '../../config/load'
import { readRecordFile } from '../../config/record'
import type { Log } from '../../ports/log'
import { createQuestdbWriter, type RecordTap } from '../../stores/questdb/writer'
import { systemClock } from '../clock'

/** Rows in memory: some minutes of a busy feed, and at half of them they go to disk. */
const RECORD_CAPACITY = 100_000
const BYTES_PER_MB = 1_048_576

/** Where all processes of a data directory leave rows that wait. */
export const spillDir = (dataDir: string): string => path.join(dataDir, 'record', 'spill')

/** @param name of the process. */
export function openRecord(config: Config, httpUrl: string, name: string, log: Log): RecordTap {
  const { keep_days: keep, spill_max_mb: megabytes } = readRecordFile(config.configDir)
  const spill = { dir: spillDir(config.dataDir), name, bytesMax: megabytes * BYTES_PER_MB }
  return createQuestdbWriter({ httpUrl, clock: systemClock(), log, capacity: RECORD_CAPACITY, spill, keep })
}
