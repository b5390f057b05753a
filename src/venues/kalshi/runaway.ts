import { FAILURES } from '../../core/failures'
import type { RejectReason } from '../../core/trade/outcome'
import { formatQuantity, type Millis, type Quantity } from '../../core/units'
import { ROUTED_BY_VENUE } from '../../ports/catalog'
import type { Clock } from '../../ports/clock'
import type { Log } from '../../ports/log'

/** The venue's rolling window (kalshi.md §4.8). */
const WINDOW_MS = 15_000
/** A new shard gets its group, and a resumed one its reset, within this. */
const LOOK_EVERY_MS = 1_000
/** A venue that does not serve groups is asked again this much later: it may do so after its next maintenance. */
const UNSERVED_PAUSE_MS = 60_000

export interface OrderGroup {
  readonly groupId: string
  readonly shard: number
  /** null: not told. */
  readonly contractsLimit: Quantity | null
}
/** The venue's order groups. Each throws when the venue did not do it; `NotServed` when it never will. */
export interface OrderGroups {
  list(signal: AbortSignal): Promise<readonly OrderGroup[]>
  create(contracts: Quantity, shard: number, signal: AbortSignal): Promise<string>
  /** Also when it was not triggered: the counter begins anew. */
  reset(group: { readonly groupId: string; readonly shard: number }, signal: AbortSignal): Promise<void>
}
export class NotServed extends Error {
  override readonly name = 'NotServed'
}

export interface RunawayOptions {
  readonly groups: OrderGroups
  /** All openings of a shard together within 15 s. */
  readonly contracts: Quantity
  /** Without a group nothing opens; else it opens with a warning. */
  readonly required: boolean
  /** The shards that are traded; that of a market whose listing is not read yet is left out, for a group lives on one shard. */
  readonly shards: () => readonly number[]
  /** Whether the halt of openings is in force. */
  readonly halted: () => boolean
  /** A group triggered: halts openings until a person has looked. */
  readonly onTriggered: (reason: string) => void
  readonly clock: Clock
  readonly log: Log
}
/** What an opening is to do on its shard. */
export type Allowance =
  | { readonly kind: 'allowed'; readonly groupId: string | null }
  | { readonly kind: 'refused'; readonly reason: RejectReason; readonly detail: string }

type State =
  /** `notBeforeMs`: when to ask the venue next. */
  | { readonly kind: 'none'; readonly why: string; readonly notBeforeMs: number }
  | { readonly kind: 'armed'; readonly groupId: string }
  /** `seenHalted`: the halt has been in force, so its end is the operator's word. */
  | { readonly kind: 'triggered'; readonly reason: string; readonly seenHalted: boolean }

/** Openings of the last 15 s, oldest first, and what they filled together. */
interface Window {
  readonly recent: { readonly atMs: Millis; readonly quantity: Quantity }[]
  readonly sum: number
}

/**
 * E27: one order group per shard as the venue's own limit on openings that run away. Hedges and cures belong to none. A triggered group halts all openings;
 * when the operator resumes, it is reset. What this process filled is counted here as well, so that the limit holds while the venue's word is on its way.
 */
export class RunawayLimiter {
  readonly #options: RunawayOptions
  readonly #states = new Map<number, State>()
  readonly #filled = new Map<number, Window>()

  constructor(options: RunawayOptions) {
    this.#options = options
  }

  allows(shard: number): Allowance {
    const state = this.#of(shard)
    this.#states.set(shard, state) // a shard that is asked for is one that is traded
    if (state.kind === 'armed') return { kind: 'allowed', groupId: state.groupId }
    if (state.kind === 'triggered') return { kind: 'refused', reason: 'halted', detail: state.reason }
    if (!this.#options.required) return { kind: 'allowed', groupId: null }
    return { kind: 'refused', reason: 'guard', detail: `shard ${shard} has no order group, which live trading needs: ${state.why}` }
  }

  /** An opening filled so much, by its own answer. */
  filled(shard: number, quantity: Quantity): void {
    if (quantity === 0) return
    const { clock, contracts } = this.#options
    const nowMs = clock.nowMs()
    const { recent, ...window } = this.#filled.get(shard) ?? { recent: [], sum: 0 }
    recent.push({ atMs: nowMs, quantity })
    let sum = window.sum + quantity
    while (recent[0] !== undefined && recent[0].atMs <= nowMs - WINDOW_MS) sum -= recent.shift()?.quantity ?? 0
    this.#filled.set(shard, { recent, sum })
    if (sum > contracts) this.trigger(shard, `openings of shard ${shard} filled ${formatQuantity(sum as Quantity)} contracts within 15 s`)
  }

  /** What the venue's channel says of a group: its own words. */
  heard(groupId: string, event: string): void {
    for (const [shard, state] of this.#states) {
      if (state.kind !== 'armed' || state.groupId !== groupId) continue
      if (event === 'triggered') this.trigger(shard, `Kalshi triggered the order group of shard ${shard}`)
      else if (event === 'deleted') this.#states.set(shard, { kind: 'none', why: 'its group was deleted', notBeforeMs: 0 })
      else if (event === 'limit_updated')
        this.#options.log.warn({ shard, groupId }, 'the limit of our order group was changed by somebody else')
    }
  }

  /** Openings stop in this turn; the halt follows. */
  trigger(shard: number, what: string): void {
    const { contracts, log, onTriggered } = this.#options
    if (this.#of(shard).kind === 'triggered') return
    const reason = `${what}: the runaway limit is ${formatQuantity(contracts)}; find out why, then crossbook resume --scope all`
    this.#states.set(shard, { kind: 'triggered', reason, seenHalted: false })
    log.error({ shard }, `${FAILURES.venueHalted}: ${reason}`)
    try {
      onTriggered(reason)
    } catch (error) {
      // whoever told of it (an order's own answer, the channel) goes on as if the halt stood
      log.error(
        { shard, error: String(error) },
        'the halt could not be written, openings are refused in this process alone: crossbook halt --scope all',
      )
    }
  }

  /** Until aborted: gives each shard its group, and resets what the operator resumed. */
  async keep(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.look(signal)
      await this.#options.clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined)
    }
  }

  async look(signal: AbortSignal): Promise<void> {
    for (const shard of new Set([...this.#options.shards(), ...this.#states.keys()])) {
      if (shard === ROUTED_BY_VENUE) continue
      const state = this.#of(shard)
      if (state.kind === 'none' && state.notBeforeMs <= this.#options.clock.nowMs()) await this.#arm(shard, signal)
      if (state.kind === 'triggered') await this.#whenResumed(shard, state, signal)
    }
  }

  async #whenResumed(shard: number, state: Extract<State, { readonly kind: 'triggered' }>, signal: AbortSignal): Promise<void> {
    if (this.#options.halted()) this.#states.set(shard, { ...state, seenHalted: true })
    else if (state.seenHalted) await this.#arm(shard, signal)
  }

  /**
   * A group of ours with this limit is taken again, whichever process made it, and its counter begins anew. Under a halt it waits for the operator: it may
   * be that group which caused the halt.
   */
  async #arm(shard: number, signal: AbortSignal): Promise<void> {
    const { groups, contracts, halted, log, clock } = this.#options
    try {
      const known = (await groups.list(signal)).filter((group) => group.shard === shard && group.contractsLimit === contracts)
      const found = known.toSorted((a, b) => (a.groupId < b.groupId ? -1 : 1))[0]
      if (found && halted()) {
        const reason = `the order group of shard ${shard} waits for the end of the halt`
        return void this.#states.set(shard, { kind: 'triggered', reason, seenHalted: true })
      }
      if (found) await groups.reset(found, signal)
      const groupId = found?.groupId ?? (await groups.create(contracts, shard, signal))
      this.#filled.delete(shard)
      this.#states.set(shard, { kind: 'armed', groupId })
      log.info({ shard, groupId, contracts, isNew: !found }, 'openings of this shard are under the runaway limit of an order group')
    } catch (error) {
      if (signal.aborted) return
      this.#failed(shard, error, clock.nowMs())
    }
  }

  #failed(shard: number, error: unknown, nowMs: number): void {
    const { log, required } = this.#options
    const why = error instanceof Error ? error.message : String(error)
    const before = this.#of(shard)
    // where no group is needed and none is to be had, the operator's resume is all there is
    const mayGoWithout = error instanceof NotServed && !required
    if (before.kind !== 'none') {
      if (!mayGoWithout) return log.warn({ shard, why }, 'the order group could not be reset: openings stay refused until it is')
      this.#filled.delete(shard)
    }
    const notBeforeMs = nowMs + (error instanceof NotServed ? UNSERVED_PAUSE_MS : LOOK_EVERY_MS)
    this.#states.set(shard, { kind: 'none', why, notBeforeMs })
    if (before.kind !== 'none' || before.why !== why)
      log.warn({ shard, why }, required ? 'without an order group nothing opens here' : 'openings go without a runaway limit at the venue')
  }

  #of(shard: number): State {
    return this.#states.get(shard) ?? { kind: 'none', why: 'it is not made yet', notBeforeMs: 0 }
  }
}
