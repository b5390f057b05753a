import { z } from 'zod'
import type { MarketId } from '../../../../core/ids'
import type { Level } from '../../../../core/market/event'
import { complement } from '../../../../core/units'
import { count, dollarPrice, ticker } from '../fields'

const level = z.tuple([dollarPrice, count]).transform(([price, quantity]): Level => ({ price, quantity }))
/** An empty side is an empty list, null or absent. */
const side = z
  .array(level)
  .nullish()
  .refine((levels) => !levels || levels.every(({ price, quantity }, at) => quantity > 0 && price > (levels[at - 1]?.price ?? -1)), {
    message: 'a side is not ascending, or holds a level without contracts',
  })
const levels = z.object({ yes_dollars: side, no_dollars: side })
const orderbook = z.object({ orderbook_fp: levels })
/** Both sides best first, in YES terms: a NO bid at p is an ask at 1 − p. */
export interface KalshiOrderbook {
  readonly bids: readonly Level[]
  readonly asks: readonly Level[]
}
/** The venue lists bids only, best last. It is the whole book, never a change of one. @throws z.ZodError */
export const readOrderbook = (body: unknown): KalshiOrderbook => inYesTerms(orderbook.parse(body).orderbook_fp)

const named = z.object({ ticker, orderbook_fp: levels })
const orderbooks = z.object({ orderbooks: z.array(named) })
/** By ticker. @throws z.ZodError, Error when a market is told twice */
export function readOrderbooks(body: unknown): ReadonlyMap<MarketId, KalshiOrderbook> {
  const books = orderbooks.parse(body).orderbooks
  const byTicker = new Map(books.map((book) => [book.ticker, inYesTerms(book.orderbook_fp)]))
  if (byTicker.size < books.length) throw new Error('Kalshi tells the book of one market twice in one answer')
  return byTicker
}

const someOrderbooks = z.object({ orderbooks: z.array(z.unknown()) })
/** The same without those that cannot be read: one bad book must not keep the others from being compared. @throws as that */
export function readableOrderbooks(body: unknown): ReadonlyMap<MarketId, KalshiOrderbook> {
  return readOrderbooks({ orderbooks: someOrderbooks.parse(body).orderbooks.filter((book) => named.safeParse(book).success) })
}

const inYesTerms = ({ yes_dollars: yes, no_dollars: no }: z.output<typeof levels>): KalshiOrderbook => ({
  bids: (yes ?? []).toReversed(),
  asks: (no ?? []).map(({ price, quantity }) => ({ price: complement(price), quantity })).toReversed(),
})
