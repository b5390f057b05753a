import { setTimeout as pause } from 'node:timers/promises'
import type { Child } from '../child'
import type { Supervised } from './supervise'

/** Short against what a takeover takes (two seconds), long against what the question costs (a millisecond). */
const LOOK_EVERY_MS = 250
/** One that runs asks for its lease every 0.8 s at the latest, hears that it is another's, and closes its sockets at once (docs/decisions/lease.md). */
export const FENCED_GRACE_MS = 1_500

/** Who holds a lease, as its row says it. */
export interface LeaseHolder {
  /** Of the lease. */
  readonly name: string
  readonly host: string
  readonly pid: number
}

export interface FencingOptions {
  readonly processes: readonly Supervised<Child>[]
  /** Who holds the leases now. @throws when the database cannot be asked: nothing is concluded from that. */
  readonly holders: () => Promise<readonly LeaseHolder[]>
  /** Of the processes: a pid means nothing elsewhere. */
  readonly host: string
  readonly report: (line: string) => void
}

interface Fenced {
  readonly child: Child
  readonly sinceMs: number
}

/**
 * E19: ends a process of ours that has lost its lease to another one and lives on. One that runs ends itself, so this one is frozen; it may send nothing
 * ever again, and its open socket keeps the gateway's client id from its successor. Never ends one whose lease nobody has taken. Until aborted.
 */
export async function endFenced({ processes, holders, host, report }: FencingOptions, signal: AbortSignal): Promise<void> {
  const held = new Map<string, Child>()
  const fenced = new Map<string, Fenced>()
  let isBlind = false
  while (!signal.aborted) {
    const told = await holders().catch((error: Error) => {
      if (!isBlind && !signal.aborted) report(`who holds the leases cannot be read, so nothing frozen is ended: ${error.message}`)
      isBlind = true
      return null
    })
    if (told !== null) isBlind = false
    for (const { name, ...holder } of told ?? []) {
      const now = holder.host === host ? runningAs(processes, holder.pid) : null
      const before = held.get(name)
      if (before !== undefined && before !== now) fenced.set(name, { child: before, sinceMs: performance.now() })
      if (now === null) held.delete(name)
      else held.set(name, now)
    }
    for (const [name, { child, sinceMs }] of fenced) {
      if (performance.now() - sinceMs < FENCED_GRACE_MS) continue
      fenced.delete(name)
      if (child.kill()) report(`${child.name} has lost its lease to another process and did not end by itself: ended`)
    }
    await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined)
  }
}

const runningAs = (processes: readonly Supervised<Child>[], pid: number): Child | null =>
  processes.map((each) => each.current()).find((child) => child?.pid === pid) ?? null
