import { spawnSync } from 'node:child_process'
import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** Something about the machine or the configuration keeps a server from running. The message is one sentence or two that say what to do. */
export class StackError extends Error {}

/** How a process is stopped: asked first, killed when it does not end in time. */
export interface StopRule {
  readonly signal: 'SIGTERM' | 'SIGINT'
  readonly msMax: number
  /** Among orphans: lower stops first, so that whoever writes ends before what it writes to. The product's processes are 0, which absent means. */
  readonly order?: number
}

/** A process and the moment it started: the system reuses a pid, but never for the same moment. */
export interface Identity {
  readonly pid: number
  /** On Linux the boot and the clock tick of the start; elsewhere what `ps` says. Only ever compared. */
  readonly startedAt: string
}

/** What a pid file holds: who it is, and how it wants to be stopped by whoever finds it without its parent. */
export interface Owned extends Identity {
  readonly name: string
  readonly stop: StopRule
}

/** How often a process that is not our child is looked at while it ends. */
const LOOK_EVERY_MS = 50

/** After SIGKILL a process is gone at once, unless it waits for a disk. */
const KILLED_MS_MAX = 5_000

const OWNER_FILE = 'owner.json'

/** Who `pid` is now; null when there is no such process or it is only waiting to be reaped. */
export function identify(pid: number): Identity | null {
  if (process.platform !== 'linux') {
    const lstart = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim()
    return lstart === '' ? null : { pid, startedAt: lstart }
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // field 2 is the program's name in brackets and may itself hold blanks and brackets; field 3 follows the last one
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return fields[0] === 'Z' ? null : { pid, startedAt: `${boot} ${fields[22 - 3]}` }
  } catch {
    return null
  }
}

export const isRunning = (identity: Identity): boolean => identify(identity.pid)?.startedAt === identity.startedAt

/** The pid file of one process. Written whole, by rename: a reader never sees half of it. */
export function writePidFile(runDir: string, owned: Owned): void {
  mkdirSync(runDir, { recursive: true })
  const file = pidFile(runDir, owned.name)
  writeFileSync(`${file}.new`, JSON.stringify(owned))
  renameSync(`${file}.new`, file)
}

/** Removes the pid file if it still speaks of this process. */
export function removePidFile(runDir: string, owned: Owned): void {
  const file = pidFile(runDir, owned.name)
  const now = read<Owned>(file)
  if (now?.pid === owned.pid && now.startedAt === owned.startedAt) rmSync(file, { force: true })
}

const pidFile = (runDir: string, name: string): string => join(runDir, `${name}.pid.json`)

/** The processes that pid files speak of and that still run, in the order in which they are to be stopped. Other processes with the same pid are not among them. */
export function runningOwned(runDir: string): readonly Owned[] {
  const files = readdirSync(runDir, { withFileTypes: true }).filter((entry) => entry.name.endsWith('.pid.json'))
  const owned = files.map((entry) => read<Owned>(join(runDir, entry.name))).filter((each) => each !== null)
  return owned.filter(isRunning).toSorted((a, b) => (a.stop.order ?? 0) - (b.stop.order ?? 0))
}

/**
 * Makes this process the only owner of a data directory.
 * @returns gives it up again. @throws StackError when another living process owns it.
 */
export function claim(runDir: string): () => void {
  mkdirSync(runDir, { recursive: true })
  const file = join(runDir, OWNER_FILE)
  const mine = `${file}.${process.pid}`
  writeFileSync(mine, JSON.stringify(identify(process.pid)))
  try {
    const owner = livingOwner(runDir)
    if (owner !== null) throw alreadyOwned(runDir, owner)
    rmSync(file, { force: true })
    linkSync(mine, file) // fails when somebody else has just done the same
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code !== 'EEXIST') throw failure
    throw alreadyOwned(runDir, livingOwner(runDir))
  } finally {
    rmSync(mine, { force: true })
  }
  return () => rmSync(file, { force: true })
}

/** The process that owns this directory, if it lives; null when nobody does or its owner died without saying so. */
export function livingOwner(runDir: string): Identity | null {
  const owner = read<Identity>(join(runDir, OWNER_FILE))
  return owner !== null && isRunning(owner) ? owner : null
}

function alreadyOwned(runDir: string, owner: Identity | null): StackError {
  const who = owner === null ? 'another process' : `process ${owner.pid}`
  return new StackError(`Crossbook already runs on this data (${who} owns ${runDir}). Stop it first, or start with another data directory.`)
}

/** Stops what a killed parent left behind, one after the other in their order. Call it only while holding the claim. */
export async function stopOrphans(runDir: string, report: (line: string) => void): Promise<void> {
  for (const orphan of runningOwned(runDir)) {
    report(`stopping ${orphan.name} (pid ${orphan.pid}), left behind by a start that was killed`)
    await stopOwned(orphan)
    removePidFile(runDir, orphan)
  }
}

/** Asks, waits, then insists. @throws StackError when the process survives even that. */
export async function stopOwned(owned: Owned): Promise<void> {
  signalIfSame(owned, owned.stop.signal)
  if (await isGoneWithin(owned, owned.stop.msMax)) return
  signalIfSame(owned, 'SIGKILL')
  if (await isGoneWithin(owned, KILLED_MS_MAX)) return
  throw new StackError(`${owned.name} (pid ${owned.pid}) does not end, not even killed. Look at the machine's disks, then start again.`)
}

function signalIfSame(owned: Owned, signal: NodeJS.Signals): void {
  if (!isRunning(owned)) return
  try {
    process.kill(owned.pid, signal)
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code !== 'ESRCH') throw failure
  }
}

async function isGoneWithin(owned: Owned, msMax: number): Promise<boolean> {
  for (let waitedMs = 0; isRunning(owned); waitedMs += LOOK_EVERY_MS) {
    if (waitedMs >= msMax) return false
    await pause(LOOK_EVERY_MS)
  }
  return true
}

/** Null when the file is not there or is not ours to read: nobody is then known to own anything. */
function read<T>(file: string): T | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T
  } catch {
    return null
  }
}
