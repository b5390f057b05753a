import { ApplicationFailure, condition, defineUpdate, setHandler } from '@temporalio/workflow'
import type { OrderIntent } from '../core/trade/order'
import type { OrderVerdict } from '../core/trade/outcome'
import type { Mode } from '../core/trade/plan'
import { verdictRefusal } from '../core/trade/verdict'
import { UPDATES } from './messages'

const verdictUpdate = defineUpdate<void, [OrderVerdict]>(UPDATES.verdict)

/** The operator's say in a trade: a verdict on the one order that is being resolved. What the validator refuses leaves no trace in the history. */
export class Verdicts {
  #resolving: OrderIntent | null = null
  #given: OrderVerdict | null = null

  constructor(mode: () => Mode, onGiven: (verdict: OrderVerdict) => void) {
    const take = (verdict: OrderVerdict): void => {
      this.#given = verdict
      onGiven(verdict)
    }
    setHandler(verdictUpdate, take, {
      description: 'E12: what became of the order that is being resolved, with evidence',
      validator: (verdict) => {
        const refusal = verdictRefusal(verdict, this.#given === null ? this.#resolving : null, mode())
        if (refusal !== null) throw ApplicationFailure.nonRetryable(refusal, 'VerdictRefused')
      },
    })
  }

  /** From here until {@link close} a verdict on this order is taken. */
  open(order: OrderIntent): void {
    this.#resolving = order
    this.#given = null
  }
  async given(): Promise<OrderVerdict> {
    await condition(() => this.#given !== null)
    if (this.#given === null) throw new Error('a verdict was withdrawn')
    return this.#given
  }
  close(): void {
    this.#resolving = null
  }
}
