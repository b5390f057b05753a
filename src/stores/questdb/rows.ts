import type { Sender } from '@questdb/nodejs-client'
import { assertNever } from '../../core/assert'
import { complement } from '../../core/units'
import type {
  ChangeRow,
  DecisionRow,
  ExecutionRow,
  MarketRow,
  OddsRow,
  OpportunityRow,
  PrintRow,
  RecordRow,
  SignalBookRow,
  SignalRow,
  SpreadRow,
  TickRow,
} from '../../ports/record'
import { optional } from './optional'
import { writeShadow } from './shadows'

/** Before every venue there is: a time below it is in seconds. */
const FIRST_MS = Date.UTC(2000, 0, 1)
/** A time from here on is in micro- or nanoseconds. Such a row must not leave: the server fails for it (500), and every row behind it would wait for ever. */
const BEFORE_MS = Date.UTC(2200, 0, 1)

/**
 * Writes one row into the sender's buffer.
 * @throws RangeError for a time that cannot be in milliseconds; the client's error for a value that is not a whole number.
 */
export async function writeRow(sender: Sender, row: RecordRow): Promise<void> {
  const ms = timeOf(row)
  if (!(ms >= FIRST_MS && ms < BEFORE_MS)) throw new RangeError(`${ms} is no time in milliseconds of 2000 to 2199`)
  switch (row.kind) {
    case 'tick':
      return writeTick(sender, row)
    case 'print':
      return writePrint(sender, row)
    case 'change':
      return writeChange(sender, row)
    case 'market':
      return writeMarket(sender, row)
    case 'odds':
      return writeOdds(sender, row)
    case 'spread':
      return writeSpread(sender, row)
    case 'decision':
      return writeDecision(sender, row)
    case 'opportunity':
      return writeOpportunity(sender, row)
    case 'execution':
      return writeExecution(sender, row)
    case 'latency':
      sender.table('latency').symbol('measure', row.measure)
      if (row.tradeId !== null) sender.stringColumn('trade_id', row.tradeId)
      return sender.intColumn('micros', row.micros).at(row.atMs, 'ms')
    case 'feed':
      sender.table('feed_states').symbol('venue', row.venue).symbol('shard', row.shard).symbol('state', row.state)
      return sender.intColumn('conn', row.conn).at(row.atMs, 'ms')
    case 'signal':
      return writeSignal(sender, row)
    case 'signal-book':
      return writeSignalBook(sender, row)
    case 'shadow':
      return writeShadow(sender, row)
    default:
      return assertNever(row)
  }
}

function timeOf(row: RecordRow): number {
  if (row.kind === 'decision') return row.opportunity.seenAtMs
  return row.kind === 'opportunity' ? row.firstSeenMs : row.atMs
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

function writePrint(sender: Sender, row: PrintRow): Promise<void> {
  return sender
    .table('kalshi_trades')
    .symbol('ticker', row.ticker)
    .symbol('series', row.series)
    .symbol('taker_side', row.takerSide)
    .stringColumn('trade_id', row.tradeId)
    .intColumn('price', row.price)
    .intColumn('count', row.quantity)
    .at(row.atMs, 'ms')
}

function writeChange(sender: Sender, row: ChangeRow): Promise<void> {
  sender
    .table('kalshi_orderbook')
    .symbol('ticker', row.ticker)
    .symbol('side', row.side)
    .intColumn('price', row.price)
    .intColumn('delta', row.delta)
    .booleanColumn('snapshot', row.snapshot)
    .intColumn('subscription', row.subscription)
    .intColumn('seq', row.seq)
  if (row.venueSid !== null) sender.intColumn('venue_sid', row.venueSid)
  if (row.venueSeq !== null) sender.intColumn('venue_seq', row.venueSeq)
  return sender.at(row.atMs, 'ms')
}

/** A bid for NO is an ask for YES at the complement, and nothing else. */
function writeMarket(sender: Sender, row: MarketRow): Promise<void> {
  sender
    .table('kalshi_markets')
    .symbol('market_ticker', row.ticker)
    .symbol('series_ticker', row.series)
    .symbol('event_ticker', row.event)
    .symbol('status', row.status)
    .stringColumn('title', row.title)
    .stringColumn('subtitle', row.subtitle)
  optional(sender, 'yes_bid', row.yesBid)
  optional(sender, 'yes_ask', row.yesAsk)
  optional(sender, 'no_bid', row.yesAsk === null ? null : complement(row.yesAsk))
  optional(sender, 'no_ask', row.yesBid === null ? null : complement(row.yesBid))
  optional(sender, 'last_price', row.lastPrice)
  optional(sender, 'volume', row.volume)
  optional(sender, 'volume_24h', row.volume24h)
  optional(sender, 'open_interest', row.openInterest)
  if (row.openMs !== null) sender.timestampColumn('open_time', row.openMs, 'ms')
  if (row.expirationMs !== null) sender.timestampColumn('expiration_time', row.expirationMs, 'ms')
  return sender.timestampColumn('close_time', row.closeMs, 'ms').at(row.atMs, 'ms')
}

function writeOdds(sender: Sender, row: OddsRow): Promise<void> {
  sender
    .table('sportsbook_odds')
    .symbol('event_id', row.eventId)
    .symbol('book', row.book)
    .symbol('market_type', row.marketType)
    .symbol('outcome', row.outcome)
    .intColumn('odds_decimal', row.oddsDecimal)
    .intColumn('implied_prob', row.impliedProbability)
  optional(sender, 'devigged_prob', row.deviggedProbability ?? null)
  optional(sender, 'point', row.point)
  optional(sender, 'odds_american', row.american)
  if (row.updatedMs !== null) sender.timestampColumn('last_update', row.updatedMs, 'ms')
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
  if (row.figures !== null) sender.stringColumn('actual', row.figures.actual).stringColumn('wanted', row.figures.limit)
  sender.intColumn('n', opportunity.n)
  optional(sender, 'net_edge', opportunity.netEdge)
  optional(sender, 'expected_value', opportunity.expectedValue)
  optional(sender, 'unwind_loss', opportunity.unwindLoss)
  optional(sender, 'maximum_loss', opportunity.maximumLoss)
  return sender.at(opportunity.seenAtMs, 'ms')
}

function writeOpportunity(sender: Sender, row: OpportunityRow): Promise<void> {
  sender
    .table('arb_opportunities')
    .symbol('subject', row.subject)
    .symbol('direction', row.direction)
    .symbol('mode', row.mode)
    .symbol('outcome', row.outcome)
    .symbol('reason', row.reason)
  if (row.tradeId !== null) sender.stringColumn('trade_id', row.tradeId)
  sender
    .stringColumn('refusals', row.refusals)
    .timestampColumn('last_seen', row.lastSeenMs, 'ms')
    .intColumn('duration_ms', row.endedMs - row.firstSeenMs)
    .intColumn('n', row.n)
    .intColumn('looks', row.looks)
    .intColumn('finds', row.finds)
    .intColumn('trades', row.trades)
  optional(sender, 'best_size', row.best?.quantity ?? null)
  optional(sender, 'best_net_edge', row.best?.netEdge ?? null)
  optional(sender, 'annual_return', row.best?.annualReturn ?? null)
  optional(sender, 'unwind_loss', row.best?.unwindLoss ?? null)
  optional(sender, 'maximum_loss', row.best?.maximumLoss ?? null)
  optional(sender, 'capital', row.best?.capital ?? null)
  optional(sender, 'locked_days', row.best?.lockedDays ?? null)
  optional(sender, 'last_size', row.last?.quantity ?? null)
  optional(sender, 'last_net_edge', row.last?.netEdge ?? null)
  return sender.at(row.firstSeenMs, 'ms')
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
  if (row.corrects !== null) sender.stringColumn('corrects', row.corrects)
  optional(sender, 'fee', row.fee)
  optional(sender, 'latency_micros', row.latencyMicros)
  return sender.at(row.atMs, 'ms')
}

function writeSignal(sender: Sender, row: SignalRow): Promise<void> {
  sender
    .table('signals')
    .symbol('ticker', row.ticker)
    .symbol('event', row.event)
    .symbol('odds_event', row.oddsEvent)
    .symbol('sport', row.sport)
    .symbol('yes_team', row.yesTeam)
    .symbol('side', row.side)
    .symbol('mode', row.mode)
    .symbol('profile', row.profile)
    .symbol('method', row.method)
    .symbol('tier', row.tier)
  if (row.gate !== null) sender.symbol('gate', row.gate)
  sender.stringColumn('id', row.id)
  if (row.tradeId !== null) sender.stringColumn('trade_id', row.tradeId)
  sender
    .timestampColumn('starts', row.startMs, 'ms')
    .intColumn('probability', row.probability)
    .intColumn('lower', row.lower)
    .intColumn('upper', row.upper)
    .intColumn('ask', row.ask)
    .intColumn('price_limit', row.limit)
    .intColumn('edge', row.edge)
    .intColumn('quantity', row.quantity)
    .intColumn('cost', row.cost)
    .intColumn('net_edge', row.netEdge)
    .intColumn('expected_value', row.expectedValue)
    .intColumn('score', row.score)
  optional(sender, 'tie_pays', row.tiePays)
  return sender.at(row.atMs, 'ms')
}

function writeSignalBook(sender: Sender, row: SignalBookRow): Promise<void> {
  return sender
    .table('signal_books')
    .symbol('ticker', row.ticker)
    .symbol('side', row.side)
    .symbol('book', row.book)
    .symbol('family', row.family)
    .intColumn('probability', row.probability)
    .intColumn('weight', row.weight)
    .at(row.atMs, 'ms')
}
