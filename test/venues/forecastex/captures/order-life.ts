import { orderId, tradeId, marketId } from '../../../../src/core/ids'
import { millis, type Price, type Quantity } from '../../../../src/core/units'
import type { Callback, Execution, OrderEcho } from '../../../../src/venues/forecastex/wire/messages'
import { isAboutOrder } from '../../../../src/venues/forecastex/wire/messages'
import { applyCallback, filledOf, newOrder, type OrderTerms } from '../../../../src/venues/forecastex/wire/order-state'

const echoesOf = (callbacks: readonly Callback[]): readonly { readonly isComplete: boolean; readonly order: OrderEcho }[] =>
  callbacks.flatMap((each) =>
    each.kind === 'openOrder' || each.kind === 'completedOrder' ? [{ isComplete: each.kind === 'completedOrder', order: each.order }] : [],
  )

const executionsOf = (callbacks: readonly Callback[]): readonly Execution[] =>
  callbacks.flatMap((each) => (each.kind === 'execution' ? [each.execution] : []))

/** What does not agree with the rules of an order's life (ibkr-forecastex.md §7), in words. */
export function checkOrders(callbacks: readonly Callback[]): readonly string[] {
  const echoes = echoesOf(callbacks)
  const refs = new Set(echoes.flatMap(({ order }) => (order.orderRef === '' ? [] : [order.orderRef])))
  return [
    ...repeatedExecutions(executionsOf(callbacks)),
    ...lonelyCommissions(callbacks),
    ...[...refs].flatMap((ref) =>
      orderOf(
        ref,
        echoes.filter(({ order }) => order.orderRef === ref),
        callbacks,
      ),
    ),
  ]
}

/** One execution id says one thing, however often. */
function repeatedExecutions(executions: readonly Execution[]): readonly string[] {
  const first = new Map<string, string>()
  return executions.flatMap((execution) => {
    const said = JSON.stringify(execution)
    const before = first.get(execution.execId) ?? said
    first.set(execution.execId, before)
    return before === said ? [] : [`execution ${execution.execId} says ${before} and ${said}`]
  })
}

/** A commission belongs to an execution of the same session. */
function lonelyCommissions(callbacks: readonly Callback[]): readonly string[] {
  const known = new Set(executionsOf(callbacks).map(({ execId }) => execId))
  return callbacks.flatMap((each) =>
    each.kind === 'commission' && !known.has(each.execId) ? [`commission of unknown ${each.execId}`] : [],
  )
}

function orderOf(ref: string, echoes: ReturnType<typeof echoesOf>, callbacks: readonly Callback[]): readonly string[] {
  const same = new Set(
    echoes.map(({ order: { conId, account, action, orderType, timeInForce, limit } }) =>
      JSON.stringify([conId, account, action, orderType, timeInForce, limit]),
    ),
  )
  const complete = echoes.findLast(({ isComplete }) => isComplete)?.order
  const filled = filledBy(ref, echoes, callbacks)
  const hasExecutions = executionsOf(callbacks).some(({ orderRef }) => orderRef === ref)
  return [
    ...(same.size > 1 ? [`the echoes of ${ref} differ: ${[...same].join(' and ')}`] : []),
    ...(complete && hasExecutions && complete.filled !== null && complete.filled !== filled
      ? [`${ref} is complete with ${complete.filled}, its executions come to ${filled}`]
      : []),
  ]
}

/** Through our own order state, under a name of ours: the order need not be. */
function filledBy(ref: string, echoes: ReturnType<typeof echoesOf>, callbacks: readonly Callback[]): Quantity {
  const [{ order } = { order: null }] = echoes
  if (!order) return 0 as Quantity
  const quantity = Math.max(...echoes.map((each) => each.order.quantity ?? 0), ...echoes.map((each) => each.order.filled ?? 0))
  const name = orderId(tradeId('0recording'), 'a', 1)
  const terms: OrderTerms = {
    ...{ clientOrderId: name, clientId: order.clientId, account: order.account, market: marketId(String(order.conId)), outcome: 'yes' },
    ...{ conId: order.conId, oppositeConId: 0, quantity: quantity as Quantity, limit: (order.limit ?? 0) as Price },
    timeInForce: order.timeInForce as OrderTerms['timeInForce'],
  }
  const renamed = JSON.parse(
    JSON.stringify(callbacks.filter(isAboutOrder)).replaceAll(JSON.stringify(ref), JSON.stringify(name)),
  ) as Callback[]
  return filledOf(
    renamed.reduce((state, each) => (isAboutOrder(each) ? applyCallback(state, each, millis(0), null) : state), newOrder(terms, null)),
  )
}
