import type { Outcome } from '../../core/ids'
import type { Level } from '../../core/market/event'
import { ONE_CONTRACT, ONE_DOLLAR } from '../../core/units'
import type { Tape } from './tape'
import type { RecordedPair } from './told-markets'

const FIRST_REQUEST = 1_000_000_000
const LIVE = 1
const ASK = 2
const ASK_SIZE = 3
const MS_PER_SECOND = 1_000
const OUTCOMES = ['yes', 'no'] as const

type Question = RecordedPair['forecastex']

/** What one session of an IB gateway would have told: requests that left, callbacks that came. */
export class GatewaySide {
  readonly #tape: Tape
  /** By market, where it is quoted now. */
  readonly #requests = new Map<string, readonly number[]>()
  #nextRequest = FIRST_REQUEST

  constructor(tape: Tape) {
    this.#tape = tape
  }

  connect(): void {
    this.#call('connected')
    this.#call('nextValidId', 1)
    this.beat()
  }

  /** What confirms the quotes (execution.md §7); the gateway tells whole seconds. */
  beat(): void {
    this.#call('currentTime', Math.floor(this.#tape.nowMs / MS_PER_SECOND))
  }

  /** Asks for both outcomes, in the place of those before; the library hands prices and sizes over as doubles. */
  quote(question: Question, asks: Readonly<Record<Outcome, Level>>): void {
    const { market, contracts } = question
    this.withdraw(question)
    const requests = OUTCOMES.map((outcome) => {
      const reqId = this.#nextRequest++
      const contract = { conId: contracts[outcome], exchange: 'FORECASTX' }
      this.#tape.stamp('forecastex', 'out', ['reqMktData', reqId, contract, { market, outcome }])
      this.#call('marketDataType', reqId, LIVE)
      return { reqId, ...asks[outcome] }
    })
    for (const { reqId, price, quantity } of requests) {
      this.#call('tickPrice', reqId, ASK, price / ONE_DOLLAR, false)
      this.#call('tickSize', reqId, ASK_SIZE, quantity / ONE_CONTRACT)
    }
    this.#requests.set(
      market,
      requests.map(({ reqId }) => reqId),
    )
  }

  /**
   * Nobody quotes this question any more. Both outcomes are cancelled and go with the next callback, at once: told tick by tick, what is left of a quote
   * would be judged when half of it is gone.
   */
  withdraw({ market }: Question): void {
    const requests = this.#requests.get(market)
    if (!requests) return
    this.#requests.delete(market)
    for (const reqId of requests) this.#tape.stamp('forecastex', 'out', ['cancelMktData', reqId])
    this.beat()
  }

  #call(...callback: readonly unknown[]): void {
    this.#tape.stamp('forecastex', 'in', callback)
  }
}
