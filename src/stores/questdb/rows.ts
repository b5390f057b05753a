import type { Sender } from '@questdb/nodejs-client'
import { assertNever } from '../../core/assert'
import type { DecisionRow, ExecutionRow, RecordRow, SpreadRow, TickRow } from '../../ports/record'

/** Writes one row into the sender's buffer. @throws the client's error for a value that is not a whole number. */
export async function writeRow(sender: Sender, row: RecordRow): Promise<void> {
  switch (row.kind) {
    case 'tick':
      return writeTick(sender, row)
    case 'spread':
      return writeSpread(sender, row)
    case 'decision':
      return writeDecision(sender, row)
    case 'execution':
      return writeExecution(sender, row)
    case 'latency':
      sender.table('latency').symbol('measure', row.measure)
      if (row.tradeId !== null) sender.stringColumn('trade_id', row.tradeId)
      return sender.intColumn('micros', row.micros).at(row.atMs, 'ms')
    default:
      return assertNever(row)
  }
}

function writeTick(sender: Sender, row: TickRow): Promise<void> {
  const side = row.venue === 'kalshi' ? 'yes_' : ''
  if (row.venue === 'kalshi') sender.table('kalshi_ticks').symbol('ticker', row.market)
  else sender.table('forecastex_ticks').symbol('con_id', row.market).symbol('outcome', row.outcome)
  sender.symbol('series', row.series)
  optional(sender, `${side}bid`, row.bid)
  optional(sender, `${side}bid_size`, row.bidSize)
  optional(sender, `${side}ask`, row.ask)
  optional(sender, `${side}ask_size`, row.askSize)
  return sender.at(row.atMs, 'ms')
}

function writeSpread(sender: Sender, row: SpreadRow): Promise<void> {
  return sender
    .table('spreads')
    .symbol('subject', row.subject)
    .symbol('direction', row.direction)
    .intColumn('first_price', row.firstPrice)
    .intColumn('second_price', row.secondPrice)
    .intColumn('size', row.size)
    .intColumn('net_edge', row.netEdge)
    .at(row.atMs, 'ms')
}

function writeDecision(sender: Sender, { opportunity, ...row }: DecisionRow): Promise<void> {
  sender
    .table('decisions')
    .symbol('strategy', opportunity.strategy)
    .symbol('subject', opportunity.subject)
    .symbol('mode', row.mode)
    .symbol('verdict', row.verdict)
    .symbol('reason', row.reason)
  if (row.tradeId !== null) sender.stringColumn('trade_id', row.tradeId)
  return sender
    .intColumn('n', opportunity.n)
    .intColumn('net_edge', opportunity.netEdge)
    .intColumn('expected_value', opportunity.expectedValue)
    .intColumn('unwind_loss', opportunity.unwindLoss)
    .intColumn('maximum_loss', opportunity.maximumLoss)
    .at(opportunity.seenAtMs, 'ms')
}

function writeExecution(sender: Sender, row: ExecutionRow): Promise<void> {
  sender
    .table('executions')
    .symbol('venue', row.venue)
    .symbol('market', row.market)
    .symbol('mode', row.mode)
    .symbol('strategy', row.strategy)
    .symbol('subject', row.subject)
    .symbol('outcome', row.outcome)
    .symbol('action', row.action)
    .symbol('purpose', row.purpose)
    .stringColumn('execution_id', row.executionId)
    .stringColumn('trade_id', row.tradeId)
    .stringColumn('client_order_id', row.clientOrderId)
    .intColumn('price', row.price)
    .intColumn('quantity', row.quantity)
  optional(sender, 'fee', row.fee)
  optional(sender, 'latency_micros', row.latencyMicros)
  return sender.at(row.atMs, 'ms')
}

function optional(sender: Sender, column: string, value: number | null): void {
  if (value !== null) sender.intColumn(column, value)
}
