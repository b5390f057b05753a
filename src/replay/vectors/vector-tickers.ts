import { parseTicker } from '../../core/edge/games/ticker'
import type { VectorFunction } from './vector-fields'

/** The function about tickers of games, by its name in the vectors. */
export const TICKER_FUNCTIONS: Readonly<Record<string, VectorFunction>> = {
  parseTicker: (input) => parseTicker(input.text('ticker')),
}
