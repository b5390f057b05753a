declare const kind: unique symbol
type Id<U extends string> = string & { readonly [kind]: U }

/** Kalshi: the market ticker. ForecastEx: the conId of the question's YES contract, as decimal text. */
export type MarketId = Id<'market'>
/** What a strategy trades once at a time: box a pair, edge a market. */
export type SubjectId = Id<'subject'>
/** E1: ≤ 20 of [0-9A-Za-z], time-ordered. */
export type TradeId = Id<'trade'>
/** E2: `cb-<tradeId>-<leg><n>`, made by {@link orderId} and nowhere else. */
export type ClientOrderId = Id<'client order'>
export type Venue = 'kalshi' | 'forecastex'
export type Outcome = 'yes' | 'no'
export type BookSide = 'bid' | 'ask'
/** a: first leg, b: second leg, c: cure. */
export type LegLetter = 'a' | 'b' | 'c'

const TRADE_ID = /^[0-9A-Za-z]{1,20}$/
const ORDER_ID = /^cb-([0-9A-Za-z]{1,20})-([abc])([1-9]\d{0,3})$/
const BASE36_TIME_LENGTH = 9
const RANDOM_LENGTH = 6

export const VENUES: readonly Venue[] = ['kalshi', 'forecastex']
export const otherVenue = (venue: Venue): Venue => (venue === 'kalshi' ? 'forecastex' : 'kalshi')
export const otherOutcome = (outcome: Outcome): Outcome => (outcome === 'yes' ? 'no' : 'yes')
export const marketId = (value: string): MarketId => value as MarketId
export const subjectId = (value: string): SubjectId => value as SubjectId

/** Mints a trade id (E1) from a time and 32 random bits given by the caller: sorts by time, alike in every process. */
export function mintTradeId(nowMs: number, random32: number): TradeId {
  const time = Math.trunc(nowMs).toString(36).padStart(BASE36_TIME_LENGTH, '0')
  const chance = (random32 >>> 0).toString(36).padStart(RANDOM_LENGTH + 1, '0')
  return tradeId(`${time}${chance}`)
}
/** @throws RangeError when it is not an E1 id. */
export function tradeId(value: string): TradeId {
  if (!TRADE_ID.test(value)) throw new RangeError(`not a trade id: "${value}"`)
  return value as TradeId
}
/** E2: one id, one intention, for ever. `n` counts all orders of the trade. */
export const orderId = (trade: TradeId, leg: LegLetter, n: number): ClientOrderId => parseOrderId(`cb-${trade}-${leg}${n}`).clientOrderId
/** @throws RangeError when it is not one of ours. */
export function parseOrderId(value: string): {
  readonly clientOrderId: ClientOrderId
  readonly tradeId: TradeId
  readonly leg: LegLetter
  readonly n: number
} {
  const match = ORDER_ID.exec(value)
  if (!match) throw new RangeError(`not an order id of ours: "${value}"`)
  return {
    clientOrderId: value as ClientOrderId,
    tradeId: match[1] as TradeId,
    leg: match[2] as LegLetter,
    n: Number.parseInt(match[3] ?? '', 10),
  }
}
/** Whether a venue's order reference is ours at all (others may trade the same account by hand). */
export const isOurOrderId = (value: string): value is ClientOrderId => ORDER_ID.test(value)
