import { mulberry32 } from '../../../../src/core/random'
import type { OrderIntent } from '../../../../src/core/trade/order'
import type { Final, LegOutcome } from '../../../../src/core/trade/outcome'
import { millis } from '../../../../src/core/units'
import type { Clock } from '../../../../src/ports/clock'
import type { ExecutionLog, ToldMark } from '../../../../src/ports/journal'
import { realClock } from '../../../../src/sim/clock'
import { ArmedFaults, IBKR_FAULTS, IBKR_FAULT_FIELDS } from '../../../../src/sim/faults'
import type { IbkrVenue } from '../../../../src/sim/ibkr/port'
import { createIbkrVenue } from '../../../../src/sim/ibkr/venue'
import { ibkrSection } from '../../../../src/sim/schema'
import { ACCOUNT, allow, CLIENT_ID, MemoryFrameLog, MemoryLog, startOrders, TestClock, YES } from '../rig'
import { memoryStore } from '../../../sim/support/store'
import { createGateway } from '../../../../src/venues/forecastex/gateway/owner'
import { Line } from './line'

/** Limits of the adapter are seconds; so many pass in one of the machine's. */
const SPEED = 4
/** What the gateway takes in a second of the adapter's: by the machine's clock it would throttle us into silence, and its session be given up. */
const MESSAGES_PER_SECOND = 50 * SPEED
export const OPENING_CASH = 10_000
/** In seconds of the machine: the longest way is a hung connection, a new one, and two complete looks. */
const RESOLVE_LIMIT_MS = 30_000
/** For an order that may stay unknown: long enough for every answer that there is. */
const UNKNOWN_LIMIT_MS = 4_000
const DAY_MS = 86_400_000
const NOON_MS = DAY_MS / 2
const QUARTER_MS = 900_000

/** Runs ahead of the machine's clock. */
class FastClock extends TestClock implements Clock {
  readonly #startMs = Date.now()
  readonly #startNs = process.hrtime.bigint()
  override nowMs = () => millis(this.#startMs + (Date.now() - this.#startMs) * SPEED + this.offsetMs)
  override monoNs = () => this.#startNs + (process.hrtime.bigint() - this.#startNs) * BigInt(SPEED)
  override sleep(durationMs: number, signal: AbortSignal): Promise<void> {
    return super.sleep(durationMs / SPEED, signal)
  }
}

/** What the simulated exchange says it has done, in its own words. */
export interface ExchangeState {
  readonly cash: string
  readonly positions: readonly { readonly con_id: number; readonly size: number }[]
  readonly open_orders: readonly { readonly orderRef: string }[]
  readonly executions: readonly SimExecution[]
  readonly violations?: readonly string[]
}
export interface SimExecution {
  readonly execId: string
  readonly orderRef: string
  readonly conId: number
  readonly side: string
  readonly size: number
  /** µ$. */
  readonly price: number
  readonly commission: number | null
}

export interface WorldOptions {
  readonly seed: number
  /** The YES contract; the NO contract is the next number. */
  readonly yes?: number
  readonly settings?: object
  /** Whose midnight ends the executions window; then it is noon there. Default null: it never ends. */
  readonly zone?: 'UTC' | null
  /** Bids of others: what a purchase of YES meets, and what one of NO meets. */
  readonly bids?: { readonly yes: [string, number][]; readonly no: [string, number][] }
}

/** A simulated gateway, the line to it, and the adapter as it is started and ended. */
export class World {
  readonly clock = new FastClock()
  readonly log = new MemoryLog()
  readonly faults: ArmedFaults
  readonly line: Line
  /** placeOrder frames by order reference. */
  readonly placed = new Map<string, number>()
  readonly yes: number
  readonly no: number
  venue: IbkrVenue
  readonly #store = memoryStore()
  #port = 0
  #process: ReturnType<World['startProcess']> | null = null
  /** What a process leaves behind on its disk. */
  readonly #executions: ToldMark[] = []
  readonly #section
  readonly #zone: string | null

  private constructor({ seed, zone = null, yes = YES, settings = {}, bids = { yes: [['0.56', 40]], no: [['0.42', 30]] } }: WorldOptions) {
    this.yes = yes
    this.#zone = zone
    if (zone !== null) this.clock.offsetMs = NOON_MS - (Date.now() % DAY_MS)
    this.no = yes + 1
    const side = (con_id: number, name: 'YES' | 'NO', resting: [string, number][]) => ({
      con_id,
      local_symbol: `FF Dec09'30 3.625 ${name}`,
      bids: resting,
    })
    this.#section = ibkrSection.parse({
      settings: { max_messages_per_second: MESSAGES_PER_SECOND, ...settings },
      accounts: [{ account: ACCOUNT, cash: `${OPENING_CASH}.00` }],
      contracts: [
        {
          ...{ symbol: 'FF', trading_class: 'FF', under_con_id: 658663572, long_name: 'US Fed Funds Target Rate' },
          ...{ last_trade_date: '20301209', time_zone: 'US/Central', strike: '3.625' },
          yes: side(this.yes, 'YES', bids.yes),
          no: side(this.no, 'NO', bids.no),
        },
      ],
    })
    this.faults = new ArmedFaults(IBKR_FAULTS, mulberry32(seed), IBKR_FAULT_FIELDS)
    this.line = new Line(() => this.#port)
    this.venue = this.#createVenue()
  }

  static async open(options: WorldOptions): Promise<World> {
    const world = new World(options)
    world.#port = (await world.venue.listen('127.0.0.1', 0)).port
    await world.line.listen()
    world.#process = world.startProcess()
    await world.recovered()
    return world
  }

  get process(): ReturnType<World['startProcess']> {
    if (!this.#process) throw new Error('no process is running')
    return this.#process
  }

  #createVenue(): IbkrVenue {
    const venue: IbkrVenue = createIbkrVenue({
      section: this.#section,
      clock: realClock(),
      faults: this.faults,
      random: () => 7,
      store: this.#store,
      wire: (dir, _conn, tokens) => {
        if (dir === 'in' && tokens[0] === '3') this.placed.set(tokens[26] ?? '', (this.placed.get(tokens[26] ?? '') ?? 0) + 1)
      },
    })
    return venue
  }

  startProcess() {
    const { clock, log } = this
    const frameLog = new MemoryFrameLog(clock)
    const target = { host: '127.0.0.1', port: this.line.port, clientId: CLIENT_ID, account: ACCOUNT }
    const gateway = createGateway({ ...target, clock, frameLog, log })
    const ended = new AbortController()
    const running = gateway.run(ended.signal)
    const stop = async (): Promise<void> => {
      ended.abort()
      await running
    }
    const executionLog: ExecutionLog = {
      told: [...this.#executions],
      append: (mark) => Promise.resolve(void this.#executions.push(mark)),
      of: () => [...this.#executions],
    }
    const orders = startOrders({ gateway, clock, frameLog, log, stop }, { executionLog, executionsZone: this.#zone })
    return { gateway, stop, ended: ended.signal, gone: gone(ended.signal), ...orders }
  }

  /** Until orders may leave. */
  recovered(): Promise<void> {
    return this.process.orders.whenRecovered(AbortSignal.timeout(RESOLVE_LIMIT_MS))
  }

  /** The gateway forgets its executions, and it is a quarter past midnight. */
  midnight(): void {
    this.faults.arm({ name: 'midnight' })
    this.clock.offsetMs += DAY_MS - (this.clock.nowMs() % DAY_MS) + QUARTER_MS
  }

  /** Ends our process where it stands, and starts another one. */
  async restartProcess(): Promise<void> {
    await this.process.stop()
    this.#process = this.startProcess()
  }

  /** The gateway's daily restart: it is gone for a moment and comes back with what it has saved. */
  async restartGateway(): Promise<void> {
    await this.venue.close()
    this.venue = this.#createVenue()
    this.#port = (await this.venue.listen('127.0.0.1', 0)).port
  }

  /** As the saga does it: place once, then ask until it is known, then until it is final. null: it stays unknown. */
  async trade(order: OrderIntent, mayStayUnknown = false): Promise<{ readonly outcome: LegOutcome; readonly final: Final } | null> {
    const endMs = Date.now() + (mayStayUnknown ? UNKNOWN_LIMIT_MS : RESOLVE_LIMIT_MS)
    const first = this.process
    let outcome: LegOutcome = await Promise.race([first.orders.place(order, allow, first.ended), first.gone])
    while (outcome.kind === 'unknown') {
      if (Date.now() > endMs) return null
      outcome = await this.#asking((process) => process.orders.find(order, process.ended), { kind: 'unknown', cause: 'timeout' })
    }
    const final = await this.finalise(order, endMs)
    return final && { outcome, final }
  }

  /** Until nothing about the order can change; also once more, for what came after its end. null: it never is. */
  async finalise(order: OrderIntent, endMs = Date.now() + RESOLVE_LIMIT_MS): Promise<Final | null> {
    for (;;) {
      const final = await this.#asking((process) => process.orders.finalise(order, process.ended), null)
      if (final || Date.now() > endMs) return final
    }
  }

  /** A process that ends while it is asked gives no answer: the next one is asked. */
  async #asking<T, F>(ask: (process: ReturnType<World['startProcess']>) => Promise<T>, otherwise: F): Promise<T | F> {
    const { process } = this
    await this.clock.sleep(20, new AbortController().signal)
    try {
      return await ask(process)
    } catch (error) {
      if (process.ended.aborted) return otherwise
      throw error
    }
  }

  /** Until the gateway has everything that was sent to it: what comes after the verdict on an order counts as well. */
  async arrived(): Promise<void> {
    const hurry = AbortSignal.timeout(RESOLVE_LIMIT_MS)
    if (this.line.owed === 0) return
    while (this.line.owed > 0) await this.clock.sleep(20, hurry)
    await this.process.gateway.requests.openOrders(hurry)
  }

  exchange(): ExchangeState {
    return this.venue.state() as ExchangeState
  }

  async close(): Promise<void> {
    await this.process.stop()
    await this.line.close()
    await this.venue.close()
  }
}

/** A process that was ended tells nobody what became of its order. */
const gone = (ended: AbortSignal): Promise<LegOutcome> =>
  new Promise((resolve) => {
    ended.addEventListener('abort', () => resolve({ kind: 'unknown', cause: 'disconnected' }), { once: true })
  })
