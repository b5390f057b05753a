import { execFile } from 'node:child_process'
import path from 'node:path'
import { environment } from '../../config/environment'
import type { Config } from '../../config/load'
import type { Log } from '../../ports/log'
import { createReplayActivities } from '../../activities'
import { saveReplay } from '../../stores/files/replays'
import type { DayReplay, ReplayActivities } from '../../workflows/messages'
import { systemClock } from '../clock'

/** The command line, which does the work: a replay takes a core for minutes, and no other task of the worker shall wait for it. */
const CLI = path.join(__dirname, '..', '..', 'cli', 'main.js')
/** Books, pairs and a chunk of a file; one that needs more has a leak, and ends. */
const MEMORY_MIB = 1_024
/** A report lists a hundred of each kind at the most. */
const REPORT_BYTES_MAX = 4 * 1_024 * 1_024

/** The nightly replay, in a child process that ends with the activity. */
export const createNightlyReplay = ({ dataDir }: Config, log: Log): ReplayActivities =>
  createReplayActivities({ replay: replayInChild, save: (report) => saveReplay(dataDir, report), clock: systemClock(), log })

const replayInChild = (day: string, signal: AbortSignal): Promise<DayReplay> =>
  new Promise((resolve, reject) => {
    const args = [`--max-old-space-size=${MEMORY_MIB}`, CLI, 'replay', 'day', day, '--json']
    const options = { env: { ...environment() }, maxBuffer: REPORT_BYTES_MAX, signal, killSignal: 'SIGKILL' as const }
    const child = execFile(process.execPath, args, options, (error, stdout, stderr) => {
      // 1 says that decisions differ, which the report tells; anything else is a failure
      if (stdout.startsWith('{') && (error === null || error.code === 1)) resolve(JSON.parse(stdout) as DayReplay)
      else reject(new Error(`the replay of ${day} failed: ${stderr.trim() || error?.message || 'it said nothing'}`, { cause: error }))
    })
    child.stdin?.end()
  })
