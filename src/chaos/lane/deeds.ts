import { setTimeout as pause } from 'node:timers/promises'
import { assertNever } from '../../core/assert'
import type { Deed, Target } from '../plan/plan'
import type { Struck } from '../where'
import { signalAll, withChildren } from './processes'
import type { Rig } from './rig'
import type { Listing } from './scenario'
import type { ControlEvent } from './venues'

/** A simulator that is stopped or starts again hears the event when it is back. */
const POST_AGAIN_MS = 200
const POST_TRIES = 50
/** How long after a process was killed its successor is waited for. */
const BACK_LIMIT_MS = 60_000
const LOOK_EVERY_MS = 100
/** A process that died so often within a minute each time is spared: the supervisor gives up at eight. */
const DEATHS_IN_A_ROW_MAX = 5
/** A holder that sleeps longer may be ended by the stack: its lease is another's after three seconds, and it is dead a second and a half later. */
const DEADLY_SLEEP_MS = 3_500
const CALM_MS = 60_000

const REASON = 'chaos'

/** What an episode has to be struck: its questions by slot, its workflows by offer. */
export interface Aims {
  readonly listings: readonly Listing[]
  readonly workflowIds: readonly string[]
}

/** Does what the plan says to a lane, and tells what was done when. */
export class Deeds {
  readonly #deaths = new Map<Target, readonly number[]>()
  readonly #halted = new Set<string>()

  constructor(private readonly rig: Rig) {}

  /** @returns what was done; nothing when there was nothing to do it to. */
  async strike(deed: Deed, at: string, { listings, workflowIds }: Aims, signal: AbortSignal): Promise<readonly Struck[]> {
    switch (deed.kind) {
      case 'fault':
        return [await this.#fault(deed, at, listings[deed.slot], signal)]
      case 'kill':
        return only(await this.#kill(deed.target, at, signal))
      case 'stop':
        return only(await this.#stop(deed, at, signal))
      case 'halt':
        return this.#halt(deed, at, listings[deed.slot], signal)
      case 'terminate':
        return only(await this.#terminate(workflowIds[deed.offer] ?? '', at, signal))
      case 'close':
        return only(await this.#close(deed, at, listings[deed.slot], signal))
      default:
        return assertNever(deed, 'deed')
    }
  }

  /** Posts until the simulator has heard it. @returns when. */
  async post(event: ControlEvent | readonly ControlEvent[], signal: AbortSignal): Promise<number> {
    for (let tries = 1; ; tries++) {
      try {
        await this.rig.venues.post(event, signal)
        return Date.now()
      } catch (error) {
        if (signal.aborted || tries === POST_TRIES || (error as Error).message.startsWith('the simulator refused')) throw error
        await pause(POST_AGAIN_MS)
      }
    }
  }

  /** Every scope that may be halted now is free again. @throws Error when one cannot be resumed. */
  async resumeAll(signal: AbortSignal): Promise<readonly Struck[]> {
    const struck: Struck[] = []
    for (const scope of new Set([...this.#halted, ...(await this.#halts(signal))])) {
      struck.push(await this.#again(() => this.#command('resume', scope, 'the end', signal), signal))
      this.#halted.delete(scope)
    }
    return struck
  }
  #halts(signal: AbortSignal): Promise<readonly string[]> {
    return this.#again(() => this.rig.ledger.halts(signal), signal)
  }
  /** Servers that were killed may still be starting. */
  async #again<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (const lateMs = Date.now() + BACK_LIMIT_MS; ;) {
      try {
        return await ask()
      } catch (error) {
        if (signal.aborted || Date.now() > lateMs) throw error
        await pause(POST_AGAIN_MS)
      }
    }
  }

  async #halt(
    deed: Extract<Deed, { kind: 'halt' }>,
    at: string,
    listing: Listing | undefined,
    signal: AbortSignal,
  ): Promise<readonly Struck[]> {
    const scope = deed.scope === 'pair' ? `pair:${listing?.pair}.1` : deed.scope
    this.#halted.add(scope) // whatever the command says: it may have come to an effect
    const halted = await this.#command('halt', scope, at, signal).catch(() => null)
    await pause(deed.ms, undefined, { signal }).catch(() => undefined)
    const resumed = await this.#command('resume', scope, `${deed.ms} ms after ${at}`, signal).catch(() => null)
    if (resumed) this.#halted.delete(scope)
    return [...only(halted), ...only(resumed)]
  }

  /** A halt or its end, as an operator says it. @throws Error when the command says neither: a halt may have come to an effect all the same. */
  async #command(kind: 'halt' | 'resume', scope: string, at: string, signal: AbortSignal): Promise<Struck> {
    const atMs = Date.now()
    await this.rig.stack.command([kind, '--scope', scope, '--reason', REASON], signal)
    return { atMs, untilMs: Date.now(), kind, name: scope, at }
  }

  async #fault(
    { venue, name, fields, aim, lastsMs }: Extract<Deed, { kind: 'fault' }>,
    at: string,
    listing: Listing | undefined,
    signal: AbortSignal,
  ): Promise<Struck> {
    const aimed = aim === 'orders' && listing ? aimAt(venue, name, listing) : {}
    const atMs = await this.post({ venue, type: 'fault', name, ...fields, ...aimed }, signal)
    let untilMs: number | null = null
    if (lastsMs !== null) {
      await pause(lastsMs, undefined, { signal }).catch(() => undefined)
      untilMs = await this.post(reliefOf(venue, name), signal)
    }
    return { atMs, untilMs, kind: venue, name, at, fields: { ...fields, ...aimed } }
  }

  async #kill(target: Target, at: string, signal: AbortSignal): Promise<Struck | null> {
    const pids = await this.pidsOf(target, signal)
    const [pid] = pids
    if (pid === undefined || this.#isWorn(target)) return null
    this.#died(target)
    const atMs = Date.now()
    signalAll(pids, 'SIGKILL')
    return { atMs, untilMs: await this.#back(target, pids, signal), kind: 'kill', name: target, at }
  }

  #died(target: Target): void {
    this.#deaths.set(target, [...(this.#deaths.get(target) ?? []), Date.now()])
  }

  async #stop({ target, ms }: Extract<Deed, { kind: 'stop' }>, at: string, signal: AbortSignal): Promise<Struck | null> {
    const pids = await this.pidsOf(target, signal)
    if (pids.length === 0) return null
    if (target === 'holder' && ms > DEADLY_SLEEP_MS) {
      if (this.#isWorn(target)) return null
      this.#died(target)
    }
    const atMs = Date.now()
    signalAll(pids, 'SIGSTOP')
    try {
      await pause(ms, undefined, { signal })
    } finally {
      signalAll(pids, 'SIGCONT')
    }
    return { atMs, untilMs: Date.now(), kind: 'stop', name: target, at, fields: { ms } }
  }

  async #terminate(workflowId: string, at: string, signal: AbortSignal): Promise<Struck | null> {
    const atMs = Date.now()
    try {
      await this.rig.temporal.withAbortSignal(signal, () => this.rig.temporal.workflow.getHandle(workflowId).terminate(REASON))
    } catch {
      return null // it has ended, or never ran
    }
    return { atMs, untilMs: Date.now(), kind: 'terminate', name: workflowId, at }
  }

  /** Kalshi closes a market for a while. */
  async #close(
    { ms }: Extract<Deed, { kind: 'close' }>,
    at: string,
    listing: Listing | undefined,
    signal: AbortSignal,
  ): Promise<Struck | null> {
    if (!listing) return null
    const status = (to: string): ControlEvent => ({ venue: 'kalshi', type: 'market_status', ticker: listing.ticker, status: to })
    const atMs = await this.post(status('inactive'), signal)
    await pause(ms, undefined, { signal }).catch(() => undefined)
    return {
      atMs,
      untilMs: await this.post(status('active'), signal),
      kind: 'kalshi',
      name: 'market_status',
      at,
      fields: status('inactive'),
    }
  }

  /** The processes that a target stands for now. Which of both streaming processes holds the lease the ledger says. */
  async pidsOf(target: Target, signal: AbortSignal): Promise<readonly number[]> {
    const { stack, ledger } = this.rig
    if (target !== 'holder' && target !== 'standby') {
      const pid = stack.pidOf(target)
      if (pid === null) return []
      return target === 'postgres' ? withChildren(pid) : [pid]
    }
    const both = stack.streamingPids()
    const holder = await ledger.holder(signal).catch(() => null)
    return holder === null ? [] : both.filter((pid) => (pid === holder) === (target === 'holder'))
  }

  #isWorn(target: Target): boolean {
    let inARow = 0
    let lastMs = 0
    for (const atMs of [...(this.#deaths.get(target) ?? []), Date.now()]) {
      inARow = atMs - lastMs < CALM_MS ? inARow + 1 : 0
      lastMs = atMs
    }
    return inARow >= DEATHS_IN_A_ROW_MAX
  }

  /** When another process is in the place of a killed one, or null when none came in time. */
  async #back(target: Target, killed: readonly number[], signal: AbortSignal): Promise<number | null> {
    const lateMs = Date.now() + BACK_LIMIT_MS
    const names = target === 'holder' || target === 'standby' ? null : target
    while (Date.now() < lateMs && !signal.aborted) {
      const now = names === null ? this.rig.stack.streamingPids() : [this.rig.stack.pidOf(names)]
      const wanted = names === null ? 2 : 1
      if (now.filter((pid) => pid !== null && !killed.includes(pid)).length === wanted) return Date.now()
      await pause(LOOK_EVERY_MS)
    }
    return null
  }
}

const only = (struck: Struck | null): readonly Struck[] => (struck === null ? [] : [struck])

/** A fault that has not struck yet is disarmed, and what it did to a line or a login is undone. */
export function reliefOf(venue: 'kalshi' | 'ibkr', name: string): readonly ControlEvent[] {
  const disarmed = { venue, type: 'fault', name, clear: true }
  const [kind = ''] = name.split(':')
  if (kind === 'login_expired') return [disarmed, { venue, type: 'login', expired: false }]
  if (kind === 'notice') return [disarmed, ...FARMS.map(([code, text]) => ({ venue, type: 'notice', code, text }))]
  return QUOTE_FAULTS.includes(kind) ? [disarmed, { venue, type: 'drop' }] : [disarmed]
}
/** They last as long as their subscription: the client subscribes anew when it has lost its line. */
const QUOTE_FAULTS = ['quotes_stop', 'snapshot_without_end', 'competing_session', 'market_data_type', 'market_data_refused']
const FARMS = [
  [2104, 'Market data farm connection is OK:usfuture'],
  [2106, 'HMDS data farm connection is OK:ushmds'],
] as const

/** The names by which each venue's faults are aimed at the orders of a market. */
function aimAt(venue: 'kalshi' | 'ibkr', name: string, { ticker, noConId }: Listing): ControlEvent {
  if (venue === 'ibkr') return { con_id: noConId }
  const isOfMatching = name.startsWith('partial') || name === 'fractional_fill'
  return isOfMatching ? { ticker } : { ticker, method: 'POST' }
}
