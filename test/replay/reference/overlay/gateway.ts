import type { Tape } from './tape'

const OUTCOMES = ['yes', 'no'] as const
type Outcome = (typeof OUTCOMES)[number]
const FARM = 'usfuture'

/** ForecastEx's side of a tape: callbacks of one gateway session after the other. */
export class QuotingGateway {
  readonly #tape: Tape
  readonly #markets: readonly string[]
  readonly #requests = new Map<string, number>()
  #nextRequest = 1_000_000_000
  #conn = 0
  /** Until then nothing is said, not even a heartbeat. */
  silentUntilMs = 0
  beatMs = 0

  constructor(tape: Tape, markets: readonly string[]) {
    this.#tape = tape
    this.#markets = markets
  }

  connect(): void {
    this.#conn++
    this.#call('connected')
    this.#call('nextValidId', 1)
    this.beat()
    this.#subscribeAll()
  }
  reconnect(afterMs: number): void {
    this.#call('disconnected')
    this.#tape.nowMs += afterMs
    this.connect()
  }
  beat(): void {
    this.beatMs = this.#tape.nowMs
    this.#call('currentTime', Math.floor(this.#tape.nowMs / 1_000))
  }

  /** @param size null: none is told for the new price */
  ask(market: string, outcome: Outcome, cents: number, size: number | null): void {
    const reqId = this.#requestOf(market, outcome)
    this.#call('tickPrice', reqId, 2, cents === 0 ? -1 : cents / 100, false)
    if (size !== null) this.#call('tickSize', reqId, 3, size)
  }
  resize(market: string, outcome: Outcome, size: number): void {
    this.#call('tickSize', this.#requestOf(market, outcome), 3, size)
  }
  bid(market: string, outcome: Outcome, cents: number, size: number): void {
    const reqId = this.#requestOf(market, outcome)
    this.#call('tickPrice', reqId, 1, cents / 100, false)
    this.#call('tickSize', reqId, 0, size)
  }

  /** The broker is out of reach for a while; what was quoted stands after it (1102) or has to be asked for again (1101). */
  unreachable(forMs: number): void {
    this.#notice(1100, 'Connectivity between IBKR and Trader Workstation has been lost.')
    this.#tape.nowMs += forMs
    this.beat()
    if (this.#tape.once(2)) return this.#notice(1102, 'Connectivity restored - data maintained.')
    this.#notice(1101, 'Connectivity restored - data lost.')
    this.#subscribeAll()
  }
  brokenFarm(forMs: number): void {
    this.#notice(2103, `Market data farm connection is broken:${FARM}`)
    this.#tape.nowMs += forMs
    this.beat()
    this.#notice(2104, `Market data farm connection is OK:${FARM}`)
    this.#subscribeAll()
  }
  /** Another session takes the quotes and gives them back. */
  competing(): void {
    this.#notice(10197, 'No market data during competing live session')
    this.beat()
    this.#subscribeAll()
  }
  /** One contract's quotes are delayed for a moment. */
  delayed(market: string, outcome: Outcome): void {
    const reqId = this.#requestOf(market, outcome)
    this.#call('marketDataType', reqId, 3)
    this.#call('tickPrice', reqId, 2, 0.02, false)
    this.#call('marketDataType', reqId, 1)
    this.beat()
    this.#subscribe(market, outcome)
  }

  #requestOf(market: string, outcome: Outcome): number {
    return this.#requests.get(`${market} ${outcome}`) ?? -1
  }
  #subscribeAll(): void {
    for (const market of this.#markets) for (const outcome of OUTCOMES) this.#subscribe(market, outcome)
  }
  #subscribe(market: string, outcome: Outcome): void {
    const reqId = this.#nextRequest++
    this.#requests.set(`${market} ${outcome}`, reqId)
    const contract = { conId: Number(market), exchange: 'FORECASTX' }
    this.#tape.stamp('forecastex', this.#conn, 'out', ['reqMktData', reqId, contract, { market, outcome }])
    this.#call('marketDataType', reqId, 1)
  }
  /** A notice is an error without a number of its own. */
  #notice(code: number, text: string): void {
    this.#call('error', text, code, -1)
  }
  #call(...callback: readonly unknown[]): void {
    this.#tape.stamp('forecastex', this.#conn, 'in', callback)
  }
}
