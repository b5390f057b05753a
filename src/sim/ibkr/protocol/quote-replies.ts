import type { QuoteSide } from '../exchange/pair-book'
import { dollars } from './amounts'
import type { Token } from './frames'

/** Gateway → client: quotes and depth (§10.4). */

/** A tick of this price means: no quote (§3). */
const NO_PRICE = '-1'
const TICK_VERSION = 6

/** 1 live, 2 frozen, 3 delayed, 4 delayed and frozen. */
export type DataType = 1 | 2 | 3 | 4
export const isDataType = (value: unknown): value is DataType => value === 1 || value === 2 || value === 3 || value === 4

export type QuoteField = 'bid' | 'ask'
const LIVE = { price: { bid: 1, ask: 2 }, size: { bid: 0, ask: 3 } } as const
/** Delayed data come under ids of their own. */
const DELAYED = { price: { bid: 66, ask: 67 }, size: { bid: 69, ask: 70 } } as const

/** The price tick and, separately, the size tick of one side; only the size when the price has not changed. */
function ticks(
  tickerId: number,
  field: QuoteField,
  side: QuoteSide | null,
  withPrice: boolean,
  type: DataType,
): readonly (readonly Token[])[] {
  const ids = type >= 3 ? DELAYED : LIVE
  const size = side?.size ?? 0
  const priceTick = [1, TICK_VERSION, tickerId, ids.price[field], side ? dollars(side.price) : NO_PRICE, size, 0]
  const sizeTick = [2, TICK_VERSION, tickerId, ids.size[field], size]
  return withPrice ? [priceTick, sizeTick] : [sizeTick]
}

/** What happened to one row of a ladder. */
export interface DepthChange {
  readonly position: number
  readonly operation: 'insert' | 'update' | 'delete'
  readonly field: QuoteField
  readonly level: QuoteSide
}

const OPERATION = { insert: 0, update: 1, delete: 2 } as const
const DEPTH_SIDE = { ask: 0, bid: 1 } as const

const depthTail = ({ operation, field, level }: DepthChange): readonly Token[] => [
  ...[OPERATION[operation], DEPTH_SIDE[field], operation === 'delete' ? 0 : dollars(level.price), operation === 'delete' ? 0 : level.size],
]

export const quoteReplies = {
  ticks,
  tickReqParams: (tickerId: number): readonly Token[] => [81, tickerId, '0.01', '', 3],
  marketDataType: (tickerId: number, type: DataType): readonly Token[] => [58, 1, tickerId, type],
  tickSnapshotEnd: (tickerId: number): readonly Token[] => [57, 1, tickerId],
  depth: (tickerId: number, change: DepthChange): readonly Token[] => [12, 1, tickerId, change.position, ...depthTail(change)],
  /** With the market maker's name, which is the exchange where there are none, and the smart-depth flag. */
  depthL2: (tickerId: number, change: DepthChange, maker: string): readonly Token[] => [
    ...[13, 1, tickerId, change.position, maker, ...depthTail(change), false],
  ],
  marketDepthExchanges: (exchange: string | null): readonly Token[] =>
    exchange === null ? [80, 0] : [80, 1, exchange, 'OPT', '', 'Deep', ''],
}
