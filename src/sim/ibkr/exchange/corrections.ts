import { parseFixed } from '../../../core/units'
import type { CorrectionStep } from './agenda'
import type { Fills, FillOptions } from './fills'
import { conIdOf, type Contract } from './listings'
import { remaining, TICK_MICROS, type Execution, type Order } from './orders'
import type { FaultSetting } from '../port'

/** Executions that are reported again under the next correction number, at another price or size (§7 rule 1). */
export class Corrections {
  constructor(
    private readonly options: FillOptions,
    private readonly fills: Fills,
  ) {}

  /** Fault correction, right after an execution or, with a delay, by the clock. */
  strike(order: Order, contract: Contract, execution: Execution): void {
    const fault = this.options.faults.take('correction', this.fills.faultMatch(order, contract))
    if (fault) this.go(order, contract, execution, stepsOf(fault))
  }

  /** The steps that are due now; a delayed one waits with those behind it. */
  go(order: Order, contract: Contract, execution: Execution, steps: readonly CorrectionStep[]): void {
    let version = execution
    for (const [at, step] of steps.entries()) {
      if (step.delay_ms !== undefined) {
        const { delay_ms, ...now } = step
        const plan = { kind: 'correction' as const, permId: order.permId, execId: version.execId, steps: [now, ...steps.slice(at + 1)] }
        return this.options.agenda.add(plan, this.options.clock.nowMs() + delay_ms)
      }
      version = this.#correct(order, contract, version, step) ?? version
    }
  }

  /** @returns the new version; null, with a line on standard error, when the account cannot bear it. */
  #correct(order: Order, contract: Contract, wrong: Execution, step: CorrectionStep): Execution | null {
    const { account, feePerContract, availableCash, audit } = this.options
    const price = step.price !== undefined ? parseFixed(step.price, 6) : step.size !== undefined ? wrong.price : this.#better(wrong.price)
    const size = step.size ?? wrong.size
    const more = size - wrong.size
    const premium = size * price - wrong.size * wrong.price
    const amount = premium + more * feePerContract
    const sold = more !== 0 && (contract.listing.state.kind !== 'open' || account.size(conIdOf(contract)) + more < 0)
    if (sold || more > remaining(order) || amount > availableCash()) {
      process.stderr.write(
        `fault correction: execution ${wrong.execId} cannot become ${size} at ${price} µ$: cash, position or order forbid it\n`,
      )
      return null
    }
    account.correct(order.conId, more, amount)
    order.filled += more
    order.paid += premium
    order.lastPrice = price
    const version = this.#version(order, wrong, price, size)
    audit.purchase(order, version, wrong, feePerContract)
    this.#report(order, contract, version, more)
    return version
  }

  #version(order: Order, wrong: Execution, price: number, size: number): Execution {
    const cumulative = wrong.cumulative + size - wrong.size
    const averagePrice = order.filled > 0 ? Math.round(order.paid / order.filled) : 0
    // A commission report belongs to the new version only when the fee has changed with the size.
    const commission = size === wrong.size ? null : size * this.options.feePerContract
    const execId = wrong.execId.replace(/\d+$/, (number) => String(Number(number) + 1).padStart(2, '0'))
    const version = { ...wrong, execId, price, size, cumulative, averagePrice, commission }
    this.fills.keep(version)
    return version
  }

  #report(order: Order, contract: Contract, version: Execution, more: number): void {
    const { reports, feePerContract } = this.options
    reports.execution(version, order)
    if (more === 0) return
    order.commission += more * feePerContract
    this.fills.fillStatus(order)
    const { book } = contract.listing
    if (book.holds(contract.outcome, order)) book.restAgain(contract.outcome, order, remaining(order))
    reports.orderStatus(order)
    reports.commission(version, order)
    reports.position(contract)
    reports.quotes(contract.listing)
  }

  #better = (price: number): number => Math.max(TICK_MICROS, price - TICK_MICROS)
}

/** `steps` is a list of corrections, one upon the other; without it the fault itself is one. */
function stepsOf(fault: FaultSetting): readonly CorrectionStep[] {
  if (Array.isArray(fault['steps'])) return fault['steps'] as readonly CorrectionStep[]
  const { price, size, delay_ms } = fault
  return [
    {
      ...(typeof price === 'string' ? { price } : {}),
      ...(typeof size === 'number' ? { size } : {}),
      ...(typeof delay_ms === 'number' ? { delay_ms } : {}),
    },
  ]
}
