import { parseOrderId } from '../../core/ids'
import type { OrderVerdict } from '../../core/trade/outcome'
import { formatQuantity, quantity } from '../../core/units'
import { giveVerdict } from '../../operator/verdict'
import { print, printJson } from '../render'
import { withConnections } from './session'

export interface VerdictOptions {
  readonly filled?: string
  readonly rejected?: boolean
  readonly evidence: string
  readonly second?: string
  readonly json?: boolean
}

/** @throws RangeError when it is not said, or said twice, what became of the order. */
export async function verdict(orderText: string, { filled, rejected, evidence, second, json }: VerdictOptions): Promise<number> {
  const order = parseOrderId(orderText).clientOrderId
  if ((filled === undefined) === (rejected !== true)) throw new RangeError('say either --filled CONTRACTS or --rejected')
  const outcome: OrderVerdict['outcome'] =
    filled === undefined ? { kind: 'rejected', reason: 'never-accepted', detail: 'by verdict' } : { kind: 'done', filled: quantity(filled) }
  return withConnections(async ({ database, temporal, config }) => {
    const { name: by, role } = config.operator
    const report = await giveVerdict(database, temporal, { order, outcome, by, role, evidence, secondBy: second ?? null })
    const said = outcome.kind === 'done' ? `filled ${formatQuantity(outcome.filled)}` : 'never accepted'
    if (json === true) printJson(report)
    else print(`${order} ${said}, by ${by}: taken by ${report.workflowId}; the trade will end surrendered`)
    return 0
  })
}
