/** An armed fault: its name and the fields it was armed with. */
export interface FaultSetting {
  readonly name: string
  readonly [field: string]: unknown
}

/** The faults of the simulated venues, by venue. docs/scenario.md says what each does. */
export const KALSHI_FAULTS: ReadonlySet<string> = new Set([
  ...['drop_ws', 'half_open_ws', 'reconnect_storm', 'ws_error', 'ws_error_10', 'ws_error_25'],
  ...['seq_gap', 'duplicate_frame', 'wrong_level', 'drop_private_message'],
  ...['delay', 'error_after_accept', 'reset_after_accept', 'timeout_before_accept', 'late_accept', 'rate_limit', 'reject'],
  ...['read_lag', 'partial', 'fractional_fill', 'cancel_all_tail', 'clock_offset', 'wrong_shard'],
])
export const IBKR_FAULTS: ReadonlySet<string> = new Set([
  ...['drop', 'half_open', 'accept_then_drop', 'lost_before_accept', 'reject', 'partial', 'late_fill_after_cancel', 'duplicate_exec'],
  ...['correction', 'status_missing', 'status_reordered', 'commission_late', 'commission_missing', 'tif_rewritten', 'netting_as_fill'],
  ...['notice', 'pacing', 'client_id_taken', 'restart', 'login_expired', 'midnight'],
])

/** What these cannot do without: a fault that strikes and changes nothing would be a silent mistake. */
const NEEDS: Readonly<Record<string, { readonly argument?: string; readonly field?: string }>> = {
  reject: { argument: 'code' },
  ws_error: { argument: 'code' },
  read_lag: { field: 'ms' },
  clock_offset: { field: 'ms' },
}

/** The faults of one venue. */
export interface FaultBook {
  /** Nothing is armed: a busy stream need not ask further. */
  readonly isQuiet?: boolean
  /** The next armed fault of that name whose own match fields agree with `match`, consumed if it was armed once; null when none strikes. */
  take(name: string, match?: Record<string, unknown>): FaultSetting | null
}

/** How a fault is spent: after `left` strikes, or by chance at each opportunity. */
interface Armed {
  readonly setting: FaultSetting
  readonly probability: number | null
  left: number
}

/** Fields that say how a fault strikes; every other field that a request also has must be equal. */
const CONTROL_FIELDS = new Set(['name', 'venue', 'type', 'once', 'times', 'probability', 'at_ms'])
const RANDOM_RANGE = 2 ** 32

export class ArmedFaults implements FaultBook {
  readonly #armed: Armed[] = []

  constructor(
    readonly names: ReadonlySet<string>,
    private readonly random: () => number,
  ) {}

  get isQuiet(): boolean {
    return this.#armed.length === 0
  }

  /** The fault of a control event. @throws Error with one sentence when it is unknown or lacks something. */
  check(event: Record<string, unknown>): FaultSetting {
    const { name, times, probability } = event
    const [kind = '', argument] = typeof name === 'string' ? name.split(':') : []
    if (typeof name !== 'string' || !this.names.has(kind)) {
      throw new Error(`unknown fault ${JSON.stringify(name)}: use one of ${[...this.names].join(', ')}`)
    }
    if (probability !== undefined && !(typeof probability === 'number' && probability >= 0 && probability <= 1)) {
      throw new Error('"probability" must be a number from 0 to 1')
    }
    if (times !== undefined && !(typeof times === 'number' && Number.isInteger(times) && times > 0))
      throw new Error('"times" must be a positive integer')
    const needs = event['clear'] === true ? undefined : NEEDS[kind]
    if (needs?.argument !== undefined && argument === undefined) throw new Error(`name the fault "${kind}:<${needs.argument}>"`)
    if (needs?.field !== undefined && typeof event[needs.field] !== 'number')
      throw new Error(`fault "${kind}" needs a number "${needs.field}"`)
    return { ...event, name }
  }

  /** Arms the fault of a control event: `once` (the default), `times: n`, `probability: p`, or `once: false` for every opportunity; `clear: true` disarms it. @throws Error as {@link check} does. */
  arm(event: Record<string, unknown>): void {
    const setting = this.check(event)
    const { name, once, times, probability } = setting
    if (setting['clear'] === true) return this.clear(name)
    const endless = once === false || (typeof probability === 'number' && once !== true)
    const left = typeof times === 'number' ? times : endless ? Infinity : 1
    this.#armed.push({ setting, probability: typeof probability === 'number' ? probability : null, left })
  }

  take(name: string, match: Record<string, unknown> = {}): FaultSetting | null {
    for (const fault of this.#armed) {
      const own = fault.setting.name
      if (own !== name && !own.startsWith(`${name}:`)) continue
      if (!agrees(fault.setting, match)) continue
      if (fault.probability !== null && this.random() / RANDOM_RANGE >= fault.probability) continue
      fault.left -= 1
      if (fault.left <= 0) this.#armed.splice(this.#armed.indexOf(fault), 1)
      return fault.setting
    }
    return null
  }

  /** Disarms every fault of that name. */
  clear(name: string): void {
    for (let at = this.#armed.length - 1; at >= 0; at--) if (this.#armed[at]?.setting.name === name) this.#armed.splice(at, 1)
  }

  armed(): readonly FaultSetting[] {
    return this.#armed.map((fault) => fault.setting)
  }
}

const agrees = (setting: FaultSetting, match: Record<string, unknown>): boolean =>
  Object.entries(setting).every(([field, value]) => CONTROL_FIELDS.has(field) || !(field in match) || match[field] === value)
