/** An armed fault: its name and the fields it was armed with. */
export interface FaultSetting {
  readonly name: string
  readonly [field: string]: unknown
}

/** The faults of one venue. */
export interface FaultBook {
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

  /** Arms the fault of a control event: `once` (the default), `times: n`, `probability: p`, or `once: false` for every opportunity; `clear: true` disarms it. */
  arm(event: Record<string, unknown>): void {
    const { name, once, times, probability } = event
    if (typeof name !== 'string' || !this.names.has(name.split(':')[0] ?? '')) {
      throw new Error(`unknown fault ${JSON.stringify(name)}: use one of ${[...this.names].join(', ')}`)
    }
    if (event['clear'] === true) return this.clear(name)
    if (probability !== undefined && !(typeof probability === 'number' && probability >= 0 && probability <= 1)) {
      throw new Error('"probability" must be a number from 0 to 1')
    }
    if (times !== undefined && !(typeof times === 'number' && Number.isInteger(times) && times > 0))
      throw new Error('"times" must be a positive integer')
    const endless = once === false || (typeof probability === 'number' && once !== true)
    const left = typeof times === 'number' ? times : endless ? Infinity : 1
    this.#armed.push({ setting: { ...event, name }, probability: typeof probability === 'number' ? probability : null, left })
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
