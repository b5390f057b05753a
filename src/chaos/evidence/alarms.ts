import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Alarm } from './evidence'

interface LogLine {
  readonly level?: string
  readonly time?: number
  readonly process?: string
  readonly pid?: number
  readonly msg?: string
}

/** What the processes said at level error since `fromMs`, oldest first. Lines that are not theirs (a library's, a torn one) are none. */
export function readAlarms(dataDir: string, fromMs: number): readonly Alarm[] {
  const folder = path.join(dataDir, 'logs')
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.log')) : []
  const alarms = files.flatMap((file) =>
    readFileSync(path.join(folder, file), 'utf8')
      .split('\n')
      .flatMap((line) => alarmIn(line, fromMs)),
  )
  return alarms.toSorted((a, b) => a.atMs - b.atMs)
}

function alarmIn(line: string, fromMs: number): readonly Alarm[] {
  if (!line.startsWith('{"level":"error"')) return []
  try {
    const { level: _level, time = 0, process = '?', pid: _pid, msg = '', ...fields } = JSON.parse(line) as LogLine
    return time < fromMs ? [] : [{ atMs: time, process, name: msg, detail: JSON.stringify(fields) }]
  } catch {
    return [] // cut off by a kill
  }
}
