import type { OrderIntent } from '../../../../src/core/trade/order'
import type { Final, LegOutcome } from '../../../../src/core/trade/outcome'
import { money } from '../../../../src/core/units'
import { OPENING_CASH, type SimExecution, type World } from './world'

export interface Traded {
  readonly order: OrderIntent
  readonly outcome: LegOutcome
  readonly final: Final
}

/** All but the correction number: what is corrected and what corrects it are one execution. */
const baseOf = (execId: string): string => execId.slice(0, execId.lastIndexOf('.'))

/** What the exchange did for an order: the last word on each of its executions. */
function executed(world: World, order: OrderIntent): readonly SimExecution[] {
  const conId = world[order.outcome]
  const last = new Map<string, SimExecution>()
  for (const execution of world.exchange().executions)
    if (execution.orderRef === order.clientOrderId && execution.side === 'BOT' && execution.conId === conId)
      last.set(baseOf(execution.execId), execution)
  return [...last.values()]
}

/**
 * What is wrong between the adapter's story and the exchange's, one sentence each: an order twice, a fill lost or counted twice, a position that
 * is not the sum of the fills, a cent that is missing.
 * @param disguised netting reports look like executions of the order: the exchange's list is then no witness, only its cash and positions are.
 */
export function differences(world: World, traded: readonly Traded[], disguised = false): readonly string[] {
  const found: string[] = [...(world.exchange().violations ?? [])]
  for (const { order, outcome, final } of traded) {
    const { clientOrderId: id } = order
    if ((world.placed.get(id) ?? 0) > 1) found.push(`${id} was sent ${world.placed.get(id)} times`)
    if (outcome.kind === 'rejected' && final.quantity > 0) found.push(`${id} was rejected and has filled ${final.quantity}`)
    if (outcome.kind === 'done' && outcome.filled > final.quantity)
      found.push(`${id} answered ${outcome.filled}, final is ${final.quantity}`)
    if (final.quantity > order.quantity) found.push(`${id} filled ${final.quantity} of ${order.quantity}`)
    if (!disguised) found.push(...fillDifferences(world, order, final))
  }
  return [...found, ...accountDifferences(world, traded)]
}

function fillDifferences(world: World, order: OrderIntent, { fills }: Final): readonly string[] {
  const told = fills.map(({ executionId, price, quantity }) => `${executionId} ${price * 100} ${quantity / 100}`).sort()
  const done = executed(world, order).map(({ execId, price, size }) => `${baseOf(execId)} ${price} ${size}`)
  const have = done.sort()
  return told.join() === have.join() ? [] : [`${order.clientOrderId}: fills ${told.join()}, the exchange executed ${have.join()}`]
}

function accountDifferences(world: World, traded: readonly Traded[]): readonly string[] {
  const { cash, positions, open_orders } = world.exchange()
  let micros = OPENING_CASH * 1_000_000
  const bought = { yes: 0, no: 0 }
  for (const { final } of traded)
    for (const { price, quantity, fee, outcome } of final.fills) {
      micros -= price * quantity + (fee ?? 0)
      bought[outcome] += quantity / 100
    }
  const pairs = Math.min(bought.yes, bought.no)
  micros += pairs * 1_000_000
  const held = (conId: number): number => positions.find((position) => position.con_id === conId)?.size ?? 0
  const found: string[] = []
  if (money(cash) !== micros) found.push(`cash is ${cash}, the fills make it ${micros} µ$`)
  if (held(world.yes) !== bought.yes - pairs || held(world.no) !== bought.no - pairs)
    found.push(`held ${held(world.yes)} YES ${held(world.no)} NO, bought ${bought.yes} YES ${bought.no} NO`)
  if (open_orders.length > 0) found.push(`still resting: ${open_orders.map(({ orderRef }) => orderRef).join()}`)
  return found
}
