import { listTrades, showTrade, type TradeDetail, type TradeView } from '../../operator/trades'
import type { PartsView } from '../../operator/results'
import { clockTime, dollars, print, printJson, table } from '../render'
import { withConnections } from './session'

export async function trades(limit: string, json: boolean): Promise<void> {
  if (!/^[1-9]\d{0,4}$/.test(limit)) throw new RangeError(`--limit takes a whole number from 1 to 99999, not "${limit}"`)
  await withConnections(async ({ database }) => {
    const found = await listTrades(database, Number(limit))
    if (json) printJson(found)
    else print(found.length === 0 ? 'no trades yet' : tradesText(found))
  })
}

export async function trade(id: string, json: boolean): Promise<number> {
  return withConnections(async ({ database, config }) => {
    const found = await showTrade(database, id)
    if (!found) {
      process.stderr.write(`crossbook: no trade ${id}: crossbook trades lists them\n`)
      return 1
    }
    if (json) printJson(found)
    else print(tradeText(found, config.endpoints.temporal.uiUrl, config.namespace))
    return 0
  })
}

/** One line a trade. */
export const tradesText = (found: readonly TradeView[]): string =>
  table(
    ['trade', 'pair', 'outcome', 'contracts', 'legs', 'edge', 'P&L', '', 'started'],
    found.map((t) => [
      t.tradeId,
      t.pair,
      t.outcome ?? `(${t.state})`,
      t.quantity,
      t.legs.map(({ venue, side, quantity, price }) => `${venue} ${side} ${quantity}@${price}`).join(' + '),
      dollars(t.edgeMicros),
      dollars(t.pnlMicros),
      t.pnlKind,
      clockTime(t.startedAt),
    ]),
    [3, 5, 6],
  )

const PARTS = ['price', 'fees', 'carry', 'slippage', 'cure', 'settlement', 'in total'] as const

/** Results by what made them so, each with what is to be told before it. */
export function partsTable(rows: readonly PartsView[], before: readonly string[] = [], named: readonly (readonly string[])[] = []): string {
  const cells = rows.map((row, at) => [
    ...(named[at] ?? []),
    ...[row.priceMicros, row.feesMicros, row.carryMicros, row.slippageMicros, row.cureMicros, row.settlementMicros, row.totalMicros].map(
      dollars,
    ),
  ])
  const columns = [...before, ...PARTS]
  return table(
    columns,
    cells,
    columns.map((_, at) => at).filter((at) => at >= Math.min(1, before.length)),
  )
}

function tradeText(found: TradeDetail, uiUrl: string | null, namespace: string): string {
  const legs = found.legs.map((l) => [
    l.clientOrderId,
    l.purpose,
    `${l.action} ${l.side}`,
    `${l.venue} ${l.market}`,
    l.state,
    l.quantity,
    l.price,
    dollars(l.feeMicros),
  ])
  const checks = found.verdicts.map(({ check, passed, actual, limit }) => [passed ? 'passed' : 'FAILED', check, actual, limit])
  const cures = (found.result?.cures ?? []).map(
    ({ chosen, over }) =>
      `cure: ${chosen.way}, loss ${dollars(chosen.loss)}; not chosen: ${over.map(({ way, loss }) => `${way} ${dollars(loss)}`).join(', ') || 'nothing else'}`,
  )
  return [
    `${found.tradeId}  ${found.pair}  ${found.outcome ?? found.state}${found.reason === '' ? '' : `  (${found.reason})`}`,
    `edge ${dollars(found.edgeMicros)}  P&L ${dollars(found.pnlMicros)} ${found.pnlKind}  started ${new Date(found.startedAt).toISOString()}${found.endedAt === null ? '' : `  took ${found.endedAt - found.startedAt} ms`}`,
    ...(found.pnl === null ? [] : [partsTable([found.pnl])]),
    table(['order', 'purpose', 'what', 'where', 'state', 'filled', 'price', 'fee'], legs, [5, 6, 7]),
    ...cures,
    table(['check', '', 'actual', 'limit'], checks),
    ...(uiUrl === null ? [] : [`saga: ${uiUrl}/namespaces/${namespace}/workflows/${found.workflowId}/${found.runId}`]),
  ].join('\n\n')
}
