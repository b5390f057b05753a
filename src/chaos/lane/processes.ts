import fs from 'node:fs'
import path from 'node:path'
import { identify } from '../../stack/ownership'

/** A process that was started for this lane, told by its pid file: its pid while it runs, else null. */
export function pidOf(dataDir: string, name: string): number | null {
  const file = path.join(dataDir, 'run', `${name}.pid.json`)
  try {
    const { pid, startedAt } = JSON.parse(fs.readFileSync(file, 'utf8')) as { pid: number; startedAt: string }
    return identify(pid)?.startedAt === startedAt ? pid : null
  } catch {
    return null // between its death and its next start
  }
}

/** A process and its children: Postgres answers through them. */
export function withChildren(pid: number): readonly number[] {
  const pids = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return [pid, ...pids.map(Number).filter((each) => parentOf(each) === pid)]
}

function parentOf(pid: number): number | null {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return null // it has ended meanwhile
  }
}

/** Sends a signal to each that still runs. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal)
    } catch {
      // it has ended meanwhile
    }
  }
}
