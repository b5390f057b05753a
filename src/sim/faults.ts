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
/** Faults that strike a new connection before the client has said who it is: there is nothing to aim them by. */
const HELLO_FAULTS: Readonly<Record<string, readonly string[]>> = { no_answer: [], untrusted: [] }
/** Faults that strike when the client says who it is; they are aimed by `client_id`. */
const START_FAULTS: Readonly<Record<string, readonly string[]>> = { client_id_taken: [], login_expired: [] }
/** Faults of a connection of the gateway, and what each may be armed with; they are aimed by `client_id` and `request` (a message id). */
const CONNECTION_FAULTS: Readonly<Record<string, readonly string[]>> = {
  drop: ['ending'],
  half_open: [],
  notice: ['code', 'text'],
  pacing: [],
  restart: ['ms'],
  port_closed: ['ms'],
  midnight: [],
  link_lost: ['ms', 'reports', 'lost_code', 'code'],
}
/** Faults of a stream of quotes; they are aimed by `con_id`, `ticker_id` and `client_id`. */
const QUOTE_FAULTS: Readonly<Record<string, readonly string[]>> = {
  quotes_stop: [],
  duplicate_size: [],
  snapshot_without_end: [],
  market_data_type: [],
  market_data_refused: [],
  competing_session: [],
}
/** Faults of an order at the gateway; they are aimed by `order_ref`, `order_id`, `con_id` and `client_id`. */
const ORDER_FAULTS: Readonly<Record<string, readonly string[]>> = {
  lost_before_accept: [],
  accept_then_drop: ['after_frames'],
  drop_after: ['frame', 'how'],
  reject: ['code', 'text', 'after_open', 'inactive'],
  warning: ['text'],
  tif_rewritten: [],
  partial: ['chunks'],
  late_fill_after_cancel: ['size', 'delay_ms', 'after_read'],
  cancel_filled: ['size', 'code'],
  cancel_rejected: ['text'],
  cancel_silent: ['cancelled'],
  cancel_late: ['delay_ms'],
  status_missing: [],
  status_reordered: [],
  status_out_of_order: [],
  duplicate_status: ['count'],
  duplicate_open_order: ['count'],
  duplicate_exec: ['count'],
  correction: ['price', 'size', 'delay_ms', 'steps'],
  commission_late: ['delay_ms'],
  commission_missing: ['also_in_reads'],
  commission_first: [],
  netting_as_fill: ['side'],
}
export const IBKR_FAULTS: ReadonlySet<string> = new Set(
  [HELLO_FAULTS, START_FAULTS, CONNECTION_FAULTS, QUOTE_FAULTS, ORDER_FAULTS].flatMap((faults) => Object.keys(faults)),
)

/** A field that a fault of the gateway does not know would be left out silently. */
export const IBKR_FAULT_FIELDS: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ...fieldsOf(HELLO_FAULTS, []),
  ...fieldsOf(START_FAULTS, ['client_id']),
  ...fieldsOf(CONNECTION_FAULTS, ['client_id', 'request']),
  ...fieldsOf(QUOTE_FAULTS, ['con_id', 'ticker_id', 'client_id']),
  ...fieldsOf(ORDER_FAULTS, ['order_ref', 'order_id', 'con_id', 'client_id']),
])

function fieldsOf(faults: Readonly<Record<string, readonly string[]>>, aims: readonly string[]): (readonly [string, readonly string[]])[] {
  return Object.entries(faults).map(([name, own]) => [name, [...aims, ...own]] as const)
}

/** How a fault's argument looks: the gateway's codes are numbers, Kalshi's refusals have names. */
const FORMS = { code: /^\w+$/, '1..4': /^[1-4]$/ } as const
const NUMBER = /^\d+$/
/** What these cannot do without: a fault that strikes and changes nothing would be a silent mistake. */
const NEEDS: Readonly<Record<string, { readonly argument?: keyof typeof FORMS; readonly field?: string }>> = {
  reject: { argument: 'code' },
  warning: { argument: 'code' },
  cancel_rejected: { argument: 'code' },
  ws_error: { argument: 'code' },
  market_data_type: { argument: '1..4' },
  market_data_refused: { argument: 'code' },
  port_closed: { field: 'ms' },
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
  /** Occasions that still pass unharmed. */
  skip: number
}

/** Fields that say how a fault strikes; every other field that a request also has must be equal. */
const CONTROL_FIELDS = new Set(['name', 'venue', 'type', 'once', 'times', 'probability', 'skip', 'clear', 'at_ms'])
const RANDOM_RANGE = 2 ** 32

export class ArmedFaults implements FaultBook {
  readonly #armed: Armed[] = []

  constructor(
    readonly names: ReadonlySet<string>,
    private readonly random: () => number,
    /** The fields of each fault where the venue names them all: any other is an error, and one that a request lacks does not strike it. */
    private readonly fields: ReadonlyMap<string, readonly string[]> | null = null,
  ) {}

  get isQuiet(): boolean {
    return this.#armed.length === 0
  }

  /** The fault of a control event. @throws Error with one sentence when it is unknown or lacks something. */
  check(event: Record<string, unknown>): FaultSetting {
    const { name, times, probability, skip } = event
    const [kind = '', argument] = typeof name === 'string' ? name.split(':') : []
    if (typeof name !== 'string' || !this.names.has(kind)) {
      throw new Error(`unknown fault ${JSON.stringify(name)}: use one of ${[...this.names].join(', ')}`)
    }
    if (probability !== undefined && !(typeof probability === 'number' && probability >= 0 && probability <= 1)) {
      throw new Error('"probability" must be a number from 0 to 1')
    }
    if (times !== undefined && !(typeof times === 'number' && Number.isInteger(times) && times > 0))
      throw new Error('"times" must be a positive integer')
    if (skip !== undefined && !(typeof skip === 'number' && Number.isInteger(skip) && skip >= 0))
      throw new Error('"skip" must be a whole number of occasions')
    this.#checkFields(kind, event)
    const needs = event['clear'] === true ? undefined : NEEDS[kind]
    const wanted = needs?.argument
    const form = wanted === 'code' && this.fields !== null ? NUMBER : FORMS[wanted ?? 'code']
    if (wanted !== undefined && !form.test(argument ?? '')) throw new Error(`name the fault "${kind}:<${wanted}>"`)
    if (needs?.field !== undefined && typeof event[needs.field] !== 'number')
      throw new Error(`fault "${kind}" needs a number "${needs.field}"`)
    return { ...event, name }
  }

  /** Arms the fault of a control event: `once` (the default), `times: n`, `probability: p`, or `once: false` for every opportunity; `clear: true` disarms it. @throws Error as {@link check} does. */
  arm(event: Record<string, unknown>): void {
    const setting = this.check(event)
    const { name, once, times, probability, skip } = setting
    if (setting['clear'] === true) return this.clear(name)
    const endless = once === false || (typeof probability === 'number' && once !== true)
    const left = typeof times === 'number' ? times : endless ? Infinity : 1
    this.#armed.push({ setting, probability: typeof probability === 'number' ? probability : null, left, skip: Number(skip ?? 0) })
  }

  take(name: string, match: Record<string, unknown> = {}): FaultSetting | null {
    for (const fault of this.#armed) {
      const own = fault.setting.name
      if (own !== name && !own.startsWith(`${name}:`)) continue
      if (!agrees(fault.setting, match, this.fields !== null)) continue
      if (fault.skip > 0) {
        fault.skip -= 1
        continue
      }
      if (fault.probability !== null && this.random() / RANDOM_RANGE >= fault.probability) continue
      fault.left -= 1
      if (fault.left <= 0) this.#armed.splice(this.#armed.indexOf(fault), 1)
      return fault.setting
    }
    return null
  }

  #checkFields(kind: string, event: Record<string, unknown>): void {
    const known = this.fields?.get(kind)
    if (!known) return
    for (const [field, value] of Object.entries(event)) {
      if (CONTROL_FIELDS.has(field)) continue
      if (!known.includes(field)) throw new Error(`fault "${kind}" has no field "${field}": use ${known.join(', ') || 'none'}`)
      const problem = FIELD_RULES[field]?.(value)
      if (problem) throw new Error(`"${field}" of fault "${kind}" must be ${problem}`)
    }
  }

  /** Disarms every fault of that name. */
  clear(name: string): void {
    for (let at = this.#armed.length - 1; at >= 0; at--) if (this.#armed[at]?.setting.name === name) this.#armed.splice(at, 1)
  }

  armed(): readonly FaultSetting[] {
    return this.#armed.map((fault) => fault.setting)
  }
}

/** Fields that say which request or order is meant. */
const AIM_FIELDS = new Set(['order_ref', 'order_id', 'con_id', 'client_id', 'ticker_id', 'request', 'frame'])

function agrees(setting: FaultSetting, match: Record<string, unknown>, exact: boolean): boolean {
  return Object.entries(setting).every(([field, value]) => {
    if (CONTROL_FIELDS.has(field)) return true
    if (field in match) return match[field] === value
    return !(exact && AIM_FIELDS.has(field))
  })
}

type FieldRule = (value: unknown) => string | null
const rule =
  (passes: (value: unknown) => boolean, wanted: string): FieldRule =>
  (value) =>
    passes(value) ? null : wanted
const isWhole = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 0
const wholeNumber = rule(isWhole, 'a whole number')
const integer = rule((value) => Number.isInteger(value), 'an integer')
const text = rule((value) => typeof value === 'string', 'a text')
const flag = rule((value) => typeof value === 'boolean', 'true or false')
const oneOf = (...words: readonly string[]): FieldRule => rule((value) => words.includes(value as string), words.join(' or '))
const isPrice = (value: unknown): boolean => typeof value === 'string' && /^0\.\d{1,6}$/.test(value)
const isStep = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(value).every(([field, each]) =>
    field === 'price' ? isPrice(each) : (field === 'size' || field === 'delay_ms') && isWhole(each),
  )
const isChunks = (value: unknown): boolean => isWhole(value) || (Array.isArray(value) && value.every((each) => isWhole(each) && each > 0))

/** What the fields of the gateway's faults must be. */
const FIELD_RULES: Readonly<Record<string, FieldRule>> = {
  order_ref: text,
  order_id: integer,
  con_id: wholeNumber,
  client_id: wholeNumber,
  ticker_id: wholeNumber,
  ms: wholeNumber,
  ending: oneOf('close', 'fin', 'rst'),
  reports: oneOf('sent', 'withheld', 'on_request'),
  lost_code: integer,
  request: wholeNumber,
  code: integer,
  text,
  side: text,
  size: wholeNumber,
  count: wholeNumber,
  delay_ms: wholeNumber,
  after_frames: wholeNumber,
  after_open: flag,
  after_read: flag,
  also_in_reads: flag,
  cancelled: flag,
  inactive: oneOf('before', 'after', 'never'),
  frame: oneOf('openOrder', 'orderStatus', 'execDetails', 'commissionReport', 'error'),
  how: oneOf('end', 'half_open'),
  price: rule(isPrice, 'a decimal string between 0 and 1 like "0.55"'),
  chunks: rule(isChunks, 'a number of pieces or a list of sizes'),
  steps: rule((value) => Array.isArray(value) && value.every(isStep), 'a list of {"price"?, "size"?, "delay_ms"?}'),
}
