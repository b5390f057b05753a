import { marketId, type BookSide, type MarketId } from '../../../core/ids'
import type { Level } from '../../../core/market/event'
import { complement, ONE_DOLLAR, price, PRICE_DECIMALS, quantity, QUANTITY_DECIMALS } from '../../../core/units'
import type { ChangeRow, TickRow } from '../../../ports/record'
import { instant } from '../../../venues/kalshi/wire/fields'
import { seriesOfTicker, type LineForm, type Tell } from './form'
import { fieldsOf, fixedOf, isFields, jsonOf, listOf, textOf } from './json'

/** Connections are numbered from 1: a book that was asked for came by none. */
const NO_CONNECTION = 0

/** Whether a line is a whole book of Kalshi, as its REST answer was recorded. */
export const isDepth = (value: unknown): boolean =>
  isFields(value) && 'captured_at' in value && 'ticker' in value && Array.isArray(value['yes_bids']) && Array.isArray(value['no_bids'])

/** Whole books, each a snapshot, and the top that it makes: as streaming writes a snapshot. An empty book has no level, so its top alone tells of it. */
export function depthForm(tell: Tell): LineForm {
  return {
    name: 'books',
    take(line, number) {
      const [tick, changes] = rowsOf(line, number)
      tell(tick)
      for (const change of changes) tell(change)
    },
  }
}

function rowsOf(line: string, number: number): readonly [TickRow, readonly ChangeRow[]] {
  const fields = fieldsOf(jsonOf(line), 'a line')
  if (fields['venue'] !== 'kalshi') throw new Error(`has a book of ${JSON.stringify(fields['venue'])}, not of "kalshi"`)
  const ticker = marketId(textOf(fields['ticker'], '"ticker"'))
  const atMs = instant(textOf(fields['captured_at'], '"captured_at"'))
  const bids = levelsOf(fields['yes_bids'], '"yes_bids"').toSorted((a, b) => b.price - a.price)
  const asks = levelsOf(fields['no_bids'], '"no_bids"')
    .map((level): Level => ({ ...level, price: complement(level.price) }))
    .toSorted((a, b) => a.price - b.price)
  const unnumbered = { venueSid: null, venueSeq: null }
  const change = { kind: 'change', ticker, snapshot: true, subscription: NO_CONNECTION, seq: number, ...unnumbered, atMs } as const
  const changesOf = (side: BookSide, levels: readonly Level[]): ChangeRow[] =>
    levels.map((level) => ({ ...change, side, price: level.price, delta: level.quantity }))
  return [{ ...topOf(ticker, bids[0], asks[0]), atMs }, [...changesOf('bid', bids), ...changesOf('ask', asks)]]
}

const topOf = (ticker: MarketId, bid: Level | undefined, ask: Level | undefined): Omit<TickRow, 'atMs'> => ({
  ...{ kind: 'tick', venue: 'kalshi', market: ticker, outcome: 'yes', series: seriesOfTicker(ticker) },
  ...{ bid: bid?.price ?? null, bidSize: bid?.quantity ?? null, ask: ask?.price ?? null, askSize: ask?.quantity ?? null },
})

/** Pairs of price and size, as JSON numbers that were made from Kalshi's decimals: read by their digits, none is rounded. */
function levelsOf(value: unknown, what: string): readonly Level[] {
  const levels = listOf(value, what).map((each): Level => {
    const pair = listOf(each, `a level of ${what}`)
    if (pair.length !== 2) throw new Error(`has a level of ${what} with ${pair.length} numbers, not two`)
    const at = price(fixedOf(pair[0], PRICE_DECIMALS, `a price of ${what}`))
    const size = quantity(fixedOf(pair[1], QUANTITY_DECIMALS, `a size of ${what}`))
    if (at === 0 || at === ONE_DOLLAR || size <= 0) throw new Error(`has a level of ${what} that nobody can quote: ${JSON.stringify(pair)}`)
    return { price: at, quantity: size }
  })
  if (new Set(levels.map((level) => level.price)).size < levels.length) throw new Error(`has two levels of one price in ${what}`)
  return levels
}
