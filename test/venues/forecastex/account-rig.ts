import { millis } from '../../../src/core/units'
import type { Statement } from '../../../src/ports/account'
import type { ForecastexCatalog } from '../../../src/venues/forecastex/catalog'
import { ACCOUNT, answerRead, atEnd, fixedCatalog, forever, MARKET, NO, RawGateway, startGateway, startOrders, YES } from './rig'

export type Row = readonly [account: string, tag: string, value: string, currency: string]
export const CASH: Row = [ACCOUNT, 'TotalCashValue', '9941.50', 'USD']
export const catalog: ForecastexCatalog = {
  ...fixedCatalog,
  outcomeOf: (conId) =>
    Promise.resolve(conId === YES ? { market: MARKET, outcome: 'yes' } : conId === NO ? { market: MARKET, outcome: 'no' } : null),
}
const contract11 = (conId: number) => [
  conId,
  'FF',
  'OPT',
  '20301209',
  '3.625',
  conId === NO ? 'P' : 'C',
  '1',
  'FORECASTX',
  'USD',
  'FF',
  'FF',
]
export interface Told {
  readonly execId: string
  readonly conId?: number
  readonly side?: string
  readonly contracts?: number
  readonly total?: number
  readonly ref?: string
  readonly account?: string
  readonly fee?: string
  readonly currency?: string
}
/** Tokens of execDetails after the request's id. */
const executionTokens = ({ execId, conId = YES, side = 'BOT', contracts = 10, total = 10, ref = '', account = ACCOUNT }: Told) => [
  ...[1, ...contract11(conId), execId, '20261121 13:30:00 US/Central', account, 'FORECASTX', side],
  ...[contracts, '0.57', 900, 7, 0, total, '0.57', ref, '', '', '', 1, 0],
]

/** A gateway with one account summary and one day's executions. */
export async function account(rows: readonly Row[], executions: readonly Told[] = []) {
  const server = new RawGateway()
  server.onFrame = (tokens, send) => {
    const [id, , reqId] = tokens
    if (id === '62') {
      for (const row of rows) send(63, 1, reqId, ...row)
      send(64, 1, reqId)
    }
    for (const told of id === '7' ? executions : []) {
      send(11, reqId, ...executionTokens(told))
      if (told.fee !== undefined) send(59, 1, told.execId, told.fee, told.currency ?? 'USD', '', '', '')
    }
    if (!server.answersReads) answerRead(tokens, send)
  }
  atEnd(() => server.close())
  const adapter = startGateway(await server.listen())
  await adapter.gateway.whenUp(forever)
  return { server, adapter, ...startOrders(adapter, { catalog }) }
}
export const statement = async (rows: readonly Row[], executions: readonly Told[] = []): Promise<Statement> => {
  const { account: read } = await account(rows, executions)
  return read.statement(millis(0), forever)
}
