import type { ClientOrderId } from '../../../../src/core/ids'
import { ACCOUNT, answerRead, atEnd, fixedCatalog, forever, RawGateway, startGateway, startOrders, YES } from '../rig'

export type Send = (...tokens: readonly unknown[]) => void
/** Whether it has answered: then nothing else does. */
export type Answer = (tokens: readonly string[], send: Send) => boolean

/** Numbers of the messages to the gateway (ibkr-forecastex.md §10.2). */
export const ASKED = { placeOrder: '3', cancelOrder: '4', executions: '7', openOrders: '16', positions: '61', completedOrders: '99' }

/** An account in which nothing is and nothing was, behind a gateway that swallows orders, unless `answer` says otherwise. */
export async function venue(answer: Answer = () => false, change: Parameters<typeof startOrders>[1] = {}) {
  const server = new RawGateway()
  server.onFrame = (tokens, send) => (answer(tokens, send) ? undefined : answerRead(tokens, send))
  atEnd(() => server.close())
  const adapter = startGateway(await server.listen())
  await adapter.gateway.whenUp(forever)
  return { server, adapter, ...startOrders(adapter, { catalog: fixedCatalog, answerTimeoutMs: 50, ...change }) }
}

const contract11 = (conId: number) => [
  ...[conId, 'FF', 'OPT', '20301209', '3.625', conId === YES ? 'C' : 'P', '1', 'FORECASTX', 'USD', 'FF', 'FF'],
]
/** One message: so many contracts of an outcome are held. */
/** How long an order of these tests may leave: all it waits for is its own sending. */
export const LIFE_MS = 500
export const held = (contracts: number, conId = YES) => [61, 3, ACCOUNT, ...contract11(conId), contracts, '0.58']

export const EXECUTION = '0001.0001.01.01'
/** One message: an order has bought so many contracts at 0.57. `reqId`: of the question that it answers. */
export const executed = (reqId: string | undefined, orderRef: ClientOrderId | '', contracts: number, conId = YES) => [
  ...[11, reqId, 1, ...contract11(conId), EXECUTION, '20261121 13:30:00 US/Central', ACCOUNT, 'FORECASTX', 'BOT', contracts, '0.57'],
  ...[900, 7, 0, contracts, '0.57', orderRef, '', '', '', 1, 0],
]
/** One message: its fee. */
export const feeTold = (fee: string) => [59, 1, EXECUTION, fee, 'USD', '', '', '']
